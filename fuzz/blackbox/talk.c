#include "blackbox/talk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "blackbox/refusal.h"

enum {
    HANG_MS = 2000,
    GREETING_TIMES = 5,
    LITERAL_KEPT_NBYTES = 256 * 1024,
    FLOOD_NBYTES = 64 * 1024 * 1024
};

/* ---- findings ---- */

/* The finding is about the command that is under way. */
static void point_at(struct play *p, const struct talk *t)
{
    struct play_finding *f = &p->result->finding;
    (void)snprintf(f->session, sizeof f->session, "%s", t->name);
    if (t->ndue > 0)
        (void)snprintf(f->tag, sizeof f->tag, "%s", t->due[0].text);
}

static enum finding_level least_level(const struct play *p)
{
    return p->options->takes_warnings ? FINDING_WARN : FINDING_FAIL;
}

static void tell(struct play *p, const struct talk *t, const struct finding *finding,
                 struct span octets)
{
    char signature[96];
    struct buffer line = {0};
    if (finding->level < least_level(p))
        return;
    talk_signature(t, finding, signature, sizeof signature);
    buffer_append_escaped(&line, octets, 160);
    if (play_fail(p, "model", finding->requirement, signature, "%s, in: %.*s", finding->text,
                  SPAN_ARG(buffer_span(&line))))
        point_at(p, t);
    buffer_free(&line);
}

static void tell_findings(struct play *p, const struct talk *t, struct span octets)
{
    for (size_t i = 0; i < p->findings.nitems; i++)
        tell(p, t, &p->findings.items[i], octets);
    p->findings.nitems = 0;
}

static int64_t now_us(const struct play *p)
{
    return clock_now_us(net_loop_clock(p->loop)) - p->started_us;
}

static void log_octets(struct play *p, const struct talk *t, char who, struct span octets)
{
    if (p->options->log != NULL)
        wire_log_octets(p->options->log, t->name, who, octets, now_us(p));
}

static void log_event(struct play *p, const struct talk *t, const char *text)
{
    if (p->options->log != NULL)
        wire_log_event(p->options->log, t->name, text, now_us(p));
}

/* ---- what the client says ---- */

/* What is answered together with other commands, here or in another session, may wait for them. */
static void note_crowd(struct play *p)
{
    size_t n = 0;
    for (size_t i = 0; i < STREAM_NSESSIONS; i++)
        n += p->talks[i].ndue + p->talks[i].nunusable;
    for (size_t i = 0; i < STREAM_NSESSIONS && n > 1; i++)
        for (size_t k = 0; k < p->talks[i].ndue; k++)
            p->talks[i].due[k].is_crowded = true;
}

static void expect_completion(struct play *p, struct talk *t, const struct wire_unit *unit)
{
    if (p->options->verb != NULL)
        *p->options->verb = feedback_verb(unit->bytes);
    if (!plan_has_usable_tag(unit->bytes)) {
        t->nunusable++;
        return;
    }
    if (t->ndue == TALK_DUE_MOST) {
        t->is_gray = true;
        return;
    }
    struct talk_due *due = &t->due[t->ndue++];
    *due = (struct talk_due){.tag = rng_hash(unit->tag),
                             .command = arena_copy(&p->arena, span_slice(unit->bytes, 0, 8192)),
                             .is_login = feedback_verb(unit->bytes) == FEEDBACK_LOGIN};
    (void)snprintf(due->text, sizeof due->text, "%.*s", SPAN_ARG(unit->tag));
    note_crowd(p);
}

static void note_command(struct play *p, struct talk *t, const struct wire_unit *unit,
                         enum model_state before)
{
    uint64_t tag = rng_hash(unit->tag);
    for (size_t i = t->ndue; i-- > 0;)
        if (t->due[i].tag == tag) {
            struct talk_due *due = &t->due[i];
            due->command = arena_copy(&p->arena, span_slice(unit->bytes, 0, 8192));
            t->has_expunged =
                t->has_expunged ||
                strcmp(feedback_verb_name(feedback_verb(due->command)), "EXPUNGE") == 0;
            if (p->options->feedback != NULL)
                feedback_command(p->options->feedback, &due->feedback, unit->bytes, before,
                                 model_session_last_match(t->model));
            return;
        }
}

