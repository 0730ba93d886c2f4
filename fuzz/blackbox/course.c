#include "blackbox/course.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/status.h"

enum {
    RATE_LOOK_MS = 100,
    RATE_LOOK_US = RATE_LOOK_MS * 1000,
    SAVE_SCENARIOS = 512 /* the corpus is saved so often */
};

void sample_set(struct sample *sample, struct span stream)
{
    stream = span_slice(stream, 0, sizeof sample->bytes);
    if (stream.nbytes > 0)
        memmove(sample->bytes, stream.data, stream.nbytes);
    sample->nbytes = stream.nbytes;
}

struct span sample_span(const struct sample *sample)
{
    return span_make(sample->bytes, sample->nbytes);
}

struct course course_begin(const struct blackbox_options *options, struct course_shared *shared)
{
    return (struct course){.options = options, .shared = shared, .clock = clock_system()};
}

void course_free(struct course *course)
{
    corpus_free(&course->corpus);
    bucket_list_free(&course->buckets);
}

/* ---- limits ---- */

int64_t course_elapsed_us(const struct course *course)
{
    return clock_now_us(&course->clock) - course->shared->began_us;
}

int64_t course_left_us(const struct course *course)
{
    static const int64_t day_us = INT64_C(86400000000);
    int64_t time_ms = course->options->time_ms;
    return time_ms == 0 ? day_us : time_ms * 1000 - course_elapsed_us(course);
}

bool course_is_interrupted(const struct course *course)
{
    const struct blackbox_options *o = course->options;
    return course->shared->is_to_end || o->is_interrupted(o->context);
}

static bool is_over(const struct course *course)
{
    const struct blackbox_options *o = course->options;
    return course_is_interrupted(course) || course->shared->summary.is_broken ||
           (o->count > 0 && course->shared->nscenarios >= o->count) || course_left_us(course) <= 0;
}

/* So that no more than `rate` scenarios are begun in a second. */
static void keep_rate(const struct course *course)
{
    if (course->options->rate == 0)
        return;
    int64_t due_us = (int64_t)(course->shared->nscenarios * 1000000 / course->options->rate);
    int64_t early_us;
    while ((early_us = due_us - course_elapsed_us(course)) > 0 && !is_over(course))
        (void)poll(NULL, 0, early_us < RATE_LOOK_US ? (int)(early_us / 1000) + 1 : RATE_LOOK_MS);
}

/* ---- one after the other ---- */

int course_take_finding(const struct course_player *player, const struct play_finding *finding,
                        struct err *err)
{
    struct sample *copy = mem_alloc(sizeof *copy);
    struct play_finding seen = *finding;
    *copy = player->course->shared->sample;
    int64_t began_us = course_elapsed_us(player->course);
    int status = player->take_finding(player->campaign, copy, &seen, err);
    player->course->shared->summary.nlooked_us +=
        (uint64_t)(course_elapsed_us(player->course) - began_us);
    free(copy);
    return status;
}

static int take_result(const struct course_player *player, const struct play_result *result,
                       struct err *err)
{
    struct course *course = player->course;
    const struct sample *sample = &course->shared->sample;
    struct blackbox_summary *s = &course->shared->summary;
    s->nscenarios++;
    s->ncommands += result->ncommands;
    s->nwaited_us += result->waited_us;
    if (result->is_broken) {
        s->is_broken = true;
        (void)snprintf(s->why, sizeof s->why, "%s", result->finding.text);
        return 0;
    }
    if (result->nnew > 0)
        corpus_add(&course->corpus, sample_span(sample), result->nnew);
    if (result->has_finding)
        return course_take_finding(player, &result->finding, err);
    return player->look_after == NULL ? 0
                                      : player->look_after(player->campaign, sample, result, err);
}

/* Where nothing can be found the run ends, so that nobody takes it for a good one. */
static void end_in_vain(const struct course_player *player)
{
    struct blackbox_summary *s = &player->course->shared->summary;
    if (s->is_broken || s->nfindings > s->nearlier || s->nscenarios == 0)
        return;
    s->is_broken = player->is_in_vain(player->campaign, s->why, sizeof s->why);
}

static int play_next(const struct course_player *player, const struct seeds *seeds, struct err *err)
{
    struct course *course = player->course;
    struct play_result result;
    struct sample *sample = &course->shared->sample;
    keep_rate(course);
    sample->number = course->shared->nscenarios++;
    player->make(player->campaign, seeds, sample);
    player->play(player->campaign, sample, &result);
    if (take_result(player, &result, err) != 0)
        return -1;
    if (course->shared->summary.nscenarios == COURSE_VAIN_SCENARIOS)
        end_in_vain(player);
    status_show(player);
    return course->shared->nscenarios % SAVE_SCENARIOS == 0
               ? corpus_save(&course->corpus, course->options->findings, err)
               : 0;
}

/* What is in the corpus from before is played again, so that what it reached is known. */
static void replay_corpus(const struct course_player *player)
{
    const struct course *course = player->course;
    for (size_t i = 0; i < course->corpus.nitems && !is_over(course); i++) {
        struct play_result result;
        struct sample *sample = &course->shared->sample;
        sample_set(sample, course->corpus.items[i].stream);
        sample->mode = player->plain;
        player->play(player->campaign, sample, &result);
    }
}

int course_run(const struct course_player *player, const struct seeds *seeds, bool resumes,
               struct err *err)
{
    struct course *course = player->course;
    const char *findings = course->options->findings;
    int status = 0;
    if (resumes) {
        status = corpus_load(&course->corpus, findings, err);
        replay_corpus(player);
    }
    while (status == 0 && !is_over(course))
        status = play_next(player, seeds, err);
    if (status == 0)
        status = corpus_save(&course->corpus, findings, err);
    end_in_vain(player);
    if (!course->shared->summary.is_broken)
        status_end(player);
    return status;
}
