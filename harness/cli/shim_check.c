#include "target/shim_check.h"

#include <stdio.h>

#include "cli/guard.h"
#include "cli/shim_check.h"
#include "cli/test_options.h"

/* ---- what is printed ---- */

struct printing {
    const struct shim_options *options;
};

static void print_dialogue(struct span dialogue)
{
    while (dialogue.nbytes > 0) {
        struct span line = span_cut(&dialogue, '\n');
        (void)printf("           %.*s\n", SPAN_ARG(line));
    }
}

static void print_check(void *context, const struct shim_told *told)
{
    static const char *const words[] = {
        [SHIM_GOOD] = "ok", [SHIM_WRONG] = "WRONG", [SHIM_LEFT_OUT] = "left out"};
    const struct printing *printing = context;
    (void)printf("%-8s %s: %s\n", words[told->verdict], told->name,
                 told->verdict == SHIM_LEFT_OUT ? told->text : told->meaning);
    if (told->verdict == SHIM_WRONG) {
        (void)printf("         %s\n", told->text);
        if (told->wanted[0] != '\0')
            (void)printf("         wanted: %s\n", told->wanted);
        if (told->got[0] != '\0')
            (void)printf("         got:    %s\n", told->got);
    }
    if (told->verdict == SHIM_WRONG || printing->options->verbosity > 0)
        print_dialogue(told->dialogue);
    (void)fflush(stdout);
}

static int print_tally(const struct target *target, const struct shim_tally *tally)
{
    size_t nchecks = tally->n[SHIM_GOOD] + tally->n[SHIM_WRONG] + tally->n[SHIM_LEFT_OUT];
    if (tally->harness_fault != NULL) {
        (void)fprintf(stderr, "imapspec: %s\n", tally->harness_fault);
        return RESULT_EXIT_TARGET;
    }
    if (nchecks == 0) {
        (void)fprintf(stderr, "imapspec: the selection matches no check\n");
        return RESULT_EXIT_EMPTY;
    }
    (void)printf("%s: %zu checks: %zu ok, %zu wrong, %zu left out\n", target_name(target), nchecks,
                 tally->n[SHIM_GOOD], tally->n[SHIM_WRONG], tally->n[SHIM_LEFT_OUT]);
    return tally->n[SHIM_WRONG] > 0 ? RESULT_EXIT_UNEXPECTED : 0;
}

/* ---- running ---- */

static int check_started(struct cli *cli, const struct shim_options *options,
                         const struct cli_texts *selectors, struct target *target,
                         struct net_loop *loop)
{
    struct run_target run;
    struct printing printing = {options};
    target_attach(target, 0, 1, &run);
    double scale = options->timeout_scale > 0 ? options->timeout_scale : 1;
    struct shim_check check = {.context = &printing,
                               .told = print_check,
                               .answer_ms = (int64_t)((double)run.timeout_ms * scale),
                               .selectors = selectors->items,
                               .nselectors = selectors->nitems};
    struct shim_tally tally = shim_check_run(&check, &run, loop, &cli->arena);
    target_detach(target);
    return print_tally(target, &tally);
}

static int tell_missing(const struct target *target)
{
    (void)fprintf(stderr, "imapspec: %s %s\n", target_name(target), target_missing(target));
    return RESULT_EXIT_EMPTY;
}

static int start_and_check(struct cli *cli, const struct shim_options *options,
                           const struct cli_texts *selectors, struct target *target)
{
    struct err err;
    struct net_loop *loop = net_loop_new();
    int status = RESULT_EXIT_TARGET;
    if (target_start(target, loop, &err) != 0) {
        (void)cli_fail(&err);
    } else if (target_missing(target) != NULL) {
        status = tell_missing(target);
    } else {
        struct guard *guard = guard_folder(target_folder(target));
        status = check_started(cli, options, selectors, target, loop);
        if (target_stop(target, loop, &err) != 0)
            (void)cli_fail(&err);
        guard_folder_gone(&guard);
    }
    net_loop_free(&loop);
    return status;
}

static int refuse_others(const struct target *target, struct err *err)
{
    if (target_is_server(target))
        return err_set(err, NULL, 0, 0, "%s is a server", target_name(target));
    if (target_is_exec(target))
        return err_set(err, NULL, 0, 0, "%s has no shim: it cannot be told anything",
                       target_name(target));
    if (target_is_in_process(target))
        return err_set(err, NULL, 0, 0, "%s is no program; say reference-shim",
                       target_name(target));
    return 0;
}

int shim_check(struct cli *cli, const struct shim_options *options,
               const struct cli_texts *arguments)
{
    struct err err;
    size_t ntargets = options->exec == NULL ? 1 : 0;
    if (arguments->nitems < ntargets) {
        (void)err_set(&err, NULL, 0, 0, "--check wants a TARGET, or --exec COMMAND");
        return cli_fail(&err);
    }
    const struct cli_texts selectors = {arguments->items + ntargets, arguments->nitems - ntargets,
                                        0};
    const struct test_options target_options = {
        .is_client = true, .shim = options->exec, .uses_tls = options->uses_tls};
    struct target *target =
        test_open_target(cli, ntargets == 1 ? arguments->items[0] : "", &target_options, &err);
    if (target == NULL)
        return cli_fail(&err);
    int status = refuse_others(target, &err) != 0 ? cli_fail(&err)
                 : target_missing(target) != NULL
                     ? tell_missing(target)
                     : start_and_check(cli, options, &selectors, target);
    target_free(&target);
    return status;
}
