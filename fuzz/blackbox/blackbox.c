#include "blackbox/blackbox.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blackbox/apart.h"
#include "blackbox/campaign.h"
#include "blackbox/client_campaign.h"
#include "blackbox/finding.h"
#include "blackbox/leak.h"
#include "seeds/seeds.h"

enum {
    STATUS_US = 1000000,
    RATE_LOOK_MS = 100,
    RATE_LOOK_US = RATE_LOOK_MS * 1000,
    SAVE_SCENARIOS = 512, /* the corpus is saved so often */
    BLOCK_SCENARIOS = 64,
    STUCK_MS = 10000,
    CRASHES_MOST = 50 /* then the run ends: it is taken up again after each */
};

/* ---- what is played next ---- */

static void draw_mode(const struct campaign *c, struct rng *rng, struct plan_mode *mode)
{
    *mode = (struct plan_mode){.has_clock = c->target.is_in_process,
                               .has_delivery = c->has_delivery,
                               .pipelines = rng_below(rng, 10) == 0,
                               .is_closed = rng_below(rng, 4) == 0};
    /* those that follow each other on one stage are all played in the same way */
    struct rng block = rng_seeded(c->options->seed + c->shared->nscenarios / BLOCK_SCENARIOS);
    mode->hurries = rng_below(&block, 20) == 0;
    if (!mode->pipelines && rng_below(rng, 4) == 0)
        mode->relation = (uint8_t)(1 + rng_below(rng, plan_nrelations()));
}

static void make_stream(struct campaign *c, struct rng *rng, struct sample *sample)
{
    static char other[STREAM_MOST_NBYTES];
    char *room = sample->bytes;
    enum { MOST = 4096, COMMANDS = 8 };
    if (c->corpus.nitems == 0 || rng_below(rng, 5) == 0) {
        unsigned nsessions = 1 + (unsigned)(rng_below(rng, 3) == 0 ? rng_below(rng, 4) : 0);
        unsigned ncommands = COMMANDS + (unsigned)rng_below(rng, 3 * COMMANDS);
        sample->nbytes =
            mutator_generate(c->mutator, ncommands, nsessions, room, MOST, rng_next(rng));
        return;
    }
    struct span stream = corpus_choose(&c->corpus, rng);
    sample->nbytes = mutator_mutate(c->mutator, stream, room, MOST, rng_next(rng));
    for (uint64_t more = rng_below(rng, 4); more > 0; more--) {
        memcpy(other, room, sample->nbytes);
        sample->nbytes =
            mutator_mutate(c->mutator, span_make(other, sample->nbytes), room, MOST, rng_next(rng));
    }
}

static void next_sample(struct campaign *c, struct seeds *seeds, struct sample *sample)
{
    uint64_t number = c->shared->nscenarios;
    struct rng rng = rng_seeded(c->options->seed * UINT64_C(0x9e3779b97f4a7c15) + number);
    sample->number = number;
    if (number < seeds->nitems) {
        struct span stream = span_slice(seeds->items[number].stream, 0, sizeof sample->bytes);
        memcpy(sample->bytes, stream.data, stream.nbytes);
        sample->nbytes = stream.nbytes;
        sample->mode = (struct plan_mode){.has_clock = c->target.is_in_process,
                                          .has_delivery = c->has_delivery};
        return;
    }
    draw_mode(c, &rng, &sample->mode);
    make_stream(c, &rng, sample);
}

/* ---- counting ---- */

static void count(struct campaign *c, const struct play_result *result, int64_t took_us)
{
    struct blackbox_summary *s = &c->shared->summary;
    s->nscenarios++;
    s->ncommands += result->ncommands;
    s->nplayed_us += (uint64_t)took_us;
    s->nwaited_us += result->waited_us;
}

static void print_rates(const struct campaign *c, const char *end, FILE *out)
{
    const struct blackbox_summary *s = &c->shared->summary;
    const uint64_t *n = c->feedback->nanswers;
    double seconds = (double)campaign_elapsed_us(c) / 1e6;
    double answers = (double)(n[0] + n[1] + n[2]);
    double each = seconds > 0 ? seconds : 1;
    char restarts[32] = "";
    answers = answers > 0 ? answers : 1;
    if (s->nrestarts > 0)
        (void)snprintf(restarts, sizeof restarts, "  restarts %u", s->nrestarts);
    (void)fprintf(out,
                  "%.1f s  %" PRIu64 " scenarios (%.0f/s)  %" PRIu64
                  " commands (%.0f/s)  OK %.0f %% NO %.0f %% BAD %.0f %%  corpus %zu  "
                  "timeouts %.1f %%  findings %u%s%s",
                  seconds, s->nscenarios, (double)s->nscenarios / each, s->ncommands,
                  (double)s->ncommands / each, 100 * (double)n[0] / answers,
                  100 * (double)n[1] / answers, 100 * (double)n[2] / answers, c->corpus.nitems,
                  (double)s->nwaited_us / 1e4 / each, s->nfindings, restarts, end);
}

