#include "target/client_peer.h"

static void take_requests(void *context, struct span octets)
{
    client_shim_request(context, octets);
}

static void take_requests_end(void *context)
{
    client_shim_request_eof(context);
}

static struct span answers(void *context)
{
    return client_shim_answers(context);
}

static void answered(void *context, size_t nbytes)
{
    client_shim_answered(context, nbytes);
}

static bool is_finished(void *context)
{
    return client_shim_is_finished(context);
}

static void take_responses(void *context, struct span octets)
{
    client_shim_receive(context, octets);
}

static void take_responses_end(void *context)
{
    client_shim_receive_eof(context);
}

static struct span output(void *context)
{
    return client_shim_output(context);
}

static void sent(void *context, size_t nbytes)
{
    client_shim_sent(context, nbytes);
}

static bool wants_close(void *context)
{
    return client_shim_wants_close(context);
}

static void connection_gone(void *context)
{
    client_shim_receive_eof(context);
    client_shim_closed(context);
}

static bool always(void *context)
{
    (void)context;
    return true;
}

static int64_t never(void *context)
{
    (void)context;
    return -1;
}

static void nothing(void *context)
{
    (void)context;
}

static const struct net_peer_ops request_ops = {
    .receive = take_requests,
    .receive_eof = take_requests_end,
    .output = answers,
    .sent = answered,
    .is_closing = is_finished,
    .wants_input = always,
    .deadline_us = never,
    .tick = nothing,
    .free = nothing, /* the engine goes with the case */
};

static const struct net_peer_ops connection_ops = {
    .receive = take_responses,
    .receive_eof = take_responses_end,
    .output = output,
    .sent = sent,
    .is_closing = wants_close,
    .wants_input = always,
    .deadline_us = never,
    .tick = nothing,
    .free = connection_gone,
};

struct net_peer client_peer_requests(struct client_shim *shim)
{
    return (struct net_peer){&request_ops, shim};
}

struct net_peer client_peer_connection(struct client_shim *shim)
{
    return (struct net_peer){&connection_ops, shim};
}
