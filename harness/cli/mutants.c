#include "mutants/mutants.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "catalogue/catalogue.h"
#include "cli/cli.h"
#include "cli/guard.h"
#include "cli/tables.h"
#include "target/files.h"

struct options {
    uint64_t jobs, seed;
    unsigned verbosity;
    bool by_name;
    const char *side;
    struct cli_texts except, faults, globs;
    const char *matrix, *markdown;
};

#define MEMBER(name) offsetof(struct options, name)

/* AddressSanitizer takes all addresses there are, so that they cannot be limited. */
#if defined(__has_feature)
#define HAS_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_ADDRESS_SANITIZER 1
#else
#define HAS_ADDRESS_SANITIZER 0
#endif

const struct cli_option mutants_option_table[] = {
    {0, "faults", "PATH", CLI_LIST, MEMBER(faults),
     "a .fault file, or a folder of them (default: tests/faults)"},
    {0, "fault", "GLOB", CLI_LIST, MEMBER(globs), "only the faults whose IDs fit"},
    {'x', "exclude", "SELECTOR", CLI_LIST, MEMBER(except), "leave these scenarios out"},
    {0, "side", "SIDE", CLI_TEXT, MEMBER(side),
     "whose faults: of the bundled server (default) or client"},
    {0, "by-name", NULL, CLI_FLAG, MEMBER(by_name),
     "against each fault, play only what covers a requirement that it breaks"},
    {'j', "jobs", "N", CLI_NUMBER, MEMBER(jobs), "faults played at a time (default: cores)"},
    {0, "seed", "N", CLI_NUMBER, MEMBER(seed), "of everything drawn by chance (default: 1)"},
    {0, "matrix", "FILE", CLI_TEXT, MEMBER(matrix), "write the kill matrix there, JSON Lines"},
    {0, "markdown", "FILE", CLI_TEXT, MEMBER(markdown), "write it there as a page in Markdown"},
    {'v', "verbose", NULL, CLI_COUNT, MEMBER(verbosity), "which scenarios kill each fault"},
    {0}};

enum {
    BASELINE_LIMIT_MS = 600000,
    LIMIT_LEAST_MS = 20000, /* of a faulty program; and so many times what the sound one takes */
    LIMIT_TIMES = 10,
    FILE_NBYTES_MOST = 48 * 1024 * 1024, /* that a faulty program may write */
    MEMORY_NBYTES_MOST = 1024 * 1024 * 1024
};

struct run {
    struct cli *cli;
    struct options options;
    struct mutants_toolchain toolchain;
    struct mutants_fault **faults;
    size_t nfaults, faults_capacity;
    size_t nwrong_files, nothers; /* left out; others: of the other side */
    struct table by_id;           /* faults */
    bool is_selection;            /* of scenarios */
    struct mutants_run play;
    struct mutants_matrix matrix;
    FILE *matrix_file; /* NULL: not written */
    bool is_sound;     /* without a fault all cases end as they should */
    bool is_baseline;  /* what is played just now */
    struct mutants_result *baseline;
    int64_t started_us;
};

/* ---- faults ------------------------------------------------------------------------------- */

static void add_fault(struct run *run, struct mutants_fault *fault, struct buffer *errors)
{
    const struct mutants_fault *other = table_get(&run->by_id, span_of(fault->id));
    if (other != NULL) {
        struct err err;
        (void)err_set(&err, fault->path, fault->place.line, fault->place.col,
                      "there is a fault `%s` already, in %s", fault->id, other->path);
        err_print(&err, errors);
        run->nwrong_files++;
        return;
    }
    (void)table_put(&run->by_id, span_of(fault->id), fault);
    if (fault->side != run->play.side) {
        run->nothers++;
        return;
    }
    bool is_wanted = run->options.globs.nitems == 0;
    for (size_t i = 0; i < run->options.globs.nitems; i++)
        if (catalogue_glob(span_of(run->options.globs.items[i]), span_of(fault->id)))
            is_wanted = true;
    if (!is_wanted)
        return;
    run->faults = arena_grow(&run->cli->arena, run->faults, &run->faults_capacity, run->nfaults + 1,
                             sizeof(void *));
    run->faults[run->nfaults++] = fault;
}

