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

void player_hear_said(struct player *p, struct player_session *s, struct span octets)
{
    struct wire_unit unit;
    wire_reader_feed(s->from_client, octets);
    while (wire_reader_next(s->from_client, &unit))
        player_hear_client(p, s, &unit);
    player_hear_unfinished(p, s);
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

/* So much is put off before it is judged together: code and tables of grammar and model are then in
 * the processor's caches for all of it but the first, and it is not more than a server's answer
 * usually takes. */
enum { LATER_MANY = 16 };

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

/* One line that announces no literal. */
static bool is_plain_line(struct span octets)
{
    return octets.nbytes > 2 && octets.data[octets.nbytes - 2] == '\r' &&
           octets.data[octets.nbytes - 3] != '}' &&
           span_find_byte(octets, '\n') == octets.nbytes - 1;
}

bool player_say_later(struct player *p, struct player_session *s, struct span octets)
{
    if (p->is_server || !is_plain_line(octets) || wire_reader_is_inside_unit(s->from_client))
        return false;
    player_note_command(p, s, octets);
    put_off(p, (struct player_later){.session = s, .said = octets});
    return true;
}

void player_pass_later(struct player *p, const struct player_check *check)
{
    if (p->nlater == 0)
        player_pass(p, check);
    else
        put_off(p, (struct player_later){.passed = check});
}

static void hear(struct player *p, const struct player_later *later)
{
    if (later->passed != NULL) {
        player_pass(p, later->passed);
    } else if (later->unit == NULL) {
        player_hear_said(p, later->session, later->said);
    } else {
        player_hear_server(p, later->session, later->unit, &p->findings);
        player_judge_findings_at(p, later->log_line);
    }
}

void player_catch_up(struct player *p)
{
    size_t n = p->nlater;
    p->nlater = 0;
    for (size_t i = 0; i < n; i++)
        hear(p, &p->later[i]);
}

void player_catch_up_with_many(struct player *p)
{
    if (p->nlater >= LATER_MANY)
        player_catch_up(p);
}
