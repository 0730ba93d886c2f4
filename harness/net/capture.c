#include "net/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

static void keep(struct capture *capture, struct span octets)
{
    size_t half = capture->limit_nbytes / 2;
    capture->nbytes += octets.nbytes;
    size_t room = half - capture->first.nbytes;
    struct span first = span_slice(octets, 0, room);
    buffer_append(&capture->first, first);
    buffer_append(&capture->last, span_from(octets, first.nbytes));
    if (capture->last.nbytes > half)
        buffer_consume(&capture->last, capture->last.nbytes - half);
}

static void end(struct capture *capture)
{
    loop_close_handle(capture->poll);
    capture->poll = NULL;
    if (capture->fd >= 0)
        (void)close(capture->fd);
    capture->fd = -1;
}

/* Reads up to `rounds` times; a writer that never stops must not keep us here. */
static void read_rounds(struct capture *capture, int rounds)
{
    char *scratch = loop_scratch(capture->loop);
    for (int round = 0; capture->fd >= 0 && round < rounds; round++) {
        ssize_t n = read(capture->fd, scratch, LOOP_PIECE_NBYTES);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n > 0)
            keep(capture, span_make(scratch, (size_t)n));
        else if (n == 0 || errno != EINTR)
            end(capture);
    }
}

static void capture_ready(uv_poll_t *poll, int status, int events)
{
    struct capture *capture = poll->data;
    (void)status;
    (void)events;
    uint64_t before = capture->nbytes;
    read_rounds(capture, 1);
    if (capture->nbytes > before)
        capture->loop->has_news = true;
    if (capture->fd >= 0)
        ENSURE(uv_poll_start(capture->poll, UV_READABLE, capture_ready) == 0);
}

void capture_start(struct capture *capture, struct net_loop *loop, int fd, size_t limit_nbytes)
{
    *capture = (struct capture){.loop = loop, .fd = fd, .limit_nbytes = limit_nbytes};
    ENSURE(fcntl(fd, F_SETFL, O_NONBLOCK) == 0);
    capture->poll = loop_new_handle(sizeof *capture->poll);
    capture->poll->data = capture;
    ENSURE(uv_poll_init(loop_uv(loop), capture->poll, fd) == 0);
    ENSURE(uv_poll_start(capture->poll, UV_READABLE, capture_ready) == 0);
}

void capture_drain(struct capture *capture)
{
    if (capture->fd >= 0)
        read_rounds(capture, 64);
}

struct span capture_text(struct capture *capture)
{
    uint64_t kept = capture->first.nbytes + capture->last.nbytes;
    buffer_clear(&capture->text);
    buffer_append(&capture->text, buffer_span(&capture->first));
    if (capture->nbytes > kept)
        buffer_printf(&capture->text, "\n[... %" PRIu64 " octets left out ...]\n",
                      capture->nbytes - kept);
    buffer_append(&capture->text, buffer_span(&capture->last));
    return buffer_span(&capture->text);
}

void capture_stop(struct capture *capture)
{
    end(capture);
    buffer_free(&capture->first);
    buffer_free(&capture->last);
    buffer_free(&capture->text);
    *capture = (struct capture){.fd = -1};
}
