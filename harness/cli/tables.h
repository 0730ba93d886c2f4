/* tables (private to cli/): option tables of the smaller commands, for --help. */
#ifndef IMAPSPEC_CLI_TABLES_H
#define IMAPSPEC_CLI_TABLES_H

#include "cli/cli.h"

extern const struct cli_option serve_option_table[];
extern const struct cli_option shim_option_table[];
extern const struct cli_option watch_option_table[];
extern const struct cli_option fmt_option_table[];
extern const struct cli_option grammar_option_table[];
extern const struct cli_option convert_option_table[];
extern const struct cli_option cover_option_table[];
extern const struct cli_option explain_option_table[];
extern const struct cli_option report_option_table[];
extern const struct cli_option mutants_option_table[];
extern const struct cli_option init_option_table[];
extern const struct cli_option fuzz_option_table[];
extern const struct cli_option shrink_option_table[];
extern const struct cli_option campaign_option_table[];

#endif
