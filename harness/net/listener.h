/*
 * listener: a listening socket that tells when somebody wants in. Private to net.
 */
#ifndef IMAPSPEC_NET_LISTENER_H
#define IMAPSPEC_NET_LISTENER_H

#include "net/loop.h"

struct net_listener {
    struct net_loop *loop;
    int fd;
    uv_poll_t *poll;
    bool is_watched;   /* `poll` is active */
    uv_timer_t *pause; /* until it looks again when the system had no descriptors left */
    char name[176];    /* of accepted connections */
    void (*on_ready)(void *context); /* NULL: it is news of the loop */
    void *context;
};

/* The descriptor of the next connection, or -1 when there is none now. on_ready is called again
 * when there is another one. */
int listener_take(struct net_listener *listener);

#endif
