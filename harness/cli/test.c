#include "cli/test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/guard.h"
#include "cli/test_options.h"
#include "run/workers.h"

/* ---- jobs: in the worker ---- */

static size_t case_of_job(const struct test_run *run, size_t job)
{
    return job % run->suite.ncases;
}

static void begin_worker(void *context, unsigned worker)
{
    struct test_run *run = context;
    unsigned nworkers = (unsigned)run->options.jobs;
    target_attach(run->target, worker, nworkers, &run->run_target);
    run->play_options.room = run_room_new();
}

static void end_worker(void *context, unsigned worker)
{
    struct test_run *run = context;
    (void)worker;
    target_detach(run->target);
    run_room_free(&run->play_options.room);
    arena_free(&run->job_arena);
}

static void play_job(void *context, size_t job, struct buffer *out)
{
    struct test_run *run = context;
    const struct suite_case *c = &run->suite.cases[case_of_job(run, job)];
    struct result_case *result;
    struct run_options options = run->play_options;
    options.seed += job / run->suite.ncases; /* each repetition draws anew */
    arena_reset(&run->job_arena);
    run_play(&options, &run->run_target, c->script, c->order, &run->job_arena, &result);
    result_case_write(result, out);
}

/* ---- results: in the parent ---- */

static bool goes_on(const struct test_run *run, const struct result_case *result)
{
    return !(run->options.fails_fast && result->is_unexpected);
}

static bool job_done(void *context, size_t job, struct span text)
{
    struct test_run *run = context;
    struct result_case *result;
    struct err err;
    (void)job;
    int status = result_case_read(span_trim(text), &run->cli->arena, &result, &err);
    ENSURE(status == 0); /* our own writer wrote it */
    test_take_result(run, result);
    return goes_on(run, result);
}

static bool job_died(void *context, size_t job, int signal_number, int status, bool is_late,
                     struct span diagnosis)
{
    struct test_run *run = context;
    const struct suite_case *c = &run->suite.cases[case_of_job(run, job)];
    struct arena *arena = &run->cli->arena;
    const char *what = is_late ? "did not come back in time"
                       : signal_number != 0
                           ? arena_printf(arena, "was killed by %s", strsignal(signal_number))
                           : arena_printf(arena, "ended with status %d", status);
    bool in_process = target_is_in_process(run->target);
    struct result_case *result = arena_alloc(arena, sizeof *result);
    *result = (struct result_case){
        .id = c->id,
        .scenario = c->script->scenario->id,
        .claim = c->script->scenario->claim,
        .file = c->script->scenario->place.file,
        .line = c->script->scenario->place.line,
        /* what is called by function dies with the process that calls it */
        .verdict = in_process ? RESULT_CRASH : RESULT_ERROR,
        .expected = "",
        .reason = arena_printf(arena, "the process %s %s%s%.*s",
                               in_process ? "that holds the target" : "that played the case", what,
                               diagnosis.nbytes > 0 ? ": " : "", SPAN_ARG(span_trim(diagnosis))),
        .seed = run->options.seed,
        .reproduce = arena_printf(arena, "%s %s %s '%s' --seed %" PRIu64, run->cli->program,
                                  run->options.is_client ? "client" : "server",
                                  run->play_options.target_argument, c->id, run->options.seed),
        .log = "",
    };
    test_take_result(run, result);
    return goes_on(run, result);
}

/* A target that is not installed: every case is skipped, with the reason. What is not there is not
 * judged: the file of its known results stays as it is. */
static void skip_all(struct test_run *run, const char *reason)
{
    expect_free(&run->expected);
    run->options.updates_expected = false;
    for (size_t i = 0; i < run->suite.ncases; i++) {
        const struct suite_case *c = &run->suite.cases[i];
        struct result_case *result = arena_alloc(&run->cli->arena, sizeof *result);
        *result = (struct result_case){.id = c->id,
                                       .scenario = c->script->scenario->id,
                                       .claim = c->script->scenario->claim,
                                       .file = c->script->scenario->place.file,
                                       .line = c->script->scenario->place.line,
                                       .verdict = RESULT_SKIP,
                                       .expected = "",
                                       .reason = reason,
                                       .seed = run->options.seed,
                                       .reproduce = "",
                                       .log = ""};
        test_take_result(run, result);
    }
}

/* ---- the run ---- */

static const char *time_text(struct arena *arena)
{
    struct clock clock = clock_system();
    struct clock_date d = clock_date_of(clock_wall_s(&clock));
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day, d.hour,
                        d.minute, d.second);
}

