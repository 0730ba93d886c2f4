#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "echo_helper.h"

static struct net_loop *loop;
static struct net_listener *listener;

static int begin(void **state)
{
    struct err err;
    (void)state;
    loop = net_loop_new();
    listener = net_listener_open(loop, "127.0.0.1", 0, &err);
    return listener == NULL ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    net_listener_close(&listener);
    net_loop_free(&loop);
    return 0;
}

struct pair {
    struct carrier *near, *far;
};

/* Two carriers of the same loop that are connected with each other. */
static struct pair open_pair(void)
{
    struct err err;
    struct pair pair = {0};
    pair.near = carrier_open_tcp(loop, "127.0.0.1", net_listener_port(listener),
                                 echo_in_us(loop, 5000000), &err);
    assert_non_null(pair.near);
    while ((pair.far = carrier_accept(listener, NULL)) == NULL)
        assert_true(net_wait(loop, echo_in_us(loop, 5000000)));
    return pair;
}

static void close_pair(struct pair *pair)
{
    carrier_close(&pair->near);
    carrier_close(&pair->far);
}

static void await_eof(struct carrier *c)
{
    echo_await(loop, c, SPAN_NPOS);
    assert_true(carrier_at_eof(c));
}

static void check_input(struct carrier *c, const char *wanted)
{
    assert_true(span_is(buffer_span(carrier_input(c)), wanted));
}

static void test_listener_gives_news(void **state)
{
    struct err err;
    char name[64];
    unsigned port = net_listener_port(listener);
    (void)state;
    assert_null(carrier_accept(listener, NULL));
    assert_false(net_wait(loop, echo_in_us(loop, 1000)));
    struct carrier *near =
        carrier_open_tcp(loop, "localhost", port, echo_in_us(loop, 5000000), &err);
    assert_non_null(near);
    (void)snprintf(name, sizeof name, "tcp localhost:%u", port);
    assert_string_equal(carrier_name(near), name);
    assert_true(net_wait(loop, echo_in_us(loop, 5000000)));
    struct carrier *far = carrier_accept(listener, NULL);
    assert_non_null(far);
    assert_null(carrier_accept(listener, NULL));
    carrier_close(&near);
    carrier_close(&far);
}

static void test_both_ways(void **state)
{
    struct pair pair = open_pair();
    (void)state;
    carrier_send(pair.near, SPAN_LIT("a NOOP\r\n"));
    echo_await(loop, pair.far, 8);
    check_input(pair.far, "a NOOP\r\n");
    carrier_send(pair.far, SPAN_LIT("a OK\r\n"));
    echo_await(loop, pair.near, 6);
    check_input(pair.near, "a OK\r\n");
    assert_false(net_wait(loop, echo_in_us(loop, 1000)));
    close_pair(&pair);
}

static void test_half_close(void **state)
{
    struct pair pair = open_pair();
    (void)state;
    carrier_send(pair.near, SPAN_LIT("last"));
    carrier_half_close(pair.near);
    await_eof(pair.far);
    check_input(pair.far, "last");
    assert_false(carrier_was_reset(pair.far));
    carrier_send(pair.far, SPAN_LIT("answer"));
    echo_await(loop, pair.near, 6);
    check_input(pair.near, "answer");
    assert_false(carrier_at_eof(pair.near));
    carrier_close(&pair.far);
    await_eof(pair.near);
    assert_string_equal(carrier_error(pair.near), "");
    close_pair(&pair);
}

static void test_reset(void **state)
{
    struct pair pair = open_pair();
    (void)state;
    carrier_send(pair.near, SPAN_LIT("last"));
    echo_await(loop, pair.far, 4);
    carrier_reset(pair.near);
    assert_true(carrier_at_eof(pair.near));
    assert_false(carrier_was_reset(pair.near));
    carrier_send(pair.near, SPAN_LIT("ignored"));
    await_eof(pair.far);
    assert_true(carrier_was_reset(pair.far));
    assert_string_equal(carrier_error(pair.far), "read: connection reset by peer");
    check_input(pair.far, "last");
    close_pair(&pair);
}

/* The write fails, but what came before is read, and the end is known as a reset. */
static void test_reset_seen_by_a_write(void **state)
{
    struct pair pair = open_pair();
    (void)state;
    carrier_send(pair.far, SPAN_LIT("* BYE\r\n"));
    (void)usleep(10000);
    carrier_reset(pair.far);
    for (int i = 0; i < 1000 && !carrier_send_failed(pair.near); i++) {
        carrier_send(pair.near, SPAN_LIT("a NOOP\r\n"));
        (void)usleep(1000);
    }
    assert_true(carrier_send_failed(pair.near));
    assert_true(net_wait(loop, echo_in_us(loop, 1000000)));
    await_eof(pair.near);
    assert_true(carrier_was_reset(pair.near));
    assert_string_equal(carrier_error(pair.near), "write: connection reset by peer");
    check_input(pair.near, "* BYE\r\n");
    close_pair(&pair);
}

static void test_refused(void **state)
{
    struct err err;
    char wanted[80];
    unsigned port = net_free_port();
    (void)state;
    assert_true(port > 0);
    assert_int_not_equal(net_free_port(), port);
    assert_null(carrier_open_tcp(loop, "127.0.0.1", port, echo_in_us(loop, 5000000), &err));
    (void)snprintf(wanted, sizeof wanted, "127.0.0.1:%u: connection refused", port);
    assert_string_equal(err.text, wanted);
    assert_null(carrier_open_tcp(loop, "no host", port, echo_in_us(loop, 5000000), &err));
    (void)snprintf(wanted, sizeof wanted, "no host:%u: ", port);
    assert_true(span_starts_with(span_of(err.text), span_of(wanted)));
    assert_null(net_listener_open(loop, "127.0.0.1", net_listener_port(listener), &err));
    (void)snprintf(wanted, sizeof wanted, "127.0.0.1:%u: address already in use",
                   net_listener_port(listener));
    assert_string_equal(err.text, wanted);
}

