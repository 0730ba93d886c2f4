#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/finding.h"
#include "blackbox/leak.h"
#include "blackbox/supervise.h"

enum { STUCK_MS = 10000, BLOCK_SCENARIOS = 64 };

/* ---- what is played next ---- */

static void draw_mode(const struct campaign *c, uint64_t number, struct rng *rng,
                      struct plan_mode *mode)
{
    *mode = campaign_plain_mode(c);
    mode->pipelines = rng_below(rng, 10) == 0;
    mode->is_closed = rng_below(rng, 4) == 0;
    /* those that follow each other on one stage are all played in the same way */
    struct rng block = rng_seeded(c->course.options->seed + number / BLOCK_SCENARIOS);
    mode->hurries = rng_below(&block, 20) == 0;
    if (!mode->pipelines && rng_below(rng, 4) == 0)
        mode->relation = (uint8_t)(1 + rng_below(rng, plan_nrelations()));
}

static void make_stream(struct campaign *c, struct rng *rng, struct sample *sample)
{
    static char other[STREAM_MOST_NBYTES];
    char *room = sample->bytes;
    enum { MOST = 4096, COMMANDS = 8 };
    if (c->course.corpus.nitems == 0 || rng_below(rng, 5) == 0) {
        unsigned nsessions = 1 + (unsigned)(rng_below(rng, 3) == 0 ? rng_below(rng, 4) : 0);
        unsigned ncommands = COMMANDS + (unsigned)rng_below(rng, 3 * COMMANDS);
        sample->nbytes =
            mutator_generate(c->mutator, ncommands, nsessions, room, MOST, rng_next(rng));
        return;
    }
    struct span stream = corpus_choose(&c->course.corpus, rng);
    sample->nbytes = mutator_mutate(c->mutator, stream, room, MOST, rng_next(rng));
    for (uint64_t more = rng_below(rng, 4); more > 0; more--) {
        memcpy(other, room, sample->nbytes);
        sample->nbytes =
            mutator_mutate(c->mutator, span_make(other, sample->nbytes), room, MOST, rng_next(rng));
    }
}

static void make(void *campaign, const struct seeds *seeds, struct sample *sample)
{
    struct campaign *c = campaign;
    uint64_t number = sample->number;
    struct rng rng = rng_seeded(c->course.options->seed * UINT64_C(0x9e3779b97f4a7c15) + number);
    if (number < seeds->nitems) {
        sample_set(sample, seeds->items[number].stream);
        sample->mode = campaign_plain_mode(c);
        return;
    }
    draw_mode(c, number, &rng, &sample->mode);
    make_stream(c, &rng, sample);
}

/* ---- one after the other ---- */

static void play(void *campaign, const struct sample *sample, struct play_result *result_r)
{
    struct campaign *c = campaign;
    campaign_play_next(c, sample, result_r);
    result_r->nnew = c->feedback->nnew;
}

static void play_alone(void *campaign, const struct sample *sample, struct play_result *result_r)
{
    struct campaign *c = campaign;
    c->plays_apart = c->target.is_in_process;
    campaign_play(c, sample, NULL, NULL, result_r);
}

/* An answer that took unusually long is worth while when it does so each time. */
static void take_lateness(struct campaign *c, const struct sample *sample,
                          const struct play_result *result)
{
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
    corpus_add(&c->course.corpus, sample_span(sample), 1);
}

static int look_after(void *campaign, const struct sample *sample, const struct play_result *result,
                      struct err *err)
{
    take_lateness(campaign, sample, result);
    return leak_look(campaign, sample, err);
}

static int take_finding(void *campaign, const struct sample *sample,
                        const struct play_finding *finding, struct err *err)
{
    struct campaign *c = campaign;
    return finding_take(c, sample, buffer_span(&c->history), finding, err);
}

static bool is_in_vain(const void *campaign, char *why, size_t size)
{
    const struct campaign *c = campaign;
    if (feedback_has_entered(c->feedback))
        return false;
    (void)snprintf(why, size, "nobody could log in as %s, so nothing was tested: \"%s\"",
                   c->target.user_name(c->target.context, "fred"), c->feedback->refusal);
    return true;
}

static void tell_shares(const void *campaign, struct buffer *out)
{
    const struct campaign *c = campaign;
    const uint64_t *n = c->feedback->nanswers;
    double answers = (double)(n[0] + n[1] + n[2]);
    answers = answers > 0 ? answers : 1;
    buffer_printf(out, "OK %.0f %% NO %.0f %% BAD %.0f %%  ", 100 * (double)n[0] / answers,
                  100 * (double)n[1] / answers, 100 * (double)n[2] / answers);
}

static void tell_reach(const void *campaign, struct buffer *out)
{
    feedback_print(((const struct campaign *)campaign)->feedback, out);
}

/* ---- all of it ---- */

static void begin(void *campaign, struct seeds *seeds)
{
    struct campaign *c = campaign;
    c->feedback = feedback_new();
    /* counts are made to fit, so nothing else writes them in the tolerated form */
    seeds_add(seeds, "counts", SPAN_LIT("a1 LOGIN {00}\r\n {000}\r\n\r\n"));
}

static bool open_server(const struct blackbox_options *options, struct course_shared *shared,
                        struct course_player *player_r)
{
    struct campaign *c = mem_alloc(sizeof *c);
    bool is_ready = campaign_open(c, options, shared);
    *player_r = (struct course_player){.campaign = c,
                                       .course = &c->course,
                                       .target = c->target.name,
                                       .plain = campaign_plain_mode(c),
                                       .has_modes = true,
                                       .begin = begin,
                                       .make = make,
                                       .play = play,
                                       .play_alone = play_alone,
                                       .take_finding = take_finding,
                                       .look_after = look_after,
                                       .is_in_vain = is_in_vain,
                                       .tell_shares = tell_shares,
                                       .tell_reach = tell_reach};
    return is_ready;
}

static void close_server(void *campaign)
{
    campaign_close(campaign);
    free(campaign);
}

const struct campaign_kind server_campaign = {"server", STUCK_MS, MUTATOR_REQUESTS, open_server,
                                              close_server};
