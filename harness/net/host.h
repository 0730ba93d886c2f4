/*
 * host: peers of this process behind real connections: octets go from the carrier to the peer and
 * back, driven by events of the loop. Private to net; net/server.h is built on it.
 */
#ifndef IMAPSPEC_NET_HOST_H
#define IMAPSPEC_NET_HOST_H

#include "net/loop.h"
#include "net/server.h"

/* is_shared: as in struct net_server_options. */
struct host *host_new(struct net_loop *loop, bool is_shared);
void host_free(struct host **host); /* breaks all its connections; NULL is fine */
size_t host_nconnections(const struct host *host);

/* Takes the carrier. The connection must be given a peer, or broken, before the loop goes on. */
struct net_connection *host_add_connection(struct host *host, struct carrier *carrier);

/* Takes the peer and begins to serve it. *slot is set to NULL when the connection goes; slot may be
 * NULL. */
void host_set_peer(struct net_connection *connection, struct net_peer peer,
                   struct net_connection **slot);

/* Closes the connection and frees its peer. */
void host_break_connection(struct net_connection *connection);

#endif
