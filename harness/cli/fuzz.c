#include "cli/fuzz.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/guard.h"
#include "cli/tables.h"

#define MEMBER(name) offsetof(struct fuzz_options, name)

const struct cli_option fuzz_option_table[] = {
    {0, "time", "TIME", CLI_TEXT, MEMBER(time), "end after so long: 60s, 10m, 2h (60s)"},
    {0, "count", "N", CLI_NUMBER, MEMBER(count), "end after N scenarios instead"},
    {0, "seed", "N", CLI_NUMBER, MEMBER(seed), "seed of all chance (1)"},
    {0, "against", "TARGET", CLI_TEXT, MEMBER(against), "say the same to this server and compare"},
    {0, "findings", "DIR", CLI_TEXT, MEMBER(findings), "where findings and corpus go (findings)"},
    {0, "resume", NULL, CLI_FLAG, MEMBER(resumes), "go on with what is there"},
    {0, "user", "NAME", CLI_TEXT, MEMBER(user), "to log in with, for HOST:PORT"},
    {0, "password", "TEXT", CLI_TEXT, MEMBER(password), "to log in with, for HOST:PORT"},
    {0, "tls", NULL, CLI_FLAG, MEMBER(uses_tls), "TLS from the first octet, for HOST:PORT"},
    {0, "timeout-scale", "F", CLI_FACTOR, MEMBER(timeout_scale), "multiply all time limits"},
    {0, "i-own-this-server", NULL, CLI_FLAG, MEMBER(is_own),
     "the server is not on this machine, and you may do this"},
    {0}};

enum { DEFAULT_TIME_MS = 60000 };

/* ---- targets ---- */

/* Whose mail is at stake is on this machine. */
static bool is_loopback(const char *host)
{
    struct span h = span_of(host);
    return span_is(h, "::1") || span_is_nocase(h, "localhost") ||
           (span_starts_with(h, SPAN_LIT("127.")) && strspn(host, "0123456789.") == strlen(host));
}

int fuzz_target_open(struct cli *cli, const char *argument, const struct fuzz_options *options,
                     struct fuzz_target *target_r)
{
    struct target_request request = {.argument = argument,
                                     .targets_folder =
                                         arena_printf(&cli->arena, "%s/scripts/targets", cli->data),
                                     .user = options->user,
                                     .password = options->password,
                                     .uses_tls = options->uses_tls};
    struct err err;
    target_r->target = target_open(&request, &err);
    if (target_r->target == NULL)
        return cli_fail(&err);
    if (!target_is_server(target_r->target)) {
        (void)err_set(&err, NULL, 0, 0, "%s is a client; servers can be fuzzed",
                      target_name(target_r->target));
        return cli_fail(&err);
    }
    if (!options->is_own && !is_loopback(target_host(target_r->target))) {
        (void)err_set(&err, NULL, 0, 0,
                      "%s is not on this machine; with --i-own-this-server it is fuzzed all the "
                      "same",
                      target_host(target_r->target));
        return cli_fail(&err);
    }
    return 0;
}

int fuzz_target_start(struct fuzz_target *t, struct net_loop *loop)
{
    struct err err;
    if (target_start(t->target, loop, &err) != 0) {
        (void)cli_fail(&err);
        return RESULT_EXIT_TARGET;
    }
    t->guard = guard_folder(target_folder(t->target));
    if (target_missing(t->target) == NULL)
        return 0;
    (void)fprintf(stderr, "imapspec: %s %s\n", target_name(t->target), target_missing(t->target));
    return RESULT_EXIT_TARGET;
}

void fuzz_target_close(struct fuzz_target *t, struct net_loop *loop)
{
    struct err err;
    if (t->target == NULL)
        return;
    if (loop != NULL && target_stop(t->target, loop, &err) != 0)
        (void)cli_fail(&err);
    guard_folder_gone(&t->guard);
    target_free(&t->target);
}

/* ---- options ---- */

