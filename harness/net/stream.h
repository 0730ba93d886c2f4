/*
 * stream: a connection as one or two descriptors that never block, with a queue of what could not
 * be written yet. Private to net.
 */
#ifndef IMAPSPEC_NET_STREAM_H
#define IMAPSPEC_NET_STREAM_H

#include "net/loop.h"

struct stream {
    struct net_loop *loop;
    int read_fd, write_fd;             /* the same for a socket; -1: closed */
    uv_poll_t *read_poll, *write_poll; /* the same for a socket; NULL: not made yet */
    int read_events, write_events;     /* what they wait for now */
    bool may_block;   /* stream_await() may make it block; a socket that is ours alone */
    bool is_blocking; /* it does now: all calls but stream_await() say that they do not wait */
    struct buffer out;
    bool has_ended;    /* reading: the end, or an error */
    int read_errno;    /* why; 0: an orderly end */
    int send_errno;    /* 0: sending works */
    bool ends_sending; /* as soon as `out` is empty */
    /* The descriptors are ready; calls stream_read() and stream_flush() as needed, then
     * stream_arm(). */
    void (*on_ready)(void *context, bool is_readable);
    void *context;
};

/* Takes the descriptors, makes them non-blocking. read_fd == write_fd for sockets. */
void stream_init(struct stream *s, struct net_loop *loop, int read_fd, int write_fd);

/* Appends to `in` what is there, while that holds less than `limit`. True when something came or
 * the stream ended. */
bool stream_read(struct stream *s, struct buffer *in, size_t limit);

/* Waits for octets, at most timeout_us (-1: without limit), perhaps shorter, and reads as
 * stream_read(). Only of streams that may block. */
bool stream_await(struct stream *s, struct buffer *in, size_t limit, int64_t timeout_us);

void stream_write(struct stream *s, struct span octets); /* at once, or queued */
void stream_flush(struct stream *s);
void stream_end_sending(struct stream *s);

/* Waits for writability when something is queued, and for octets if wants_input. */
void stream_arm(struct stream *s, bool wants_input);

void stream_reset(struct stream *s); /* closes with RST where that exists */
void stream_close(struct stream *s); /* twice is fine */

#endif
