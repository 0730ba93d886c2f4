#include "blackbox/campaign.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/apart.h"
#include "blackbox/death.h"

/* ---- targets ---- */

static enum run_readiness try_extent(struct campaign *c, const struct run_target *target,
                                     enum fixture_extent extent, bool delivers, char *why,
                                     size_t nbytes)
{
    static const char *users[] = {"fred"};
    struct net_loop *loop = target->is_in_process ? net_loop_new_virtual(0) : net_loop_new();
    struct buffer text = {0};
    fixture_set_make(extent, &c->arena, &c->fixtures);
    struct run_setup setup = {.case_id = "fuzz",
                              .mailboxes = c->fixtures.boxes,
                              .nmailboxes = c->fixtures.nboxes,
                              .users = users,
                              .nusers = 1,
                              .needs_deliver = delivers};
    enum run_readiness readiness = stage_prepare(target, loop, &setup, &text);
    if (readiness == RUN_READY)
        target->finish(target->context, loop);
    (void)snprintf(why, nbytes, "%.*s", SPAN_ARG(buffer_span(&text)));
    buffer_free(&text);
    net_loop_free(&loop);
    return readiness;
}

/* As much as the target can be filled with. */
static bool choose_extent(struct campaign *c, const struct run_target *target)
{
    char *why = c->course.shared->summary.why;
    size_t nbytes = sizeof c->course.shared->summary.why;
    for (int extent = FIXTURE_WHOLE; extent <= FIXTURE_NONE; extent++) {
        enum run_readiness readiness =
            try_extent(c, target, (enum fixture_extent)extent, false, why, nbytes);
        if (readiness == RUN_BROKEN)
            return false;
        if (readiness != RUN_READY)
            continue;
        c->has_world = extent != FIXTURE_NONE;
        c->has_delivery = c->has_world && try_extent(c, target, (enum fixture_extent)extent, true,
                                                     why, nbytes) == RUN_READY;
        why[0] = '\0';
        return true;
    }
    return false;
}

bool campaign_open(struct campaign *c, const struct blackbox_options *options,
                   struct course_shared *shared)
{
    static const struct span boxes[] = {SPAN_INIT("INBOX"), SPAN_INIT("fuzz-1"),
                                        SPAN_INIT("fuzz-2")};
    *c = (struct campaign){.course = course_begin(options, shared)};
    target_attach(options->target, 0, 1, &c->target);
    if (options->against != NULL)
        target_attach(options->against, 0, 1, &c->against);
    if (!choose_extent(c, &c->target)) {
        shared->summary.is_broken = true;
        return false;
    }
    c->stage =
        (struct stage){.target = &c->target, .fixtures = &c->fixtures, .has_world = c->has_world};
    c->mutator = mutator_new(MUTATOR_REQUESTS);
    if (!c->has_world)
        mutator_set_words(c->mutator, MUTATOR_MAILBOXES, boxes, sizeof boxes / sizeof *boxes);
    return true;
}

void campaign_close(struct campaign *c)
{
    stage_free(&c->stage);
    if (c->course.options->against != NULL)
        target_detach(c->course.options->against);
    target_detach(c->course.options->target);
    mutator_free(&c->mutator);
    feedback_free(&c->feedback);
    course_free(&c->course);
    growth_free(&c->growth);
    buffer_free(&c->history);
    buffer_free(&c->plan);
    arena_free(&c->arena);
}

struct plan_mode campaign_plain_mode(const struct campaign *c)
{
    return (struct plan_mode){.has_clock = c->target.is_in_process,
                              .has_delivery = c->has_delivery};
}

/* ---- playing ---- */

/* Both are asked the same, a command at a time: where one says OK and the other does not, they
 * differ. */
