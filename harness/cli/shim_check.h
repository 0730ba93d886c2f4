/* shim_check (private to cli/): `imapspec shim --check`. */
#ifndef IMAPSPEC_CLI_SHIM_CHECK_H
#define IMAPSPEC_CLI_SHIM_CHECK_H

#include "cli/cli.h"

struct shim_options {
    bool checks;      /* check somebody's shim instead of being one */
    const char *exec; /* its command line; NULL: the first argument is a target */
    bool uses_tls;
    double timeout_scale; /* 0: 1 */
    unsigned verbosity;
};

/* Arguments: the target unless there is a command line, then globs of checks. Prints what came of
 * it and gives the exit code. */
int shim_check(struct cli *cli, const struct shim_options *options,
               const struct cli_texts *arguments);

#endif
