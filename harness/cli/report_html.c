#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/report.h"
#include "reports/change.h"
#include "reports/html.h"

static const char *const LOGS[] = {
    [HTML_LOGS_SOME] = "some", [HTML_LOGS_FAILURES] = "failed", [HTML_LOGS_ALL] = "all"};

/* -1 when it is none of them. */
static int logs_of(const char *name)
{
    for (size_t i = 0; i < sizeof LOGS / sizeof *LOGS; i++)
        if (name == NULL || strcmp(name, LOGS[i]) == 0)
            return (int)i;
    return -1;
}

int report_check(const struct report_paths *paths, size_t nfiles, struct err *err)
{
    if (logs_of(paths->logs) < 0)
        return err_set(err, NULL, 0, 0, "--logs wants some, failed or all, not \"%s\"",
                       paths->logs);
    if (paths->compares && nfiles < 2)
        return err_set(err, NULL, 0, 0, "--compare wants two results files");
    return 0;
}

void report_print_changes(struct cli *cli, const struct result_run *before,
                          const struct result_run *after)
{
    struct buffer out = {0};
    change_list_write(change_list_make(before, after, &cli->arena), &out);
    (void)fwrite(buffer_span(&out).data, 1, out.nbytes, stdout);
    buffer_free(&out);
}

int report_html(struct cli *cli, const struct report_paths *paths,
                const struct result_run *const *runs, size_t nruns, struct buffer *out,
                struct err *err)
{
    struct report_facts facts;
    struct html_options options = {.logs = (enum html_logs)logs_of(paths->logs),
                                   .compares = paths->compares};
    if (report_gather_facts(cli, runs, nruns, &facts) != 0)
        return err_set(err, NULL, 0, 0, "no HTML page was written: scenario files are wrong");
    result_html_write(runs, nruns, &facts, &options, out);
    return 0;
}

/* ---- badges ---- */

/* A name that can stand as a file's, whatever the results say. */
static const char *file_name(struct cli *cli, const char *target)
{
    char *name = arena_text(&cli->arena, span_of(*target == '\0' ? "target" : target));
    for (char *c = name; *c != '\0'; c++)
        if (!char_is_alnum(*c) && *c != '-' && *c != '_' && (*c != '.' || c == name))
            *c = '_';
    return name;
}

int report_badges(struct cli *cli, const char *folder, const struct result_run *const *runs,
                  size_t nruns, struct err *err)
{
    struct report_facts facts;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return err_set(err, folder, 0, 0, "cannot be made: %s", strerror(errno));
    if (report_gather_facts(cli, runs, nruns, &facts) != 0)
        return err_set(err, NULL, 0, 0, "no badges were written: scenario files are wrong");
    for (size_t i = 0; i < nruns; i++) {
        struct buffer out = {0};
        const char *name = file_name(cli, runs[i]->header.target);
        result_badge_write(runs[i], &facts, &out);
        int status = cli_write_file(arena_printf(&cli->arena, "%s/%s.svg", folder, name),
                                    buffer_span(&out), err);
        buffer_free(&out);
        if (status != 0)
            return -1;
    }
    return 0;
}
