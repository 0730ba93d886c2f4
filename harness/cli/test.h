/* test (private to cli/): the state of `imapspec server` and `imapspec client`. */
#ifndef IMAPSPEC_CLI_TEST_H
#define IMAPSPEC_CLI_TEST_H

#include <stdio.h>

#include "cli/cli.h"
#include "cli/guard.h"
#include "cli/report.h"
#include "target/expect.h"
#include "target/target.h"

struct test_options {
    uint64_t jobs, seed, repeat, case_limit;
    bool is_client; /* the side under test: not from the command line */
    bool is_strict, updates_expected, fails_fast, only_lists, keeps_folder, uses_tls;
    double timeout_scale;
    unsigned verbosity;
    const char *expect, *vary, *results, *color, *user, *password, *exec, *shim;
    struct cli_texts except;
    struct report_paths reports;
};

struct test_run {
    struct cli *cli;
    struct test_options options;
    const char *target_argument;
    struct suite suite;
    bool is_selection; /* not the whole suite */
    struct target *target;
    struct guard *guard;          /* of the target's folder; NULL: it has none */
    struct expect_list *expected; /* NULL: no file */
    const char *expect_path;
    FILE *results; /* NULL: not kept */
    FILE *say;     /* where people read: stdout, or stderr when a report takes that */
    struct result_header header;

    struct run_options play_options;
    struct run_target run_target; /* in a worker */
    struct arena job_arena;       /* in a worker; in the parent, of the result at hand */

    struct result_case **done; /* all results, in the order they came */
    size_t ndone, done_capacity;
    struct result_summary summary;
    struct result_terminal terminal;
    struct buffer later; /* told when all cases are done: what is known or tolerated */
    size_t ntotal;
    int64_t started_us, progress_us;
    bool shows_progress;
};

/* The live line: how many are done, how many are unexpected, how long to go. Only on a terminal,
 * and not more often than the eye can follow. */
void test_progress(struct test_run *run);
void test_progress_clear(const struct test_run *run);

/* Everything about a result that has come: expectation, file, terminal, summary. */
void test_take_result(struct test_run *run, struct result_case *result);

#endif
