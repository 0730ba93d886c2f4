#include "cli/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/tables.h"

#define REPORT_MEMBER(name) offsetof(struct report_paths, name)

const struct cli_option report_option_table[] = {
#include "cli/report_options.def"
    {0, "logs", "WHICH", CLI_TEXT, REPORT_MEMBER(logs),
     "wire logs in the HTML page: some (default: of what did not simply pass, and of one case of "
     "each scenario), failed (only the former) or all"},
    {0, "badges", "FOLDER", CLI_TEXT, REPORT_MEMBER(badges),
     "write a badge for each target there, TARGET.svg"},
    {0, "compare", NULL, CLI_FLAG, REPORT_MEMBER(compares),
     "tell what changed from the first results to the last"},
    {0}};

/* Each kind of report, as in report_options.def. */
static const struct {
    size_t path; /* its member in struct report_paths */
    void (*write)(const struct result_run *const *runs, size_t nruns, struct buffer *out);
} KINDS[] = {
    {REPORT_MEMBER(junit), result_junit_write},
    {REPORT_MEMBER(tap), result_tap_write},
    {REPORT_MEMBER(markdown), result_markdown_write},
    {REPORT_MEMBER(sarif), result_sarif_write},
    {REPORT_MEMBER(html), NULL}, /* wants more than the results: report_html() */
};

enum { NKINDS = sizeof KINDS / sizeof KINDS[0] };

static const char *path_of(const struct report_paths *paths, size_t kind)
{
    return *(const char *const *)(const void *)((const char *)paths + KINDS[kind].path);
}

bool report_is_stdout(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static size_t count_stdout(const struct report_paths *paths)
{
    size_t n = 0;
    for (size_t i = 0; i < NKINDS; i++)
        n += report_is_stdout(path_of(paths, i));
    return n;
}

bool report_takes_stdout(const struct report_paths *paths)
{
    return count_stdout(paths) > 0;
}

bool report_is_wanted(const struct report_paths *paths)
{
    for (size_t i = 0; i < NKINDS; i++)
        if (path_of(paths, i) != NULL)
            return true;
    return false;
}

int report_prepare(const struct report_paths *paths, struct err *err)
{
    if (count_stdout(paths) > 1)
        return err_set(err, NULL, 0, 0, "only one report can go to standard output");
    for (size_t i = 0; i < NKINDS; i++) {
        const char *path = path_of(paths, i);
        if (path == NULL || report_is_stdout(path) || cli_is_special(path))
            continue;
        FILE *file = fopen(path, "w");
        if (file == NULL || fclose(file) != 0)
            return err_set(err, path, 0, 0, "cannot be written: %s", strerror(errno));
        if (remove(path) != 0)
            return err_set(err, path, 0, 0, "cannot be replaced: %s", strerror(errno));
    }
    return 0;
}

static int write_one(const char *path, struct span text, struct err *err)
{
    if (!report_is_stdout(path))
        return cli_write_file(path, text, err);
    if (fwrite(text.data, 1, text.nbytes, stdout) != text.nbytes || fflush(stdout) != 0)
        return err_set(err, "standard output", 0, 0, "%s", strerror(errno));
    return 0;
}

int report_write(struct cli *cli, const struct report_paths *paths,
                 const struct result_run *const *runs, size_t nruns, struct err *err)
{
    for (size_t i = 0; i < NKINDS; i++) {
        const char *path = path_of(paths, i);
        struct buffer text = {0};
        if (path == NULL)
            continue;
        int status = 0;
        if (KINDS[i].write != NULL)
            KINDS[i].write(runs, nruns, &text);
        else
            status = report_html(cli, paths, runs, nruns, &text, err);
        if (status == 0)
            status = write_one(path, buffer_span(&text), err);
        buffer_free(&text);
        if (status != 0)
            return -1;
    }
    return paths->badges == NULL ? 0 : report_badges(cli, paths->badges, runs, nruns, err);
}

int cli_report(struct cli *cli, int argc, char **argv)
{
    struct report_paths paths = {0};
    struct cli_texts files = {0};
    struct err err;
    if (cli_options_read(cli, report_option_table, argc, argv, &paths, &files, &err) != 0)
        return cli_fail(&err);
    if (files.nitems == 0) {
        (void)err_set(&err, NULL, 0, 0, "report wants results files");
        return cli_fail(&err);
    }
    if (report_check(&paths, files.nitems, &err) != 0)
        return cli_fail(&err);
    bool prints_changes = paths.compares && !report_is_wanted(&paths);
    if (!report_is_wanted(&paths) && paths.badges == NULL && !prints_changes)
        paths.markdown = "-";
    struct result_run **runs = arena_array(&cli->arena, files.nitems, sizeof(struct result_run *));
    for (size_t i = 0; i < files.nitems; i++) {
        if (cli_read_results(cli, files.items[i], &runs[i], &err) != 0)
            return cli_fail(&err);
    }
    if (report_prepare(&paths, &err) != 0)
        return cli_fail(&err);
    if (prints_changes)
        report_print_changes(cli, runs[0], runs[files.nitems - 1]);
    if (report_write(cli, &paths, (const struct result_run *const *)runs, files.nitems, &err) == 0)
        return 0;
    (void)cli_fail(&err);
    return RESULT_EXIT_INTERNAL;
}
