#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "blackbox/client_campaign.h"
#include "shrink/shrink.h"

enum {
    CONFIRMED_HERE = 3, /* plays that must all show it */
    CONFIRMED_OUTSIDE = 5,
    CONFIRMED_HANGS = 2,
    SHRINK_BUDGET = 5000,
    SHRINK_US = 30000000
};

static const double CONFIRM_HANG_SCALE = 3;
static const double SHRINK_HANG_SCALE = 0.1; /* nobody would wait the whole time each time */

/* What was done about a finding. */
struct work {
    struct shrink_statistics statistics;
    bool was_late, is_flaky;
    const char *replayed; /* the verdict of the scenario */
};

/* ---- the same ---- */

static bool is_same(const struct play_finding *a, const struct play_finding *b)
{
    return strcmp(a->oracle, b->oracle) == 0 && strcmp(a->requirement, b->requirement) == 0 &&
           strcmp(a->signature, b->signature) == 0;
}

static bool is_hang(const struct play_finding *finding)
{
    return strcmp(finding->oracle, "hang") == 0;
}

static void key_of(const struct play_finding *finding, char *out, size_t capacity)
{
    struct buffer text = {0};
    buffer_printf(&text, "%s|%s|%s", finding->oracle, finding->requirement, finding->signature);
    (void)snprintf(out, capacity, "%s-%08x", finding->oracle,
                   (unsigned)(rng_hash(buffer_span(&text)) >> 32));
    buffer_free(&text);
}

bool client_finding_is_known(const struct client_campaign *c, const struct play_finding *finding)
{
    char key[64];
    key_of(finding, key, sizeof key);
    return table_get(&c->known, span_of(key)) != NULL;
}

unsigned client_finding_load(struct client_campaign *c)
{
    DIR *folder = opendir(c->options->findings);
    struct dirent *entry;
    unsigned n = 0;
    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        char path[4096];
        struct stat st;
        (void)snprintf(path, sizeof path, "%s/%s/meta.json", c->options->findings, entry->d_name);
        if (stat(path, &st) != 0)
            continue;
        (void)table_put(&c->known, span_of(entry->d_name), c);
        n++;
    }
    if (folder != NULL)
        (void)closedir(folder);
    return n;
}

/* True when the stream shows the same; *told_r is then how it is told now. */
static bool shows(struct client_campaign *c, struct span stream, const struct play_finding *finding,
                  struct play_finding *told_r)
{
    struct play_result result;
    client_campaign_play(c, stream, false, NULL, &result);
    if (!result.has_finding || !is_same(&result.finding, finding))
        return false;
    if (told_r != NULL)
        *told_r = result.finding;
    return true;
}

/* ---- shrinking ---- */

static void shrink(struct client_campaign *c, struct client_sample *sample,
                   struct play_finding *finding, struct work *work)
{
    double scale = c->timeout_scale;
    struct span candidate;
    int64_t deadline_us = clock_now_us(&c->clock) + SHRINK_US;
    struct shrinker *shrinker =
        shrink_new(MUTATOR_RESPONSES, span_make(sample->bytes, sample->nbytes), SHRINK_BUDGET);
    if (is_hang(finding) && !c->target.is_in_process)
        c->timeout_scale = (scale > 0 ? scale : 1) * SHRINK_HANG_SCALE;
    while (!work->was_late && shrink_next(shrinker, &candidate)) {
        shrink_answer(shrinker, shows(c, candidate, finding, NULL));
        work->was_late = clock_now_us(&c->clock) > deadline_us ||
                         c->options->is_interrupted(c->options->context);
    }
    c->timeout_scale = scale;
    struct span small = shrink_result(shrinker);
    if (shows(c, small, finding, finding)) { /* tags and numbers have changed */
        work->statistics = shrink_statistics(shrinker);
        memmove(sample->bytes, small.data, small.nbytes);
        sample->nbytes = small.nbytes;
    }
    shrink_free(&shrinker);
}

/* ---- writing ---- */

static int write_in(const char *folder, const char *name, struct span octets, struct err *err)
{
    struct arena arena = {0};
    int status = corpus_write_file(arena_printf(&arena, "%s/%s", folder, name), octets, err);
    arena_free(&arena);
    return status;
}

static void export(const struct client_campaign *c, const struct client_sample *sample,
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
    buffer_printf(&head,
                  "# Found by imapspec fuzz %s --seed %" PRIu64 ", scenario %" PRIu64
                  ".\n# Oracle %s: ",
                  target_name(c->options->target), c->options->seed, sample->number, f->oracle);
    buffer_append_escaped(&head, span_of(f->text), sizeof f->text);
    buffer_append_byte(&head, '\n');
    char *text = buffer_take_text(&head);
    client_script_write(span_make(sample->bytes, sample->nbytes), &c->can, id, f->oracle, text, &e,
                        out);
    free(text);
}

