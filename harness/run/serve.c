#include <string.h>

#include "run/player.h"

enum { SERVE_LITERAL_MAX = 16 * 1024 * 1024 }; /* as much as the framing keeps */

/* ---- handlers ---- */

/* A handler is written without its tag. */
static struct pattern pattern_of(struct player *p, const struct script_step *step)
{
    const struct script_text *text = &step->as.on.pattern;
    struct script_wire *wire = arena_alloc(p->arena, sizeof *wire);
    struct script_piece *pieces = arena_array(p->arena, text->npieces + 2, sizeof *pieces);
    pieces[0] = (struct script_piece){.kind = PIECE_TAG, .place = step->place};
    pieces[1] = (struct script_piece){.kind = PIECE_SPACE, .place = step->place};
    memcpy(pieces + 2, text->pieces, text->npieces * sizeof *pieces);
    wire->who = 'C';
    wire->text = (struct script_text){pieces, text->npieces + 2, text->source};
    return pattern_make(wire, p->arena);
}

static bool says_anything(const struct script_piece *piece)
{
    return piece->kind == PIECE_REST ||
           (piece->kind == PIECE_TYPE &&
            (piece->type_kind == TYPE_ANY || piece->type_kind == TYPE_TEXT_LINE));
}

static bool is_fixed(const struct script_piece *piece)
{
    return piece->kind != PIECE_TYPE && piece->kind != PIECE_REST && piece->kind != PIECE_SPACE &&
           (piece->kind != PIECE_BARE || piece->type == NULL);
}

void player_add_handler(struct player *p, const struct script_step *step)
{
    struct player_handler h = {.step = step, .pattern = pattern_of(p, step)};
    for (size_t i = 0; i < step->as.on.pattern.npieces; i++) {
        h.nfixed += is_fixed(&step->as.on.pattern.pieces[i]);
        h.nany += says_anything(&step->as.on.pattern.pieces[i]);
    }
    p->handlers =
        arena_grow(p->arena, p->handlers, &p->handlers_capacity, p->nhandlers + 1, sizeof h);
    p->handlers[p->nhandlers++] = h;
}

/* With several sessions, a handler is of the one that its lines name. */
static bool is_of_session(const struct player *p, const struct player_handler *h,
                          const struct player_session *s)
{
    if (p->script->scenario->nsessions == 1)
        return true;
    const struct script_steps *steps = &h->step->as.on.steps;
    for (size_t i = 0; i < steps->nitems; i++)
        if (steps->items[i]->session[0] != '\0')
            return strcmp(steps->items[i]->session, s->script->name) == 0;
    return true;
}

/* The one that says more exactly; of two alike, the one written later. */
static bool is_better(const struct player_handler *h, const struct player_handler *than)
{
    if (than == NULL || h->nfixed != than->nfixed)
        return than == NULL || h->nfixed > than->nfixed;
    return h->nany <= than->nany;
}

static struct player_handler *find_handler(struct player *p, struct player_session *s,
                                           const struct player_unit *unit)
{
    struct player_handler *best = NULL;
    size_t mark = p->captures.nitems;
    for (size_t i = 0; i < p->nhandlers; i++) {
        struct player_handler *h = &p->handlers[i];
        if (is_of_session(p, h, s) && is_better(h, best) && player_takes(p, s, &h->pattern, unit))
            best = h;
        p->captures.nitems = mark;
    }
    return best;
}

/* What the handler captures is its own, and so is `@`. */
static enum serve_status play_handler(struct player *p, struct player_session *s,
                                      struct player_handler *h, struct player_unit *unit)
{
    struct span tags[RESOLVE_TAGS];
    size_t mark = p->captures.nitems;
    struct player_check *check = p->check;
    memcpy(tags, s->tags, sizeof tags);
    h->nruns++;
    player_consume(p, s, unit);
    player_match(p, h->step, unit->log_line);
    player_note_taken(p, s, unit);
    bool takes = player_takes(p, s, &h->pattern, unit);
    ENSURE(takes);
    s->tags[0] = unit->unit.tag;
    p->handled = s;
    p->handled_unit = unit;
    /* h may move while more handlers are added */
    enum player_status status = player_steps(p, &h->step->as.on.steps, NULL);
    p->handled = NULL;
    p->captures.nitems = mark;
    p->check = check;
    memcpy(s->tags, tags, sizeof tags);
    return status == PLAYER_GOES_ON ? SERVE_DONE : SERVE_STOPS;
}

void player_judge_handlers(struct player *p)
{
    for (size_t i = 0; i < p->nhandlers; i++) {
        const struct player_handler *h = &p->handlers[i];
        if (h->nruns > 0 || h->step->as.on.is_optional)
            continue;
        struct player_failure f = player_failure_at(p, h->step, "this handler was never needed");
        f.check = NULL;
        f.wanted = h->step->as.on.pattern.source;
        f.got = "no such command";
        (void)player_fail(p, f);
    }
}

/* ---- what the harness answers by itself ---- */

static void say_line(struct player *p, struct player_session *s, const char *line)
{
    player_say(p, s, span_of(line));
}

/* Nobody takes the announcement as such, so the command is wanted as a whole. */
static void ask_for_literal(struct player *p, struct player_session *s,
                            const struct player_unit *unit)
{
    const struct wire_unit *command = &unit->unit;
    uint64_t count = command->nliterals == 0 ? 0 : command->literals[command->nliterals - 1].count;
    if (count <= SERVE_LITERAL_MAX)
        say_line(p, s, "+ Ready for literal\r\n");
    else
        say_line(p, s,
                 arena_printf(p->arena, "%.*s NO Literal too long\r\n", SPAN_ARG(command->tag)));
}

