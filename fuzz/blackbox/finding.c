#include "blackbox/finding.h"

#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "blackbox/apart.h"
#include "convert/convert.h"
#include "shrink/shrink.h"

enum {
    CONFIRMED_HERE = 3, /* plays that must all show it */
    CONFIRMED_OUTSIDE = 5,
    SHRINK_BUDGET = 5000,
    SHRINK_US = 30000000,
    SHRINK_HANG_MS = 200 /* nobody would wait two seconds for each candidate */
};

/* ---- the same ---- */

static bool is_same(const struct play_finding *a, const struct play_finding *b)
{
    return strcmp(a->oracle, b->oracle) == 0 && strcmp(a->requirement, b->requirement) == 0 &&
           strcmp(a->signature, b->signature) == 0;
}

static bool shows(struct campaign *c, const struct sample *sample,
                  const struct play_finding *finding)
{
    struct play_result result;
    campaign_play(c, sample, false, NULL, &result);
    return result.has_finding && is_same(&result.finding, finding);
}

static void key_of(const struct play_finding *finding, char *out, size_t capacity)
{
    struct buffer text = {0};
    buffer_printf(&text, "%s|%s|%s", finding->oracle, finding->requirement, finding->signature);
    (void)snprintf(out, capacity, "%s-%08x", finding->oracle,
                   (unsigned)(rng_hash(buffer_span(&text)) >> 32));
    buffer_free(&text);
}

unsigned finding_load(struct campaign *c)
{
    DIR *folder = opendir(c->options->findings);
    struct dirent *entry;
    unsigned n = 0;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        struct buffer path = {0};
        struct stat st;
        buffer_printf(&path, "%s/%s/meta.json", c->options->findings, entry->d_name);
        char *text = buffer_take_text(&path);
        bool is_there = stat(text, &st) == 0;
        free(text);
        if (!is_there)
            continue;
        (void)table_put(&c->known, span_of(entry->d_name), c);
        n++;
    }
    if (folder != NULL)
        (void)closedir(folder);
    return n;
}

/* ---- shrinking ---- */

/* What was done about a finding. */
struct shrinking {
    struct shrink_statistics statistics;
    bool was_late;
    bool is_flaky;
    const char *replayed; /* the verdict of the scenario */
};

static int64_t hang_ms(const struct play_finding *finding)
{
    return strcmp(finding->oracle, "silent") == 0 ? SHRINK_HANG_MS : 0;
}

/* A mode that says less is better, when it shows the same. */
static void simplify_mode(struct campaign *c, struct sample *sample,
                          const struct play_finding *finding)
{
    for (int i = 0; i < 4; i++) {
        struct plan_mode before = sample->mode;
        switch (i) {
        case 0:
            sample->mode.relation = 0;
            break;
        case 1:
            sample->mode.pipelines = false;
            break;
        case 2:
            sample->mode.hurries = false;
            break;
        default:
            sample->mode.is_closed = false;
            break;
        }
        if (memcmp(&before, &sample->mode, sizeof before) != 0 && !shows(c, sample, finding))
            sample->mode = before;
    }
}

static void shrink(struct campaign *c, struct sample *sample, const struct play_finding *finding,
                   struct shrinking *s)
{
    struct sample *candidate = mem_alloc(sizeof *candidate);
    struct span stream;
    int64_t deadline_us = clock_now_us(&c->clock) + SHRINK_US;
    c->hang_ms = hang_ms(finding);
    simplify_mode(c, sample, finding);
    struct shrinker *shrinker =
        shrink_new(MUTATOR_REQUESTS, span_make(sample->bytes, sample->nbytes), SHRINK_BUDGET);
    *candidate = *sample;
    while (shrink_next(shrinker, &stream)) {
        memcpy(candidate->bytes, stream.data, stream.nbytes);
        candidate->nbytes = stream.nbytes;
        shrink_answer(shrinker, shows(c, candidate, finding));
        if (clock_now_us(&c->clock) > deadline_us ||
            c->options->is_interrupted(c->options->context)) {
            s->was_late = true;
            break;
        }
    }
    s->statistics = shrink_statistics(shrinker);
    stream = shrink_result(shrinker);
    memcpy(sample->bytes, stream.data, stream.nbytes);
    sample->nbytes = stream.nbytes;
    simplify_mode(c, sample, finding);
    c->hang_ms = 0;
    shrink_free(&shrinker);
    free(candidate);
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
    struct span copy = arena_copy(&c->arena, text);
    if (script_read(copy, path, NULL, &c->arena, &file, &err) != 0 ||
        script_expand(file, file->scenarios[0], &c->arena, &cases, &ncases, &err) != 0)
        return "not read";
    run_play(&options, &c->target, &cases[0], 0, &c->arena, &result);
    return result_verdict_name(result->verdict);
}

