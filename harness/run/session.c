#include <string.h>

#include "run/player.h"

enum { PLAYER_LATE_US = 1000000, PLAYER_LATE_WAITS = 64 /* how seldom that is looked at */ };

struct player_session *player_session_named(struct player *p, const char *name)
{
    for (size_t i = 0; i < p->nsessions; i++)
        if (strcmp(p->sessions[i].script->name, name) == 0)
            return &p->sessions[i];
    NEVER("a session that the scenario does not have");
}

/* Steps that belong to no session, such as `deliver`, are the first one's. */
struct player_session *player_session_of(struct player *p, const struct script_step *step)
{
    /* with one session, a handler serves whatever other connections there may be, too */
    if (p->script->scenario->nsessions == 1)
        return p->handled != NULL ? p->handled : &p->sessions[0];
    if (step->session[0] == '\0')
        return &p->sessions[0];
    return player_session_named(p, step->session);
}

int64_t player_now_us(const struct player *p)
{
    return clock_now_us(net_loop_clock(p->loop)) - p->started_us;
}

int64_t player_deadline_us(const struct player *p, const struct script_step *step)
{
    int64_t ms = p->target->timeout_ms;
    if (p->is_logging_in && p->target->failed_login_ms > ms)
        ms = p->target->failed_login_ms;
    if (p->script->scenario->timeout_ms > 0)
        ms = p->script->scenario->timeout_ms;
    if (step != NULL && step->within_ms > 0)
        ms = step->within_ms;
    double scale = p->options->timeout_scale > 0 ? p->options->timeout_scale : 1;
    return clock_now_us(net_loop_clock(p->loop)) + (int64_t)((double)ms * 1000 * scale);
}

struct resolve_scope player_scope(const struct player *p, const struct player_session *s,
                                  const struct player_unit *unit)
{
    struct resolve_scope scope = {
        .arena = p->arena,
        .captures = &p->captures,
        .mailboxes = p->mailboxes,
        .nmailboxes = p->nmailboxes,
        .target = p->target,
        .role = s->script->user,
        .tags = s->tags,
        .view = unit != NULL ? unit->view : s->view,
    };
    return scope;
}

const char *player_peer(const struct player *p)
{
    return p->is_server ? "the client" : "the server";
}

char player_checked(const struct player *p)
{
    return p->is_server ? 'C' : 'S';
}

enum player_status player_open(struct player *p, struct player_session *s,
                               const struct script_step *step)
{
    struct err err;
    player_close(p, s);
    if (p->is_server)
        return player_listen(p, s, step);
    struct carrier *carrier =
        p->target->connect(p->target->context, p->loop, s->script->user, &err);
    if (carrier == NULL)
        return player_fail(p, (struct player_failure){
                                  .place = step->place,
                                  .check = p->check,
                                  .text = arena_printf(p->arena, "cannot connect: %s", err.text),
                                  .wanted = "a connection",
                                  .got = arena_text(p->arena, span_of(err.text))});
    player_connected(p, s, carrier);
    return PLAYER_GOES_ON;
}

void player_show(const struct player *p, const struct player_session *s, char who,
                 struct span octets)
{
    const struct run_observer *o = p->options->observer;
    if (o != NULL)
        o->octets(o->context, s->script->name, who, octets);
}

void player_connected(struct player *p, struct player_session *s, struct carrier *carrier)
{
    player_catch_up(p);
    s->carrier = carrier;
    s->was_opened = true;
    s->is_ended = s->was_reset = s->is_half_closed = s->has_spoken = false;
    s->nearly = 0;
    s->end_line = 0;
    s->ntaken = 0;
    struct model_setup setup = {
        .dialect = p->script->scenario->dialect,
        .name = s->script->name,
        .user = p->is_server ? NULL : s->script->user,
        .judges_server = !p->is_server,
        .judges_client = p->is_server,
        .may_cross = !p->target->is_in_process,
        .is_single_writer = p->nsessions == 1,
        .is_preauthenticated = p->target->is_preauthenticated,
        .memory = p->target->is_in_process ? p->room->memory : NULL,
    };
    /* what a script says as a server need not be true of the fixtures */
    struct room_session judges = room_take_session(p->room, p->is_server ? NULL : p->world, &setup);
    s->from_server = judges.from_server;
    s->from_client = judges.from_client;
    s->model = judges.model;
    s->incoming = p->is_server ? s->from_client : s->from_server;
    player_log_event(p, s, "connected");
    if (p->options->observer != NULL)
        p->options->observer->connected(p->options->observer->context, s->script->name);
    if (p->is_server && !s->has_letters && (p->vary.what & RUN_VARY_CASE) != 0)
        s->letters = (enum letters)rng_below(&p->vary.rng, LETTERS_MIXED + 1);
    if (p->is_server)
        model_server_open(p, s);
}

