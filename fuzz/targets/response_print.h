/*
 * response_print: what a client believes, written as the responses that tell it.
 */
#ifndef IMAPSPEC_TARGETS_RESPONSE_PRINT_H
#define IMAPSPEC_TARGETS_RESPONSE_PRINT_H

#include "reference/client.h"

/* `* FLAGS`, `* n EXISTS`, `* n RECENT`, and `* n FETCH` for each message of which something is
 * known: appended, with the strings quoted where that can be. */
void response_print(const struct reference_client *client, struct buffer *out);

#endif
