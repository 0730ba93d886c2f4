/*
 * echo: a small engine for the tests of net. It sends back what it receives, and obeys
 *
 *   Q  closes once its output is gone        T  says "tick" one second later
 *   P  makes its partner say "hello"         F  floods: says 'x' without end
 */
#ifndef IMAPSPEC_TESTS_NET_ECHO_HELPER_H
#define IMAPSPEC_TESTS_NET_ECHO_HELPER_H

#include "net/net.h"

struct echo {
    const struct clock *clock;
    struct buffer out;
    size_t nreceived;
    bool is_closing, is_flooding, got_eof;
    int64_t deadline_us;
    struct echo *partner;
    size_t output_limit; /* wants no input while more waits; 0: always */
    int *nfreed;         /* counted up by free; may be NULL */
};

struct echo *echo_new(const struct clock *clock);
struct net_peer echo_peer(struct echo *echo);

/* Waits until n octets have come, the end has come, or 10 s of the loop's clock have passed. */
void echo_await(struct net_loop *loop, struct carrier *c, size_t n);

/* Sends, awaits as many octets and compares. */
void echo_round_trip(struct net_loop *loop, struct carrier *c, struct span octets);

int64_t echo_in_us(struct net_loop *loop,
                   int64_t us); /* the clock's time in so many microseconds */

#endif
