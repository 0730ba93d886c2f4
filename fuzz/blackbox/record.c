#include <stdio.h>

#include "blackbox/finding.h"

enum { REPLAY_US = 1000000 }; /* a run may last so much longer for it */

static json_t *keys_of(const struct table *keys)
{
    json_t *array = json_array();
    for (size_t i = 0; i < keys->nentries; i++)
        (void)json_array_append_new(
            array, json_stringn(keys->entries[i].key.data, keys->entries[i].key.nbytes));
    return array;
}

static int write_meta(const struct campaign *c, const char *folder, const struct sample *sample,
                      const struct play_finding *finding, const struct finding_work *work,
                      struct err *err)
{
    const struct plan_mode *mode = &sample->mode;
    json_t *root = folder_describe(&c->course, sample, finding, work);
    json_t *more = json_pack("{s:{s:b, s:b, s:b, s:i}, s:o, s:[]}", "mode", "pipelines",
                             mode->pipelines, "hurries", mode->hurries, "closed", mode->is_closed,
                             "relation", mode->relation, "shows", keys_of(&work->shows), "aliases");
    ENSURE(more != NULL && json_object_update(root, more) == 0);
    int status = folder_write_meta(folder, root, err);
    json_decref(more);
    json_decref(root);
    return status;
}

int record_alias(const struct campaign *c, const struct bucket *bucket,
                 const struct play_finding *finding, uint64_t scenario, struct err *err)
{
    struct arena arena = {0};
    char key[BUCKET_KEY_NBYTES];
    json_t *root;
    bucket_key(finding, key);
    int status = folder_read_meta(&c->course, bucket->key, &root, err);
    json_t *aliases = json_object_get(root, "aliases");
    if (aliases != NULL) {
        (void)json_array_append_new(
            aliases, json_pack("{s:s, s:s, s:s, s:o, s:o, s:I}", "key", key, "oracle",
                               finding->oracle, "requirement", finding->requirement, "signature",
                               folder_text(finding->signature), "text", folder_text(finding->text),
                               "scenario", (json_int_t)scenario));
        status = folder_write_meta(
            arena_printf(&arena, "%s/%s", c->course.options->findings, bucket->key), root, err);
    }
    json_decref(root);
    arena_free(&arena);
    return status;
}

static const char *replay(struct campaign *c, struct span scenario, const char *path)
{
    if (c->plays_apart)
        return "not played";
    stage_clear(&c->stage);
    return folder_replay(&c->course, &c->target, c->course.options->timeout_scale, scenario, path);
}

static void render_log(struct campaign *c, const struct sample *sample, struct buffer *out)
{
    struct play_result result;
    struct wire_log *log = wire_log_new(0);
    if (!c->plays_apart)
        campaign_play(c, sample, log, NULL, &result);
    wire_log_render(log, out, 0, 2000);
    wire_log_free(&log);
}

static void print_finding(const struct sample *sample, const struct play_finding *finding,
                          const struct finding_work *work, const char *folder)
{
    const char *requirement =
        finding->requirement[0] == '\0' ? "no requirement" : finding->requirement;
    (void)printf("%s%s (%s): %s\n  %zu commands%s, %s/scenario.scn\n",
                 work->is_flaky ? "flaky " : "", finding->oracle, requirement, finding->text,
                 plan_ncommands(sample_span(sample)),
                 work->is_unshrunk && !work->is_flaky ? " (not shrunk)"
                 : work->is_late                      ? " (not shrunk to the end)"
                                                      : "",
                 folder);
    (void)fflush(stdout);
}

int record_write(struct campaign *c, const char *key, const struct sample *sample,
                 const struct play_finding *finding, struct finding_work *work, struct err *err)
{
    const char *folder = arena_printf(&c->arena, "%s/%s", c->course.options->findings, key);
    struct buffer scenario = {0};
    struct buffer log = {0};
    finding_export(c, sample, finding, key, &scenario);
    render_log(c, sample, &log);
    int status =
        folder_fill(folder, buffer_span(&scenario), sample_span(sample), buffer_span(&log), err);
    work->replayed = work->is_flaky ? "flaky"
                     : course_left_us(&c->course) < -REPLAY_US
                         ? "not played"
                         : replay(c, buffer_span(&scenario), folder);
    if (status == 0)
        status = write_meta(c, folder, sample, finding, work, err);
    if (status == 0 && c->course.options->shows_status)
        (void)fprintf(stderr, "\n");
    if (status == 0)
        print_finding(sample, finding, work, folder);
    buffer_free(&scenario);
    buffer_free(&log);
    return status;
}
