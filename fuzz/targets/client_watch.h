/*
 * client_watch: looks at the bundled client while a server talks to it: what it believes must be
 * possible, its commands must be about messages that it believes in, and nothing is completed but
 * by a line with exactly the command's tag.
 */
#ifndef IMAPSPEC_TARGETS_CLIENT_WATCH_H
#define IMAPSPEC_TARGETS_CLIENT_WATCH_H

#include "reference/client.h"

/* All but the client zero at the beginning. */
struct client_watch {
    struct reference_client *client; /* borrowed */
    struct buffer told;              /* all that the server has said */
    uint64_t logout; /* the number in LOGOUT's tag, 0: not yet said; the connection's end completes
                        it, too */
};

void client_watch_told(struct client_watch *watch, struct span octets); /* before the client */
/* What the client says now; to be called before it is told anything else. */
void client_watch_said(struct client_watch *watch, struct span octets);
/* The view, and the results of the operations, in the order in which they were begun. */
void client_watch_look(const struct client_watch *watch, const uint64_t *operations, size_t n);
void client_watch_free(struct client_watch *watch);

#endif
