#include "echo_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char flood[64 * 1024];

static void obey(struct echo *echo, char c)
{
    if (c == 'Q')
        echo->is_closing = true;
    else if (c == 'T')
        echo->deadline_us = clock_now_us(echo->clock) + 1000000;
    else if (c == 'F')
        echo->is_flooding = true;
    else if (c == 'P' && echo->partner != NULL)
        buffer_append_text(&echo->partner->out, "hello");
}

static void receive(void *context, struct span octets)
{
    struct echo *echo = context;
    assert_false(echo->is_closing);
    echo->nreceived += octets.nbytes;
    buffer_append(&echo->out, octets);
    /* Long texts are data. */
    for (size_t i = 0; octets.nbytes < 16 && i < octets.nbytes; i++)
        obey(echo, octets.data[i]);
}

static void receive_eof(void *context)
{
    struct echo *echo = context;
    echo->got_eof = true;
    buffer_append_text(&echo->out, "bye");
    echo->is_closing = true;
}

static struct span output(void *context)
{
    struct echo *echo = context;
    if (echo->out.nbytes > 0 || !echo->is_flooding)
        return buffer_span(&echo->out);
    memset(flood, 'x', sizeof flood);
    return span_make(flood, sizeof flood);
}

static void sent(void *context, size_t nbytes)
{
    struct echo *echo = context;
    if (echo->out.nbytes > 0)
        buffer_consume(&echo->out, nbytes);
}

static bool is_closing(void *context)
{
    return ((struct echo *)context)->is_closing;
}

static bool wants_input(void *context)
{
    const struct echo *echo = context;
    return echo->output_limit == 0 || echo->out.nbytes <= echo->output_limit;
}

static int64_t deadline_us(void *context)
{
    return ((struct echo *)context)->deadline_us;
}

static void tick(void *context)
{
    struct echo *echo = context;
    buffer_append_text(&echo->out, "tick");
    echo->deadline_us = -1;
}

static void echo_free(void *context)
{
    struct echo *echo = context;
    if (echo->nfreed != NULL)
        ++*echo->nfreed;
    if (echo->partner != NULL)
        echo->partner->partner = NULL;
    buffer_free(&echo->out);
    free(echo);
}

struct echo *echo_new(const struct clock *clock)
{
    struct echo *echo = mem_alloc(sizeof *echo);
    echo->clock = clock;
    echo->deadline_us = -1;
    return echo;
}

struct net_peer echo_peer(struct echo *echo)
{
    static const struct net_peer_ops ops = {
        .receive = receive,
        .receive_eof = receive_eof,
        .output = output,
        .sent = sent,
        .is_closing = is_closing,
        .wants_input = wants_input,
        .deadline_us = deadline_us,
        .tick = tick,
        .free = echo_free,
    };
    return (struct net_peer){&ops, echo};
}

int64_t echo_in_us(struct net_loop *loop, int64_t us)
{
    return clock_now_us(net_loop_clock(loop)) + us;
}

void echo_await(struct net_loop *loop, struct carrier *c, size_t n)
{
    int64_t until_us = echo_in_us(loop, 10000000);
    while (carrier_input(c)->nbytes < n && !carrier_at_eof(c))
        if (!net_wait(loop, until_us))
            break;
}

void echo_round_trip(struct net_loop *loop, struct carrier *c, struct span octets)
{
    carrier_send(c, octets);
    echo_await(loop, c, octets.nbytes);
    struct span got = buffer_span(carrier_input(c));
    assert_int_equal(got.nbytes, octets.nbytes);
    assert_true(span_equal(got, octets));
    buffer_consume(carrier_input(c), got.nbytes);
}