static void show_status(struct campaign *c)
{
    int64_t now_us = clock_now_us(&c->clock);
    if (!c->options->shows_status || now_us - c->status_us < STATUS_US)
        return;
    c->status_us = now_us;
    (void)fprintf(stderr, "\r");
    print_rates(c, "  ", stderr);
    (void)fflush(stderr);
}

static void print_end(struct campaign *c)
{
    struct buffer text = {0};
    if (c->options->shows_status)
        (void)fprintf(stderr, "\n");
    (void)printf("%s: ", c->target.name);
    print_rates(c, "\n", stdout);
    feedback_print(c->feedback, &text);
    (void)printf("%.*s", SPAN_ARG(buffer_span(&text)));
    (void)printf("seed %" PRIu64 "\n", c->options->seed);
    (void)fflush(stdout);
    buffer_free(&text);
}

/* ---- one after the other ---- */

/* An answer that took unusually long is worth while when it does so each time. */
static void take_lateness(struct campaign *c, const struct play_result *result)
{
    struct sample *sample = &c->shared->sample;
    unsigned verb = result->slow_verb;
    unsigned bucket = result->slow_bucket;
    if (bucket == 0 || c->is_late[verb][bucket])
        return;
    for (int i = 0; i < 2; i++) {
        struct play_result again;
        campaign_play(c, sample, NULL, NULL, &again);
        if (again.slow_verb != verb || again.slow_bucket < bucket)
            return;
    }
    c->is_late[verb][bucket] = true;
    corpus_add(&c->corpus, span_make(sample->bytes, sample->nbytes), 1);
}

static int take_result(struct campaign *c, const struct play_result *result, struct err *err)
{
    const struct sample *sample = &c->shared->sample;
    struct blackbox_summary *s = &c->shared->summary;
    if (result->is_broken) {
        s->is_broken = true;
        (void)snprintf(s->why, sizeof s->why, "%s", result->finding.text);
        return 0;
    }
    if (c->feedback->nnew > 0)
        corpus_add(&c->corpus, span_make(sample->bytes, sample->nbytes), c->feedback->nnew);
    if (result->has_finding) {
        struct sample copy = *sample; /* shrinking plays others */
        struct play_finding finding = result->finding;
        return finding_take(c, &copy, buffer_span(&c->history), &finding, err);
    }
    take_lateness(c, result);
    return leak_look(c, sample, err);
}

/* So that no more than `rate` scenarios are begun in a second. */
static void keep_rate(const struct campaign *c)
{
    if (c->options->rate == 0)
        return;
    int64_t due_us = (int64_t)(c->shared->nscenarios * 1000000 / c->options->rate);
    int64_t early_us;
    while ((early_us = due_us - campaign_elapsed_us(c)) > 0 && !campaign_is_over(c))
        (void)poll(NULL, 0, early_us < RATE_LOOK_US ? (int)(early_us / 1000) + 1 : RATE_LOOK_MS);
}

static int play_next(struct campaign *c, struct seeds *seeds, struct err *err)
{
    struct play_result result;
    struct sample *sample = &c->shared->sample;
    keep_rate(c);
    int64_t before_us = clock_now_us(&c->clock);
    next_sample(c, seeds, sample);
    c->shared->nscenarios++;
    campaign_play_next(c, sample, &result);
    count(c, &result, clock_now_us(&c->clock) - before_us);
    if (take_result(c, &result, err) != 0)
        return -1;
    show_status(c);
    return c->shared->nscenarios % SAVE_SCENARIOS == 0
               ? corpus_save(&c->corpus, c->options->findings, err)
               : 0;
}

/* What is in the corpus from before is played again, so that what it reached is known. */
static void replay_corpus(struct campaign *c)
{
    for (size_t i = 0; i < c->corpus.nitems && !campaign_is_over(c); i++) {
        struct play_result result;
        struct sample *sample = &c->shared->sample;
        struct span stream = span_slice(c->corpus.items[i].stream, 0, sizeof sample->bytes);
        memcpy(sample->bytes, stream.data, stream.nbytes);
        sample->nbytes = stream.nbytes;
        sample->mode = (struct plan_mode){.has_clock = c->target.is_in_process,
                                          .has_delivery = c->has_delivery};
        campaign_play_next(c, sample, &result);
    }
}

static int fuzz(struct campaign *c, bool resumes, struct err *err)
{
    struct seeds seeds = {.nitems = 0};
    int status = 0;
    c->feedback = feedback_new();
    seeds_make(&seeds, MUTATOR_REQUESTS);
    /* counts are made to fit, so nothing else writes them in the tolerated form */
    seeds_add(&seeds, "counts", SPAN_LIT("a1 LOGIN {00}\r\n {000}\r\n\r\n"));
    c->shared->summary.nfindings = record_load(c);
    if (resumes) {
        status = corpus_load(&c->corpus, c->options->findings, err);
        replay_corpus(c);
    }
    while (status == 0 && !campaign_is_over(c))
        status = play_next(c, &seeds, err);
    if (status == 0)
        status = corpus_save(&c->corpus, c->options->findings, err);
    for (size_t i = 0; i < 3; i++)
        c->shared->summary.nanswers[i] = c->feedback->nanswers[i];
    if (!c->shared->summary.is_broken)
        print_end(c);
    seeds_free(&seeds);
    return status;
}

