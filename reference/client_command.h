/*
 * client_command: a command as octets (RFC 1176 p.26-28), with the places at which the client has
 * to wait for "+".
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_COMMAND_H
#define IMAPSPEC_REFERENCE_CLIENT_COMMAND_H

#include "reference/client_cache.h"
#include "reference/client_operation.h"

/* All zeros: nothing. */
struct client_command {
    struct buffer octets;
    size_t *stops; /* behind the CR LF of each count, ascending; owned */
    size_t nstops, capacity;
};

void client_command_free(struct client_command *command);

/*
 * Writes the operation's command, with its tag. NULL, or why it is none that RFC 1176 has. The
 * cache says what is missing (request.only_missing) and which flags there are to be removed. When
 * nothing is missing the command stays empty.
 */
const char *client_command_write(struct client_command *command,
                                 const struct client_operation *operation,
                                 const struct client_cache *cache);

/* The parts of it. */
void client_command_string(struct client_command *command, struct span value);
const char *client_command_search(struct client_command *command,
                                  const struct client_request *request);

#endif
