#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/finding.h"
#include "convert/convert.h"

enum { REPLAY_US = 1000000 }; /* a run may last so much longer for it */

/* ---- reading ---- */

static const char *meta_path(const struct campaign *c, const char *key, struct arena *arena)
{
    return arena_printf(arena, "%s/%s/meta.json", c->options->findings, key);
}

static void know(struct bucket_list *list, struct bucket *bucket, const json_t *keys)
{
    for (size_t i = 0; i < json_array_size(keys); i++) {
        const json_t *item = json_array_get(keys, i);
        const char *key =
            json_string_value(json_is_object(item) ? json_object_get(item, "key") : item);
        if (key != NULL)
            bucket_know(list, bucket, key);
    }
}

unsigned record_load(struct campaign *c)
{
    DIR *folder = opendir(c->options->findings);
    struct arena arena = {0};
    struct dirent *entry;
    unsigned n = 0;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        json_t *root = json_load_file(meta_path(c, entry->d_name, &arena), 0, NULL);
        if (root == NULL)
            continue;
        struct bucket *bucket = bucket_add(&c->buckets, entry->d_name);
        know(&c->buckets, bucket, json_object_get(root, "shows"));
        know(&c->buckets, bucket, json_object_get(root, "aliases"));
        json_decref(root);
        n++;
    }
    if (folder != NULL)
        (void)closedir(folder);
    arena_free(&arena);
    return n;
}

/* ---- writing ---- */

static int write_in(const char *folder, const char *name, struct span octets, struct err *err)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", folder, name);
    char *text = buffer_take_text(&path);
    int status = corpus_write_file(text, octets, err);
    free(text);
    return status;
}

/* The verdict of the ordinary player on the scenario: "fail" is as it should be. */
static const char *replay(struct campaign *c, struct span text, const char *path)
{
    struct run_options options = {.seed = 0,
                                  .timeout_scale = c->options->timeout_scale,
                                  .imapspec = "imapspec",
                                  .target_argument = target_name(c->options->target),
                                  .read_file = c->options->read_file,
                                  .read_context = c->options->read_context};
    struct script_file *file;
    struct script_case *cases;
    size_t ncases;
    struct result_case *result;
    struct err err;
    if (c->plays_apart)
        return "not played";
    stage_clear(&c->stage);
    struct span copy = arena_copy(&c->arena, text);
    if (script_read(copy, path, NULL, &c->arena, &file, &err) != 0 ||
        script_expand(file, file->scenarios[0], &c->arena, &cases, &ncases, &err) != 0)
        return "not read";
    run_play(&options, &c->target, &cases[0], 0, &c->arena, &result);
    return result_verdict_name(result->verdict);
}

static int write_json(const char *folder, json_t *root, struct err *err)
{
    char *text = json_dumps(root, JSON_INDENT(2));
    ENSURE(text != NULL);
    struct buffer out = {0};
    buffer_printf(&out, "%s\n", text);
    int status = write_in(folder, "meta.json", buffer_span(&out), err);
    buffer_free(&out);
    free(text);
    return status;
}

static json_t *keys_of(const struct table *keys)
{
    json_t *array = json_array();
    for (size_t i = 0; i < keys->nentries; i++)
        (void)json_array_append_new(
            array, json_stringn(keys->entries[i].key.data, keys->entries[i].key.nbytes));
    return array;
}

/* The octets that a text quotes may be no UTF-8. */
static json_t *text_of(const char *text)
{
    json_t *value = json_string(text);
    struct buffer plain = {0};
    if (value != NULL)
        return value;
    buffer_append_escaped(&plain, span_of(text), strlen(text));
    value = json_stringn(buffer_span(&plain).data, plain.nbytes);
    buffer_free(&plain);
    return value;
}

static json_t *shrinking_of(const struct finding_work *work)
{
    const struct shrink_statistics *s = &work->statistics;
    return json_pack("{s:I, s:I, s:I, s:I, s:b}", "asked", (json_int_t)s->asked, "accepted",
                     (json_int_t)s->accepted, "before", (json_int_t)s->units_before, "after",
                     (json_int_t)s->units_after, "minimal",
                     s->is_minimal && !work->is_late && !work->is_unshrunk);
}