/* ---- in a process of its own ---- */

struct supervision {
    const struct blackbox_options *options;
    struct campaign_shared *shared;
};

static void attend(void *context)
{
    struct supervision *s = context;
    if (s->options->is_interrupted(s->options->context))
        s->shared->is_to_end = true;
}

struct child_error {
    struct err err;
};

/* What it shows in a process of its own is known better than what the one that ended has told. */
static void tell_crash(struct campaign *c, const struct sample *sample,
                       struct play_finding *finding)
{
    struct play_result result;
    campaign_play(c, sample, NULL, NULL, &result);
    if (result.has_finding && strcmp(result.finding.oracle, finding->oracle) == 0)
        *finding = result.finding;
}

static int take_crash(struct supervision *s, enum apart_end end, int signal_number, struct err *err)
{
    struct campaign c;
    struct play_finding finding;
    struct sample sample = s->shared->sample;
    int status = 0;
    apart_finding(end, signal_number, s->shared->verb, &finding);
    if (campaign_open(&c, s->options, s->shared)) {
        (void)record_load(&c);
        c.plays_apart = true;
        tell_crash(&c, &sample, &finding);
        status = finding_take(&c, &sample, (struct span){0}, &finding, err);
    }
    campaign_close(&c);
    return status;
}

/* The child's own trouble comes back as its exit status and a message in shared memory. */
static int run_child(const struct blackbox_options *options, struct campaign_shared *shared,
                     bool resumes, struct child_error *error)
{
    struct campaign c;
    int status = 0;
    if (campaign_open(&c, options, shared))
        status = fuzz(&c, resumes, &error->err);
    campaign_close(&c);
    (void)fflush(NULL);
    return status == 0 ? 0 : 1;
}

static int supervise(const struct blackbox_options *options, struct campaign_shared *shared,
                     struct err *err)
{
    struct supervision s = {options, shared};
    struct child_error *error = apart_memory(sizeof *error);
    int status = 0;
    bool goes_on = true;
    for (unsigned i = 0; i < CRASHES_MOST && goes_on && status == 0; i++) {
        int number = 0;
        pid_t pid = apart_fork(err);
        if (pid == 0)
            _exit(run_child(options, shared, options->resumes || i > 0, error));
        if (pid < 0)
            status = -1;
        enum apart_end end = pid < 0
                                 ? APART_EXITED
                                 : apart_wait(pid, &shared->nplays, STUCK_MS, attend, &s, &number);
        goes_on = end != APART_EXITED;
        if (goes_on)
            status = take_crash(&s, end, number, err);
        else if (status == 0 && number != 0) {
            *err = error->err;
            status = -1;
        }
    }
    apart_memory_free(error, sizeof *error);
    return status;
}

int blackbox_run(const struct blackbox_options *options, struct blackbox_summary *summary_r,
                 struct err *err)
{
    if (!target_is_server(options->target))
        return client_campaign_run(options, summary_r, err);
    struct campaign_shared *shared = apart_memory(sizeof *shared);
    struct clock clock = clock_system();
    int status;
    shared->began_us = clock_now_us(&clock);
    if (target_is_in_process(options->target)) {
        status = supervise(options, shared, err);
    } else {
        struct campaign c;
        status = campaign_open(&c, options, shared) ? fuzz(&c, options->resumes, err) : 0;
        campaign_close(&c);
    }
    *summary_r = shared->summary;
    apart_memory_free(shared, sizeof *shared);
    return status;
}

int blackbox_shrink(const struct blackbox_options *options, struct span stream, struct err *err)
{
    if (!target_is_server(options->target))
        return client_campaign_shrink(options, stream, err);
    struct campaign_shared *shared = apart_memory(sizeof *shared);
    struct campaign c;
    struct play_result result = {.has_finding = false};
    struct sample *sample = mem_alloc(sizeof *sample);
    struct clock clock = clock_system();
    int status = 1;
    shared->began_us = clock_now_us(&clock);
    if (stream.nbytes > sizeof sample->bytes) {
        status = err_set(err, NULL, 0, 0, "the stream has over %zu octets", sizeof sample->bytes);
    } else if (!campaign_open(&c, options, shared)) {
        status = err_set(err, NULL, 0, 0, "%s", shared->summary.why);
        campaign_close(&c);
    } else {
        memcpy(sample->bytes, stream.data, stream.nbytes);
        sample->nbytes = stream.nbytes;
        sample->mode =
            (struct plan_mode){.has_clock = c.target.is_in_process, .has_delivery = c.has_delivery};
        c.plays_apart = c.target.is_in_process;
        for (int i = 0; i < 4 && !result.has_finding; i++) {
            sample->mode.pipelines = i >= 2;
            sample->mode.hurries = i % 2 == 1;
            campaign_play(&c, sample, NULL, NULL, &result);
        }
        struct play_finding finding = result.finding;
        if (result.has_finding)
            status = finding_take(&c, sample, (struct span){0}, &finding, err);
        campaign_close(&c);
    }
    free(sample);
    apart_memory_free(shared, sizeof *shared);
    return status;
}
