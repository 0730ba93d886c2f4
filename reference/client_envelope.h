/*
 * client_envelope: reads the value of ENVELOPE (RFC 1176 p.19, p.26-27). Tolerates blanks between
 * addresses (B99), bare atoms (B97), and NIL for the whole (B98): then all fields are NIL.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_ENVELOPE_H
#define IMAPSPEC_REFERENCE_CLIENT_ENVELOPE_H

#include "reference/client_parse.h"

/* Returns new, holding copies of all octets; NULL when value is no envelope. */
struct client_envelope *client_envelope_read(struct span value);
void client_envelope_free(struct client_envelope *envelope); /* NULL is fine */

#endif
