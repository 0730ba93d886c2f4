#include <stdio.h>

#include "net/carrier.h"
#include "net/host.h"
#include "net/socket.h"
#include "net/stream.h"

struct carrier_stream {
    struct carrier common;
    struct stream stream;
    struct net_connection *behind; /* the other end of a socketpair; NULL: elsewhere, or gone */
};

static struct carrier_stream *stream_of(struct carrier *c)
{
    return (struct carrier_stream *)c;
}

/* What the stream met with becomes the state of the carrier. */
static void take_over(struct carrier_stream *c)
{
    char room[96];
    struct stream *s = &c->stream;
    if (s->send_errno != 0 && !c->common.send_failed)
        carrier_cannot_send(&c->common, loop_errno_text(s->send_errno, room, sizeof room));
    if (!s->has_ended || c->common.at_eof)
        return;
    if (s->read_errno == 0)
        carrier_ended(&c->common);
    else
        carrier_broke(&c->common, "read", loop_errno_text(s->read_errno, room, sizeof room));
}

static void stream_ready(void *context, bool is_readable)
{
    struct carrier_stream *c = context;
    bool has_news = false;
    if (c->stream.out.nbytes > 0) {
        stream_flush(&c->stream);
        has_news = c->stream.out.nbytes == 0;
    }
    if (is_readable && carrier_has_room(&c->common))
        has_news = stream_read(&c->stream, &c->common.input, c->common.input_limit) || has_news;
    take_over(c);
    /* a host waits for what it then needs; at the end that is nothing */
    if (!has_news || c->common.on_change == NULL)
        stream_arm(&c->stream, carrier_has_room(&c->common));
    if (has_news)
        carrier_changed(&c->common);
}

static void stream_send(struct carrier *common, struct span octets)
{
    struct carrier_stream *c = stream_of(common);
    stream_write(&c->stream, octets);
    take_over(c);
    if (common->send_failed && common->on_change == NULL)
        carrier_changed(common);
    if (common->on_change != NULL)
        stream_arm(&c->stream, carrier_has_room(common));
}

static size_t stream_nunsent(const struct carrier *common)
{
    return ((const struct carrier_stream *)common)->stream.out.nbytes;
}

static void arm(struct carrier *common)
{
    stream_arm(&stream_of(common)->stream, carrier_has_room(common));
}

static bool wait_alone(struct carrier *common, int64_t timeout_us)
{
    struct carrier_stream *c = stream_of(common);
    if (!c->stream.may_block || c->stream.out.nbytes > 0 || !carrier_has_room(common))
        return false;
    bool has_news = stream_await(&c->stream, &common->input, common->input_limit, timeout_us);
    take_over(c);
    if (has_news)
        carrier_changed(common);
    return true;
}

static void stream_half_close(struct carrier *common)
{
    stream_end_sending(&stream_of(common)->stream);
}

static void carrier_stream_reset(struct carrier *common)
{
    stream_reset(&stream_of(common)->stream);
}

static void carrier_stream_close(struct carrier *common)
{
    struct carrier_stream *c = stream_of(common);
    stream_close(&c->stream);
    if (c->behind != NULL)
        host_break_connection(c->behind);
}

static const struct carrier_ops ops = {
    .send = stream_send,
    .nunsent = stream_nunsent,
    .arm = arm,
    .wait_alone = wait_alone,
    .half_close = stream_half_close,
    .reset = carrier_stream_reset,
    .close = carrier_stream_close,
};

struct carrier *carrier_open_fds(struct net_loop *loop, int read_fd, int write_fd, const char *name)
{
    struct carrier_stream *c = carrier_new(loop, sizeof *c, &ops);
    stream_init(&c->stream, loop, read_fd, write_fd);
    c->stream.on_ready = stream_ready;
    c->stream.context = c;
    (void)snprintf(c->common.name, sizeof c->common.name, "%s", name);
    return &c->common;
}

struct carrier *carrier_open_socket(struct net_loop *loop, int fd, const char *name)
{
    struct carrier *common = carrier_open_fds(loop, fd, fd, name);
    stream_of(common)->stream.may_block = true;
    return common;
}

struct carrier *carrier_open_socketpair(struct net_loop *loop, struct net_peer peer,
                                        struct err *err)
{
    int fds[2];
    if (loop_refuses(loop, "socketpair", err) || socket_pair(fds, err) != 0) {
        peer.ops->free(peer.context);
        return NULL;
    }
    struct carrier *common = carrier_open_fds(loop, fds[0], fds[0], "socketpair");
    struct carrier_stream *c = stream_of(common);
    if (loop->host == NULL)
        loop->host = host_new(loop, true);
    struct carrier *other = carrier_open_fds(loop, fds[1], fds[1], "socketpair");
    c->behind = host_add_connection(loop->host, other);
    host_set_peer(c->behind, peer, &c->behind);
    return common;
}
