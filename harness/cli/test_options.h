/* test_options (private to cli/): from the command line of `imapspec server` or `imapspec client`
 * to a run. */
#ifndef IMAPSPEC_CLI_TEST_OPTIONS_H
#define IMAPSPEC_CLI_TEST_OPTIONS_H

#include "cli/test.h"

extern const struct cli_option server_option_table[], client_option_table[];

/* For the side that run->options says. Reads options, scenarios, target and expectations. 0, or an
 * exit code after having said why. */
__attribute__((warn_unused_result)) int test_prepare(struct test_run *run, int argc, char **argv);

/* The target that a command line names, with the shipped targets' folder. NULL and *err. */
struct target *test_open_target(struct cli *cli, const char *argument,
                                const struct test_options *options, struct err *err);

#endif
