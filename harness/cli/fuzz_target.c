#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/fuzz.h"
#include "cli/guard.h"

struct fuzz_target {
    struct target *target; /* NULL: none */
    struct guard *guard;
};

/* ---- opening ---- */

/* Whose mail is at stake is on this machine. */
static bool is_loopback(const char *host)
{
    struct span h = span_of(host);
    return span_is(h, "::1") || span_is_nocase(h, "localhost") ||
           (span_starts_with(h, SPAN_LIT("127.")) && strspn(host, "0123456789.") == strlen(host));
}

bool fuzz_target_is_option(const struct fuzz_options *options)
{
    return options->exec != NULL || options->shim != NULL;
}

/* An exit code, 0 when it may be fuzzed. */
static int open_target(struct cli *cli, const char *argument, const struct fuzz_options *options,
                       struct fuzz_target *target_r)
{
    bool is_shim = argument != NULL && strcmp(argument, "reference-shim") == 0;
    struct target_request request = {.argument = argument,
                                     .targets_folder =
                                         arena_printf(&cli->arena, "%s/scripts/targets", cli->data),
                                     .imapspec = cli_server_program(),
                                     .wants_client = options->is_client || is_shim,
                                     .exec = argument == NULL ? options->exec : NULL,
                                     .shim = argument == NULL ? options->shim : NULL,
                                     .user = options->user,
                                     .password = options->password,
                                     .uses_tls = options->uses_tls};
    struct err err;
    target_r->target = target_open(&request, &err);
    if (target_r->target == NULL)
        return cli_fail(&err);
    const struct target *t = target_r->target;
    if (!target_is_server(t)) {
        if (options->against == NULL && !options->takes_warnings)
            return 0;
        (void)err_set(&err, NULL, 0, 0, "--%s, and %s is a client",
                      options->against != NULL ? "against compares servers"
                                               : "warnings are of servers",
                      target_name(t));
        return cli_fail(&err);
    }
    if (!options->is_own && !is_loopback(target_host(t))) {
        (void)err_set(&err, NULL, 0, 0,
                      "%s is not on this machine; with --i-own-this-server it is fuzzed all the "
                      "same",
                      target_host(t));
        return cli_fail(&err);
    }
    return 0;
}

/* ---- running ---- */

/* A client whose shim has not said what it can do. */
static bool is_mute(const struct target *t)
{
    return !target_is_server(t) && !target_is_exec(t) && target_verbs(t)->nitems == 0;
}

/* An exit code, 0 when it runs. */
static int start_target(struct fuzz_target *t, struct net_loop *loop)
{
    struct err err;
    if (t->target == NULL)
        return 0;
    if (target_start(t->target, loop, &err) != 0) {
        (void)cli_fail(&err);
        return RESULT_EXIT_TARGET;
    }
    t->guard = guard_folder(target_folder(t->target));
    if (!target_is_server(t->target)) /* what its shim can do */
        target_probe(t->target, loop, NULL, 0);
    const char *why = target_missing(t->target);
    if (why == NULL && is_mute(t->target))
        why = "cannot be asked anything: its shim names no features";
    if (why == NULL)
        return 0;
    (void)fprintf(stderr, "imapspec: %s %s\n", target_name(t->target), why);
    return RESULT_EXIT_TARGET;
}

static void close_target(struct fuzz_target *t, struct net_loop *loop)
{
    struct err err;
    if (t->target == NULL)
        return;
    if (loop != NULL && target_stop(t->target, loop, &err) != 0)
        (void)cli_fail(&err);
    guard_folder_gone(&t->guard);
    target_free(&t->target);
}

static bool is_interrupted(void *context)
{
    (void)context;
    return guard_signal() != 0;
}

static struct blackbox_options blackbox_options_of(struct cli *cli,
                                                   const struct fuzz_options *options)
{
    return (struct blackbox_options){.seed = options->seed,
                                     .count = options->count,
                                     .rate = (unsigned)options->rate,
                                     .findings =
                                         options->findings == NULL ? "findings" : options->findings,
                                     .resumes = options->resumes,
                                     .takes_warnings = options->takes_warnings,
                                     .timeout_scale = options->timeout_scale,
                                     .shows_status = isatty(STDERR_FILENO) == 1,
                                     .read_file = cli_load_include,
                                     .read_context = cli,
                                     .is_interrupted = is_interrupted};
}

int fuzz_with_target(struct cli *cli, const struct fuzz_options *options, const char *argument,
                     int (*use)(struct cli *cli, void *context, struct blackbox_options *blackbox),
                     void *context)
{
    struct fuzz_target target = {.target = NULL};
    struct fuzz_target against = {.target = NULL};
    struct net_loop *loop = NULL;
    int status = open_target(cli, argument, options, &target);
    if (status == 0 && options->against != NULL)
        status = open_target(cli, options->against, options, &against);
    guard_catch_signals();
    if (status == 0) {
        bool is_in_process = target_is_in_process(target.target) &&
                             (against.target == NULL || target_is_in_process(against.target));
        loop = is_in_process ? net_loop_new_virtual(0) : net_loop_new();
        status = start_target(&target, loop);
    }
    if (status == 0)
        status = start_target(&against, loop);
    if (status == 0) {
        struct blackbox_options blackbox = blackbox_options_of(cli, options);
        blackbox.target = target.target;
        blackbox.against = against.target;
        blackbox.loop = loop;
        status = use(cli, context, &blackbox);
    }
    close_target(&against, loop);
    close_target(&target, loop);
    net_loop_free(&loop);
    return status;
}