int fuzz_time_read(const char *text, int64_t *ms_r, struct err *err)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"s", 1000}, {"m", 60000}, {"h", 3600000}, {"", 1000}};
    struct span digits = span_of(text);
    size_t n = number_digits(digits);
    uint32_t number;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (span_is(span_from(digits, n), units[i].unit) &&
            number_parse_u32(span_slice(digits, 0, n), &number) == 0 && number > 0) {
            *ms_r = number * units[i].ms;
            return 0;
        }
    return err_set(err, NULL, 0, 0, "--time wants a time such as 60s, 10m or 2h, not \"%s\"", text);
}

static bool is_interrupted(void *context)
{
    (void)context;
    return guard_signal() != 0;
}

struct blackbox_options fuzz_blackbox_options(struct cli *cli, const struct fuzz_options *options,
                                              const struct fuzz_target *target,
                                              const struct fuzz_target *against)
{
    return (struct blackbox_options){.target = target->target,
                                     .against = against->target,
                                     .seed = options->seed,
                                     .count = options->count,
                                     .findings =
                                         options->findings == NULL ? "findings" : options->findings,
                                     .resumes = options->resumes,
                                     .timeout_scale = options->timeout_scale,
                                     .shows_status = isatty(STDERR_FILENO) == 1,
                                     .read_file = cli_load_include,
                                     .read_context = cli,
                                     .is_interrupted = is_interrupted};
}

/* ---- the command ---- */

static int run(struct cli *cli, const struct fuzz_options *options,
               const struct blackbox_options *blackbox)
{
    struct blackbox_summary summary;
    struct err err;
    (void)cli;
    (void)options;
    if (blackbox_run(blackbox, &summary, &err) != 0)
        return cli_fail(&err);
    if (summary.nflaky > 0)
        (void)printf("%u of the findings did not show again every time\n", summary.nflaky);
    if (summary.is_broken) {
        (void)fprintf(stderr, "imapspec: %s: %s\n", target_name(blackbox->target), summary.why);
        return RESULT_EXIT_TARGET;
    }
    return summary.nfindings > 0 ? RESULT_EXIT_UNEXPECTED : RESULT_EXIT_EXPECTED;
}

static int run_targets(struct cli *cli, const struct fuzz_options *options, int64_t time_ms,
                       struct fuzz_target *target, struct fuzz_target *against)
{
    struct net_loop *loop =
        target_is_in_process(target->target) &&
                (against->target == NULL || target_is_in_process(against->target))
            ? net_loop_new_virtual(0)
            : net_loop_new();
    int status = fuzz_target_start(target, loop);
    if (status == 0 && against->target != NULL)
        status = fuzz_target_start(against, loop);
    if (status == 0) {
        struct blackbox_options blackbox = fuzz_blackbox_options(cli, options, target, against);
        blackbox.time_ms = time_ms;
        status = run(cli, options, &blackbox);
    }
    fuzz_target_close(against, loop);
    fuzz_target_close(target, loop);
    net_loop_free(&loop);
    return status;
}

int cli_fuzz(struct cli *cli, int argc, char **argv)
{
    struct fuzz_options options = {.seed = 1};
    struct cli_texts arguments = {0};
    struct fuzz_target target = {.target = NULL};
    struct fuzz_target against = {.target = NULL};
    struct err err;
    int64_t time_ms = 0;
    if (cli_options_read(cli, fuzz_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems != 1) {
        (void)err_set(&err, NULL, 0, 0, "fuzz wants one target");
        return cli_fail(&err);
    }
    if (options.time != NULL && fuzz_time_read(options.time, &time_ms, &err) != 0)
        return cli_fail(&err);
    if (options.time == NULL && options.count == 0)
        time_ms = DEFAULT_TIME_MS;
    int status = fuzz_target_open(cli, arguments.items[0], &options, &target);
    if (status == 0 && options.against != NULL)
        status = fuzz_target_open(cli, options.against, &options, &against);
    if (status != 0) {
        target_free(&target.target);
        target_free(&against.target);
        return status;
    }
    guard_catch_signals();
    return run_targets(cli, &options, time_ms, &target, &against);
}