static void compare_answers(const struct campaign *c, const struct play_answers *ours,
                            const struct play_answers *theirs, struct play_result *result)
{
    static const char *const words[] = {"OK", "NO", "BAD"};
    size_t n = ours->nitems < theirs->nitems ? ours->nitems : theirs->nitems;
    struct play_finding *f = &result->finding;
    for (size_t i = 0; i < n; i++) {
        const struct play_answer *a = &ours->items[i];
        const struct play_answer *b = &theirs->items[i];
        if (a->class == b->class || (a->class != FEEDBACK_OK && b->class != FEEDBACK_OK))
            continue;
        result->has_finding = true;
        (void)snprintf(f->oracle, sizeof f->oracle, "differs");
        (void)snprintf(f->signature, sizeof f->signature, "%s: %s, and %s", a->verb,
                       words[a->class], words[b->class]);
        (void)snprintf(f->text, sizeof f->text, "%s is answered %s, and %s by %s", a->verb,
                       words[a->class], words[b->class], target_name(c->course.options->against));
        (void)snprintf(f->tag, sizeof f->tag, "%s", a->tag);
        (void)snprintf(f->wanted, sizeof f->wanted, "%s", words[b->class]);
        return;
    }
}

static void play_against(struct campaign *c, const struct sample *sample,
                         struct play_options options, const struct play_answers *ours,
                         struct play_result *result)
{
    struct play_answers theirs;
    struct play_result other;
    if (result->has_finding || result->is_broken || sample->mode.pipelines)
        return;
    options.target = &c->against;
    options.feedback = NULL;
    options.log = NULL;
    options.answers = &theirs;
    play_plan(&options, buffer_span(&c->plan), &other);
    if (!other.is_broken)
        compare_answers(c, ours, &theirs, result);
}

/* ---- deaths ---- */

/* What the target has written since, of which there is the file of its stderr. */
static void name_death(const struct campaign *c, struct play_finding *finding)
{
    enum { TAIL_NBYTES = 16384 };
    char path[4096];
    char *report = mem_alloc(TAIL_NBYTES);
    (void)snprintf(path, sizeof path, "%s/stderr", target_folder(c->course.options->target));
    FILE *file = fopen(path, "rb");
    size_t n = 0;
    if (file != NULL) {
        if (fseek(file, -TAIL_NBYTES, SEEK_END) != 0)
            rewind(file);
        n = fread(report, 1, TAIL_NBYTES, file);
        (void)fclose(file);
    }
    struct span text = span_of(finding->text);
    size_t end = span_find_byte(text, ':');
    char how[sizeof finding->signature];
    (void)snprintf(how, sizeof how, "%.*s", SPAN_ARG(span_slice(text, 0, end)));
    death_name(span_make(report, n), how, feedback_verb_name(c->course.shared->verb), finding);
    free(report);
}

/* Whether the target can be started anew, and is. */
static bool restart(struct campaign *c)
{
    struct err err;
    struct net_loop *loop = c->course.options->loop;
    stage_clear(&c->stage);
    if (loop == NULL || target_pid(c->course.options->target) == 0 ||
        target_restart(c->course.options->target, loop, &err) != 0)
        return false;
    c->course.shared->summary.nrestarts++;
    growth_forget(&c->growth);
    return true;
}

/* After these the target is not what it was. */
static bool is_lasting(const struct play_finding *finding)
{
    return strcmp(finding->oracle, "crash") == 0 || strcmp(finding->oracle, "hang") == 0 ||
           strcmp(finding->oracle, "refused") == 0;
}

/* ---- playing ---- */

struct here {
    struct campaign *c;
    const struct sample *sample;
    struct stage *stage; /* NULL: one of its own */
    struct wire_log *log;
    struct play_catch *caught;
    bool is_counted;
};

/* In this process. */
static void play_here(const struct here *h, struct play_result *result_r)
{
    struct campaign *c = h->c;
    struct play_answers answers;
    bool compares = c->course.options->against != NULL;
    struct play_options options = {.target = &c->target,
                                   .fixtures = &c->fixtures,
                                   .stage = h->stage,
                                   .timeout_scale = c->course.options->timeout_scale,
                                   .hang_ms = c->hang_ms,
                                   .has_world = c->has_world,
                                   .takes_warnings = c->course.options->takes_warnings,
                                   .relation = h->sample->mode.relation,
                                   .feedback = h->is_counted ? c->feedback : NULL,
                                   .log = h->log,
                                   .verb = &c->course.shared->verb,
                                   .answers = compares ? &answers : NULL,
                                   .latency = c->target.is_in_process ? NULL : &c->latency,
                                   .caught = h->caught};
    play_plan(&options, buffer_span(&c->plan), result_r);
    c->course.shared->nplays++;
    if (compares)
        play_against(c, h->sample, options, &answers, result_r);
}

