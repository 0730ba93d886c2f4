/* peer: a session of the bundled server as the engine behind a carrier. Private to target/. */
#ifndef IMAPSPEC_TARGET_PEER_H
#define IMAPSPEC_TARGET_PEER_H

#include "net/net.h"
#include "reference/reference.h"

/* Opens a session of the server; it is freed with the peer. */
struct net_peer peer_of_session(struct reference_server *server);

#endif