/* A file that is wrong is told of and left out; the others are played. */
static void read_fault(struct run *run, const char *path)
{
    struct span text;
    struct err err;
    struct mutants_fault *fault;
    struct buffer errors = {0};
    if (cli_read_file(run->cli, path, &text, &err) != 0) {
        err_print(&err, &errors);
        run->nwrong_files++;
    } else if (mutants_fault_read(text, path, &run->cli->arena, &fault, &errors) != 0)
        run->nwrong_files++;
    else
        add_fault(run, fault, &errors);
    (void)fwrite(buffer_span(&errors).data, 1, errors.nbytes, stderr);
    buffer_free(&errors);
}

static int load_faults(struct run *run, struct err *err)
{
    struct cli_texts files = {0};
    struct cli_texts *paths = &run->options.faults;
    if (paths->nitems == 0)
        cli_texts_add(
            run->cli, paths,
            cli_short_path(&run->cli->arena,
                           arena_printf(&run->cli->arena, "%s/tests/faults", run->cli->data)));
    for (size_t i = 0; i < paths->nitems; i++) {
        if (!cli_is_folder(paths->items[i]))
            cli_texts_add(run->cli, &files, paths->items[i]);
        else if (cli_list_files(run->cli, paths->items[i], ".fault", &files, err) != 0)
            return -1;
        if (!cli_exists(paths->items[i]))
            return err_set(err, paths->items[i], 0, 0, "no such file or folder");
    }
    for (size_t i = 0; i < files.nitems; i++)
        read_fault(run, files.items[i]);
    return 0;
}

/* ---- scenarios ---------------------------------------------------------------------------- */

/* The same choice that the programs make with these arguments. */
static int load_scenarios(struct run *run, const struct cli_texts *arguments, struct err *err)
{
    struct suite suite;
    struct arena arena = {0}; /* it takes much, and IDs are all that is wanted */
    struct cli_texts paths = {0};
    struct cli_texts selectors = {0};
    struct buffer unused = {0};
    const struct cli_texts *except = &run->options.except;
    cli_split_selectors(run->cli, arguments, &paths, &selectors);
    suite_init(&suite, &arena);
    bool is_client = run->play.side == SIDE_CLIENT;
    int status = cli_load_suite(run->cli, &suite, &paths, is_client ? "client" : "server");
    if (status != 0)
        (void)err_set(err, NULL, 0, 0, "with scenarios that are wrong nothing can be played");
    if (status == 0)
        status =
            suite_expand(&suite, is_client ? SCRIPT_SERVER : SCRIPT_CLIENT, run->options.seed, err);
    if (status == 0)
        suite_select(&suite, selectors.items, selectors.nitems, except->items, except->nitems,
                     &unused);
    cli_warn_unused(&unused);
    for (size_t i = 0; i < suite.ncases && status == 0; i++) {
        const struct script_scenario *s = suite.cases[i].script->scenario;
        mutants_matrix_add_scenario(&run->matrix, s->id, s->no_fault);
    }
    suite_free(&suite);
    arena_free(&arena);
    run->is_selection = arguments->nitems > 0 || except->nitems > 0;
    return status;
}

/* ---- results ------------------------------------------------------------------------------ */

static double seconds_since(int64_t us)
{
    struct clock clock = clock_system();
    return (double)(clock_now_us(&clock) - us) / 1e6;
}

static void show_progress(const struct run *run)
{
    size_t ndone = run->matrix.nresults;
    if (!run->cli->out_is_terminal || isatty(STDERR_FILENO) != 1 || ndone == run->nfaults)
        return;
    if (ndone == 0)
        (void)fprintf(stderr, "\r\033[K0/%zu faults", run->nfaults);
    else
        (void)fprintf(stderr, "\r\033[K%zu/%zu faults, %.0f s left", ndone, run->nfaults,
                      seconds_since(run->started_us) / (double)ndone *
                          (double)(run->nfaults - ndone));
    (void)fflush(stderr);
}

