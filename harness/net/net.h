/*
 * net: carries octets between the harness and a peer. Every protocol engine of imapspec is
 * sans-I/O; this folder is the only one that knows sockets, processes and real time. It knows no
 * protocol.
 *
 *   loop      what waits: net_wait()                              net/net.h
 *   peer      an engine in this process, called by function       net/net.h
 *   carrier   an open connection to a peer, whatever is below     net/net.h
 *   tls       what a TLS carrier needs to know                    net/tls.h
 *   process   a program started, watched and stopped by us        net/process.h
 *   server    hosts an engine for every connection accepted       net/server.h
 *
 * The way of use is the same for every carrier:
 *
 *     carrier_send(c, octets);                        never blocks; what does not go out is queued
 *     while (!enough(carrier_input(c)) && !carrier_at_eof(c))
 *         if (!net_wait(loop, deadline_us))
 *             break;                                  the time is up
 *     buffer_consume(carrier_input(c), nused);
 *     ...
 *     carrier_close(&c);
 *
 * Nothing a peer does can make a carrier use more memory than what the caller queued plus
 * NET_INPUT_LIMIT (and one read): as long as that much waits unconsumed, no more is read.
 *
 * A loop and all that belongs to it are used by one thread. Make loops after fork(), not before.
 */
#ifndef IMAPSPEC_NET_NET_H
#define IMAPSPEC_NET_NET_H

#include "base/base.h"

/* ---- the loop ---- */

struct net_loop;

enum { NET_INPUT_LIMIT = 1024 * 1024 }; /* octets received and not consumed: reading stops here */

/* A loop in real time. Returns new. From here on a write to a closed pipe or socket is an error of
 * its carrier and no signal (SIGPIPE is ignored in this process). */
struct net_loop *net_loop_new(void);

/* A loop in virtual time, whose clock stands still but while net_wait() waits, which costs no time
 * at all and makes no system call. It carries in-process peers only; opening anything else gives an
 * err. Processes run to their end by net_process_run() are possible (in real time).
 * epoch_s: wall time at the start, seconds since 1970 UTC. Returns new. */
struct net_loop *net_loop_new_virtual(int64_t epoch_s);

/* Sets the clock of a loop in virtual time back to its start, for another use: cheaper than a new
 * loop. All that was opened in it must be closed. */
void net_loop_restart(struct net_loop *loop, int64_t epoch_s);

void net_loop_free(struct net_loop **loop); /* all that was opened in it must be closed before */

/* The clock all deadlines of this loop are in; give it to the engines too. Borrowed from the loop.
 */
const struct clock *net_loop_clock(const struct net_loop *loop);
bool net_loop_is_virtual(const struct net_loop *loop);

/*
 * Carries octets until there is news or the clock reaches deadline_us (microseconds of the loop's
 * clock; -1: no deadline). True when there is news: since the last return of net_wait() some
 * carrier of this loop has got input, reached its end, failed, or sent all that was queued; a
 * process has ended or written to stderr; a listener has a connection; a signal was caught. Look at
 * everything you have before waiting again: old news are not told twice.
 * False: the deadline passed; or, in virtual time without a deadline, nothing can ever happen.
 * A deadline in the past makes one pass over everything without waiting.
 */
bool net_wait(struct net_loop *loop, int64_t deadline_us);

/* As net_wait() until the deadline, whatever happens meanwhile: the only way to sleep. News that
 * came are told by the next net_wait(). */
void net_sleep(struct net_loop *loop, int64_t deadline_us);

/* From here on SIGINT and SIGTERM are caught: news, and net_loop_signal() gives the last one's
 * number (0: none). Real time only. */
void net_loop_catch_signals(struct net_loop *loop);
int net_loop_signal(const struct net_loop *loop);

/* ---- a peer in this process ---- */

/*
 * A sans-I/O engine at the other end of a connection. All functions are called from the loop's
 * thread, never from within another one of the same engine. Several peers may share one server:
 * what one receives may give output at another.
 */
struct net_peer_ops {
    void (*receive)(void *context, struct span octets); /* in any split */
    void (*receive_eof)(void *context);                 /* no more octets will come */
    struct span (*output)(void *context);       /* octets to send; valid until the next call */
    void (*sent)(void *context, size_t nbytes); /* that many of output() have gone */
    bool (*is_closing)(void *context);          /* reads no more; close when output() is empty */
    bool (*wants_input)(void *context);         /* false: hold octets back for now */
    int64_t (*deadline_us)(void *context);      /* when tick() wants to be called; -1: never */
    void (*tick)(void *context);
    void (*free)(void *context); /* the connection is gone; called once */
};

struct net_peer {
    const struct net_peer_ops *ops; /* static */
    void *context;                  /* owned: goes with ops->free */
};

/* ---- carriers: opening ---- */

struct carrier;
struct net_process; /* net/process.h */
struct net_tls;     /* net/tls.h */

