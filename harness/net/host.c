#include "net/host.h"

#include <stdlib.h>

#include "net/carrier.h"

enum {
    HOST_PIECE_NBYTES = 64 * 1024,
    HOST_ROUNDS = 16,        /* of one connection before the others have their turn */
    HOST_LINGER_MS = 2000,   /* so long a client may take to close after we did */
    HOST_SWEEP_ALWAYS = 256, /* up to so many connections are asked after every round of input */
    HOST_SWEEP_MS = 5        /* more of them, so often */
};

struct host {
    struct net_loop *loop;
    bool is_shared;
    struct net_connection *connections; /* newest first */
    size_t nconnections;
    struct net_connection *touched; /* to be served before the loop waits */
    bool sweep_is_due;
    uv_idle_t *idle; /* active while something is touched or a sweep is due */
    uv_timer_t *sweep_timer;
    uv_timer_t *timer;   /* one for all: to order many deadlines costs more than to look at all
                            connections when one has come */
    int64_t timer_at_us; /* when it fires, no later than any deadline; -1: it does not */
};

struct net_connection {
    struct host *host;
    struct net_connection *next, *previous;
    struct net_connection *next_touched;
    bool is_touched;
    struct carrier *carrier;
    struct net_peer peer; /* ops NULL: gone, the connection lingers */
    bool eof_is_given;
    struct net_connection **slot;
    int64_t lingers_until_us; /* with no peer */
};

static void serve(struct net_connection *connection);
static void idle_turn(uv_idle_t *idle);
static void sweep_due(uv_timer_t *timer);

static uv_timer_t *new_timer(struct host *host)
{
    uv_timer_t *timer = loop_new_handle(sizeof *timer);
    timer->data = host;
    ENSURE(uv_timer_init(loop_uv(host->loop), timer) == 0);
    return timer;
}

struct host *host_new(struct net_loop *loop, bool is_shared)
{
    struct host *host = mem_alloc(sizeof *host);
    host->loop = loop;
    loop->nwatched++;
    host->is_shared = is_shared;
    host->idle = loop_new_handle(sizeof *host->idle);
    host->idle->data = host;
    ENSURE(uv_idle_init(loop_uv(loop), host->idle) == 0);
    host->sweep_timer = new_timer(host);
    host->timer = new_timer(host);
    host->timer_at_us = -1;
    return host;
}

void host_free(struct host **host)
{
    struct host *h = *host;
    if (h == NULL)
        return;
    struct net_connection *next;
    for (struct net_connection *c = h->connections; c != NULL; c = next) {
        next = c->next;
        host_break_connection(c);
    }
    h->loop->nwatched--;
    loop_close_handle(h->idle);
    loop_close_handle(h->sweep_timer);
    loop_close_handle(h->timer);
    free(h);
    *host = NULL;
}

size_t host_nconnections(const struct host *host)
{
    return host->nconnections;
}

static void wake(struct host *host)
{
    ENSURE(uv_idle_start(host->idle, idle_turn) == 0);
}

void net_connection_touch(struct net_connection *connection)
{
    struct host *host = connection->host;
    if (connection->is_touched)
        return;
    connection->is_touched = true;
    connection->next_touched = host->touched;
    host->touched = connection;
    wake(host);
}

static void untouch(struct net_connection *connection)
{
    struct net_connection **link = &connection->host->touched;
    while (connection->is_touched && *link != connection)
        link = &(*link)->next_touched;
    if (connection->is_touched)
        *link = connection->next_touched;
    connection->is_touched = false;
}

static void carrier_has_changed(void *context)
{
    serve(context);
}

struct net_connection *host_add_connection(struct host *host, struct carrier *carrier)
{
    struct net_connection *connection = mem_alloc(sizeof *connection);
    connection->host = host;
    connection->carrier = carrier;
    carrier->input_limit = HOST_PIECE_NBYTES;
    carrier_make_hosted(carrier, carrier_has_changed, connection);
    connection->next = host->connections;
    if (connection->next != NULL)
        connection->next->previous = connection;
    host->connections = connection;
    host->nconnections++;
    return connection;
}

void host_set_peer(struct net_connection *connection, struct net_peer peer,
                   struct net_connection **slot)
{
    connection->peer = peer;
    connection->slot = slot;
    serve(connection);
}

static void drop_peer(struct net_connection *connection)
{
    const struct net_peer peer = connection->peer;
    connection->peer.ops = NULL;
    if (peer.ops != NULL)
        peer.ops->free(peer.context);
}

void host_break_connection(struct net_connection *connection)
{
    struct host *host = connection->host;
    drop_peer(connection);
    untouch(connection);
    if (connection->slot != NULL)
        *connection->slot = NULL;
    if (connection->next != NULL)
        connection->next->previous = connection->previous;
    if (connection->previous != NULL)
        connection->previous->next = connection->next;
    else
        host->connections = connection->next;
    host->nconnections--;
    carrier_close(&connection->carrier);
    free(connection);
}

static void timer_fired(uv_timer_t *timer);

/* Sees to it that the timer fires at the time or before; -1: no time. */
static void set_timer(struct host *host, int64_t at_us)
{
    if (at_us < 0 || (host->timer_at_us >= 0 && host->timer_at_us <= at_us))
        return;
    int64_t now_us = loop_real_us();
    uint64_t wait_ms = at_us <= now_us ? 1 : (uint64_t)(at_us - now_us + 999) / 1000;
    uv_update_time(loop_uv(host->loop));
    ENSURE(uv_timer_start(host->timer, timer_fired, wait_ms, 0) == 0);
    host->timer_at_us = at_us;
}