static void clear_progress(const struct run *run)
{
    if (run->cli->out_is_terminal && isatty(STDERR_FILENO) == 1)
        (void)fputs("\r\033[K", stderr);
}

/* Prints and empties the text. */
static void flush(FILE *file, struct buffer *text)
{
    (void)fwrite(buffer_span(text).data, 1, text->nbytes, file);
    (void)fflush(file); /* what was done stays, whatever happens */
    buffer_clear(text);
}

static void take_result(void *context, struct mutants_result *result)
{
    struct run *run = context;
    struct buffer text = {0};
    if (run->is_baseline) {
        run->baseline = result;
        return;
    }
    mutants_matrix_add_result(&run->matrix, result);
    clear_progress(run);
    mutants_result_print(result, run->options.verbosity > 0, &text);
    flush(stdout, &text);
    if (run->matrix_file != NULL) {
        mutants_matrix_json_result(result, &text);
        flush(run->matrix_file, &text);
    }
    buffer_free(&text);
    show_progress(run);
}

static bool is_interrupted(void *context)
{
    (void)context;
    return guard_signal() != 0;
}

/* ---- without a fault ---------------------------------------------------------------------- */

static void report_unsound(struct run *run)
{
    const struct mutants_result *b = run->baseline;
    for (size_t i = 0; i < b->nfailed; i++) {
        const struct result_case *c = b->failed[i];
        const char *reason = c->reason[0] != '\0' ? c->reason
                             : c->nfindings > 0   ? c->findings[0].text
                                                  : "";
        (void)fprintf(stderr, "without a fault, %s ends in %s%s%s; it is not judged\n", c->id,
                      result_verdict_name(c->verdict), reason[0] == '\0' ? "" : ": ", reason);
        (void)table_put(&run->play.not_judged, span_of(c->id), run->baseline);
        run->is_sound = false;
    }
}

/* Plays the program without a fault; *ms_r: how long that took. */
static int play_baseline(struct run *run, const char *target, double *ms_r, struct err *err)
{
    struct mutants_job job = {.target = target, .limit_ms = BASELINE_LIMIT_MS};
    run->is_baseline = true;
    run->baseline = NULL;
    int status = mutants_play(&run->play, &job, 1, &run->cli->arena, err);
    run->is_baseline = false;
    if (status != 0 || run->baseline == NULL) /* interrupted */
        return status;
    const struct mutants_result *b = run->baseline;
    *ms_r = b->ms;
    report_unsound(run);
    if (b->outcome == MUTANTS_UNBUILT || b->outcome == MUTANTS_UNPLAYED)
        return err_set(err, NULL, 0, 0, "without a fault, %s is %s: %s", target,
                       mutants_outcome_name(b->outcome), b->diagnosis);
    return 0;
}

/* ---- the run ------------------------------------------------------------------------------ */

/* The targets that the faults want, each played without a fault first; then all faults. */
static int play_all(struct run *run, struct err *err)
{
    struct mutants_job *jobs = arena_array(&run->cli->arena, run->nfaults, sizeof *jobs);
    struct clock clock = clock_system();
    for (size_t i = 0; i < run->nfaults; i++) {
        double ms = 0;
        size_t same = 0;
        while (same < i && strcmp(run->faults[same]->target, run->faults[i]->target) != 0)
            same++;
        if (same == i && play_baseline(run, run->faults[i]->target, &ms, err) != 0)
            return -1;
        jobs[i] =
            (struct mutants_job){.fault = run->faults[i],
                                 .target = run->faults[i]->target,
                                 .limit_ms = same < i ? jobs[same].limit_ms
                                                      : LIMIT_LEAST_MS + LIMIT_TIMES * (int64_t)ms};
    }
    run->started_us = clock_now_us(&clock);
    show_progress(run);
    return mutants_play(&run->play, jobs, run->nfaults, &run->cli->arena, err);
}

