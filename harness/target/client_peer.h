/*
 * client_peer: the bundled client's shim, called by function, as what carriers carry octets to: one
 * engine with two ends, requests and answers at one, the connection to the server at the other.
 * Private to target/.
 */
#ifndef IMAPSPEC_TARGET_CLIENT_PEER_H
#define IMAPSPEC_TARGET_CLIENT_PEER_H

#include "net/net.h"
#include "target/client_shim.h"

/* Both borrow the shim, which must outlive their carriers. */
struct net_peer client_peer_requests(struct client_shim *shim);
struct net_peer client_peer_connection(struct client_shim *shim);

#endif
