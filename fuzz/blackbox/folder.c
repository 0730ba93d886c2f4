#include "blackbox/folder.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "blackbox/file.h"

/* ---- writing ---- */

static int write_in(const char *folder, const char *name, struct span octets, struct err *err)
{
    struct arena arena = {0};
    int status = file_write(arena_printf(&arena, "%s/%s", folder, name), octets, err);
    arena_free(&arena);
    return status;
}

void folder_write_head(const struct course *course, const struct sample *sample,
                       const struct play_finding *finding, struct buffer *out)
{
    buffer_printf(
        out,
        "# Found by imapspec fuzz %s --seed %" PRIu64 "%s, scenario %" PRIu64 ".\n# Oracle %s: ",
        target_name(course->options->target), course->options->seed,
        course->options->takes_warnings ? " --warnings" : "", sample->number, finding->oracle);
    buffer_append_escaped(out, span_of(finding->text), sizeof finding->text);
    buffer_append_byte(out, '\n');
}

int folder_fill(const char *folder, struct span scenario, struct span events, struct span log,
                struct err *err)
{
    int status = file_make_folder(folder, err);
    if (status == 0)
        status = write_in(folder, "scenario.scn", scenario, err);
    if (status == 0)
        status = write_in(folder, "events.bin", events, err);
    if (status == 0 && log.nbytes > 0)
        status = write_in(folder, "wire.log", log, err);
    return status;
}

json_t *folder_text(const char *text)
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

json_t *folder_describe(const struct course *course, const struct sample *sample,
                        const struct play_finding *finding, const struct finding_work *work)
{
    json_t *root = json_pack(
        "{s:o, s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:i, s:b, s:b, s:s, s:o}", "target",
        folder_text(target_name(course->options->target)), "version", IMAPSPEC_VERSION, "oracle",
        finding->oracle, "requirement", finding->requirement, "signature",
        folder_text(finding->signature), "text", folder_text(finding->text), "seed",
        (json_int_t)course->options->seed, "scenario", (json_int_t)sample->number, "confirmed",
        (int)work->nconfirmed, "flaky", work->is_flaky, "unshrunk",
        work->is_unshrunk || work->is_late, "replay", work->replayed, "shrink", shrinking_of(work));
    ENSURE(root != NULL);
    return root;
}

int folder_write_meta(const char *folder, const json_t *root, struct err *err)
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

/* ---- reading ---- */

static int fail_json(const char *path, const json_error_t *error, struct err *err)
{
    if (error->line <= 0) /* it cannot be read */
        return err_set(err, path, 0, 0, "%s", error->text);
    unsigned col = error->column > 0 ? (unsigned)error->column : 1;
    return err_set(err, path, (unsigned)error->line, col, "no JSON: %s", error->text);
}

int folder_read_meta(const struct course *course, const char *key, json_t **meta_r, struct err *err)
{
    struct arena arena = {0};
    const char *path = arena_printf(&arena, "%s/%s/meta.json", course->options->findings, key);
    json_error_t error;
    int status = 0;
    bool is_there = access(path, F_OK) == 0;
    json_t *meta = is_there ? json_load_file(path, JSON_REJECT_DUPLICATES, &error) : NULL;
    if (is_there && meta == NULL)
        status = fail_json(path, &error, err);
    else if (is_there && !json_is_string(json_object_get(meta, "oracle")))
        status = err_set(err, path, 0, 0, "no finding: there is no text \"oracle\"");
    if (status != 0) {
        json_decref(meta);
        meta = NULL;
    }
    *meta_r = meta;
    arena_free(&arena);
    return status;
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

int folder_load(struct course *course, struct err *err)
{
    DIR *folder = opendir(course->options->findings);
    struct dirent *entry;
    int status = 0;
    while (status == 0 && folder != NULL && (entry = readdir(folder)) != NULL) {
        json_t *root;
        status = folder_read_meta(course, entry->d_name, &root, err);
        if (status != 0 || root == NULL)
            continue;
        struct bucket *bucket = bucket_add(&course->buckets, entry->d_name);
        know(&course->buckets, bucket, json_object_get(root, "shows"));
        know(&course->buckets, bucket, json_object_get(root, "aliases"));
        json_decref(root);
    }
    if (folder != NULL)
        (void)closedir(folder);
    return status;
}

/* ---- playing ---- */

const char *folder_replay(const struct course *course, const struct run_target *target,
                          double timeout_scale, struct span scenario, const char *path)
{
    const struct run_options options = {.timeout_scale = timeout_scale,
                                        .imapspec = "imapspec",
                                        .target_argument = target_name(course->options->target),
                                        .read_file = course->options->read_file,
                                        .read_context = course->options->read_context};
    struct arena arena = {0};
    struct script_file *file;
    struct script_case *cases;
    size_t ncases;
    struct result_case *result;
    struct err err;
    const char *verdict = "not read";
    if (script_read(scenario, path, NULL, &arena, &file, &err) == 0 &&
        script_expand(file, file->scenarios[0], &arena, &cases, &ncases, &err) == 0) {
        run_play(&options, target, &cases[0], 0, &arena, &result);
        verdict = result_verdict_name(result->verdict);
    }
    arena_free(&arena);
    return verdict;
}
