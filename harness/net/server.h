/*
 * server: listens and hosts an engine (struct net_peer) for every connection it accepts: reads for
 * it while it wants input, writes its output as the connection takes it, calls tick() at its
 * deadline, closes when it is closing. All of that happens during net_wait() and is no news.
 */
#ifndef IMAPSPEC_NET_SERVER_H
#define IMAPSPEC_NET_SERVER_H

#include "net/net.h"

struct net_server;
struct net_connection; /* one accepted connection, owned by its server */

struct net_server_options {
    const char *host;       /* NULL: 127.0.0.1 */
    unsigned port;          /* 0: any free one */
    size_t max_connections; /* further ones are closed at once; 0: no limit but the system's */
    struct net_tls *tls;    /* borrowed; NULL: none */
    /* Input of one peer may give output at others, and they do not call net_connection_touch().
     * All peers are asked for output then, after every round of input (with more than 256
     * connections: every 5 ms). */
    bool is_shared;
    void *context;
    /* Makes the engine of a new connection: false closes it at once. The connection pointer is
     * valid until the peer's free(). */
    bool (*accept)(void *context, struct net_connection *connection, struct net_peer *peer_r);
};

/* NULL and *err when the address is not to be had. The options are copied. Returns new. */
struct net_server *net_server_listen(struct net_loop *loop,
                                     const struct net_server_options *options, struct err *err);
unsigned net_server_port(const struct net_server *server);
size_t net_server_nconnections(const struct net_server *server);

/* The peer of this connection has output, or is closing, though it has received nothing: it is
 * served before the loop waits again. May be called from within any peer's functions. */
void net_connection_touch(struct net_connection *connection);

/* Stops listening, breaks all connections and frees their peers. */
void net_server_close(struct net_server **server);

#endif