/* Calls the peer's functions directly: no file descriptor, no system call. Takes the peer. */
struct carrier *carrier_open_peer(struct net_loop *loop, struct net_peer peer);

/* The same with a real socketpair between the two. NULL and *err when there are no descriptors (the
 * peer has been freed then). Takes the peer. */
struct carrier *carrier_open_socketpair(struct net_loop *loop, struct net_peer peer,
                                        struct err *err);

/* Connects, with TCP_NODELAY; waits for that until the clock reaches deadline_us. Tries all
 * addresses of the host (name, or IPv4 or IPv6 in digits). NULL and *err when refused, unknown or
 * late: "127.0.0.1:143: connection refused". Returns new. */
struct carrier *carrier_open_tcp(struct net_loop *loop, const char *host, unsigned port,
                                 int64_t deadline_us, struct err *err);

/* The same, and TLS from the first octet; returns after the handshake. tls is borrowed, made by
 * net_tls_client_new(). */
struct carrier *carrier_open_tls(struct net_loop *loop, const char *host, unsigned port,
                                 struct net_tls *tls, int64_t deadline_us, struct err *err);

/* As carrier_open_tcp() or (tls not NULL) carrier_open_tls(), but without waiting: what is sent
 * before the connection stands is queued, and when it does not come about the carrier ends as by a
 * reset, carrier_error() saying why. Of several addresses the first is tried that does not refuse
 * at once. NULL and *err when there is none. Returns new. */
struct carrier *carrier_begin_tcp(struct net_loop *loop, const char *host, unsigned port,
                                  struct net_tls *tls, struct err *err);

/* The standard input and output of a process that was started with NET_STDIO_PIPES or
 * NET_STDIO_SOCKETPAIR. Once for each process; neither owns the other: the carrier may be closed
 * first or last. Returns new. */
struct carrier *carrier_open_process(struct net_process *process);

/* Our own standard input and output: for a program that somebody else drives. They do not block
 * from here on. NULL and *err when they are no pipes, sockets or terminals. Returns new. */
struct carrier *carrier_open_stdio(struct net_loop *loop, struct err *err);

/* ---- carriers: listening ---- */

struct net_listener;

/* port 0: any free one. NULL and *err when the address is not to be had. Returns new. */
struct net_listener *net_listener_open(struct net_loop *loop, const char *host, unsigned port,
                                       struct err *err);
unsigned net_listener_port(const struct net_listener *listener);
void net_listener_close(struct net_listener **listener); /* accepted carriers stay open */

/* The next connection, or NULL when there is none now (the next one will be news). Returns new.
 * With tls (borrowed, by net_tls_server_new(); or NULL) the handshake goes on during net_wait(). */
struct carrier *carrier_accept(struct net_listener *listener, struct net_tls *tls);

/* A port of 127.0.0.1 that was free a moment ago, for programs that have to be told one; 0 when
 * there is none. Two calls in a row give different ports. */
unsigned net_free_port(void);

/* ---- carriers: use ---- */

/* Sends, in the order of the calls. Never blocks: what the connection does not take at once is
 * copied and queued. Ignored after half_close, reset, or once sending has failed. */
void carrier_send(struct carrier *c, struct span octets);
size_t carrier_nunsent(const struct carrier *c); /* octets queued, not yet handed over */

/* What was received and not consumed. The caller consumes by buffer_consume(); the carrier appends
 * during net_wait(). Owned by the carrier. */
struct buffer *carrier_input(struct carrier *c);

/* The peer has ended its stream and all it sent is in carrier_input(). Still true after a reset. */
bool carrier_at_eof(const struct carrier *c);
/* The stream ended by a reset instead of an orderly end (a TLS stream also by a bad record or by a
 * missing close_notify). Implies carrier_at_eof(). */
bool carrier_was_reset(const struct carrier *c);
/* The reset is none but a missing close_notify: the TLS stream ended, and below it the connection
 * in good order. Many peers leave it so. Implies carrier_was_reset(). */
bool carrier_was_cut(const struct carrier *c);
/* A send has failed because the peer does not read any more. What it sent before is still received
 * until carrier_at_eof(). */
bool carrier_send_failed(const struct carrier *c);
/* What went wrong, one line: "read: connection reset by peer"; "" when nothing did. */
const char *carrier_error(const struct carrier *c);
/* What is connected: "in-process", "tcp 127.0.0.1:143", "tls imap.example.org:993", "process 4711".
 */
const char *carrier_name(const struct carrier *c);

/* Ends the stream towards the peer, after what is queued has been sent; receiving goes on. */
void carrier_half_close(struct carrier *c);
/* Breaks the connection at once: RST on TCP, both ends of pipes closed, an in-process peer freed.
 * What was received stays readable; carrier_at_eof() is true from now on. */
void carrier_reset(struct carrier *c);
/* Closes in the ordinary way of close(2): what is queued here is lost (wait for carrier_nunsent()
 * to be 0 if it matters); frees the carrier and clears the pointer. NULL is fine. */
void carrier_close(struct carrier **c);

#endif
