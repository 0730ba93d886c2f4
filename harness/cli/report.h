/* report (private to cli/): the reports that a command line asks for, written from one or more runs
 * in memory. A path of "-" is standard output. */
#ifndef IMAPSPEC_CLI_REPORT_H
#define IMAPSPEC_CLI_REPORT_H

#include "cli/cli.h"

struct report_paths {
    const char *junit, *tap, *markdown, *sarif, *html; /* NULL: not asked for */
    /* of `report` alone */
    const char *logs;   /* whose wire logs the HTML page shows: "some", "failed", "all"; or NULL */
    const char *badges; /* folder for an SVG file of each target; or NULL */
    bool compares;      /* the first results against the last */
};

/* Whether the path means standard output. */
bool report_is_stdout(const char *path);
/* Whether one of them goes to standard output, which then holds nothing else. */
bool report_takes_stdout(const struct report_paths *paths);
bool report_is_wanted(const struct report_paths *paths);

/* Before a run: that each file can be written. An older file of that name is removed, so that no
 * report of another run is taken for this one's. */
__attribute__((warn_unused_result)) int report_prepare(const struct report_paths *paths,
                                                       struct err *err);

__attribute__((warn_unused_result)) int report_write(struct cli *cli,
                                                     const struct report_paths *paths,
                                                     const struct result_run *const *runs,
                                                     size_t nruns, struct err *err);

/* What the catalogue, the scenario files and the seeded faults say, for pages that explain. In the
 * cli's arena. -1 after telling why on stderr. */
struct report_facts;
__attribute__((warn_unused_result)) int report_gather_facts(struct cli *cli,
                                                            const struct result_run *const *runs,
                                                            size_t nruns,
                                                            struct report_facts *facts);

/* An HTML page, and badges, of the runs. -1 with *err. */
__attribute__((warn_unused_result)) int
report_html(struct cli *cli, const struct report_paths *paths, const struct result_run *const *runs,
            size_t nruns, struct buffer *out, struct err *err);
__attribute__((warn_unused_result)) int report_badges(struct cli *cli, const char *folder,
                                                      const struct result_run *const *runs,
                                                      size_t nruns, struct err *err);
/* Whether what is said of the page can be done. -1 with *err. */
__attribute__((warn_unused_result)) int report_check(const struct report_paths *paths,
                                                     size_t nfiles, struct err *err);
/* Prints what is different in the later run. */
void report_print_changes(struct cli *cli, const struct result_run *before,
                          const struct result_run *after);

#endif