/* A target that has ended is started anew, once. */
static void play_restarting(const struct here *h, struct play_result *result_r)
{
    struct campaign *c = h->c;
    play_here(h, result_r);
    if (result_r->is_broken && restart(c))
        play_here(h, result_r);
    if (!result_r->has_finding || c->target.is_in_process || !is_lasting(&result_r->finding))
        return;
    if (strcmp(result_r->finding.oracle, "crash") == 0)
        name_death(c, &result_r->finding);
    (void)restart(c);
}

struct apart_shared {
    struct play_catch caught;
};

struct apart_play {
    struct here here;
};

static void play_for_apart(void *context, struct play_result *result_r)
{
    play_here(&((struct apart_play *)context)->here, result_r);
}

static void make_plan(struct campaign *c, const struct sample *sample)
{
    buffer_clear(&c->plan);
    plan_make(span_make(sample->bytes, sample->nbytes), &sample->mode, &c->plan);
}

void campaign_play(struct campaign *c, const struct sample *sample, struct wire_log *log,
                   struct play_catch *caught, struct play_result *result_r)
{
    struct here here = {.c = c, .sample = sample, .log = log, .caught = caught};
    stage_clear(&c->stage);
    make_plan(c, sample);
    if (!c->plays_apart) {
        play_restarting(&here, result_r);
        return;
    }
    struct apart_shared *shared = apart_memory(sizeof *shared);
    struct apart_play a = {here};
    a.here.caught = caught == NULL ? NULL : &shared->caught;
    apart_play("server", play_for_apart, &a, &c->course.shared->verb, result_r);
    if (caught != NULL)
        *caught = shared->caught;
    apart_memory_free(shared, sizeof *shared);
}

/* ---- one after the other ---- */

/* What is said without waiting would be under way still when the next one begins. */
static bool is_alone(const struct campaign *c, const struct sample *sample)
{
    return c->target.is_in_process || c->course.options->against != NULL || sample->mode.pipelines;
}

/* The plan, and new connections for the next one. */
static void remember(struct campaign *c, const struct sample *sample)
{
    struct plan_mode mode = sample->mode;
    struct stream_writer writer = stream_writer_to(&c->history);
    struct span stream = span_make(sample->bytes, sample->nbytes);
    mode.relation = 0;
    stream_write_session(&writer, 1);
    plan_make(stream, &mode, &c->history);
    for (unsigned i = 1; i <= stream_highest_session(stream); i++) {
        stream_write_session(&writer, i);
        stream_write_control(&writer, STREAM_RECONNECT, 0);
    }
    stream_write_session(&writer, 1);
}

void campaign_play_next(struct campaign *c, const struct sample *sample,
                        struct play_result *result_r)
{
    enum { ROUND_MOST = 32 };
    bool alone = is_alone(c, sample);
    if (alone || !stage_is_good(&c->stage) || c->stage.nplays >= ROUND_MOST ||
        c->history.nbytes > SAMPLE_MOST_NBYTES / 2) {
        stage_clear(&c->stage);
        buffer_clear(&c->history);
    }
    struct here here = {
        .c = c, .sample = sample, .stage = alone ? NULL : &c->stage, .is_counted = true};
    make_plan(c, sample);
    play_restarting(&here, result_r);
    if (!alone && !result_r->has_finding && !result_r->is_broken)
        remember(c, sample);
}

bool campaign_join(struct span history, struct sample *sample)
{
    if (history.nbytes == 0 || history.nbytes + sample->nbytes > sizeof sample->bytes)
        return false;
    memmove(sample->bytes + history.nbytes, sample->bytes, sample->nbytes);
    memcpy(sample->bytes, history.data, history.nbytes);
    sample->nbytes += history.nbytes;
    return true;
}
