#include "blackbox/supervise.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "blackbox/apart.h"
#include "blackbox/folder.h"

enum { ENDS_MOST = 50 /* then the run ends: it is taken up again after each */ };

struct supervision {
    const struct campaign_kind *kind;
    const struct blackbox_options *options;
    struct course_shared *shared;
};

static void attend(void *context)
{
    struct supervision *s = context;
    if (s->options->is_interrupted(s->options->context))
        s->shared->is_to_end = true;
}

static struct course_shared *begin(void)
{
    struct course_shared *shared = apart_memory(sizeof *shared);
    struct clock clock = clock_system();
    shared->began_us = clock_now_us(&clock);
    return shared;
}

/* ---- a campaign, in this process ---- */

static int fuzz(const struct supervision *s, bool resumes, struct err *err)
{
    struct course_player player;
    struct seeds seeds = {.nitems = 0};
    struct blackbox_summary *summary = &s->shared->summary;
    int status = 0;
    if (s->kind->open(s->options, s->shared, &player)) {
        seeds_make(&seeds, s->kind->samples);
        player.begin(player.campaign, &seeds);
        status = folder_load(player.course, err);
        summary->nfindings = (unsigned)player.course->buckets.nitems;
        if (s->shared->nscenarios == 0)
            summary->nearlier = summary->nfindings;
        if (status == 0)
            status = course_run(&player, &seeds, resumes, err);
        seeds_free(&seeds);
    }
    s->kind->close(player.campaign);
    return status;
}

/* The sample has ended the process that played it. What it shows in one of its own is known better
 * than what the one that ended has told. */
static int take_end(const struct supervision *s, const struct play_finding *finding,
                    struct err *err)
{
    struct course_player player;
    struct play_result again;
    int status = 0;
    if (s->kind->open(s->options, s->shared, &player)) {
        status = folder_load(player.course, err);
        player.play_alone(player.campaign, &s->shared->sample, &again);
        bool is_same = again.has_finding && strcmp(again.finding.oracle, finding->oracle) == 0;
        if (status == 0)
            status = course_take_finding(&player, is_same ? &again.finding : finding, err);
    }
    s->kind->close(player.campaign);
    return status;
}

/* In whatever mode it shows something. */
static int shrink(const struct supervision *s, struct err *err)
{
    struct course_player player;
    struct play_result result = {.has_finding = false};
    struct sample *sample = &s->shared->sample;
    int status = 1;
    if (!s->kind->open(s->options, s->shared, &player))
        status = err_set(err, NULL, 0, 0, "%s", s->shared->summary.why);
    int nmodes = player.has_modes ? 4 : 1;
    for (int i = 0; i < nmodes && status == 1 && !result.has_finding; i++) {
        sample->mode = player.plain;
        sample->mode.pipelines = i >= 2;
        sample->mode.hurries = i % 2 == 1;
        player.play_alone(player.campaign, sample, &result);
    }
    if (result.has_finding)
        status = course_take_finding(&player, &result.finding, err);
    s->kind->close(player.campaign);
    return status;
}

/* ---- and in another one ---- */

/* Once, in a child. True when it is to be taken up again. Its own trouble comes back as a message
 * in shared memory; without one, any exit status but 0 is the doing of what it played against. */
static bool run_apart(const struct supervision *s, bool resumes, int *status_r, struct err *err)
{
    struct course_shared *shared = s->shared;
    int exit_status = 0;
    pid_t pid = apart_fork(err);
    if (pid == 0) {
        int status = fuzz(s, resumes, &shared->err);
        (void)fflush(NULL);
        _exit(status == 0 ? 0 : 1);
    }
    if (pid < 0) {
        *status_r = -1;
        return false;
    }
    enum apart_end end =
        apart_wait(pid, &shared->nplays, s->kind->stuck_ms, attend, (void *)s, &exit_status);
    bool has_trouble = shared->err.text[0] != '\0';
    if (end == APART_EXITED && (exit_status == 0 || has_trouble)) {
        if (has_trouble)
            *err = shared->err;
        *status_r = has_trouble ? -1 : 0;
        return false;
    }
    struct play_finding finding;
    apart_finding(s->kind->who, end, exit_status, shared->verb, &finding);
    *status_r = take_end(s, &finding, err);
    return *status_r == 0;
}

int supervise_run(const struct campaign_kind *kind, const struct blackbox_options *options,
                  struct blackbox_summary *summary_r, struct err *err)
{
    struct supervision s = {kind, options, begin()};
    int status = 0;
    if (target_is_in_process(options->target)) {
        bool goes_on = true;
        for (unsigned i = 0; i < ENDS_MOST && goes_on; i++)
            goes_on = run_apart(&s, options->resumes || i > 0, &status, err);
    } else {
        status = fuzz(&s, options->resumes, err);
    }
    *summary_r = s.shared->summary;
    apart_memory_free(s.shared, sizeof *s.shared);
    return status;
}

int supervise_shrink(const struct campaign_kind *kind, const struct blackbox_options *options,
                     struct span stream, struct err *err)
{
    struct supervision s = {kind, options, begin()};
    struct sample *sample = &s.shared->sample;
    int status;
    if (stream.nbytes > sizeof sample->bytes) {
        status = err_set(err, NULL, 0, 0, "the stream has over %zu octets", sizeof sample->bytes);
    } else {
        sample_set(sample, stream);
        status = shrink(&s, err);
    }
    apart_memory_free(s.shared, sizeof *s.shared);
    return status;
}
