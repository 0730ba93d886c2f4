/* client_set: message numbers as ranges (RFC 1176 p.10): "2,4:7". All zeros is the empty set. */
#ifndef IMAPSPEC_REFERENCE_CLIENT_SET_H
#define IMAPSPEC_REFERENCE_CLIENT_SET_H

#include "base/base.h"

struct client_range {
    uint32_t first, last;
};

struct client_set {
    struct client_range *ranges; /* first <= last; in the order given */
    size_t nranges, capacity;
};

void client_set_free(struct client_set *set);
void client_set_add(struct client_set *set, uint32_t first, uint32_t last);
/* False when text is no sequence; the set is of no use then, but to be freed. */
bool client_set_read(struct client_set *set, struct span text);
void client_set_write(const struct client_set *set, struct buffer *out);
uint32_t client_set_max(const struct client_set *set); /* 0: empty */

/* Message `number` has gone: out of the set, and what lies behind it moves down by one. */
void client_set_expunge(struct client_set *set, uint32_t number);

#endif
