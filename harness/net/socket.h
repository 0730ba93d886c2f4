/*
 * socket: descriptors of sockets, made and named. Private to net.
 */
#ifndef IMAPSPEC_NET_SOCKET_H
#define IMAPSPEC_NET_SOCKET_H

#include "net/loop.h"

/* "127.0.0.1:143", "[::1]:143" */
void socket_name(char *room, size_t nbytes, const char *host, unsigned port);

/* 0, or -1 and *err. */
__attribute__((warn_unused_result)) int socket_pair(int fds[2], struct err *err);

/* A connected socket, or -1 and *err. Carriers of the loop go on meanwhile. */
__attribute__((warn_unused_result)) int socket_connect(struct net_loop *loop, const char *host,
                                                       unsigned port, int64_t deadline_us,
                                                       struct err *err);

/* A socket that is connected or about to be, or -1 and *err. Of the host's addresses the first is
 * taken that does not refuse at once. */
__attribute__((warn_unused_result)) int socket_begin(const char *host, unsigned port,
                                                     struct err *err);

/* A listening socket that does not block, or -1 and *err. */
__attribute__((warn_unused_result)) int socket_listen(const char *host, unsigned port,
                                                      struct err *err);
unsigned socket_port(int fd); /* of this end; 0 when it has none */

void socket_no_delay(int fd); /* TCP_NODELAY; nothing on other sockets */

#endif