static void note_behaviours(struct player *p, const struct player_session *s)
{
    size_t n;
    const struct model_behaviour *behaviours = model_session_behaviours(s->model, &n);
    for (size_t i = 0; i < n; i++)
        player_behaviour(p, player_reading_topic(p, behaviours[i].reading), behaviours[i].choice);
}

void player_close(struct player *p, struct player_session *s)
{
    if (s->carrier == NULL)
        return;
    player_catch_up(p);
    note_behaviours(p, s);
    carrier_close(&s->carrier);
    if (!s->is_ended && p->is_server && !s->is_half_closed)
        model_session_server_closed(s->model, false, &p->findings);
    else if (!s->is_ended)
        model_session_client_closed(s->model);
    model_server_close(s);
    player_log_event(p, s, "closed by the harness");
    room_give_session(p->room, (struct room_session){s->from_server, s->from_client, s->model});
    s->from_server = s->from_client = s->incoming = NULL;
    s->model = NULL;
    for (size_t i = s->first; i < s->nunits; i++)
        s->units[i]->is_consumed = true;
    s->first = s->nunits;
}

void player_sessions_free(struct player *p)
{
    for (size_t i = 0; i < p->nsessions; i++)
        player_close(p, &p->sessions[i]);
}

/* ---- what arrives ---- */

static struct player_unit *copy_unit(struct player *p, const struct wire_unit *unit)
{
    struct player_unit *copy = arena_alloc(p->arena, sizeof *copy);
    copy->unit = *unit;
    copy->unit.bytes = arena_copy(p->arena, unit->bytes);
    copy->unit.tag = span_slice(copy->unit.bytes, 0, unit->tag.nbytes);
    copy->unit.findings = NULL;
    copy->unit.nfindings = 0;
    if (unit->nliterals > 0) {
        struct wire_literal *literals = arena_array(p->arena, unit->nliterals, sizeof *literals);
        memcpy(literals, unit->literals, unit->nliterals * sizeof *literals);
        copy->unit.literals = literals;
    }
    p->nkept += unit->bytes.nbytes + sizeof *copy;
    return copy;
}

static void add_framing_findings(struct player *p, const struct wire_unit *unit)
{
    for (size_t i = 0; i < unit->nfindings; i++) {
        const struct finding *f = &unit->findings[i];
        finding_add(&p->findings, f->requirement, f->rule, f->level, "%s", f->text);
    }
}

bool player_answer_announcement(struct player_session *s, const struct wire_unit *answer)
{
    struct wire_unit command;
    uint64_t count;
    if (!wire_reader_is_waiting(s->from_client, &command, &count))
        return false;
    if (answer->kind == WIRE_CONTINUATION)
        wire_reader_literal_granted(s->from_client);
    else if (answer->kind == WIRE_TAGGED
                 ? span_equal(answer->tag, command.tag)
                 : wire_unit_is_untagged_bad(answer) && !model_tag_is_usable(command.tag))
        wire_reader_literal_refused(s->from_client);
    else
        return false;
    return true;
}

/* A command waits for the answer to the announcement of its literal. */
static bool is_awaited(const struct player_session *s)
{
    struct wire_unit command;
    uint64_t count;
    return wire_reader_is_waiting(s->from_client, &command, &count);
}

/* The server has answered the announcement of a literal that the harness sent. */
static void read_on(struct player *p, struct player_session *s, const struct wire_unit *answer)
{
    struct wire_unit unit;
    if (!player_answer_announcement(s, answer))
        return;
    while (wire_reader_next(s->from_client, &unit))
        player_hear_client(p, s, &unit);
    player_hear_unfinished(p, s);
}

/* ---- the numbers of a session ---- */