/* Tells the model what the client has said, as far as it is whole. */
static void look_at_client(struct play *p, struct talk *t)
{
    struct wire_unit unit;
    uint64_t count;
    while (!t->is_gray && wire_reader_next(t->from_client, &unit)) {
        enum model_state before = model_session_state(t->model);
        bool is_refused = model_session_has_refused_line(t->model);
        p->result->ncommands++;
        model_session_client(t->model, &unit, &p->findings);
        if (t->nwaiting == 0 && unit.is_complete && !is_refused)
            expect_completion(p, t, &unit);
        if (unit.is_complete)
            note_command(p, t, &unit, before);
        t->nwaiting = 0;
    }
    if (t->is_gray)
        return;
    if (!wire_reader_is_waiting(t->from_client, &unit, &count)) {
        model_session_client_begun(t->model, wire_reader_unfinished(t->from_client));
        return;
    }
    if (model_session_has_refused_line(t->model)) {
        wire_reader_literal_refused(t->from_client);
        look_at_client(p, t);
        return;
    }
    if (t->nwaiting != unit.nliterals)
        model_session_client(t->model, &unit, &p->findings);
    if (t->nwaiting == 0)
        expect_completion(p, t, &unit);
    t->nwaiting = unit.nliterals;
    if (wire_reader_pending(t->from_client) > 0)
        model_session_client_early(t->model, &p->findings);
}

/* The command under way has an answer already, which is none. */
static bool has_bad(const struct talk *t)
{
    return t->ndue > 0 && t->due[0].has_bad;
}

void talk_say(struct play *p, struct talk *t, struct span octets)
{
    if (has_bad(t)) /* what follows would be taken for its fault */
        (void)talk_settle(p, t);
    if (t->carrier == NULL || t->is_half_closed || t->is_gray || p->result->has_finding)
        return;
    log_octets(p, t, 'C', octets);
    wire_reader_feed(t->from_client, octets);
    look_at_client(p, t);
    carrier_send(t->carrier, octets);
    if (p->options->latency != NULL)
        t->said_us = clock_now_us(net_loop_clock(p->loop));
}

void talk_end(struct play *p, struct talk *t)
{
    if (t->carrier == NULL || t->is_half_closed)
        return;
    t->is_half_closed = true;
    log_event(p, t, "half-closed by the harness");
    carrier_half_close(t->carrier);
}

/* ---- what the server says ---- */

static void take_untagged(struct play *p, struct talk *t, const struct wire_unit *unit)
{
    struct talk_due *due = t->ndue > 0 ? &t->due[0] : NULL;
    if (due == NULL)
        return;
    if (p->options->feedback != NULL)
        feedback_untagged(p->options->feedback, &due->feedback, unit->bytes);
    relation_hear(&p->relation, due->command, unit->bytes);
}

/* How long it took since all was said, and nothing else was being answered. */
static void time_answer(struct play *p, struct talk *t, const struct talk_due *due)
{
    struct latency *latency = p->options->latency;
    int64_t now_us = clock_now_us(net_loop_clock(p->loop));
    int64_t since_us = t->said_us > t->answered_us ? t->said_us : t->answered_us;
    int64_t took_us = now_us - since_us;
    unsigned verb = feedback_verb(due->command);
    const char *name = feedback_verb_name(verb);
    char signature[64];
    t->answered_us = now_us;
    if (due->is_login || due->is_crowded) /* a refusal of LOGIN may take its time */
        return;
    unsigned bucket = latency_bucket(latency, took_us);
    if (bucket > p->result->slow_bucket) {
        p->result->slow_bucket = (uint8_t)bucket;
        p->result->slow_verb = (uint8_t)verb;
    }
    if (p->options->feedback != NULL)
        latency_add(latency, took_us);
    if (!latency_is_slow(latency, took_us, p->options->timeout_scale))
        return;
    (void)snprintf(signature, sizeof signature, "%s is answered late", name);
    if (play_fail(p, "slow", "", signature,
                  "%s is answered after %" PRId64 " ms, where %" PRId64 " us are usual", name,
                  took_us / 1000, latency_median_us(latency))) {
        (void)snprintf(p->result->finding.session, sizeof p->result->finding.session, "%s",
                       t->name);
        (void)snprintf(p->result->finding.tag, sizeof p->result->finding.tag, "%s", due->text);
    }
}