static void make_header(struct test_run *run)
{
    static const char *const answers[] = {"no", "yes", "unknown"};
    struct arena *arena = &run->cli->arena;
    size_t nfeatures;
    const struct target_feature *features = target_features(run->target, &nfeatures);
    run->header = (struct result_header){.version = IMAPSPEC_VERSION,
                                         .seed = run->options.seed,
                                         .target = target_name(run->target),
                                         .title = target_title(run->target),
                                         .dialect = target_dialect(run->target),
                                         .started = time_text(arena),
                                         .features = arena_array(arena, nfeatures, sizeof(char *)),
                                         .nfeatures = nfeatures,
                                         .planned = run->ntotal};
    for (size_t i = 0; i < nfeatures; i++)
        run->header.features[i] =
            arena_printf(arena, "%s=%s", features[i].name, answers[features[i].answer]);
}

static void write_header(const struct test_run *run)
{
    struct buffer line = {0};
    if (run->results == NULL)
        return;
    result_header_write(&run->header, &line);
    (void)fwrite(buffer_span(&line).data, 1, line.nbytes, run->results);
    (void)fflush(run->results);
    buffer_free(&line);
}

/* What the selected scenarios need, for the probes. */
static struct cli_texts needed_features(struct test_run *run)
{
    struct cli_texts names = {0};
    for (size_t i = 0; i < run->suite.ncases; i++) {
        const struct script_names *needs = &run->suite.cases[i].script->scenario->needs;
        for (size_t k = 0; k < needs->nitems; k++) {
            bool known = false;
            for (size_t n = 0; n < names.nitems && !known; n++)
                known = strcmp(names.items[n], needs->items[k]) == 0;
            if (!known)
                cli_texts_add(run->cli, &names, needs->items[k]);
        }
    }
    return names;
}

static int start_target(struct test_run *run, struct net_loop *loop, struct err *err)
{
    if (target_start(run->target, loop, err) != 0)
        return -1;
    run->guard = guard_folder(run->options.keeps_folder ? NULL : target_folder(run->target));
    struct cli_texts needed = needed_features(run);
    if (needed.nitems > 0 && guard_signal() == 0)
        target_probe(run->target, loop, needed.items, needed.nitems);
    return 0;
}

static bool is_interrupted(void *context)
{
    (void)context;
    return guard_signal() != 0;
}

static int play_all(struct test_run *run, struct err *err)
{
    struct workers_jobs jobs = {.context = run,
                                .njobs = run->ntotal,
                                .nworkers = (unsigned)run->options.jobs,
                                .job_limit_ms = (int64_t)run->options.case_limit * 1000,
                                .begin = begin_worker,
                                .end = end_worker,
                                .play = play_job,
                                .done = job_done,
                                .died = job_died,
                                .is_interrupted = is_interrupted};
    return workers_run(&jobs, err);
}

/* A target that does not end well has crashed; unless a case has told so, nobody expected it. */
static void stop_target(struct test_run *run, struct net_loop *loop)
{
    struct err err;
    int status = target_stop(run->target, loop, &err);
    guard_folder_gone(&run->guard);
    if (status == 0)
        return;
    (void)cli_fail(&err);
    if (run->summary.nverdicts[RESULT_CRASH] == 0)
        run->summary.nunexpected++;
}

static int run_started(struct test_run *run, struct net_loop *loop)
{
    struct err err;
    struct clock clock = clock_system();
    if (start_target(run, loop, &err) != 0) {
        (void)cli_fail(&err);
        return RESULT_EXIT_TARGET;
    }
    make_header(run);
    write_header(run);
    if (target_missing(run->target) != NULL) {
        skip_all(run, target_missing(run->target));
        stop_target(run, loop);
        return 0;
    }
    run->started_us = clock_now_us(&clock);
    test_progress(run);
    int status = play_all(run, &err);
    test_progress_clear(run);
    run->summary.ms = (double)(clock_now_us(&clock) - run->started_us) / 1000;
    if (status != 0) {
        (void)cli_fail(&err);
        status = RESULT_EXIT_INTERNAL;
    }
    stop_target(run, loop);
    return status;
}

/* ---- afterwards ---- */

static int update_expected(struct test_run *run)
{
    struct buffer text = {0};
    struct err err;
    size_t nlacking =
        expect_update(run->expected, run->options.is_strict,
                      (const struct result_case *const *)run->done, run->ndone, &text);
    int status = cli_write_file(run->expect_path, buffer_span(&text), &err);
    buffer_free(&text);
    if (status != 0)
        return cli_fail(&err);
    (void)fprintf(run->say, "%s written", run->expect_path);
    if (nlacking > 0)
        (void)fprintf(run->say, "; %zu lines lack a reason: replace each ? by one", nlacking);
    (void)fprintf(run->say, "\n");
    return 0;
}