void player_note_command(struct player *p, struct player_session *s, struct span octets)
{
    struct span tag = span_cut(&octets, ' ');
    struct span verb = span_slice(octets, 0, span_find_byte(octets, ' '));
    p->is_logging_in = span_is_nocase(verb, "LOGIN");
    if (span_is_nocase(verb, "SELECT") || span_is_nocase(verb, "BBOARD"))
        s->select_tag = arena_copy(p->arena, tag);
}

/* The completion of the command that selects. */
static void note_selected(struct player_session *s, struct span completion)
{
    struct span rest = span_from(span_trim(completion), s->select_tag.nbytes + 1);
    s->select_tag = span_of(NULL);
    if (span_is_nocase(span_cut(&rest, ' '), "OK")) {
        s->view = (struct resolve_view){NULL, 0};
        s->view_capacity = 0;
    }
}

/* `data` is what stands behind `* `. */
static void note_expunge(struct player *p, struct player_session *s, struct span data)
{
    uint32_t number;
    struct span word = span_cut(&data, ' ');
    if (!span_is_nocase(span_trim(data), "EXPUNGE") || number_parse_u32(word, &number) != 0)
        return;
    uint32_t *expunged = (uint32_t *)s->view.expunged;
    expunged =
        arena_grow(p->arena, expunged, &s->view_capacity, s->view.nexpunged + 1, sizeof *expunged);
    expunged[s->view.nexpunged++] = number;
    s->view.expunged = expunged;
}

void player_note_view(struct player *p, struct player_session *s, const struct wire_unit *unit)
{
    struct span bytes = unit->bytes;
    if (unit->kind == WIRE_TAGGED && s->select_tag.nbytes > 0 &&
        span_equal(unit->tag, s->select_tag))
        note_selected(s, bytes);
    else if (unit->kind == WIRE_UNTAGGED && bytes.nbytes > 2 && char_is_digit(bytes.data[2]))
        note_expunge(p, s, span_from(bytes, 2));
}

static struct player_unit *keep_unit(struct player *p, struct player_session *s,
                                     const struct wire_unit *unit)
{
    if (p->nkept + unit->bytes.nbytes > PLAYER_UNITS_NBYTES_MAX) {
        p->is_flooded = true;
        return NULL;
    }
    s->units = arena_grow(p->arena, s->units, &s->capacity, s->nunits + 1, sizeof(void *));
    struct player_unit *copy = copy_unit(p, unit);
    copy->log_line = s->log_line;
    s->units[s->nunits++] = copy;
    return copy;
}

static void take_response(struct player *p, struct player_session *s, const struct wire_unit *unit)
{
    struct player_unit *copy = keep_unit(p, s, unit);
    if (copy == NULL)
        return;
    player_note_view(p, s, unit);
    copy->view = s->view;
    if (unit->nfindings == 0 && !is_awaited(s) && player_hear_later(p, s, copy))
        return;
    player_catch_up(p);
    add_framing_findings(p, unit);
    player_hear_server(p, s, unit, &p->findings);
    read_on(p, s, unit);
    player_judge_findings(p);
}

/* The announcement that the client's command went on from; nothing can come in between. */
static struct player_unit *last_announcement(const struct player_session *s)
{
    struct player_unit *last = s->nunits > 0 ? s->units[s->nunits - 1] : NULL;
    return last != NULL && last->is_announcement ? last : NULL;
}

static void take_command(struct player *p, struct player_session *s, const struct wire_unit *unit)
{
    const struct player_unit *before = last_announcement(s);
    struct player_unit *copy = keep_unit(p, s, unit);
    if (copy == NULL)
        return;
    copy->view = s->view;
    if (before != NULL)
        copy->rest_at = before->unit.bytes.nbytes;
    /* the beginning of a command that was refused: its announcement was looked at already */
    copy->is_consumed = !unit->is_complete;
    add_framing_findings(p, unit);
    player_hear_client(p, s, unit);
    player_judge_findings(p);
}

/* The client waits for `+`, or should. */
static void take_announcement(struct player *p, struct player_session *s,
                              const struct wire_unit *unit)
{
    const struct player_unit *before = last_announcement(s);
    if (before != NULL && span_equal(before->unit.bytes, unit->bytes))
        return;
    struct player_unit *copy = keep_unit(p, s, unit);
    if (copy == NULL)
        return;
    copy->is_announcement = true;
    copy->view = s->view;
    s->nearly = 0;
    player_hear_client(p, s, unit);
    player_judge_findings(p);
}

