/*
 * client_shim: the bundled reference client behind the shim protocol (shim/shim.h), without I/O:
 * requests in and answers out on one side, the server's octets on the other. Whoever hosts it
 * connects where it wants to, and carries octets; a socket and a function call do equally well.
 *
 *     struct client_shim *shim = client_shim_new();
 *     loop:
 *         client_shim_request(shim, octets);                  lines of requests, in any split
 *         if (client_shim_wants_open(shim, &host, &port))
 *             connect; client_shim_opened(shim, why);         NULL: connected
 *         client_shim_receive(shim, octets);                  from the server; or _receive_eof()
 *         send client_shim_output(); client_shim_sent()       to the server
 *         if (client_shim_wants_close(shim))
 *             close the connection; client_shim_closed(shim);
 *         write client_shim_answers(); client_shim_answered() to the harness
 *     until client_shim_is_finished(shim)
 *     client_shim_free(&shim);
 *
 * Requests are answered in their order. Several that talk to the server may be written at once: the
 * client overlaps what may be overlapped. All others (cache, close, ...) are carried out when the
 * requests before them have been answered.
 */
#ifndef IMAPSPEC_TARGET_CLIENT_SHIM_H
#define IMAPSPEC_TARGET_CLIENT_SHIM_H

#include "reference/client.h"

struct client_shim;

struct client_shim *client_shim_new(void); /* returns new */
void client_shim_free(struct client_shim **shim);

/* ---- the harness's side ---- */

void client_shim_request(struct client_shim *shim, struct span octets);
/* No more requests: as if the last one were `quit`. */
void client_shim_request_eof(struct client_shim *shim);
struct span client_shim_answers(const struct client_shim *shim); /* until the next call */
void client_shim_answered(struct client_shim *shim, size_t nbytes);
/* `quit` has been answered: drop the connection and end when the answers are written. */
bool client_shim_is_finished(const struct client_shim *shim);

/* ---- the server's side ---- */

/* A connection is wanted; the host is borrowed until client_shim_opened(). */
bool client_shim_wants_open(const struct client_shim *shim, const char **host_r, unsigned *port_r);
void client_shim_opened(struct client_shim *shim, const char *why_not);

void client_shim_receive(struct client_shim *shim, struct span octets);
void client_shim_receive_eof(struct client_shim *shim);
struct span client_shim_output(const struct client_shim *shim); /* until the next call */
void client_shim_sent(struct client_shim *shim, size_t nbytes);
/* All is sent that will be: close the connection. */
bool client_shim_wants_close(const struct client_shim *shim);
void client_shim_closed(struct client_shim *shim);

/* The client of the connection there is or was last; NULL: none yet. */
struct reference_client *client_shim_client(struct client_shim *shim);

#endif
