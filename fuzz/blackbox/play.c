#include "blackbox/play.h"

#include <stdio.h>
#include <string.h>

#include "blackbox/talk.h"

enum { GRACE_US = 300000, ARRIVALS_MOST = 64 };

/* ---- events ---- */

static void deliver(struct play *p, unsigned argument)
{
    static const char *const names[4] = {"INBOX", "m1", "m2", "m3"};
    const struct run_target *target = p->options->target;
    const struct fixture_set *set = p->options->fixtures;
    struct stream_delivery d = stream_delivery(argument);
    struct err err;
    if (p->narrivals == ARRIVALS_MOST || set->extent == FIXTURE_NONE ||
        (set->extent == FIXTURE_INBOX && d.mailbox != 0))
        return;
    struct fixture_message *m = arena_alloc(&p->stage->arena, sizeof *m);
    p->narrivals++;
    *m = set->templates[d.number];
    if (target->deliver(target->context, p->loop, "fred", names[d.mailbox], m, &err) != 0)
        return; /* the mailbox is not there, or takes none */
    if (p->world != NULL)
        model_world_deliver(p->world, "fred", names[d.mailbox], m);
}

static void take_control(struct play *p, const struct stream_event *event)
{
    struct talk *t = &p->talks[event->session - 1];
    switch (event->kind) {
    case STREAM_DATA:
    case STREAM_SESSION:
    case STREAM_FAULT:
        return;
    case STREAM_SEGMENT:
        (void)net_wait(p->loop, 0);
        return;
    case STREAM_BARRIER:
        (void)talk_settle(p, t);
        return;
    case STREAM_DELIVER:
        deliver(p, event->argument);
        return;
    case STREAM_CLOCK:
        net_sleep(p->loop, clock_now_us(net_loop_clock(p->loop)) +
                               stream_clock_s(event->argument) * 1000000);
        for (size_t i = 0; i < STREAM_NSESSIONS; i++)
            talk_listen(p, &p->talks[i]);
        return;
    case STREAM_HALFCLOSE:
        talk_end(p, t);
        return;
    case STREAM_RECONNECT:
        talk_close(p, t);
        talk_open(p, t);
        return;
    }
}

static void note_refused(struct play *p, struct span unit)
{
    size_t nbytes = stream_data(unit, NULL, 0);
    if (p->options->feedback == NULL)
        return;
    char *data = arena_alloc(&p->arena, nbytes + 1);
    (void)stream_data(unit, data, nbytes);
    feedback_refused(p->options->feedback, span_make(data, nbytes));
}

static void take_unit(struct play *p, const struct stream_unit *unit)
{
    struct stream_reader reader = stream_reader_of(unit->bytes);
    struct stream_event event;
    struct talk *t = &p->talks[unit->session - 1];
    bool is_whole = unit->begins && unit->ends;
    t->was_refused = false;
    while (!p->result->has_finding && stream_reader_next(&reader, &event)) {
        event.session = unit->session;
        if (event.kind == STREAM_DATA)
            talk_say(p, t, event.data);
        else
            take_control(p, &event);
        if (event.kind == STREAM_BARRIER && is_whole && t->was_refused) {
            note_refused(p, unit->bytes);
            return; /* nothing more of this command is said (RFC 1176 p.21) */
        }
    }
}

/* Another session may have removed messages: each of them is there or not, as the server likes,
 * until it is told. */
static bool is_mailbox_known(const struct play *p, uint32_t *exists_r)
{
    for (unsigned i = 0; i < STREAM_NSESSIONS; i++)
        if (&p->talks[i] != p->relation_talk && p->talks[i].has_expunged)
            return false;
    return p->relation_talk->model != NULL &&
           model_session_exists(p->relation_talk->model, exists_r);
}