/* All programs started from here on are bounded in what they take, and leave no core behind. */
static void limit_programs(void)
{
    struct rlimit none = {0, 0};
    struct rlimit file = {FILE_NBYTES_MOST, FILE_NBYTES_MOST};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)setrlimit(RLIMIT_FSIZE, &file);
    struct rlimit memory = {MEMORY_NBYTES_MOST, MEMORY_NBYTES_MOST};
    if (!HAS_ADDRESS_SANITIZER)
        (void)setrlimit(RLIMIT_AS, &memory);
}

static void prepare_programs(struct run *run, const struct cli_texts *arguments)
{
    struct arena *arena = &run->cli->arena;
    struct cli_texts all = {0};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    cli_texts_add(run->cli, &all, "--seed");
    cli_texts_add(run->cli, &all, arena_printf(arena, "%" PRIu64, run->options.seed));
    for (size_t i = 0; i < run->options.except.nitems; i++) {
        cli_texts_add(run->cli, &all, "-x");
        cli_texts_add(run->cli, &all, run->options.except.items[i]);
    }
    for (size_t i = 0; i < arguments->nitems; i++)
        cli_texts_add(run->cli, &all, arguments->items[i]);
    if (run->options.jobs == 0)
        run->options.jobs = cores > 0 ? (uint64_t)cores : 1;
    run->play.toolchain = &run->toolchain;
    run->play.data = run->cli->data;
    run->play.arguments = (struct script_names){all.items, all.nitems};
    run->play.by_name = run->options.by_name;
    run->play.njobs = run->options.jobs > 64 ? 64 : (unsigned)run->options.jobs;
    run->play.context = run;
    run->play.done = take_result;
    run->play.is_interrupted = is_interrupted;
    limit_programs();
}

static int play_in_folder(struct run *run, struct err *err)
{
    const char *temporary = getenv("TMPDIR");
    char *folder = arena_printf(&run->cli->arena, "%s/imapspec-mutants-XXXXXX",
                                temporary == NULL || temporary[0] == '\0' ? "/tmp" : temporary);
    if (mkdtemp(folder) == NULL)
        return err_set(err, NULL, 0, 0, "%s: %s", folder, strerror(errno));
    struct guard *guard = guard_folder(folder);
    run->play.folder = folder;
    int status = play_all(run, err);
    clear_progress(run);
    files_remove_tree(folder);
    guard_folder_gone(&guard);
    return status;
}

/* ---- afterwards --------------------------------------------------------------------------- */

static int write_rest(struct run *run, struct err *err)
{
    struct buffer text = {0};
    int status = 0;
    for (size_t i = 0; i < run->matrix.nscenarios && run->matrix_file != NULL; i++)
        mutants_matrix_json_scenario(run->matrix.scenarios[i], &text);
    if (run->matrix_file != NULL)
        flush(run->matrix_file, &text);
    if (run->options.markdown != NULL) {
        mutants_matrix_markdown(&run->matrix, &text);
        status = cli_write_file(run->options.markdown, buffer_span(&text), err);
    }
    buffer_free(&text);
    return status;
}

static int finish(struct run *run)
{
    struct buffer text = {0};
    struct err err;
    bool lists_idle = run->matrix.is_whole || run->is_selection || run->options.verbosity > 0;
    if (guard_signal() != 0)
        (void)fprintf(stderr, "imapspec: interrupted when %zu of %zu faults were done\n",
                      run->matrix.nresults, run->nfaults);
    mutants_matrix_print(&run->matrix, lists_idle && guard_signal() == 0, &text);
    flush(stdout, &text);
    buffer_free(&text);
    if (run->nothers > 0)
        (void)printf("%zu fault%s of the other side left out\n", run->nothers,
                     run->nothers == 1 ? "" : "s");
    if (run->nwrong_files > 0)
        (void)printf("left out, because they are wrong: %zu\n", run->nwrong_files);
    if (write_rest(run, &err) != 0)
        return cli_fail(&err);
    if (run->nwrong_files > 0)
        return RESULT_EXIT_USAGE;
    return run->is_sound && mutants_matrix_holds(&run->matrix) ? RESULT_EXIT_EXPECTED
                                                               : RESULT_EXIT_UNEXPECTED;
}