static void take_completion(struct play *p, struct talk *t, const struct wire_unit *unit)
{
    uint64_t tag = rng_hash(unit->tag);
    enum feedback_class class;
    size_t at = 0;
    while (at < t->ndue && t->due[at].tag != tag)
        at++;
    if (at == t->ndue && t->nunusable > 0 && !plan_has_usable_tag(unit->bytes))
        t->nunusable--;
    if (at == t->ndue || !feedback_class_of(unit->bytes, &class))
        return; /* the model tells when it is nothing's completion */
    struct talk_due due = t->due[at];
    memmove(&t->due[at], &t->due[at + 1], (t->ndue - at - 1) * sizeof *t->due);
    t->ndue--;
    if (p->options->latency != NULL)
        time_answer(p, t, &due);
    if (p->options->feedback != NULL)
        feedback_answer(p->options->feedback, &due.feedback, due.command, unit->bytes, class);
    if (relation_answered(&p->relation, due.command, class == FEEDBACK_OK))
        p->relation_talk = t;
    struct play_answers *answers = p->options->answers;
    if (answers != NULL && answers->nitems < sizeof answers->items / sizeof *answers->items) {
        struct play_answer *answer = &answers->items[answers->nitems++];
        answer->class = (uint8_t) class;
        (void)snprintf(answer->verb, sizeof answer->verb, "%s",
                       feedback_verb_name(feedback_verb(due.command)));
        (void)snprintf(answer->tag, sizeof answer->tag, "%s", due.text);
    }
}

static void answer_announcement(struct play *p, struct talk *t, const struct wire_unit *answer)
{
    struct wire_unit command;
    uint64_t count;
    if (!wire_reader_is_waiting(t->from_client, &command, &count))
        return;
    if (answer->kind == WIRE_CONTINUATION) {
        wire_reader_literal_granted(t->from_client);
        t->was_refused = false;
    } else if (refusal_is_of_literal(t, answer, &command)) {
        wire_reader_literal_refused(t->from_client);
        t->was_refused = true;
    } else
        return;
    look_at_client(p, t);
}

static void look_at_server(struct play *p, struct talk *t)
{
    struct wire_unit unit;
    while (!p->result->has_finding && !t->is_gray && wire_reader_next(t->from_server, &unit)) {
        for (size_t i = 0; i < unit.nfindings; i++)
            tell(p, t, &unit.findings[i], unit.bytes);
        t->has_greeted = true;
        model_session_server(t->model, &unit, &p->findings);
        tell_findings(p, t, unit.bytes);
        if (unit.kind == WIRE_TAGGED)
            take_completion(p, t, &unit);
        else if (unit.kind == WIRE_UNTAGGED)
            take_untagged(p, t, &unit);
        refusal_note(t, &unit, clock_now_us(net_loop_clock(p->loop)));
        answer_announcement(p, t, &unit);
    }
}

static void take_end(struct play *p, struct talk *t)
{
    t->is_ended = true;
    bool was_reset = carrier_was_reset(t->carrier);
    log_event(p, t, was_reset ? "reset by the server" : "closed by the server");
    if (t->is_gray)
        return;
    wire_reader_end(t->from_server);
    look_at_server(p, t);
    if (t->is_half_closed)
        model_session_client_closed(t->model);
    else
        model_session_server_closed(t->model, was_reset, &p->findings);
    tell_findings(p, t, (struct span){0});
}

