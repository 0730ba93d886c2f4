/*
 * spawn: starts a program. Private to net.
 *
 * By fork and exec instead of uv_spawn(), because the child has to ask the kernel, between the two,
 * to be killed when we die.
 */
#ifndef IMAPSPEC_NET_SPAWN_H
#define IMAPSPEC_NET_SPAWN_H

#include <sys/types.h>

#include "net/process.h"

/* fds: what becomes stdin, stdout and stderr; borrowed. The pid, or -1 and *err. */
pid_t spawn(const struct net_process_options *options, const int fds[3], struct err *err);

#endif