static int64_t deadline_of(const struct net_connection *connection)
{
    const struct net_peer *peer = &connection->peer;
    return peer->ops == NULL ? connection->lingers_until_us : peer->ops->deadline_us(peer->context);
}

/* The deadlines may have moved since the timer was set. */
static void timer_fired(uv_timer_t *timer)
{
    struct host *host = timer->data;
    int64_t now_us = loop_real_us();
    struct net_connection *next;
    host->timer_at_us = -1;
    for (struct net_connection *c = host->connections; c != NULL; c = next) {
        int64_t at_us = deadline_of(c);
        next = c->next;
        if (at_us < 0 || at_us > now_us) {
            set_timer(host, at_us);
        } else if (c->peer.ops == NULL) {
            host_break_connection(c);
        } else {
            c->peer.ops->tick(c->peer.context);
            serve(c);
        }
    }
}

static void note_input(struct host *host)
{
    if (!host->is_shared || host->nconnections < 2 || host->sweep_is_due)
        return;
    host->sweep_is_due = true;
    if (host->nconnections <= HOST_SWEEP_ALWAYS)
        wake(host);
    else
        ENSURE(uv_timer_start(host->sweep_timer, sweep_due, HOST_SWEEP_MS, 0) == 0);
}

static bool move_input(struct net_connection *connection)
{
    const struct net_peer *peer = &connection->peer;
    struct buffer *input = carrier_input(connection->carrier);
    if (input->nbytes > 0) {
        if (peer->ops->is_closing(peer->context) || !peer->ops->wants_input(peer->context))
            return false;
        struct span piece = span_slice(buffer_span(input), 0, HOST_PIECE_NBYTES);
        peer->ops->receive(peer->context, piece);
        buffer_consume(input, piece.nbytes);
        note_input(connection->host);
        return true;
    }
    if (carrier_at_eof(connection->carrier) && !connection->eof_is_given) {
        connection->eof_is_given = true;
        peer->ops->receive_eof(peer->context);
        note_input(connection->host);
        return true;
    }
    return false;
}

/* Output stays with the peer until the connection takes it, so that the peer sees how much waits.
 */
static bool move_output(struct net_connection *connection)
{
    const struct net_peer *peer = &connection->peer;
    bool moved = false;
    struct span output = peer->ops->output(peer->context);
    while (output.nbytes > 0 && carrier_nunsent(connection->carrier) == 0 &&
           !carrier_send_failed(connection->carrier)) {
        output = span_slice(output, 0, HOST_PIECE_NBYTES);
        carrier_send(connection->carrier, output);
        peer->ops->sent(peer->context, output.nbytes);
        moved = true;
        output = peer->ops->output(peer->context);
    }
    return moved;
}

/* Our side is closed; what still comes is thrown away, since closing with octets unread would take
 * what we sent last from the client. */
static void linger(struct net_connection *connection)
{
    struct buffer *input = carrier_input(connection->carrier);
    if (connection->peer.ops != NULL) {
        drop_peer(connection);
        carrier_half_close(connection->carrier);
        connection->lingers_until_us = loop_real_us() + (int64_t)HOST_LINGER_MS * 1000;
        set_timer(connection->host, connection->lingers_until_us);
    }
    if (carrier_at_eof(connection->carrier)) {
        host_break_connection(connection);
        return;
    }
    buffer_clear(input);
    connection->carrier->input_limit = HOST_PIECE_NBYTES;
    carrier_go_on(connection->carrier);
}

static bool has_finished(const struct net_connection *connection)
{
    const struct net_peer *peer = &connection->peer;
    return peer->ops->is_closing(peer->context) && peer->ops->output(peer->context).nbytes == 0 &&
           carrier_nunsent(connection->carrier) == 0;
}

static void serve(struct net_connection *connection)
{
    struct carrier *carrier = connection->carrier;
    const struct net_peer *peer = &connection->peer;
    if (peer->ops == NULL) {
        linger(connection);
        return;
    }
    bool moved = true;
    for (int round = 0; moved && round < HOST_ROUNDS; round++) {
        moved = move_input(connection);
        moved = move_output(connection) || moved;
    }
    if (carrier_was_reset(carrier) || carrier_send_failed(carrier)) {
        host_break_connection(connection);
        return;
    }
    if (has_finished(connection)) {
        linger(connection);
        return;
    }
    if (moved)
        net_connection_touch(connection);
    carrier->input_limit = peer->ops->wants_input(peer->context) ? HOST_PIECE_NBYTES : 0;
    carrier_go_on(carrier);
    set_timer(connection->host, peer->ops->deadline_us(peer->context));
}

static void serve_touched(struct host *host)
{
    size_t left = host->nconnections;
    while (host->touched != NULL && left-- > 0) {
        struct net_connection *connection = host->touched;
        host->touched = connection->next_touched;
        connection->is_touched = false;
        serve(connection);
    }
}

static void sweep(struct host *host)
{
    struct net_connection *next;
    host->sweep_is_due = false;
    for (struct net_connection *c = host->connections; c != NULL; c = next) {
        next = c->next;
        if (c->peer.ops != NULL && (c->peer.ops->output(c->peer.context).nbytes > 0 ||
                                    c->peer.ops->is_closing(c->peer.context)))
            serve(c);
    }
}

static void sweep_due(uv_timer_t *timer)
{
    sweep(timer->data);
}

static void idle_turn(uv_idle_t *idle)
{
    struct host *host = idle->data;
    bool sweeps_later = uv_is_active((uv_handle_t *)host->sweep_timer) != 0;
    serve_touched(host);
    if (host->sweep_is_due && !sweeps_later)
        sweep(host);
    if (host->touched == NULL && (!host->sweep_is_due || sweeps_later))
        (void)uv_idle_stop(idle);
}