static void check_relation(struct play *p)
{
    const struct plan_relation *what = p->relation.what;
    struct play_finding *finding = &p->result->finding;
    struct buffer wanted = {0};
    uint32_t exists;
    bool is_known = is_mailbox_known(p, &exists);
    unsigned number = relation_judge(&p->relation, is_known ? &exists : NULL, &wanted);
    if (number > 0 &&
        play_fail(p, "relation", what->requirement, what->name, "not so: %s", what->wanted)) {
        (void)snprintf(finding->tag, sizeof finding->tag, "zr%u", number);
        if (wanted.nbytes < sizeof finding->wanted)
            (void)snprintf(finding->wanted, sizeof finding->wanted, "%.*s",
                           SPAN_ARG(buffer_span(&wanted)));
    }
    buffer_free(&wanted);
}

static void take_plan(struct play *p, struct span plan)
{
    struct stream_splitter splitter = stream_splitter_of(plan);
    struct stream_unit unit;
    while (!p->result->has_finding && stream_splitter_next(&splitter, &unit)) {
        if (unit.kind == STREAM_DATA) {
            take_unit(p, &unit);
        } else {
            struct stream_event event = {
                .kind = unit.kind, .session = unit.session, .argument = unit.argument};
            take_control(p, &event);
        }
        if (relation_is_over(&p->relation))
            check_relation(p);
    }
}

/* ---- users ---- */

static bool is_word_at(struct span text, size_t at, struct span word)
{
    struct span here = span_slice(text, at, word.nbytes);
    size_t end = at + word.nbytes;
    return span_equal_nocase(here, word) && (at == 0 || !char_is_alnum(text.data[at - 1])) &&
           (end >= text.nbytes || !char_is_alnum(text.data[end]));
}

/* Counts of literals follow when a name is replaced behind an announcement. */
static void append_name(struct buffer *out, struct span word, const char *name)
{
    struct span before = buffer_span(out);
    char count[16];
    char barrier = STREAM_OCTET_BARRIER;
    int n = snprintf(count, sizeof count, "{%zu}\r\n", word.nbytes);
    bool waits = span_ends_with(before, span_make(&barrier, 1));
    struct span line = span_slice(before, 0, before.nbytes - waits);
    if (span_ends_with(line, span_make(count, (size_t)n))) {
        buffer_truncate(out, line.nbytes - (size_t)n);
        buffer_printf(out, "{%zu}\r\n", strlen(name));
        if (waits)
            buffer_append_byte(out, barrier);
    }
    buffer_append_text(out, name);
}

/* The users of a target have names of their own: where LOGIN says fred and secret, it says those.
 */
static void sign_in(const struct run_target *target, struct span plan, struct buffer *out)
{
    const char *user = target->user_name(target->context, "fred");
    const char *password = target->user_password(target->context, "fred");
    struct stream_splitter splitter = stream_splitter_of(plan);
    struct stream_unit unit;
    bool is_same = strcmp(user, "fred") == 0 && strcmp(password, "secret") == 0;
    while (stream_splitter_next(&splitter, &unit)) {
        struct span bytes = unit.bytes;
        if (is_same || unit.kind != STREAM_DATA || feedback_verb(bytes) != FEEDBACK_LOGIN) {
            buffer_append(out, bytes);
            continue;
        }
        for (size_t i = 0; i < bytes.nbytes; i++) {
            bool is_user = is_word_at(bytes, i, SPAN_LIT("fred"));
            bool is_password = is_word_at(bytes, i, SPAN_LIT("secret"));
            if (!is_user && !is_password) {
                buffer_append_byte(out, bytes.data[i]);
                continue;
            }
            struct span word = is_user ? SPAN_LIT("fred") : SPAN_LIT("secret");
            append_name(out, word, is_user ? user : password);
            i += word.nbytes - 1;
        }
    }
}

/* ---- a play ---- */

