/*
 * capture: what a process writes, as far as kept: the first half and the last half of the limit.
 * Private to net.
 */
#ifndef IMAPSPEC_NET_CAPTURE_H
#define IMAPSPEC_NET_CAPTURE_H

#include "net/loop.h"

struct capture {
    struct net_loop *loop;
    int fd; /* read end of the pipe; -1: closed */
    uv_poll_t *poll;
    size_t limit_nbytes;
    uint64_t nbytes; /* written in all */
    struct buffer first, last;
    struct buffer text; /* both, with what stands for the middle; made when asked for */
};

/* Takes the descriptor. */
void capture_start(struct capture *capture, struct net_loop *loop, int fd, size_t limit_nbytes);
void capture_drain(struct capture *capture); /* what is there now, without waiting */
struct span capture_text(struct capture *capture);
void capture_stop(struct capture *capture); /* all zeros afterwards, fd -1 */

#endif
