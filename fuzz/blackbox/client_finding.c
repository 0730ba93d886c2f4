#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/client_campaign.h"
#include "blackbox/folder.h"
#include "blackbox/status.h"

enum {
    CONFIRMED_HERE = 3, /* plays that must all show it */
    CONFIRMED_OUTSIDE = 5,
    CONFIRMED_HANGS = 2,
    SHRINK_BUDGET = 5000,
    SHRINK_US = 30000000
};

static const double CONFIRM_HANG_SCALE = 3;
static const double SHRINK_HANG_SCALE = 0.1; /* nobody would wait the whole time each time */

static bool is_hang(const struct play_finding *finding)
{
    return strcmp(finding->oracle, "hang") == 0;
}

/* True when the stream shows the same; *told_r is then how it is told now. */
static bool shows(struct client_campaign *c, struct span stream, const struct play_finding *finding,
                  struct play_finding *told_r)
{
    struct play_result result;
    client_campaign_play(c, stream, false, NULL, &result);
    if (!result.has_finding || !bucket_is_same(&result.finding, finding))
        return false;
    if (told_r != NULL)
        *told_r = result.finding;
    return true;
}

/* ---- shrinking ---- */

static void shrink(struct client_campaign *c, struct sample *sample, struct play_finding *finding,
                   struct finding_work *work)
{
    double scale = c->timeout_scale;
    struct span candidate;
    int64_t deadline_us = clock_now_us(&c->course.clock) + SHRINK_US;
    struct shrinker *shrinker = shrink_new(MUTATOR_RESPONSES, sample_span(sample), SHRINK_BUDGET);
    if (is_hang(finding) && !c->target.is_in_process)
        c->timeout_scale = (scale > 0 ? scale : 1) * SHRINK_HANG_SCALE;
    while (!work->is_late && shrink_next(shrinker, &candidate)) {
        shrink_answer(shrinker, shows(c, candidate, finding, NULL));
        work->is_late =
            clock_now_us(&c->course.clock) > deadline_us || course_is_interrupted(&c->course);
    }
    c->timeout_scale = scale;
    struct span small = shrink_result(shrinker);
    if (shows(c, small, finding, finding)) { /* tags and numbers have changed */
        work->statistics = shrink_statistics(shrinker);
        sample_set(sample, small);
    }
    shrink_free(&shrinker);
}

/* ---- writing ---- */

static void export(const struct client_campaign *c, const struct sample *sample,
                   const struct play_finding *f, const char *id, struct buffer *out)
{
    struct buffer head = {0};
    uint32_t operation = 0;
    if ((f->wanted[0] == '\0' && !is_hang(f)) || number_parse_u32(span_of(f->tag), &operation) != 0)
        operation = 0;
    struct client_expectation e = {.operation = operation,
                                   .requirement = f->requirement,
                                   .lines = f->wanted,
                                   .is_of_cache = strcmp(f->session, "cache") == 0,
                                   .is_end = is_hang(f)};
    folder_write_head(&c->course, sample, f, &head);
    char *text = buffer_take_text(&head);
    client_script_write(sample_span(sample), &c->can, id, f->oracle, text, &e, out);
    free(text);
}

static int write_meta(const struct client_campaign *c, const char *folder,
                      const struct sample *sample, const struct play_finding *finding,
                      const struct finding_work *work, struct err *err)
{
    json_t *root = folder_describe(&c->course, sample, finding, work);
    int status = folder_write_meta(folder, root, err);
    json_decref(root);
    return status;
}

static void print_finding(const struct play_finding *finding, const struct finding_work *work,
                          const char *folder)
{
    struct buffer text = {0};
    buffer_append_escaped(&text, span_of(finding->text), sizeof finding->text);
    (void)printf("%s%s (%s): %.*s\n  %s/scenario.scn\n", work->is_flaky ? "flaky " : "",
                 finding->oracle,
                 finding->requirement[0] == '\0' ? "no requirement" : finding->requirement,
                 SPAN_ARG(buffer_span(&text)), folder);
    (void)fflush(stdout);
    buffer_free(&text);
}

static int write_all(struct client_campaign *c, const char *key, const struct sample *sample,
                     const struct play_finding *finding, struct finding_work *work, struct err *err)
{
    char folder[4096];
    struct buffer scenario = {0};
    struct buffer log = {0};
    struct play_result result;
    (void)snprintf(folder, sizeof folder, "%s/%s", c->course.options->findings, key);
    export(c, sample, finding, key, &scenario);
    if (!c->plays_apart)
        client_campaign_play(c, sample_span(sample), false, &log, &result);
    struct span text = buffer_span(&scenario);
    int status = folder_fill(folder, text, sample_span(sample), buffer_span(&log), err);
    work->replayed = work->is_flaky ? "flaky"
                     : c->plays_apart
                         ? "not played"
                         : folder_replay(&c->course, &c->target, c->timeout_scale, text, folder);
    if (status == 0)
        status = write_meta(c, folder, sample, finding, work, err);
    if (status == 0 && c->course.options->shows_status)
        (void)fprintf(stderr, "\n");
    if (status == 0)
        print_finding(finding, work, folder);
    buffer_free(&scenario);
    buffer_free(&log);
    return status;
}

int client_finding_take(struct client_campaign *c, const struct sample *sample,
                        const struct play_finding *finding, struct err *err)
{
    char key[BUCKET_KEY_NBYTES];
    struct finding_work work = {.nconfirmed = 0};
    if (bucket_is_known(&c->course.buckets, finding))
        return 0;
    bucket_key(finding, key);
    struct sample *small = mem_alloc(sizeof *small);
    struct play_finding told = *finding;
    *small = *sample;
    status_announce(&c->course, finding);
    bool is_slow = is_hang(finding) && !c->target.is_in_process;
    int nconfirming = c->target.is_in_process ? CONFIRMED_HERE
                      : is_slow               ? CONFIRMED_HANGS
                                              : CONFIRMED_OUTSIDE;
    double scale = c->timeout_scale;
    if (is_slow) /* a busy machine is no hang */
        c->timeout_scale = (scale > 0 ? scale : 1) * CONFIRM_HANG_SCALE;
    for (int i = 0; i < nconfirming && !work.is_flaky; i++) {
        work.is_flaky = !shows(c, sample_span(small), finding, NULL);
        work.nconfirmed += !work.is_flaky;
    }
    c->timeout_scale = scale;
    if (!work.is_flaky)
        shrink(c, small, &told, &work);
    (void)bucket_add(&c->course.buckets, key);
    c->course.shared->summary.nfindings++;
    c->course.shared->summary.nflaky += work.is_flaky;
    int status = write_all(c, key, small, &told, &work, err);
    free(small);
    return status;
}