static struct span verb_of(const struct player_unit *unit)
{
    struct span rest = span_trim(unit->unit.bytes);
    (void)span_cut(&rest, ' ');
    return span_cut(&rest, ' ');
}

/* Clients of later dialects ask what the server can; one of RFC 1176 does not know the question. */
static bool answer_probe(struct player *p, struct player_session *s, struct player_unit *unit)
{
    if (!span_is_nocase(span_trim(verb_of(unit)), "CAPABILITY"))
        return false;
    player_consume(p, s, unit);
    say_line(p, s,
             arena_printf(p->arena, "%.*s BAD Command unrecognized\r\n", SPAN_ARG(unit->unit.tag)));
    return true;
}

enum player_status player_answer(struct player *p, const struct script_step *step)
{
    struct player_session *s = p->handled;
    struct player_unit *unit = p->handled_unit;
    ENSURE(s != NULL); /* script_read() takes it inside handlers only */
    if (s->carrier == NULL)
        return player_fail(p, player_failure_at(p, step, "the connection is not open"));
    p->ntrials = 0; /* what has been sent cannot be taken back */
    if (unit->is_announcement) {
        ask_for_literal(p, s, unit);
        return PLAYER_GOES_ON;
    }
    for (size_t i = 0; i < s->ntaken; i++)
        if (s->taken[i] == unit)
            memmove(&s->taken[i], &s->taken[i + 1], (--s->ntaken - i) * sizeof(void *));
    model_server_answer(p, s, &unit->unit);
    return PLAYER_GOES_ON;
}

/* ---- serving ---- */

enum serve_status player_serve(struct player *p, struct player_session *s, struct player_unit *unit)
{
    if (p->handled != NULL || s->carrier == NULL)
        return SERVE_NOTHING;
    struct player_handler *h = find_handler(p, s, unit);
    if (h != NULL)
        return play_handler(p, s, h, unit);
    if (unit->is_announcement) {
        player_consume(p, s, unit);
        ask_for_literal(p, s, unit);
        return SERVE_DONE;
    }
    if (s->model_server.ops != NULL) {
        player_consume(p, s, unit);
        model_server_answer(p, s, &unit->unit);
        return SERVE_DONE;
    }
    return answer_probe(p, s, unit) ? SERVE_DONE : SERVE_NOTHING;
}

static struct player_unit *first_unanswered(const struct player_session *s)
{
    for (size_t i = s->first; i < s->nunits; i++)
        if (!s->units[i]->is_consumed)
            return s->units[i]->is_wanted ? NULL : s->units[i];
    return NULL;
}

static enum serve_status attend_session(struct player *p, struct player_session *s)
{
    enum serve_status did = SERVE_NOTHING;
    struct player_unit *unit;
    while ((unit = first_unanswered(s)) != NULL) {
        enum serve_status status = player_serve(p, s, unit);
        if (status != SERVE_DONE)
            return status == SERVE_STOPS ? status : did;
        did = SERVE_DONE;
    }
    return did;
}

enum serve_status player_attend(struct player *p, const struct player_session *except)
{
    enum serve_status did = SERVE_NOTHING;
    if (p->handled != NULL)
        return did;
    if (player_skip_unsupported(p))
        return SERVE_STOPS;
    for (size_t i = 0; i < p->nsessions; i++) {
        struct player_session *s = &p->sessions[i];
        enum serve_status status = SERVE_NOTHING;
        if (s->carrier == NULL)
            continue;
        if (s->is_model_silent && !s->has_spoken) {
            model_server_greet(p, s);
            did = SERVE_DONE;
        }
        if (s != except)
            status = attend_session(p, s);
        if (status == SERVE_STOPS)
            return status;
        if (status == SERVE_DONE || model_server_pump(p, s))
            did = SERVE_DONE;
    }
    return did;
}

enum serve_status player_attend_until(struct player *p, const struct player_session *except,
                                      int64_t *deadline_us)
{
    int64_t from_us = clock_now_us(net_loop_clock(p->loop));
    enum serve_status did = player_attend(p, except);
    *deadline_us += clock_now_us(net_loop_clock(p->loop)) - from_us;
    return did;
}

struct player_unit *player_unanswered(struct player *p, struct player_session **s_r)
{
    for (size_t i = 0; i < p->nsessions; i++) {
        struct player_unit *unit = first_unanswered(&p->sessions[i]);
        if (unit == NULL)
            continue;
        *s_r = &p->sessions[i];
        return unit;
    }
    return NULL;
}

enum player_status player_fail_unanswered(struct player *p, const struct script_step *step,
                                          const struct player_unit *unit)
{
    /* A check has failed that only warns: what should have taken the command was taken by that. */
    if (p->has_missed)
        return PLAYER_STOPS;
    struct player_failure f =
        player_failure_at(p, step, "the client sent what nothing in the scenario answers");
    f.check = NULL;
    f.got = player_unit_text(p, unit);
    f.log_line = unit->log_line;
    return player_fail(p, f);
}

void player_note_taken(struct player *p, struct player_session *s, struct player_unit *unit)
{
    if (s->model_server.ops == NULL || unit->is_announcement)
        return;
    for (size_t i = 0; i < s->ntaken; i++)
        if (s->taken[i] == unit)
            return;
    s->taken = arena_grow(p->arena, s->taken, &s->taken_capacity, s->ntaken + 1, sizeof(void *));
    s->taken[s->ntaken++] = unit;
}