static int open_matrix(struct run *run, struct err *err)
{
    struct buffer text = {0};
    if (run->options.matrix == NULL)
        return 0;
    run->matrix_file = fopen(run->options.matrix, "w");
    if (run->matrix_file == NULL)
        return err_set(err, run->options.matrix, 0, 0, "%s", strerror(errno));
    mutants_matrix_json_header(&run->matrix, &text);
    flush(run->matrix_file, &text);
    buffer_free(&text);
    return 0;
}

static int read_toolchain(struct run *run, struct err *err)
{
    struct span text;
    if (!cli_exists(IMAPSPEC_TOOLCHAIN))
        return err_set(err, NULL, 0, 0,
                       "faults are built where imapspec was built, and %s is not there",
                       IMAPSPEC_TOOLCHAIN);
    if (cli_read_file(run->cli, IMAPSPEC_TOOLCHAIN, &text, err) != 0 ||
        mutants_toolchain_read(text, IMAPSPEC_TOOLCHAIN, &run->cli->arena, &run->toolchain, err) !=
            0)
        return -1;
    if (!cli_is_folder(arena_printf(&run->cli->arena, "%s/reference", run->toolchain.tree)))
        return err_set(err, NULL, 0, 0, "%s does not hold the sources that faults are put into",
                       run->toolchain.tree);
    return 0;
}

static int choose_side(struct run *run, struct err *err)
{
    const char *side = run->options.side == NULL ? "server" : run->options.side;
    if (strcmp(side, "server") != 0 && strcmp(side, "client") != 0)
        return err_set(err, NULL, 0, 0, "--side wants server or client, not \"%s\"", side);
    run->play.side = strcmp(side, "client") == 0 ? SIDE_CLIENT : SIDE_SERVER;
    run->matrix.side = run->play.side;
    return 0;
}

static int run_mutants(struct run *run, const struct cli_texts *arguments)
{
    struct err err;
    if (run->options.by_name && arguments->nitems > 0) {
        (void)err_set(&err, NULL, 0, 0, "--by-name chooses the scenarios: it takes no selectors");
        return cli_fail(&err);
    }
    if (choose_side(run, &err) != 0)
        return cli_fail(&err);
    bool has_all_faults = run->options.faults.nitems == 0 && run->options.globs.nitems == 0;
    run->is_sound = true;
    run->matrix.arena = &run->cli->arena;
    run->matrix.seed = run->options.seed;
    if (read_toolchain(run, &err) != 0 || load_faults(run, &err) != 0 ||
        load_scenarios(run, arguments, &err) != 0)
        return cli_fail(&err);
    run->matrix.is_whole = has_all_faults && !run->is_selection && run->nwrong_files == 0;
    if (run->nfaults == 0 || run->matrix.nscenarios == 0) {
        (void)fprintf(stderr, "imapspec: the selection matches no %s\n",
                      run->nfaults == 0 ? "fault" : "scenario");
        return run->nwrong_files > 0 ? RESULT_EXIT_USAGE : RESULT_EXIT_EMPTY;
    }
    prepare_programs(run, arguments);
    if (open_matrix(run, &err) != 0 || play_in_folder(run, &err) != 0)
        return cli_fail(&err);
    return finish(run);
}

int cli_mutants(struct cli *cli, int argc, char **argv)
{
    struct run run = {.cli = cli, .options = {.seed = 1}};
    struct cli_texts arguments = {0};
    struct err err;
    if (cli_options_read(cli, mutants_option_table, argc, argv, &run.options, &arguments, &err) !=
        0)
        return cli_fail(&err);
    guard_catch_signals();
    int status = run_mutants(&run, &arguments);
    if (run.matrix_file != NULL && fclose(run.matrix_file) != 0 && status == 0)
        status = RESULT_EXIT_INTERNAL;
    table_free(&run.by_id);
    table_free(&run.play.not_judged);
    mutants_matrix_free(&run.matrix);
    if (guard_signal() != 0)
        guard_die_by(guard_signal());
    return status;
}
