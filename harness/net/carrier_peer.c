#include <stdio.h>

#include "net/carrier.h"

struct carrier_peer {
    struct carrier common;
    struct net_peer peer; /* ops NULL: freed */
    struct buffer queue;  /* what the peer did not want yet */
    bool eof_is_due, eof_is_given;
};

static struct carrier_peer *peer_of(struct carrier *c)
{
    return (struct carrier_peer *)c;
}

/* Gives the peer octets as long as it wants them; how many it took. */
static size_t deliver(struct carrier_peer *c, struct span octets)
{
    const struct net_peer *peer = &c->peer;
    size_t given = 0;
    while (given < octets.nbytes && !peer->ops->is_closing(peer->context) &&
           peer->ops->wants_input(peer->context)) {
        struct span piece = span_slice(octets, given, LOOP_PIECE_NBYTES);
        peer->ops->receive(peer->context, piece);
        given += piece.nbytes;
    }
    return given;
}

static void peer_send(struct carrier *common, struct span octets)
{
    struct carrier_peer *c = peer_of(common);
    size_t given = c->queue.nbytes == 0 ? deliver(c, octets) : 0;
    buffer_append(&c->queue, span_from(octets, given));
}

static size_t peer_nunsent(const struct carrier *common)
{
    return ((const struct carrier_peer *)common)->queue.nbytes;
}

static bool pump_queue(struct carrier_peer *c)
{
    bool moved = false;
    if (c->queue.nbytes > 0) {
        size_t given = deliver(c, buffer_span(&c->queue));
        buffer_consume(&c->queue, given);
        moved = given > 0;
        if (moved && c->queue.nbytes == 0)
            carrier_changed(&c->common);
    }
    if (c->eof_is_due && !c->eof_is_given && c->queue.nbytes == 0) {
        c->eof_is_given = true;
        c->peer.ops->receive_eof(c->peer.context);
        moved = true;
    }
    return moved;
}

static bool pump_output(struct carrier_peer *c)
{
    bool moved = false;
    struct span output = c->peer.ops->output(c->peer.context);
    while (output.nbytes > 0 && carrier_has_room(&c->common)) {
        output = span_slice(output, 0, c->common.input_limit - c->common.input.nbytes);
        buffer_append(&c->common.input, output);
        c->peer.ops->sent(c->peer.context, output.nbytes);
        moved = true;
        output = c->peer.ops->output(c->peer.context);
    }
    if (output.nbytes == 0 && c->peer.ops->is_closing(c->peer.context)) {
        carrier_ended(&c->common);
        c->common.send_failed = true;
        buffer_clear(&c->queue);
        moved = true;
    }
    if (moved)
        carrier_changed(&c->common);
    return moved;
}

static bool peer_pump(struct carrier *common)
{
    struct carrier_peer *c = peer_of(common);
    if (common->at_eof)
        return false;
    bool delivered = pump_queue(c);
    return pump_output(c) || delivered;
}

static int64_t peer_deadline_us(struct carrier *common)
{
    struct carrier_peer *c = peer_of(common);
    return common->at_eof ? -1 : c->peer.ops->deadline_us(c->peer.context);
}

static void peer_tick(struct carrier *common)
{
    struct carrier_peer *c = peer_of(common);
    c->peer.ops->tick(c->peer.context);
}

static void peer_half_close(struct carrier *common)
{
    peer_of(common)->eof_is_due = true;
}

static void peer_reset(struct carrier *common)
{
    struct carrier_peer *c = peer_of(common);
    buffer_clear(&c->queue);
    if (c->peer.ops != NULL)
        c->peer.ops->free(c->peer.context);
    c->peer.ops = NULL;
}

static void peer_close(struct carrier *common)
{
    peer_reset(common);
    buffer_free(&peer_of(common)->queue);
}

static const struct carrier_ops ops = {
    .send = peer_send,
    .nunsent = peer_nunsent,
    .pump = peer_pump,
    .deadline_us = peer_deadline_us,
    .tick = peer_tick,
    .half_close = peer_half_close,
    .reset = peer_reset,
    .close = peer_close,
};

struct carrier *carrier_open_peer(struct net_loop *loop, struct net_peer peer)
{
    struct carrier_peer *c = carrier_new(loop, sizeof *c, &ops);
    c->peer = peer;
    (void)snprintf(c->common.name, sizeof c->common.name, "in-process");
    return &c->common;
}