/* More than the system holds, in both directions at once, neither side reading before it has sent.
 */
static void test_large_writes_both_ways(void **state)
{
    enum { MUCH = 12 * 1024 * 1024 };
    struct pair pair = open_pair();
    struct buffer much = {0};
    size_t near_got = 0, far_got = 0;
    (void)state;
    buffer_append_repeat(&much, 'x', MUCH);
    carrier_send(pair.near, buffer_span(&much));
    carrier_send(pair.far, buffer_span(&much));
    assert_true(carrier_nunsent(pair.near) > 0);
    carrier_half_close(pair.near);
    carrier_half_close(pair.far);
    int64_t until_us = echo_in_us(loop, 20000000);
    while (!carrier_at_eof(pair.near) || !carrier_at_eof(pair.far)) {
        assert_true(net_wait(loop, until_us));
        assert_true(carrier_input(pair.near)->nbytes <= NET_INPUT_LIMIT);
        near_got += carrier_input(pair.near)->nbytes;
        far_got += carrier_input(pair.far)->nbytes;
        buffer_clear(carrier_input(pair.near));
        buffer_clear(carrier_input(pair.far));
    }
    assert_int_equal(near_got, MUCH);
    assert_int_equal(far_got, MUCH);
    assert_int_equal(carrier_nunsent(pair.near), 0);
    buffer_free(&much);
    close_pair(&pair);
}

/* Who floods is held by the system once we do not read, and goes on when we do. */
static void test_flood(void **state)
{
    enum { MUCH = 30 * 1024 * 1024 };
    struct pair pair = open_pair();
    struct buffer much = {0};
    size_t got = 0;
    (void)state;
    buffer_append_repeat(&much, 'x', MUCH);
    carrier_send(pair.far, buffer_span(&much));
    net_sleep(loop, echo_in_us(loop, 100000));
    assert_int_equal(carrier_input(pair.near)->nbytes, NET_INPUT_LIMIT);
    assert_true(carrier_nunsent(pair.far) > 0);
    int64_t until_us = echo_in_us(loop, 20000000);
    while (got < MUCH) {
        assert_true(net_wait(loop, until_us));
        assert_true(carrier_input(pair.near)->nbytes <= NET_INPUT_LIMIT);
        assert_true(carrier_input(pair.near)->capacity <= (size_t)4 * NET_INPUT_LIMIT);
        got += carrier_input(pair.near)->nbytes;
        buffer_clear(carrier_input(pair.near));
    }
    buffer_free(&much);
    close_pair(&pair);
}

/* A reset behind more octets than are read at a time. */
static void test_end_behind_a_full_input(void **state)
{
    struct pair pair = open_pair();
    struct buffer much = {0};
    (void)state;
    buffer_append_repeat(&much, 'x', NET_INPUT_LIMIT + 1000);
    carrier_send(pair.far, buffer_span(&much));
    carrier_half_close(pair.far);
    echo_await(loop, pair.near, NET_INPUT_LIMIT);
    net_sleep(loop, echo_in_us(loop, 10000));
    assert_false(carrier_at_eof(pair.near));
    assert_int_equal(carrier_input(pair.near)->nbytes, NET_INPUT_LIMIT);
    buffer_consume(carrier_input(pair.near), NET_INPUT_LIMIT);
    await_eof(pair.near);
    assert_int_equal(carrier_input(pair.near)->nbytes, 1000);
    buffer_free(&much);
    close_pair(&pair);
}

static void test_deadlines(void **state)
{
    (void)state;
    int64_t before_us = echo_in_us(loop, 0);
    assert_false(net_wait(loop, before_us + 30000));
    assert_in_range(echo_in_us(loop, 0) - before_us, 30000, 5000000);
    assert_false(net_wait(loop, before_us));
    before_us = echo_in_us(loop, 0);
    net_sleep(loop, before_us + 10000);
    assert_in_range(echo_in_us(loop, 0) - before_us, 10000, 5000000);
}

static void test_signals(void **state)
{
    (void)state;
    net_loop_catch_signals(loop);
    net_loop_catch_signals(loop);
    assert_int_equal(net_loop_signal(loop), 0);
    (void)raise(SIGTERM);
    assert_true(net_wait(loop, echo_in_us(loop, 5000000)));
    assert_int_equal(net_loop_signal(loop), SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_listener_gives_news, begin, end),
        cmocka_unit_test_setup_teardown(test_both_ways, begin, end),
        cmocka_unit_test_setup_teardown(test_half_close, begin, end),
        cmocka_unit_test_setup_teardown(test_reset, begin, end),
        cmocka_unit_test_setup_teardown(test_reset_seen_by_a_write, begin, end),
        cmocka_unit_test_setup_teardown(test_refused, begin, end),
        cmocka_unit_test_setup_teardown(test_large_writes_both_ways, begin, end),
        cmocka_unit_test_setup_teardown(test_flood, begin, end),
        cmocka_unit_test_setup_teardown(test_end_behind_a_full_input, begin, end),
        cmocka_unit_test_setup_teardown(test_deadlines, begin, end),
        cmocka_unit_test_setup_teardown(test_signals, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