static void report_unused(struct test_run *run, bool ran_all)
{
    struct buffer text = {0};
    if (run->expected == NULL)
        return;
    run->summary.nunexpected += expect_report_unused(run->expected, ran_all, &text);
    (void)fwrite(buffer_span(&text).data, 1, text.nbytes, run->say);
    buffer_free(&text);
}

static void print_summary(const struct test_run *run)
{
    struct buffer text = {0};
    result_summary_write(&run->summary, &text);
    struct span line = span_trim(buffer_span(&text));
    (void)fprintf(run->say, "%s: %.*s\n", target_name(run->target), SPAN_ARG(line));
    buffer_clear(&text);
    result_skips_print((const struct result_case *const *)run->done, run->ndone, &text);
    result_unsteady_print((const struct result_case *const *)run->done, run->ndone, &text);
    (void)fprintf(run->say, "%.*sseed %" PRIu64 "\n", SPAN_ARG(buffer_span(&text)),
                  run->options.seed);
    buffer_free(&text);
}

static void print_later(struct test_run *run)
{
    (void)fwrite(buffer_span(&run->later).data, 1, run->later.nbytes, run->say);
    buffer_free(&run->later);
}

/* What there is of the reports asked for, however the run ended. */
static int write_reports(const struct test_run *run, int status)
{
    struct result_run whole = {.header = run->header, .cases = run->done, .ncases = run->ndone};
    const struct result_run *const runs[] = {&whole};
    struct err err;
    (void)fflush(run->say);
    bool has_begun = run->header.version != NULL;
    if (!has_begun || report_write(run->cli, &run->options.reports, runs, 1, &err) == 0)
        return status;
    (void)cli_fail(&err);
    return status == 0 ? RESULT_EXIT_INTERNAL : status;
}

static int finish(struct test_run *run, int status)
{
    bool ran_all = !run->is_selection && run->ndone == run->ntotal;
    print_later(run);
    if (guard_signal() != 0)
        (void)fprintf(stderr, "imapspec: interrupted when %zu of %zu cases were done\n", run->ndone,
                      run->ntotal);
    else if (run->options.updates_expected && status == 0)
        return update_expected(run);
    report_unused(run, ran_all);
    print_summary(run);
    return status != 0 ? status : (int)result_summary_exit(&run->summary);
}

static int list_cases(const struct test_run *run)
{
    for (size_t i = 0; i < run->suite.ncases; i++)
        (void)printf("%s\n", run->suite.cases[i].id);
    return run->suite.ncases == 0 ? RESULT_EXIT_EMPTY : 0;
}

static int run_target_cases(struct test_run *run)
{
    struct net_loop *loop =
        target_is_in_process(run->target) ? net_loop_new_virtual(0) : net_loop_new();
    int status = run_started(run, loop);
    net_loop_free(&loop);
    return write_reports(run, finish(run, status));
}

static int close_results(struct test_run *run, int status)
{
    bool is_bad = ferror(run->results) != 0;
    is_bad = fclose(run->results) != 0 || is_bad;
    if (!is_bad)
        return status;
    (void)fprintf(stderr, "%s: not all results could be written\n", run->options.results);
    return status == 0 ? RESULT_EXIT_INTERNAL : status;
}

static int test(struct cli *cli, bool is_client, int argc, char **argv)
{
    struct test_run run = {.cli = cli, .options.is_client = is_client, .say = stdout};
    int status = test_prepare(&run, argc, argv);
    guard_catch_signals();
    if (status == 0 && run.options.only_lists)
        status = list_cases(&run);
    else if (status == 0 && run.suite.ncases == 0) {
        (void)fprintf(stderr, "imapspec: the selection matches no scenario\n");
        status = RESULT_EXIT_EMPTY;
    } else if (status == 0)
        status = run_target_cases(&run);
    if (run.results != NULL)
        status = close_results(&run, status);
    target_free(&run.target);
    expect_free(&run.expected);
    suite_free(&run.suite);
    if (guard_signal() != 0)
        guard_die_by(guard_signal());
    return status;
}

int cli_server(struct cli *cli, int argc, char **argv)
{
    return test(cli, false, argc, argv);
}

int cli_client(struct cli *cli, int argc, char **argv)
{
    return test(cli, true, argc, argv);
}
