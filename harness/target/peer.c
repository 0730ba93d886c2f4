#include "target/peer.h"

static void receive(void *context, struct span octets)
{
    reference_session_receive(context, octets);
}

static void receive_eof(void *context)
{
    reference_session_receive_eof(context);
}

static struct span output(void *context)
{
    return reference_session_output(context);
}

static void sent(void *context, size_t nbytes)
{
    reference_session_sent(context, nbytes);
}

static bool is_closing(void *context)
{
    return reference_session_is_closing(context);
}

static bool wants_input(void *context)
{
    return reference_session_wants_input(context);
}

static int64_t deadline_us(void *context)
{
    return reference_session_deadline_us(context);
}

static void tick(void *context)
{
    reference_session_tick(context);
}

static void free_session(void *context)
{
    struct reference_session *session = context;
    reference_session_free(&session);
}

static const struct net_peer_ops peer_ops = {
    .receive = receive,
    .receive_eof = receive_eof,
    .output = output,
    .sent = sent,
    .is_closing = is_closing,
    .wants_input = wants_input,
    .deadline_us = deadline_us,
    .tick = tick,
    .free = free_session,
};

struct net_peer peer_of_session(struct reference_server *server)
{
    return (struct net_peer){.ops = &peer_ops, .context = reference_session_open(server)};
}
