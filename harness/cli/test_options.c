#include "cli/test_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/failed.h"
#include "run/vary.h"

#define MEMBER(name) offsetof(struct test_options, name)
#define REPORT_MEMBER(name) offsetof(struct test_options, reports.name)

enum { CASE_LIMIT_MOST_S = 24 * 3600 };

const struct cli_option server_option_table[] = {
    {0, "user", "NAME", CLI_TEXT, MEMBER(user), "to log in with, for HOST:PORT"},
    {0, "password", "TEXT", CLI_TEXT, MEMBER(password), "to log in with, for HOST:PORT"},
    {0, "tls", NULL, CLI_FLAG, MEMBER(uses_tls), "TLS from the first octet, for HOST:PORT"},
#include "cli/report_options.def"
#include "cli/test_options.def"
    {0}};

const struct cli_option client_option_table[] = {
    {0, "exec", "COMMAND", CLI_TEXT, MEMBER(exec),
     "no TARGET: a client's command line, with {host} and {port}"},
    {0, "user", "NAME", CLI_TEXT, MEMBER(user), "whom the client logs in as"},
    {0, "password", "TEXT", CLI_TEXT, MEMBER(password), "with this password"},
    {0, "tls", NULL, CLI_FLAG, MEMBER(uses_tls), "with --exec: TLS from the first octet"},
#include "cli/report_options.def"
#include "cli/test_options.def"
    {0}};

struct target *test_open_target(struct cli *cli, const char *argument,
                                const struct test_options *options, struct err *err)
{
    struct target_request request = {.argument = argument,
                                     .targets_folder =
                                         arena_printf(&cli->arena, "%s/scripts/targets", cli->data),
                                     .imapspec = cli_server_program(),
                                     .wants_client = options->is_client,
                                     .exec = options->exec,
                                     .shim = options->shim,
                                     .user = options->user,
                                     .password = options->password,
                                     .uses_tls = options->uses_tls,
                                     .keeps_folder = options->keeps_folder};
    return target_open(&request, err);
}

/* ---- single options ---- */

static int choose_color(struct test_run *run, struct err *err)
{
    const char *color = run->options.color == NULL ? "auto" : run->options.color;
    run->terminal.color = run->cli->color;
    if (strcmp(color, "always") == 0)
        run->terminal.color = true;
    else if (strcmp(color, "never") == 0)
        run->terminal.color = false;
    else if (strcmp(color, "auto") != 0)
        return err_set(err, NULL, 0, 0, "--color wants auto, always or never, not \"%s\"", color);
    return 0;
}

static int choose_variation(struct test_run *run, struct err *err)
{
    const char *wanted = run->options.vary == NULL ? "none" : run->options.vary;
    return vary_read(wanted, &run->play_options.vary, err);
}

static uint64_t random_seed(void)
{
    struct clock clock = clock_system();
    struct rng rng = rng_seeded((uint64_t)clock_now_us(&clock) ^ ((uint64_t)getpid() << 32));
    return rng_below(&rng, 1000000);
}

/* ---- expectations ---- */

static int read_expected(struct test_run *run, struct err *err)
{
    struct span text;
    struct clock clock = clock_system();
    const char *path = run->options.expect;
    if (path == NULL)
        path = target_expect_path(run->target);
    run->expect_path = path;
    if (path == NULL && run->options.updates_expected)
        return err_set(err, NULL, 0, 0, "--update-expected needs --expect FILE for this target");
    if (path == NULL || (run->options.updates_expected && !cli_exists(path)))
        return 0;
    if (cli_read_file(run->cli, path, &text, err) != 0)
        return -1;
    run->expected = expect_read(text, cli_short_path(&run->cli->arena, path),
                                clock_wall_s(&clock) / 86400, err);
    return run->expected == NULL ? -1 : 0;
}

/* ---- scenarios ---- */