static int write_meta(const struct campaign *c, const char *folder, const struct sample *sample,
                      const struct play_finding *finding, const struct shrinking *s,
                      struct err *err)
{
    const struct plan_mode *mode = &sample->mode;
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:s, s:{s:b, s:b, s:b, s:i}, "
        "s:{s:I, s:I, s:I, s:I, s:b}}",
        "target", target_name(c->options->target), "version", IMAPSPEC_VERSION, "oracle",
        finding->oracle, "requirement", finding->requirement, "signature", finding->signature,
        "text", finding->text, "seed", (json_int_t)c->options->seed, "scenario",
        (json_int_t)sample->number, "flaky", s->is_flaky, "replay", s->replayed, "mode",
        "pipelines", mode->pipelines, "hurries", mode->hurries, "closed", mode->is_closed,
        "relation", mode->relation, "shrink", "asked", (json_int_t)s->statistics.asked, "accepted",
        (json_int_t)s->statistics.accepted, "before", (json_int_t)s->statistics.units_before,
        "after", (json_int_t)s->statistics.units_after, "minimal",
        s->statistics.is_minimal && !s->was_late);
    if (root == NULL) /* a text that is no UTF-8 */
        root =
            json_pack("{s:s, s:s}", "oracle", finding->oracle, "requirement", finding->requirement);
    char *text = json_dumps(root, JSON_INDENT(2));
    ENSURE(text != NULL);
    struct buffer out = {0};
    buffer_printf(&out, "%s\n", text);
    int status = write_in(folder, "meta.json", buffer_span(&out), err);
    buffer_free(&out);
    free(text);
    json_decref(root);
    return status;
}

static void render_log(struct campaign *c, const struct sample *sample, struct buffer *out)
{
    struct play_result result;
    struct wire_log *log = wire_log_new(0);
    if (!c->plays_apart)
        campaign_play(c, sample, false, log, &result);
    wire_log_render(log, out, 0, 2000);
    wire_log_free(&log);
}

/* Tags, and the octets that the text quotes, have changed with the shrinking. */
static struct play_finding tell_again(struct campaign *c, const struct sample *sample,
                                      const struct play_finding *finding)
{
    struct play_result result;
    campaign_play(c, sample, false, NULL, &result);
    return result.has_finding && is_same(&result.finding, finding) ? result.finding : *finding;
}

static int write_all(struct campaign *c, const char *key, const struct sample *sample,
                     const struct play_finding *finding, struct shrinking *s, struct err *err)
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
    s->replayed = s->is_flaky ? "flaky" : replay(c, buffer_span(&scenario), folder);
    if (status == 0)
        status = write_meta(c, folder, sample, finding, s, err);
    if (status == 0 && c->options->shows_status)
        (void)fprintf(stderr, "\n");
    if (status == 0)
        (void)printf("%s%s (%s): %s\n  %zu commands, %s/scenario.scn\n",
                     s->is_flaky ? "flaky " : "", finding->oracle,
                     finding->requirement[0] == '\0' ? "no requirement" : finding->requirement,
                     finding->text, plan_ncommands(span_make(sample->bytes, sample->nbytes)),
                     folder);
    (void)fflush(stdout);
    buffer_free(&scenario);
    buffer_free(&log);
    return status;
}

int finding_take(struct campaign *c, const struct sample *sample,
                 const struct play_finding *finding, struct err *err)
{
    char key[64];
    struct shrinking s = {.was_late = false};
    key_of(finding, key, sizeof key);
    if (table_get(&c->known, span_of(key)) != NULL)
        return 0;
    (void)table_put(&c->known, span_of(key), c);
    struct sample *small = mem_alloc(sizeof *small);
    *small = *sample;
    bool is_steady = true;
    int nconfirming = c->target.is_in_process ? CONFIRMED_HERE : CONFIRMED_OUTSIDE;
    for (int i = 0; i < nconfirming && is_steady; i++) {
        c->hang_ms = i == 0 ? 0 : hang_ms(finding);
        is_steady = shows(c, small, finding);
    }
    c->hang_ms = 0;
    s.is_flaky = !is_steady;
    if (is_steady)
        shrink(c, small, finding, &s);
    c->shared->summary.nfindings++;
    c->shared->summary.nflaky += s.is_flaky;
    struct play_finding last = is_steady ? tell_again(c, small, finding) : *finding;
    int status = write_all(c, key, small, &last, &s, err);
    free(small);
    return status;
}
