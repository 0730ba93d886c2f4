/*
 * link (private to watch/): one connection of a client, its twin to the server, and what goes
 * between them. Octets are passed on as they are and at once; the end of one side's stream is
 * passed on as such, when all before it has been; a reset as a reset. When a side does not take
 * what it is sent, the other one is not read any more: no more than LINK_QUEUE_NBYTES and what net
 * itself holds waits in either direction.
 */
#ifndef IMAPSPEC_WATCH_LINK_H
#define IMAPSPEC_WATCH_LINK_H

#include "watch/record.h"

enum { LINK_QUEUE_NBYTES = 256 * 1024, LINK_RESET_US = 5 * 1000 * 1000 };

struct link_end {
    struct carrier *carrier;
    bool is_over; /* the end of what it sends has been passed on */
};

struct watch_link {
    struct watch_link *next;
    const struct watch_proxy_options *options;
    const struct clock *clock;
    int64_t began_us;
    struct link_end client, server;
    int64_t reset_at_us; /* by then a reset is passed on whatever still waits; 0: there is none */
    bool is_broken;      /* both ends are to be closed now */
    struct watch_connection *judge;
    struct watch_record record;
};

/* Takes both carriers. The options are borrowed. Returns new. */
struct watch_link *link_new(const struct watch_proxy_options *options, const struct clock *clock,
                            unsigned number, struct carrier *client, struct carrier *server);
void link_free(struct watch_link **link); /* closes what is open */

void link_carry(struct watch_link *link);
bool link_is_over(const struct watch_link *link);

/* Says why a link does not come about. */
void link_trouble(struct watch_link *link, const char *text);
/* A finding about more than one connection. */
void link_found(struct watch_link *link, const struct watch_found *found);

#endif