/* For a shell: as it stands when it is harmless, else in quotes. */
static void append_word(struct buffer *out, const char *word)
{
    static const char harmless[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                   "-_./:@%+,=";
    buffer_append_byte(out, ' ');
    if (word[0] != '\0' && word[strspn(word, harmless)] == '\0') {
        buffer_append_text(out, word);
        return;
    }
    buffer_append_byte(out, '\'');
    for (; *word != '\0'; word++)
        if (*word == '\'')
            buffer_append_text(out, "'\\''");
        else
            buffer_append_byte(out, *word);
    buffer_append_byte(out, '\'');
}

static void append_option(struct buffer *out, const char *option, const char *value)
{
    if (value == NULL)
        return;
    buffer_printf(out, " %s", option);
    append_word(out, value);
}

/* Target, files, and all options that bear on what a case does, for reproduction commands. */
static const char *reproduction(const struct test_run *run, const struct cli_texts *paths)
{
    const struct test_options *o = &run->options;
    struct buffer out = {0};
    char factor[32];
    if (o->exec == NULL)
        append_word(&out, run->target_argument);
    append_option(&out, "--exec", o->exec);
    for (size_t i = 0; i < paths->nitems; i++)
        append_word(&out, paths->items[i]);
    append_option(&out, "--user", o->user);
    append_option(&out, "--password", o->password);
    append_option(&out, "--vary", o->vary);
    (void)snprintf(factor, sizeof factor, "%g", o->timeout_scale);
    append_option(&out, "--timeout-scale", o->timeout_scale > 0 ? factor : NULL);
    if (o->uses_tls)
        buffer_append_text(&out, " --tls");
    const char *text = arena_text(&run->cli->arena, span_from(buffer_span(&out), 1));
    buffer_free(&out);
    return text;
}

static int load_and_select(struct test_run *run, const struct cli_texts *arguments, struct err *err)
{
    size_t ntargets = run->options.exec == NULL ? 1 : 0;
    struct cli_texts rest = {0};
    if (arguments->nitems > ntargets)
        rest = (struct cli_texts){arguments->items + ntargets, arguments->nitems - ntargets, 0};
    struct cli_texts paths = {0};
    struct cli_texts selectors = {0};
    struct buffer unused = {0};
    cli_split_selectors(run->cli, &rest, &paths, &selectors);
    if (run->options.exec != NULL && rest.nitems == 0)
        cli_texts_add(run->cli, &selectors, "unscripted*");
    run->play_options.target_argument = reproduction(run, &paths);
    run->is_selection = paths.nitems > 0 || selectors.nitems > 0 || run->options.except.nitems > 0;
    suite_init(&run->suite, &run->cli->arena);
    bool is_client = run->options.is_client;
    if (cli_load_suite(run->cli, &run->suite, &paths, is_client ? "client" : "server") != 0)
        return RESULT_EXIT_USAGE;
    if (suite_expand(&run->suite, is_client ? SCRIPT_SERVER : SCRIPT_CLIENT, run->options.seed,
                     err) != 0)
        return cli_fail(err);
    suite_select(&run->suite, selectors.items, selectors.nitems, run->options.except.items,
                 run->options.except.nitems, &unused);
    cli_warn_unused(&unused);
    return 0;
}

static int open_outputs(struct test_run *run, struct err *err)
{
    if (run->options.only_lists)
        return 0;
    if (report_prepare(&run->options.reports, err) != 0)
        return -1;
    if (report_takes_stdout(&run->options.reports))
        run->say = stderr;
    if (run->options.results == NULL || run->suite.ncases == 0)
        return 0;
    run->results = fopen(run->options.results, "w");
    if (run->results == NULL)
        return err_set(err, run->options.results, 0, 0, "%s", strerror(errno));
    return 0;
}

static void limit_jobs(struct test_run *run)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (run->options.jobs == 0)
        run->options.jobs = cores > 0 ? (uint64_t)cores : 1;
    if (run->options.jobs > 64)
        run->options.jobs = 64;
    if (run->options.jobs > target_max_workers(run->target))
        run->options.jobs = target_max_workers(run->target);
    if (run->options.jobs > run->suite.ncases && run->suite.ncases > 0)
        run->options.jobs = run->suite.ncases;
    if (run->options.case_limit > CASE_LIMIT_MOST_S)
        run->options.case_limit = CASE_LIMIT_MOST_S;
}

static int check_target(const struct test_run *run, struct err *err)
{
    if (target_is_server(run->target) != run->options.is_client)
        return 0;
    return err_set(err, NULL, 0, 0,
                   run->options.is_client ? "%s is a server; `imapspec client` tests clients"
                                          : "%s is a client; `imapspec server` tests servers",
                   target_name(run->target));
}

