#include "net/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* So long a read may block. It is no deadline: that is looked at between reads. */
enum { STREAM_NAP_US = 50000 };

static void set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    ENSURE(flags >= 0);
    if ((flags & O_NONBLOCK) == 0)
        ENSURE(fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0);
}

void stream_init(struct stream *s, struct net_loop *loop, int read_fd, int write_fd)
{
    *s = (struct stream){.loop = loop, .read_fd = read_fd, .write_fd = write_fd};
    set_nonblocking(read_fd);
    if (write_fd != read_fd)
        set_nonblocking(write_fd);
}

static bool is_try_again(int number)
{
    return number == EAGAIN || number == EWOULDBLOCK;
}

/* One read(2), repeated when interrupted, unless it may wait. */
static ssize_t read_some(const struct stream *s, char *room, size_t nbytes, bool waits)
{
    ssize_t n;
    do
        n = s->may_block ? recv(s->read_fd, room, nbytes, waits ? 0 : MSG_DONTWAIT)
                         : read(s->read_fd, room, nbytes);
    while (n < 0 && errno == EINTR && !waits);
    return n;
}

static bool read_all(struct stream *s, struct buffer *in, size_t limit, bool waits)
{
    char *scratch = loop_scratch(s->loop);
    size_t before = in->nbytes;
    while (!s->has_ended && in->nbytes < limit) {
        size_t room = limit - in->nbytes;
        if (room > LOOP_PIECE_NBYTES)
            room = LOOP_PIECE_NBYTES;
        ssize_t n = read_some(s, scratch, room, waits);
        if (n < 0 && (is_try_again(errno) || errno == EINTR))
            break;
        if (n <= 0) {
            s->has_ended = true;
            s->read_errno = n < 0 ? errno : 0;
            /* The reset was told to a write already, and only once. */
            if (n == 0 && s->send_errno == ECONNRESET)
                s->read_errno = ECONNRESET;
            break;
        }
        buffer_append(in, span_make(scratch, (size_t)n));
        if ((size_t)n < room)
            break;
        waits = false;
    }
    return in->nbytes > before || s->has_ended;
}

bool stream_read(struct stream *s, struct buffer *in, size_t limit)
{
    return read_all(s, in, limit, false);
}

/* libuv makes what it watches non-blocking. */
static void set_blocking(struct stream *s)
{
    const struct timeval nap = {.tv_usec = STREAM_NAP_US};
    int flags = fcntl(s->read_fd, F_GETFL);
    ENSURE(flags >= 0 && fcntl(s->read_fd, F_SETFL, flags & ~O_NONBLOCK) == 0);
    ENSURE(setsockopt(s->read_fd, SOL_SOCKET, SO_RCVTIMEO, &nap, sizeof nap) == 0);
    s->is_blocking = true;
}

bool stream_await(struct stream *s, struct buffer *in, size_t limit, int64_t timeout_us)
{
    ENSURE(s->may_block);
    bool naps = timeout_us < 0 || timeout_us >= STREAM_NAP_US;
    if (naps && !s->is_blocking)
        set_blocking(s);
    if (!naps && timeout_us > 0) {
        struct pollfd descriptor = {.fd = s->read_fd, .events = POLLIN};
        (void)poll(&descriptor, 1, (int)((timeout_us + 999) / 1000));
    }
    return read_all(s, in, limit, naps);
}

/* Writes what the descriptor takes at once; how much that was. */
static size_t write_some(struct stream *s, struct span octets)
{
    size_t done = 0;
    while (done < octets.nbytes) {
        struct span rest = span_from(octets, done);
        ssize_t n = s->may_block
                        ? send(s->write_fd, rest.data, rest.nbytes, MSG_DONTWAIT | MSG_NOSIGNAL)
                        : write(s->write_fd, rest.data, rest.nbytes);
        if (n >= 0) {
            done += (size_t)n;
        } else if (is_try_again(errno)) {
            break;
        } else if (errno != EINTR) {
            s->send_errno = errno;
            return octets.nbytes;
        }
    }
    return done;
}

static void finish_sending(struct stream *s)
{
    if (!s->ends_sending || s->out.nbytes > 0 || s->write_fd < 0)
        return;
    s->ends_sending = false;
    if (s->read_fd == s->write_fd) {
        (void)shutdown(s->write_fd, SHUT_WR);
        return;
    }
    loop_close_handle(s->write_poll);
    s->write_poll = NULL;
    s->write_events = 0;
    (void)close(s->write_fd);
    s->write_fd = -1;
}

void stream_write(struct stream *s, struct span octets)
{
    if (s->write_fd < 0 || s->send_errno != 0)
        return;
    size_t done = s->out.nbytes == 0 ? write_some(s, octets) : 0;
    buffer_append(&s->out, span_from(octets, done));
}

void stream_flush(struct stream *s)
{
    if (s->out.nbytes > 0 && s->write_fd >= 0) {
        size_t done = write_some(s, buffer_span(&s->out));
        buffer_consume(&s->out, done);
    }
    if (s->send_errno != 0 || s->out.nbytes == 0)
        buffer_free(&s->out);
    finish_sending(s);
}

void stream_end_sending(struct stream *s)
{
    s->ends_sending = true;
    finish_sending(s);
}

static void poll_ready(uv_poll_t *poll, int status, int events)
{
    struct stream *s = poll->data;
    /* libuv stops a handle whose descriptor has an error; reading or writing tells which. */
    if (status < 0 && poll == s->read_poll)
        s->read_events = 0;
    if (status < 0 && poll == s->write_poll)
        s->write_events = 0;
    s->on_ready(s->context, status < 0 || (events & UV_READABLE) != 0);
}

static void watch(struct stream *s, uv_poll_t **poll, int *now, int fd, int events)
{
    if (*now == events)
        return;
    if (*poll == NULL) {
        *poll = loop_new_handle(sizeof **poll);
        (*poll)->data = s;
        ENSURE(uv_poll_init(loop_uv(s->loop), *poll, fd) == 0);
        s->is_blocking = false;
    }
    *now = events;
    if (events == 0)
        ENSURE(uv_poll_stop(*poll) == 0);
    else
        ENSURE(uv_poll_start(*poll, events, poll_ready) == 0);
}

void stream_arm(struct stream *s, bool wants_input)
{
    int reading = wants_input && !s->has_ended ? UV_READABLE : 0;
    int writing = s->out.nbytes > 0 ? UV_WRITABLE : 0;
    if (s->read_fd >= 0 && s->read_fd == s->write_fd) {
        watch(s, &s->read_poll, &s->read_events, s->read_fd, reading | writing);
        return;
    }
    if (s->read_fd >= 0)
        watch(s, &s->read_poll, &s->read_events, s->read_fd, reading);
    if (s->write_fd >= 0)
        watch(s, &s->write_poll, &s->write_events, s->write_fd, writing);
}

void stream_close(struct stream *s)
{
    loop_close_handle(s->read_poll);
    loop_close_handle(s->write_poll);
    s->read_poll = s->write_poll = NULL;
    s->read_events = s->write_events = 0;
    if (s->read_fd >= 0)
        (void)close(s->read_fd);
    if (s->write_fd >= 0 && s->write_fd != s->read_fd)
        (void)close(s->write_fd);
    s->read_fd = s->write_fd = -1;
    s->has_ended = true;
    buffer_free(&s->out);
}

void stream_reset(struct stream *s)
{
    struct linger now = {.l_onoff = 1, .l_linger = 0};
    if (s->read_fd >= 0)
        (void)setsockopt(s->read_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    stream_close(s);
}