static void look_after_target(struct play *p)
{
    const struct run_target *target = p->options->target;
    struct buffer why = {0};
    bool is_well = target->is_well(target->context, p->loop, &why);
    bool was_lost = strcmp(p->result->finding.oracle, "refused") == 0 ||
                    strcmp(p->result->finding.oracle, "hang") == 0;
    for (size_t i = 0; i < STREAM_NSESSIONS; i++)
        was_lost = was_lost || p->talks[i].is_ended;
    if (is_well && p->result->has_finding && was_lost && !target->is_in_process) {
        net_sleep(p->loop, clock_now_us(net_loop_clock(p->loop)) + GRACE_US);
        is_well = target->is_well(target->context, p->loop, &why);
    }
    if (!is_well) {
        char text[300];
        (void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(buffer_span(&why)));
        p->result->has_finding = false;
        (void)memset(&p->result->finding, 0, sizeof p->result->finding);
        (void)play_fail(p, "crash", "", "the server is not well", "%s", text);
    }
    buffer_free(&why);
}

/* What was said last and not answered is read when nobody listens any more. What becomes of the
 * server then is of this play, and not of the next one. */
static void look_after_the_rest(struct play *p)
{
    if (p->result->has_finding || !p->stage->is_spoilt || p->options->target->is_in_process)
        return;
    int64_t began_us = clock_now_us(net_loop_clock(p->loop));
    enum talk_reception reception = talk_reception_of_others(p);
    if (reception == TALK_KEPT_WAITING)
        p->result->waited_us += (uint64_t)(clock_now_us(net_loop_clock(p->loop)) - began_us);
    if (reception != TALK_GREETED)
        net_sleep(p->loop, clock_now_us(net_loop_clock(p->loop)) + GRACE_US);
    look_after_target(p);
    if (reception == TALK_KEPT_WAITING)
        (void)play_fail(p, "hang", "conn.listening", "nobody is greeted",
                        "behind what was said last and not answered nobody is greeted");
}

static bool prepare(struct play *p)
{
    struct buffer why = {0};
    enum run_readiness readiness = stage_fill(p->stage, &why);
    if (readiness != RUN_READY) {
        p->result->is_broken = true;
        (void)snprintf(p->result->finding.text, sizeof p->result->finding.text, "%.*s",
                       SPAN_ARG(buffer_span(&why)));
    }
    buffer_free(&why);
    return readiness == RUN_READY;
}

static void play_prepared(struct play *p, struct span plan)
{
    static const char *const names[STREAM_NSESSIONS] = {"s1", "s2", "s3", "s4"};
    struct buffer signed_in = {0};
    sign_in(p->options->target, plan, &signed_in);
    p->loop = p->stage->loop;
    p->world = p->stage->world;
    p->started_us = clock_now_us(net_loop_clock(p->loop));
    for (unsigned i = 0; i < STREAM_NSESSIONS; i++)
        p->talks[i].name = names[i];
    for (unsigned i = 0; i < p->nsessions && !p->result->has_finding; i++)
        talk_open(p, &p->talks[i]);
    take_plan(p, buffer_span(&signed_in));
    look_after_target(p);
    for (unsigned i = 0; i < STREAM_NSESSIONS; i++) {
        if (p->talks[i].model != NULL && p->options->feedback != NULL)
            feedback_state(p->options->feedback, p->talks[i].model, p->nsessions);
        talk_close(p, &p->talks[i]);
    }
    look_after_the_rest(p);
    p->stage->nplays++;
    p->stage->is_spoilt = p->stage->is_spoilt || p->result->has_finding;
    buffer_free(&signed_in);
}

void play_plan(const struct play_options *options, struct span plan, struct play_result *result_r)
{
    struct stage own = {
        .target = options->target, .fixtures = options->fixtures, .has_world = options->has_world};
    struct play p = {.options = options,
                     .result = result_r,
                     .stage = options->stage == NULL ? &own : options->stage,
                     .nsessions = stream_highest_session(plan),
                     .relation = relation_of(options->relation)};
    *result_r = (struct play_result){.ncommands = 0};
    p.findings.arena = &p.arena;
    if (options->answers != NULL)
        options->answers->nitems = 0;
    if (options->feedback != NULL)
        feedback_begin(options->feedback);
    if (prepare(&p))
        play_prepared(&p, plan);
    relation_free(&p.relation);
    stage_free(&own);
    arena_free(&p.arena);
}