/* Whether anybody looks at the wire log of a case that passes as it should. */
static bool shows_passes(const struct test_run *run)
{
    const struct report_paths *reports = &run->options.reports;
    return run->options.results != NULL || run->expected != NULL || run->options.verbosity > 1 ||
           reports->junit != NULL || reports->tap != NULL || reports->markdown != NULL ||
           reports->html != NULL || reports->sarif != NULL;
}

static void make_play_options(struct test_run *run)
{
    run->play_options.seed = run->options.seed;
    run->play_options.timeout_scale = run->options.timeout_scale;
    run->play_options.imapspec = run->cli->program;
    run->play_options.drops_logs = !shows_passes(run);
    run->play_options.read_file = cli_load_include;
    run->play_options.read_context = run->cli;
    run->ntotal = run->suite.ncases * (run->options.repeat == 0 ? 1 : run->options.repeat);
    run->terminal.verbosity = (int)run->options.verbosity;
    run->terminal.nfindings = run->options.verbosity == 0 ? 3 : 0; /* the rest fits a screen */
    run->shows_progress = run->cli->out_is_terminal && isatty(STDERR_FILENO) == 1;
}

static bool names_a_path(const struct cli_texts *arguments, size_t from)
{
    for (size_t i = from; i < arguments->nitems; i++)
        if (cli_exists(arguments->items[i]))
            return true;
    return false;
}

static bool are_shipped(struct cli *cli, const struct cli_texts *files)
{
    const char *folder = arena_printf(&cli->arena, "%s/scripts/imap2/", cli->data);
    struct span start = span_of(cli_short_path(&cli->arena, folder));
    for (size_t i = 0; i < files->nitems; i++)
        if (!span_starts_with(span_of(files->items[i]), start))
            return false;
    return true;
}

/* `failed:RESULTS` becomes the cases' IDs; unless told otherwise they are played with that run's
 * seed, from the files in which they stand. */
static int expand_failed(struct test_run *run, struct cli_texts *arguments, struct err *err)
{
    struct failed failed = {.has_files = true};
    struct failed unused = {.has_files = true};
    size_t ntargets = run->options.exec == NULL ? 1 : 0;
    if (failed_expand(run->cli, arguments, &failed, err) != 0 ||
        failed_expand(run->cli, &run->options.except, &unused, err) != 0)
        return -1;
    if (failed.has_seed && run->options.seed == UINT64_MAX)
        run->options.seed = failed.seed;
    if (failed.has_files && !names_a_path(arguments, ntargets) &&
        !are_shipped(run->cli, &failed.files))
        for (size_t i = 0; i < failed.files.nitems; i++)
            cli_texts_add(run->cli, arguments, failed.files.items[i]);
    return 0;
}

int test_prepare(struct test_run *run, int argc, char **argv)
{
    struct cli_texts arguments = {0};
    struct err err;
    const char *command = run->options.is_client ? "client" : "server";
    run->options.seed = UINT64_MAX;
    if (cli_options_read(run->cli,
                         run->options.is_client ? client_option_table : server_option_table, argc,
                         argv, &run->options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems == 0 && run->options.exec == NULL) {
        (void)err_set(&err, NULL, 0, 0, "which target? see imapspec %s --help", command);
        return cli_fail(&err);
    }
    if (expand_failed(run, &arguments, &err) != 0)
        return cli_fail(&err);
    if (run->options.seed == UINT64_MAX)
        run->options.seed = random_seed();
    run->target_argument = run->options.exec == NULL ? arguments.items[0] : "";
    run->target = test_open_target(run->cli, run->target_argument, &run->options, &err);
    if (run->target == NULL || check_target(run, &err) != 0 || choose_color(run, &err) != 0 ||
        choose_variation(run, &err) != 0 || read_expected(run, &err) != 0)
        return cli_fail(&err);
    int status = load_and_select(run, &arguments, &err);
    if (status != 0)
        return status;
    limit_jobs(run);
    make_play_options(run);
    return open_outputs(run, &err) != 0 ? cli_fail(&err) : 0;
}