/* The verdict of the ordinary player on the scenario: "fail" is as it should be. */
static const char *replay(struct client_campaign *c, struct span text, const char *path)
{
    struct run_options options = {.timeout_scale = c->timeout_scale,
                                  .imapspec = "imapspec",
                                  .target_argument = target_name(c->options->target),
                                  .read_file = c->options->read_file,
                                  .read_context = c->options->read_context};
    struct arena arena = {0};
    struct script_file *file;
    struct script_case *cases;
    size_t ncases;
    struct result_case *result;
    struct err err;
    const char *verdict = "not read";
    if (c->plays_apart)
        return "not played";
    if (script_read(text, path, NULL, &arena, &file, &err) == 0 &&
        script_expand(file, file->scenarios[0], &arena, &cases, &ncases, &err) == 0) {
        run_play(&options, &c->target, &cases[0], 0, &arena, &result);
        verdict = result_verdict_name(result->verdict);
    }
    arena_free(&arena);
    return verdict;
}

static int write_meta(const struct client_campaign *c, const char *folder,
                      const struct client_sample *sample, const struct play_finding *finding,
                      const struct work *work, struct err *err)
{
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:b, s:s, s:{s:I, s:I, s:I, s:I, s:b}}", "target",
        target_name(c->options->target), "version", IMAPSPEC_VERSION, "oracle", finding->oracle,
        "requirement", finding->requirement, "signature", finding->signature, "text", finding->text,
        "seed", (json_int_t)c->options->seed, "scenario", (json_int_t)sample->number, "flaky",
        work->is_flaky, "replay", work->replayed, "shrink", "asked",
        (json_int_t)work->statistics.asked, "accepted", (json_int_t)work->statistics.accepted,
        "before", (json_int_t)work->statistics.units_before, "after",
        (json_int_t)work->statistics.units_after, "minimal",
        work->statistics.is_minimal && !work->was_late);
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

static void print_finding(const struct play_finding *finding, const struct work *work,
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

static int write_all(struct client_campaign *c, const char *key, const struct client_sample *sample,
                     const struct play_finding *finding, struct work *work, struct err *err)
{
    char folder[4096];
    struct buffer scenario = {0};
    struct buffer log = {0};
    struct play_result result;
    struct span stream = span_make(sample->bytes, sample->nbytes);
    (void)snprintf(folder, sizeof folder, "%s/%s", c->options->findings, key);
    export(c, sample, finding, key, &scenario);
    if (!c->plays_apart)
        client_campaign_play(c, stream, false, &log, &result);
    int status = corpus_make_folder(folder, err);
    if (status == 0)
        status = write_in(folder, "scenario.scn", buffer_span(&scenario), err);
    if (status == 0)
        status = write_in(folder, "events.bin", stream, err);
    if (status == 0 && log.nbytes > 0)
        status = write_in(folder, "wire.log", buffer_span(&log), err);
    work->replayed = work->is_flaky ? "flaky" : replay(c, buffer_span(&scenario), folder);
    if (status == 0)
        status = write_meta(c, folder, sample, finding, work, err);
    if (status == 0 && c->options->shows_status)
        (void)fprintf(stderr, "\n");
    if (status == 0)
        print_finding(finding, work, folder);
    buffer_free(&scenario);
    buffer_free(&log);
    return status;
}

int client_finding_take(struct client_campaign *c, const struct client_sample *sample,
                        const struct play_finding *finding, struct err *err)
{
    char key[64];
    struct work work = {.was_late = false};
    key_of(finding, key, sizeof key);
    if (table_get(&c->known, span_of(key)) != NULL)
        return 0;
    struct client_sample *small = mem_alloc(sizeof *small);
    struct play_finding told = *finding;
    *small = *sample;
    (void)printf("shown after %.1f s: %s; to be confirmed and shrunk\n",
                 (double)(clock_now_us(&c->clock) - c->shared->began_us) / 1e6, finding->oracle);
    (void)fflush(stdout);
    bool is_slow = is_hang(finding) && !c->target.is_in_process;
    int nconfirming = c->target.is_in_process ? CONFIRMED_HERE
                      : is_slow               ? CONFIRMED_HANGS
                                              : CONFIRMED_OUTSIDE;
    double scale = c->timeout_scale;
    if (is_slow) /* a busy machine is no hang */
        c->timeout_scale = (scale > 0 ? scale : 1) * CONFIRM_HANG_SCALE;
    for (int i = 0; i < nconfirming && !work.is_flaky; i++)
        work.is_flaky = !shows(c, span_make(small->bytes, small->nbytes), finding, NULL);
    c->timeout_scale = scale;
    if (!work.is_flaky)
        shrink(c, small, &told, &work);
    (void)table_put(&c->known, span_of(key), c);
    c->shared->summary.nfindings++;
    c->shared->summary.nflaky += work.is_flaky;
    int status = write_all(c, key, small, &told, &work, err);
    free(small);
    return status;
}
