/* client_fetch: the properties of FETCH and STORE data (RFC 1176 p.18-20, p.27). */
#ifndef IMAPSPEC_REFERENCE_CLIENT_FETCH_H
#define IMAPSPEC_REFERENCE_CLIENT_FETCH_H

#include "reference/client_cache.h"
#include "reference/client_envelope.h"

/* "(" name value ... ")" up to the end, whatever the names and values. */
bool client_fetch_is_well_formed(struct client_cursor c);

/* Takes a well-formed list into the entry. Known properties with values that are none of theirs are
 * left out; then, of the last one, why. Else NULL. */
const char *client_fetch_apply(struct client_cursor *c, struct client_entry *entry, uint64_t stamp);

#endif
