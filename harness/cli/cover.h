/* cover (private to cli/): parts of the command `cover`. */
#ifndef IMAPSPEC_CLI_COVER_H
#define IMAPSPEC_CLI_COVER_H

#include "catalogue/catalogue.h"
#include "cli/cli.h"

/* Prints for every reading that leaves a server a choice where that is recorded: by the model, as
 * lines go by, by `either Bn` of which scenarios, or why not. Expands the suite. Returns the exit
 * code. */
int cover_readings_print(const struct catalogue *catalogue, struct suite *suite);

#endif
