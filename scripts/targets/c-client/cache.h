/*
 * cache: what the library holds of the mailbox, as data lines. Nothing is asked of the server.
 */
#ifndef SHIM_CACHE_H
#define SHIM_CACHE_H

#include <stdlib.h>

#include <c-client/c-client.h>

void cache_write(MAILSTREAM *stream); /* NULL: not logged in */

/* One address: NAME ROUTE MAILBOX HOST. */
void cache_write_address(const ADDRESS *address);

#endif
