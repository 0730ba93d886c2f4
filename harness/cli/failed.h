/* failed (private to cli/): the selector `failed:RESULTS`, which stands for what did not go well in
 * an earlier run: cases that were unexpected, or ended in fail, crash or error. */
#ifndef IMAPSPEC_CLI_FAILED_H
#define IMAPSPEC_CLI_FAILED_H

#include "cli/cli.h"

struct failed {
    uint64_t seed; /* of the first such run that holds a failed case */
    bool has_seed;
    struct cli_texts files; /* in which those cases stand */
    bool has_files;         /* they are all there; set it to true before the first use */
};

bool failed_is_selector(const char *text);

/* Replaces each such selector by the IDs of the cases; one that stands for none stays, and then
 * fits nothing. Adds to *failed_r. -1 with *err: a results file that cannot be read. */
__attribute__((warn_unused_result)) int failed_expand(struct cli *cli, struct cli_texts *selectors,
                                                      struct failed *failed_r, struct err *err);

#endif
