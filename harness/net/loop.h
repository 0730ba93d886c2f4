/*
 * loop: what the parts of net share of the event loop. Private to net.
 *
 * libuv tells when a descriptor is ready (uv_poll_t), when time has come and which signals arrived;
 * reading and writing is done here, so that closing, resetting and errors follow the system calls'
 * own rules and nothing is copied more than once.
 */
#ifndef IMAPSPEC_NET_LOOP_H
#define IMAPSPEC_NET_LOOP_H

#include <uv.h>

#include "net/net.h"

struct carrier;
struct net_process;
struct host;

enum { LOOP_PIECE_NBYTES = 64 * 1024 };

struct net_loop {
    struct clock clock;
    bool has_news;
    struct carrier *carriers;      /* those the caller has, newest first */
    struct net_process *processes; /* newest first */
    size_t nwatched;   /* listeners, processes, hosts and signals: what libuv alone can wait for */
    struct host *host; /* of the peers behind socketpairs; NULL: none yet */
    bool has_uv;       /* uv is made on first use: a loop in virtual time needs none */
    uv_loop_t uv;
    uv_timer_t *timer;                    /* wakes the loop at a deadline */
    uv_signal_t *child_signal;            /* SIGCHLD; NULL: not needed yet */
    uv_signal_t *interrupt, *termination; /* NULL: not caught */
    int caught_signal;
    char *scratch; /* LOOP_PIECE_NBYTES, where octets are read to; NULL: not needed yet */
};

uv_loop_t *loop_uv(struct net_loop *loop);
char *loop_scratch(struct net_loop *loop);

/* Nothing is open that anything could come from. */
bool loop_is_idle(const struct net_loop *loop);

/* Waits for events, at most timeout_us (-1: without limit; 0: only looks), and handles them. False
 * when there is nothing that an event could come from. */
bool loop_turn(struct net_loop *loop, int64_t timeout_us);

/* Now, in microseconds of real time whatever the time of the loop. */
int64_t loop_real_us(void);

/* A handle of libuv of `nbytes` bytes, to be ended with loop_close_handle(), which frees it in due
 * time; NULL is fine. */
void *loop_new_handle(size_t nbytes);
void loop_close_handle(void *handle);

/* err "... a loop in virtual time ..." and true when the loop cannot carry real connections. */
__attribute__((warn_unused_result)) bool loop_refuses(const struct net_loop *loop, const char *what,
                                                      struct err *err);

/* "No such file or directory" as "no such file or directory". */
const char *loop_errno_text(int number, char *room, size_t nbytes);

#endif
