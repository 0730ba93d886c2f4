#include "cli/server_options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/vary.h"

#define MEMBER(name) offsetof(struct server_options, name)

enum { CASE_LIMIT_MOST_S = 24 * 3600 };

const struct cli_option server_option_table[] = {
    {'j', "jobs", "N", CLI_NUMBER, MEMBER(jobs), "cases played at a time (default: cores)"},
    {0, "seed", "N", CLI_NUMBER, MEMBER(seed), "of everything drawn by chance (default: random)"},
    {'x', "exclude", "SELECTOR", CLI_LIST, MEMBER(except), "leave these out"},
    {0, "results", "FILE", CLI_TEXT, MEMBER(results), "write results there, JSON Lines"},
    {0, "expect", "FILE", CLI_TEXT, MEMBER(expect),
     "results that are known, instead of the target's"},
    {0, "update-expected", NULL, CLI_FLAG, MEMBER(updates_expected), "write that file anew"},
    {0, "strict", NULL, CLI_FLAG, MEMBER(is_strict), "warn and nonstrict have to be listed too"},
    {0, "vary", "WHAT", CLI_TEXT, MEMBER(vary),
     "chunks, tags, case, forms: joined by commas; or all"},
    {0, "repeat", "N", CLI_NUMBER, MEMBER(repeat), "play each case that often"},
    {0, "fail-fast", NULL, CLI_FLAG, MEMBER(fails_fast), "stop at the first unexpected result"},
    {0, "timeout-scale", "F", CLI_FACTOR, MEMBER(timeout_scale), "multiply all time limits"},
    {0, "case-limit", "SECONDS", CLI_NUMBER, MEMBER(case_limit),
     "give a case up that takes longer (default: 120)"},
    {'n', "dry-run", NULL, CLI_FLAG, MEMBER(only_lists), "print the cases, play nothing"},
    {'v', "verbose", NULL, CLI_COUNT, MEMBER(verbosity), "every case a line; twice: in full"},
    {0, "color", "WHEN", CLI_TEXT, MEMBER(color), "auto, always or never"},
    {0, "user", "NAME", CLI_TEXT, MEMBER(user), "to log in with, for HOST:PORT"},
    {0, "password", "TEXT", CLI_TEXT, MEMBER(password), "to log in with, for HOST:PORT"},
    {0, "tls", NULL, CLI_FLAG, MEMBER(uses_tls), "TLS from the first octet, for HOST:PORT"},
    {0, "keep", NULL, CLI_FLAG, MEMBER(keeps_folder), "keep the target's temporary folder"},
    {0}};

struct target *server_open_target(struct cli *cli, const char *argument,
                                  const struct server_options *options, struct err *err)
{
    struct target_request request = {.argument = argument,
                                     .targets_folder =
                                         arena_printf(&cli->arena, "%s/scripts/targets", cli->data),
                                     .user = options->user,
                                     .password = options->password,
                                     .uses_tls = options->uses_tls,
                                     .keeps_folder = options->keeps_folder};
    return target_open(&request, err);
}

/* ---- single options ---- */

static int choose_color(struct server_run *run, struct err *err)
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

static int choose_variation(struct server_run *run, struct err *err)
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

static int read_expected(struct server_run *run, struct err *err)
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
    run->expected = expect_read(text, path, clock_wall_s(&clock) / 86400, err);
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
static const char *reproduction(const struct server_run *run, const struct cli_texts *paths)
{
    const struct server_options *o = &run->options;
    struct buffer out = {0};
    char factor[32];
    append_word(&out, run->target_argument);
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

static int load_and_select(struct server_run *run, const struct cli_texts *arguments,
                           struct err *err)
{
    struct cli_texts rest = {arguments->items + 1, arguments->nitems - 1, 0};
    struct cli_texts paths = {0};
    struct cli_texts selectors = {0};
    struct buffer unused = {0};
    cli_split_selectors(run->cli, &rest, &paths, &selectors);
    run->play_options.target_argument = reproduction(run, &paths);
    run->is_selection = paths.nitems > 0 || selectors.nitems > 0 || run->options.except.nitems > 0;
    suite_init(&run->suite, &run->cli->arena);
    if (cli_load_suite(run->cli, &run->suite, &paths, "server") != 0)
        return RESULT_EXIT_USAGE;
    if (suite_expand(&run->suite, SCRIPT_CLIENT, run->options.seed, err) != 0)
        return cli_fail(err);
    suite_select(&run->suite, selectors.items, selectors.nitems, run->options.except.items,
                 run->options.except.nitems, &unused);
    cli_warn_unused(&unused);
    return 0;
}

static int open_results(struct server_run *run, struct err *err)
{
    if (run->options.results == NULL || run->options.only_lists || run->suite.ncases == 0)
        return 0;
    run->results = fopen(run->options.results, "w");
    if (run->results == NULL)
        return err_set(err, run->options.results, 0, 0, "%s", strerror(errno));
    return 0;
}

static void limit_jobs(struct server_run *run)
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

static int check_target(const struct server_run *run, struct err *err)
{
    if (!target_is_server(run->target))
        return err_set(err, NULL, 0, 0, "%s is a client; `imapspec server` tests servers",
                       target_name(run->target));
    return 0;
}

static void make_play_options(struct server_run *run)
{
    run->play_options.seed = run->options.seed;
    run->play_options.timeout_scale = run->options.timeout_scale;
    run->play_options.imapspec = run->cli->program;
    run->play_options.read_file = cli_load_include;
    run->play_options.read_context = run->cli;
    run->ntotal = run->suite.ncases * (run->options.repeat == 0 ? 1 : run->options.repeat);
    run->terminal.verbosity = (int)run->options.verbosity;
    run->shows_progress = run->cli->out_is_terminal && isatty(STDERR_FILENO) == 1;
}

int server_prepare(struct server_run *run, int argc, char **argv)
{
    struct cli_texts arguments = {0};
    struct err err;
    run->options.seed = UINT64_MAX;
    if (cli_options_read(run->cli, server_option_table, argc, argv, &run->options, &arguments,
                         &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems == 0) {
        (void)err_set(&err, NULL, 0, 0, "which target? see imapspec server --help");
        return cli_fail(&err);
    }
    if (run->options.seed == UINT64_MAX)
        run->options.seed = random_seed();
    run->target_argument = arguments.items[0];
    run->target = server_open_target(run->cli, run->target_argument, &run->options, &err);
    if (run->target == NULL || check_target(run, &err) != 0 || choose_color(run, &err) != 0 ||
        choose_variation(run, &err) != 0 || read_expected(run, &err) != 0)
        return cli_fail(&err);
    int status = load_and_select(run, &arguments, &err);
    if (status != 0)
        return status;
    limit_jobs(run);
    make_play_options(run);
    return open_results(run, &err) != 0 ? cli_fail(&err) : 0;
}
