#include "run/player.h"

/* ---- the model ---- */

static void recognize(struct player *p, const struct wire_unit *unit, const char *rule)
{
    struct grammar_match match;
    struct grammar_input input = {unit->bytes, unit->literals, unit->nliterals};
    (void)grammar_match(p->matcher, grammar_rule(p->grammar, span_of(rule)), input, GRAMMAR_WHOLE,
                        &match);
}

void player_hear_server(struct player *p, struct player_session *s, const struct wire_unit *unit,
                        struct finding_list *findings)
{
    if (p->options->without == 0 || p->options->without == RUN_WITHOUT_LOG)
        model_session_server(s->model, unit, findings);
    else if ((p->options->without & RUN_WITHOUT_GRAMMAR) == 0)
        recognize(p, unit, "server-unit");
}

void player_hear_client(struct player *p, struct player_session *s, const struct wire_unit *unit)
{
    if (p->options->without == 0 || p->options->without == RUN_WITHOUT_LOG)
        model_session_client(s->model, unit, &p->findings);
    else if ((p->options->without & RUN_WITHOUT_GRAMMAR) == 0)
        recognize(p, unit, "request");
}

void player_hear_unfinished(struct player *p, struct player_session *s)
{
    struct wire_unit unit;
    uint64_t count;
    if (p->options->without != 0 && p->options->without != RUN_WITHOUT_LOG)
        return;
    if (!wire_reader_is_waiting(s->from_client, &unit, &count)) {
        model_session_client_begun(s->model, wire_reader_unfinished(s->from_client));
        return;
    }
    if (model_session_has_refused_line(s->model)) {
        wire_reader_literal_refused(s->from_client);
        while (wire_reader_next(s->from_client, &unit))
            player_hear_client(p, s, &unit);
        player_hear_unfinished(p, s);
        return;
    }
    player_hear_client(p, s, &unit);
    if (wire_reader_pending(s->from_client) > 0)
        model_session_client_early(s->model, &p->findings);
}

/* ---- the wire log ---- */

void player_log_octets(struct player *p, const struct player_session *s, char who,
                       struct span octets)
{
    if ((p->options->without & RUN_WITHOUT_LOG) == 0)
        wire_log_octets(p->log, s->script->name, who, octets, player_now_us(p));
}

void player_log_event(struct player *p, const struct player_session *s, const char *text)
{
    if ((p->options->without & RUN_WITHOUT_LOG) == 0)
        wire_log_event(p->log, s == NULL ? "" : s->script->name, text, player_now_us(p));
}

/* ---- later ---- */

static void put_off(struct player *p, struct player_later later)
{
    p->later = arena_grow(p->arena, p->later, &p->later_capacity, p->nlater + 1, sizeof *p->later);
    p->later[p->nlater++] = later;
}

bool player_hear_later(struct player *p, struct player_session *s, const struct player_unit *unit)
{
    if (p->is_server || p->ntrials > 0)
        return false;
    put_off(p, (struct player_later){
                   .session = s, .unit = &unit->unit, .log_line = wire_log_nlines(p->log)});
    return true;
}

void player_pass_later(struct player *p, const struct player_check *check)
{
    if (p->nlater == 0)
        player_pass(p, check);
    else
        put_off(p, (struct player_later){.passed = check});
}

void player_catch_up(struct player *p)
{
    size_t n = p->nlater;
    p->nlater = 0;
    for (size_t i = 0; i < n; i++) {
        const struct player_later *later = &p->later[i];
        if (later->passed != NULL) {
            player_pass(p, later->passed);
            continue;
        }
        player_hear_server(p, later->session, later->unit, &p->findings);
        player_judge_findings_at(p, later->log_line);
    }
}
