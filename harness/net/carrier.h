/*
 * carrier: what all carriers have in common. Private to net.
 */
#ifndef IMAPSPEC_NET_CARRIER_H
#define IMAPSPEC_NET_CARRIER_H

#include "net/loop.h"

struct carrier_ops {
    void (*send)(struct carrier *c, struct span octets);
    size_t (*nunsent)(const struct carrier *c);
    /* Does what can be done without waiting; true when that moved any octets. Called again and
     * again before a loop waits. NULL: nothing can. */
    bool (*pump)(struct carrier *c);
    /* Tells libuv what to wait for. Called before every wait; NULL: nothing. */
    void (*arm)(struct carrier *c);
    /* Waits by itself as long as the carrier is all that its loop waits for, at most timeout_us
     * (-1: as long as it likes; 0: only looks), perhaps shorter: one system call instead of two.
     * False: it cannot now. NULL: never. */
    bool (*wait_alone)(struct carrier *c, int64_t timeout_us);
    int64_t (*deadline_us)(struct carrier *c); /* of a peer in this process; NULL: has none */
    void (*tick)(struct carrier *c);           /* as deadline_us */
    void (*half_close)(struct carrier *c);
    void (*reset)(struct carrier *c);
    void (*close)(struct carrier *c); /* frees all but the common part */
};

/* First member of every carrier. */
struct carrier {
    const struct carrier_ops *ops;
    struct net_loop *loop;
    struct carrier *next, *previous; /* in loop->carriers, unless hosted */
    struct buffer input;
    size_t input_limit; /* reading stops when so much waits */
    bool at_eof, was_reset, was_cut, send_failed;
    bool has_ended_sending; /* half_close or reset was called */
    char name[160];
    char error[200];
    /* A hosted carrier tells its host of changes; NULL: they are news of the loop. */
    void (*on_change)(void *context);
    void *context;
};

/* Makes the common part of a carrier of `nbytes` and adds it to the loop. */
void *carrier_new(struct net_loop *loop, size_t nbytes, const struct carrier_ops *ops);
/* Takes the carrier out of the loop's list: on_change is told of everything instead. */
void carrier_make_hosted(struct carrier *c, void (*on_change)(void *context), void *context);
/* Of a hosted carrier: does what can be done without waiting, and waits for the rest. */
void carrier_go_on(struct carrier *c);

void carrier_changed(struct carrier *c); /* news */
/* Octets may be received: there is room and the stream goes on. */
bool carrier_has_room(const struct carrier *c);

void carrier_ended(struct carrier *c); /* orderly end of what the peer sends */
/* The end by an error; text "read: ..." is kept unless an error is known already. */
void carrier_broke(struct carrier *c, const char *what, const char *why);
/* A send failed. */
void carrier_cannot_send(struct carrier *c, const char *why);

/* carriers over descriptors; they take them. name as for carrier_name(). */
struct carrier *carrier_open_fds(struct net_loop *loop, int read_fd, int write_fd,
                                 const char *name);
/* The same of a connected socket that nobody else has: it may wait alone. */
struct carrier *carrier_open_socket(struct net_loop *loop, int fd, const char *name);
/* The same with TLS, as the client of `host` or, when that is NULL, as a server. */
struct carrier *carrier_open_tls_fd(struct net_loop *loop, int fd, struct net_tls *tls,
                                    const char *host, const char *name);
bool carrier_tls_is_ready(const struct carrier *c); /* the handshake is over */

#endif