static int write_meta(const struct campaign *c, const char *folder, const struct sample *sample,
                      const struct play_finding *finding, const struct finding_work *work,
                      struct err *err)
{
    const struct plan_mode *mode = &sample->mode;
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:i, s:b, s:b, s:s, s:{s:b, s:b, s:b, s:i}, s:o, "
        "s:o, s:[]}",
        "target", target_name(c->options->target), "version", IMAPSPEC_VERSION, "oracle",
        finding->oracle, "requirement", finding->requirement, "signature",
        text_of(finding->signature), "text", text_of(finding->text), "seed",
        (json_int_t)c->options->seed, "scenario", (json_int_t)sample->number, "confirmed",
        (int)work->nconfirmed, "flaky", work->is_flaky, "unshrunk",
        work->is_unshrunk || work->is_late, "replay", work->replayed, "mode", "pipelines",
        mode->pipelines, "hurries", mode->hurries, "closed", mode->is_closed, "relation",
        mode->relation, "shrink", shrinking_of(work), "shows", keys_of(&work->shows), "aliases");
    ENSURE(root != NULL);
    int status = write_json(folder, root, err);
    json_decref(root);
    return status;
}

int record_alias(const struct campaign *c, const struct bucket *bucket,
                 const struct play_finding *finding, uint64_t scenario, struct err *err)
{
    struct arena arena = {0};
    char key[BUCKET_KEY_NBYTES];
    int status = 0;
    bucket_key(finding, key);
    json_t *root = json_load_file(meta_path(c, bucket->key, &arena), 0, NULL);
    json_t *aliases = json_object_get(root, "aliases");
    if (aliases != NULL) {
        (void)json_array_append_new(
            aliases,
            json_pack("{s:s, s:s, s:s, s:o, s:o, s:I}", "key", key, "oracle", finding->oracle,
                      "requirement", finding->requirement, "signature", text_of(finding->signature),
                      "text", text_of(finding->text), "scenario", (json_int_t)scenario));
        status =
            write_json(arena_printf(&arena, "%s/%s", c->options->findings, bucket->key), root, err);
    }
    json_decref(root);
    arena_free(&arena);
    return status;
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
                 plan_ncommands(span_make(sample->bytes, sample->nbytes)),
                 work->is_unshrunk && !work->is_flaky ? " (not shrunk)"
                 : work->is_late                      ? " (not shrunk to the end)"
                                                      : "",
                 folder);
    (void)fflush(stdout);
}

int record_write(struct campaign *c, const char *key, const struct sample *sample,
                 const struct play_finding *finding, struct finding_work *work, struct err *err)
{
    const char *folder = arena_printf(&c->arena, "%s/%s", c->options->findings, key);
    struct buffer scenario = {0};
    struct buffer log = {0};
    finding_export(c, sample, finding, key, &scenario);
    render_log(c, sample, &log);
    int status = corpus_make_folder(folder, err);
    if (status == 0)
        status = write_in(folder, "scenario.scn", buffer_span(&scenario), err);
    if (status == 0)
        status = write_in(folder, "events.bin", span_make(sample->bytes, sample->nbytes), err);
    if (status == 0 && log.nbytes > 0)
        status = write_in(folder, "wire.log", buffer_span(&log), err);
    work->replayed = work->is_flaky                     ? "flaky"
                     : campaign_left_us(c) < -REPLAY_US ? "not played"
                                                        : replay(c, buffer_span(&scenario), folder);
    if (status == 0)
        status = write_meta(c, folder, sample, finding, work, err);
    if (status == 0 && c->options->shows_status)
        (void)fprintf(stderr, "\n");
    if (status == 0)
        print_finding(sample, finding, work, folder);
    buffer_free(&scenario);
    buffer_free(&log);
    return status;
}