static void look_for_early_octets(struct player *p, struct player_session *s)
{
    size_t npending = wire_reader_pending(s->from_client);
    if (npending > 0 && s->nearly == 0)
        model_session_client_early(s->model, &p->findings);
    s->nearly = npending;
    player_judge_findings(p);
}

void player_take_units(struct player *p, struct player_session *s)
{
    struct wire_unit unit;
    uint64_t count;
    while (!p->is_flooded && wire_reader_next(s->incoming, &unit))
        if (p->is_server)
            take_command(p, s, &unit);
        else
            take_response(p, s, &unit);
    if (p->is_server && !p->is_flooded && wire_reader_is_waiting(s->incoming, &unit, &count)) {
        take_announcement(p, s, &unit);
        look_for_early_octets(p, s);
    }
}

static void take_end(struct player *p, struct player_session *s)
{
    player_catch_up(p);
    s->is_ended = true;
    s->was_reset = carrier_was_reset(s->carrier);
    player_log_event(
        p, s,
        arena_printf(p->arena, "%s by %s", s->was_reset ? "reset" : "closed", player_peer(p)));
    s->end_line = wire_log_nlines(p->log);
    if (p->options->observer != NULL)
        p->options->observer->ended(p->options->observer->context, s->script->name);
    wire_reader_end(s->incoming);
    player_take_units(p, s);
    player_catch_up(p);
    if (p->is_server)
        model_session_client_ended(s->model, s->was_reset, &p->findings);
    else if (s->is_half_closed) /* a server that only follows owes no BYE */
        model_session_client_closed(s->model);
    else
        model_session_server_closed(s->model, s->was_reset, &p->findings);
    player_judge_findings(p);
}

static void pump_session(struct player *p, struct player_session *s)
{
    if (s->carrier == NULL || s->is_ended)
        return;
    struct buffer *input = carrier_input(s->carrier);
    struct span octets = buffer_span(input);
    if (octets.nbytes > 0) {
        p->noctets += octets.nbytes;
        p->is_flooded = p->is_flooded || p->noctets > PLAYER_OCTETS_MAX;
        /* line by line, so that each unit knows its own line of the log */
        while (octets.nbytes > 0) {
            size_t line = span_find_byte(octets, '\n');
            struct span part = span_slice(octets, 0, line == SPAN_NPOS ? SPAN_NPOS : line + 1);
            bool is_new = !wire_reader_is_inside_unit(s->incoming);
            player_log_octets(p, s, player_checked(p), part);
            player_show(p, s, player_checked(p), part);
            if (is_new)
                s->log_line = wire_log_nlines(p->log);
            if (p->is_server)
                model_session_client_octets(s->model, part.nbytes, &p->findings);
            wire_reader_feed(s->incoming, part);
            player_take_units(p, s);
            octets = span_from(octets, part.nbytes);
        }
        buffer_consume(input, input->nbytes);
    }
    if (carrier_at_eof(s->carrier))
        take_end(p, s);
}

void player_pump(struct player *p)
{
    for (size_t i = 0; i < p->nsessions; i++)
        pump_session(p, &p->sessions[i]);
    driver_pump(p);
}

bool player_wait(struct player *p, int64_t deadline_us)
{
    if (p->is_flooded)
        return false;
    if (p->ntrials > 0) {
        p->is_starved = true;
        return false;
    }
    player_catch_up_with_many(p);
    /* a flood is news without end; but what came in time may be looked at a little later */
    if (deadline_us > 0 && ++p->nwaits % PLAYER_LATE_WAITS == 0 &&
        clock_now_us(net_loop_clock(p->loop)) > deadline_us + PLAYER_LATE_US)
        return false;
    bool news = net_wait(p->loop, deadline_us);
    player_pump(p);
    return news && !p->is_flooded;
}

void player_consume(struct player *p, struct player_session *s, struct player_unit *unit)
{
    unit->is_consumed = true;
    if (p->ntrials > 0) {
        p->consumed = arena_grow(p->arena, p->consumed, &p->consumed_capacity, p->nconsumed + 1,
                                 sizeof(void *));
        p->consumed[p->nconsumed++] = unit;
    }
    while (p->ntrials == 0 && s->first < s->nunits && s->units[s->first]->is_consumed)
        s->first++;
}