void talk_listen(struct play *p, struct talk *t)
{
    if (t->carrier == NULL || t->is_ended)
        return;
    struct buffer *input = carrier_input(t->carrier);
    if (input->nbytes > 0) {
        log_octets(p, t, 'S', buffer_span(input));
        if (!t->is_gray)
            wire_reader_feed(t->from_server, buffer_span(input));
        buffer_consume(input, input->nbytes);
        look_at_server(p, t);
        if (wire_reader_memory(t->from_server) > FLOOD_NBYTES)
            (void)play_fail(p, "flood", "", "a line without end", "a line of over %d octets",
                            FLOOD_NBYTES);
    }
    if (carrier_at_eof(t->carrier) && carrier_input(t->carrier)->nbytes == 0)
        take_end(p, t);
}

/* ---- what is due ---- */

enum wish { WISH_NOTHING, WISH_GREETING, WISH_CONTINUATION, WISH_COMPLETION, WISH_CLOSE };

static enum wish wish_of(const struct talk *t)
{
    struct wire_unit unit;
    uint64_t count;
    if (t->carrier == NULL || t->is_ended || t->is_gray)
        return WISH_NOTHING;
    if (!t->has_greeted)
        return WISH_GREETING;
    if (wire_reader_is_waiting(t->from_client, &unit, &count))
        return plan_has_usable_tag(unit.bytes) ? WISH_CONTINUATION : WISH_NOTHING;
    /* in the middle of a command nothing else is waited for: a server may do one after the other */
    if (t->nwaiting > 0)
        return WISH_NOTHING;
    if (t->ndue > 0)
        return WISH_COMPLETION;
    if (model_session_state(t->model) == MODEL_LOGOUT && t->ndue == 0)
        return WISH_CLOSE;
    return WISH_NOTHING;
}

static int64_t limit_us(const struct play *p, const struct talk *t)
{
    const struct run_target *target = p->options->target;
    int64_t ms = target->timeout_ms < HANG_MS ? target->timeout_ms : HANG_MS;
    if (p->options->hang_ms > 0)
        ms = p->options->hang_ms;
    else if (t->ndue > 0 && t->due[0].is_login && target->failed_login_ms > ms)
        ms = target->failed_login_ms;
    if (!t->has_greeted) /* a program may have to be started for the connection */
        ms *= GREETING_TIMES;
    double scale = p->options->timeout_scale > 0 ? p->options->timeout_scale : 1;
    return (int64_t)((double)ms * 1000 * scale);
}

enum talk_reception talk_reception_of_others(struct play *p)
{
    const struct run_target *target = p->options->target;
    struct err err;
    struct carrier *other = target->connect(target->context, p->loop, "fred", &err);
    if (other == NULL)
        return TALK_TURNED_AWAY;
    int64_t deadline_us = clock_now_us(net_loop_clock(p->loop)) + target->timeout_ms * 1000;
    while (carrier_input(other)->nbytes == 0 && !carrier_at_eof(other))
        if (!net_wait(p->loop, deadline_us))
            break;
    enum talk_reception reception = carrier_input(other)->nbytes > 0 ? TALK_GREETED
                                    : carrier_at_eof(other)          ? TALK_TURNED_AWAY
                                                                     : TALK_KEPT_WAITING;
    carrier_close(&other);
    return reception;
}

