/* server_options (private to cli/): from the command line of `imapspec server` to a run. */
#ifndef IMAPSPEC_CLI_SERVER_OPTIONS_H
#define IMAPSPEC_CLI_SERVER_OPTIONS_H

#include "cli/server.h"

extern const struct cli_option server_option_table[];

/* Reads options, scenarios, target and expectations. 0, or an exit code after having said why. */
__attribute__((warn_unused_result)) int server_prepare(struct server_run *run, int argc,
                                                       char **argv);

/* The target that a command line names, with the shipped targets' folder. NULL and *err. */
struct target *server_open_target(struct cli *cli, const char *argument,
                                  const struct server_options *options, struct err *err);

#endif
