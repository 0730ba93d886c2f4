#include "blackbox/campaign.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/apart.h"

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
    enum run_readiness readiness = target->prepare(target->context, loop, &setup, &text);
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
    char *why = c->shared->summary.why;
    size_t nbytes = sizeof c->shared->summary.why;
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
                   struct campaign_shared *shared)
{
    static const struct span boxes[] = {SPAN_INIT("INBOX"), SPAN_INIT("fuzz-1"),
                                        SPAN_INIT("fuzz-2")};
    *c = (struct campaign){.options = options, .shared = shared, .clock = clock_system()};
    target_attach(options->target, 0, 1, &c->target);
    if (options->against != NULL)
        target_attach(options->against, 0, 1, &c->against);
    if (!choose_extent(c, &c->target)) {
        shared->summary.is_broken = true;
        return false;
    }
    c->mutator = mutator_new(MUTATOR_REQUESTS);
    if (!c->has_world)
        mutator_set_words(c->mutator, MUTATOR_MAILBOXES, boxes, sizeof boxes / sizeof *boxes);
    return true;
}

void campaign_close(struct campaign *c)
{
    if (c->options->against != NULL)
        target_detach(c->options->against);
    target_detach(c->options->target);
    mutator_free(&c->mutator);
    feedback_free(&c->feedback);
    corpus_free(&c->corpus);
    table_free(&c->known);
    buffer_free(&c->plan);
    arena_free(&c->arena);
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
                       words[a->class], words[b->class], target_name(c->options->against));
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

/* In this process. */
static void play_here(struct campaign *c, const struct sample *sample, bool is_counted,
                      struct wire_log *log, struct play_result *result_r)
{
    struct play_answers answers;
    bool compares = c->options->against != NULL;
    struct play_options options = {.target = &c->target,
                                   .fixtures = &c->fixtures,
                                   .timeout_scale = c->options->timeout_scale,
                                   .hang_ms = c->hang_ms,
                                   .has_world = c->has_world,
                                   .relation = sample->mode.relation,
                                   .feedback = is_counted ? c->feedback : NULL,
                                   .log = log,
                                   .verb = &c->shared->verb,
                                   .answers = compares ? &answers : NULL};
    play_plan(&options, buffer_span(&c->plan), result_r);
    c->shared->nplays++;
    if (compares)
        play_against(c, sample, options, &answers, result_r);
}

struct apart_play {
    struct campaign *c;
    const struct sample *sample;
};

static void play_for_apart(void *context, struct play_result *result_r)
{
    struct apart_play *a = context;
    play_here(a->c, a->sample, false, NULL, result_r);
}

void campaign_play(struct campaign *c, const struct sample *sample, bool is_counted,
                   struct wire_log *log, struct play_result *result_r)
{
    buffer_clear(&c->plan);
    plan_make(span_make(sample->bytes, sample->nbytes), &sample->mode, &c->plan);
    if (!c->plays_apart) {
        play_here(c, sample, is_counted, log, result_r);
        return;
    }
    struct apart_play a = {c, sample};
    apart_play(play_for_apart, &a, &c->shared->verb, result_r);
}

/* ---- limits ---- */

int64_t campaign_elapsed_us(const struct campaign *c)
{
    return clock_now_us(&c->clock) - c->shared->began_us;
}

bool campaign_is_over(const struct campaign *c)
{
    const struct blackbox_options *o = c->options;
    return c->shared->is_to_end || o->is_interrupted(o->context) || c->shared->summary.is_broken ||
           (o->count > 0 && c->shared->nscenarios >= o->count) ||
           (o->time_ms > 0 && campaign_elapsed_us(c) >= o->time_ms * 1000);
}