static void tell_silence(struct play *p, struct talk *t, enum wish wish)
{
    static const struct {
        const char *what, *requirement;
    } wishes[] = {
        [WISH_GREETING] = {"a greeting", "conn.listening"},
        [WISH_CONTINUATION] = {"an answer to an announced literal", "literal.continuation"},
        [WISH_COMPLETION] = {"a completion", "cmd.one-completion"},
        [WISH_CLOSE] = {"the end of the connection", "logout.close"}};
    char signature[96];
    bool in_process = p->options->target->is_in_process;
    bool alive = in_process || talk_reception_of_others(p) == TALK_GREETED;
    const char *requirement = wishes[wish].requirement;
    if (has_bad(t)) {
        requirement = refusal_requirement(t);
        refusal_signature(t, signature, sizeof signature);
    } else
        (void)snprintf(signature, sizeof signature, "%s is due, %s%s", wishes[wish].what,
                       talk_verb_due(t), alive ? "" : ", and nobody is answered");
    if (play_fail(p, alive ? "silent" : "hang", requirement, signature,
                  "%s is due and does not come%s%s%s", wishes[wish].what,
                  t->ndue > 0 ? ", of tag " : "", t->ndue > 0 ? t->due[0].text : "",
                  has_bad(t) ? ", but an untagged BAD" : ""))
        point_at(p, t);
    t->is_gray = true;
}

static void listen_all(struct play *p)
{
    for (size_t i = 0; i < STREAM_NSESSIONS; i++)
        talk_listen(p, &p->talks[i]);
}

bool talk_settle(struct play *p, struct talk *t)
{
    int64_t began_us = clock_now_us(net_loop_clock(p->loop));
    int64_t limit = limit_us(p, t);
    enum wish wish;
    listen_all(p);
    while (!p->result->has_finding && (wish = wish_of(t)) != WISH_NOTHING) {
        bool has_news =
            net_wait(p->loop, has_bad(t) ? t->due[0].bad_us + REFUSAL_GRACE_US : began_us + limit);
        listen_all(p);
        if (has_news || p->result->has_finding || wish_of(t) == WISH_NOTHING)
            continue;
        if (!p->options->target->is_in_process)
            p->result->waited_us += (uint64_t)(clock_now_us(net_loop_clock(p->loop)) - began_us);
        tell_silence(p, t, wish);
    }
    return !p->result->has_finding;
}

/* ---- a connection ---- */

void talk_open(struct play *p, struct talk *t)
{
    static const struct wire_limits limits = {.literal_nbytes = LITERAL_KEPT_NBYTES};
    const struct run_target *target = p->options->target;
    const char *name = t->name;
    struct model_setup setup = {.dialect = "imap2",
                                .name = name,
                                .user = "fred",
                                .judges_server = true,
                                .least = least_level(p),
                                .may_cross = !target->is_in_process,
                                .is_single_writer = p->nsessions == 1,
                                .is_preauthenticated = target->is_preauthenticated};
    struct err err;
    *t = (struct talk){.name = name, .was_opened = true};
    p->stage->nconnections++;
    t->carrier = target->connect(target->context, p->loop, "fred", &err);
    if (t->carrier == NULL) {
        (void)play_fail(p, "refused", "conn.listening", "connection refused", "cannot connect: %s",
                        err.text);
        return;
    }
    t->model = model_session_new(p->world, &setup);
    t->from_client = wire_reader_new(WIRE_FROM_CLIENT, &limits);
    t->from_server = wire_reader_new(WIRE_FROM_SERVER, &limits);
    log_event(p, t, "connected");
    (void)talk_settle(p, t);
}

/* Whether the server has nothing left to do for it. */
static bool is_quiet(const struct talk *t)
{
    struct wire_unit unit;
    uint64_t count;
    if (t->is_ended)
        return true;
    return !t->is_gray && !t->is_half_closed && t->ndue == 0 && t->nunusable == 0 &&
           t->nwaiting == 0 && !wire_reader_is_waiting(t->from_client, &unit, &count) &&
           wire_reader_pending(t->from_client) == 0;
}

void talk_close(struct play *p, struct talk *t)
{
    if (t->carrier == NULL)
        return;
    p->stage->is_spoilt = p->stage->is_spoilt || !is_quiet(t);
    if (!t->is_ended)
        carrier_reset(t->carrier);
    carrier_close(&t->carrier);
    if (!t->is_ended && !t->is_gray)
        model_session_client_closed(t->model);
    log_event(p, t, "closed by the harness");
    model_session_free(&t->model);
    wire_reader_free(&t->from_client);
    wire_reader_free(&t->from_server);
    t->ndue = 0;
}
