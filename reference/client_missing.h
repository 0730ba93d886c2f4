/* client_missing: what has to be fetched because it is not known yet (RFC 1176 p.25). */
#ifndef IMAPSPEC_REFERENCE_CLIENT_MISSING_H
#define IMAPSPEC_REFERENCE_CLIENT_MISSING_H

#include "reference/client_cache.h"
#include "reference/client_set.h"

/* The items without macros. */
unsigned client_items_spelt_out(unsigned items);

/* The messages of `wanted` of which not all items are known are added to missing_r; returns the
 * items that at least one of them lacks. */
unsigned client_missing(const struct client_cache *cache, const struct client_set *wanted,
                        unsigned items, struct client_set *missing_r);

#endif
