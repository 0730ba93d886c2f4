#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "echo_helper.h"
#include "net/process.h"
#include "net/server.h"

static struct net_loop *loop;

static int begin(void **state)
{
    (void)state;
    loop = net_loop_new_virtual(612000000);
    return 0;
}

static int end(void **state)
{
    (void)state;
    net_loop_free(&loop);
    return 0;
}

static int64_t now_us(void)
{
    return clock_now_us(net_loop_clock(loop));
}

static size_t count_descriptors(void)
{
    size_t n = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory != NULL && readdir(directory) != NULL)
        n++;
    if (directory != NULL)
        (void)closedir(directory);
    return n;
}

static void test_echo(void **state)
{
    (void)state;
    int nfreed = 0;
    size_t before = count_descriptors();
    struct echo *echo = echo_new(net_loop_clock(loop));
    echo->nfreed = &nfreed;
    struct carrier *c = carrier_open_peer(loop, echo_peer(echo));
    assert_string_equal(carrier_name(c), "in-process");
    echo_round_trip(loop, c, SPAN_LIT("one"));
    echo_round_trip(loop, c, SPAN_LIT("two"));
    assert_false(net_wait(loop, now_us()));
    assert_int_equal(count_descriptors(), before);
    assert_int_equal(carrier_nunsent(c), 0);
    assert_string_equal(carrier_error(c), "");
    carrier_close(&c);
    assert_null(c);
    assert_int_equal(nfreed, 1);
    carrier_close(&c);
}

/* An hour passes at once, and not a microsecond of it too much. */
static void test_virtual_time(void **state)
{
    (void)state;
    struct carrier *c = carrier_open_peer(loop, echo_peer(echo_new(net_loop_clock(loop))));
    assert_true(net_loop_is_virtual(loop));
    assert_int_equal(clock_wall_s(net_loop_clock(loop)), 612000000);
    assert_false(net_wait(loop, 3600000000));
    assert_int_equal(now_us(), 3600000000);
    assert_int_equal(clock_wall_s(net_loop_clock(loop)), 612003600);
    carrier_send(c, SPAN_LIT("T"));
    assert_true(net_wait(loop, now_us() + 5000000));
    assert_int_equal(now_us(), 3600000000);
    assert_true(net_wait(loop, now_us() + 5000000));
    assert_int_equal(now_us(), 3601000000);
    assert_true(span_is(buffer_span(carrier_input(c)), "Ttick"));
    assert_false(net_wait(loop, now_us() + 5000000));
    assert_int_equal(now_us(), 3606000000);
    assert_false(net_wait(loop, -1));
    carrier_send(c, SPAN_LIT("T"));
    net_sleep(loop, now_us() + 2000000);
    assert_int_equal(now_us(), 3608000000);
    assert_true(net_wait(loop, now_us()));
    assert_true(span_is(buffer_span(carrier_input(c)), "TtickTtick"));
    carrier_close(&c);
}

static void test_restart(void **state)
{
    (void)state;
    net_sleep(loop, 5000000);
    assert_true(clock_now_us(net_loop_clock(loop)) >= 5000000);
    net_loop_restart(loop, 612000001);
    assert_true(clock_now_us(net_loop_clock(loop)) == 0);
    assert_true(clock_wall_s(net_loop_clock(loop)) == 612000001);
    assert_false(net_wait(loop, 0));
}

static void test_a_peer_that_makes_another_speak(void **state)
{
    (void)state;
    struct echo *one = echo_new(net_loop_clock(loop)), *two = echo_new(net_loop_clock(loop));
    one->partner = two;
    two->partner = one;
    struct carrier *a = carrier_open_peer(loop, echo_peer(one));
    struct carrier *b = carrier_open_peer(loop, echo_peer(two));
    carrier_send(a, SPAN_LIT("P"));
    assert_true(net_wait(loop, now_us()));
    assert_true(span_is(buffer_span(carrier_input(a)), "P"));
    assert_true(span_is(buffer_span(carrier_input(b)), "hello"));
    carrier_close(&a);
    carrier_close(&b);
}

static void test_ends(void **state)
{
    (void)state;
    struct carrier *c = carrier_open_peer(loop, echo_peer(echo_new(net_loop_clock(loop))));
    carrier_half_close(c);
    carrier_send(c, SPAN_LIT("lost"));
    assert_true(net_wait(loop, now_us()));
    assert_true(carrier_at_eof(c));
    assert_false(carrier_was_reset(c));
    assert_true(span_is(buffer_span(carrier_input(c)), "bye"));
    carrier_close(&c);

    c = carrier_open_peer(loop, echo_peer(echo_new(net_loop_clock(loop))));
    carrier_send(c, SPAN_LIT("Q"));
    assert_true(net_wait(loop, now_us()));
    assert_true(carrier_at_eof(c));
    assert_true(span_is(buffer_span(carrier_input(c)), "Q"));
    carrier_send(c, SPAN_LIT("nobody reads this"));
    assert_true(carrier_send_failed(c));
    assert_false(net_wait(loop, now_us() + 1000));
    carrier_close(&c);

    int nfreed = 0;
    struct echo *echo = echo_new(net_loop_clock(loop));
    echo->nfreed = &nfreed;
    c = carrier_open_peer(loop, echo_peer(echo));
    carrier_reset(c);
    assert_int_equal(nfreed, 1);
    assert_true(carrier_at_eof(c));
    assert_false(net_wait(loop, now_us() + 1000));
    carrier_close(&c);
    assert_int_equal(nfreed, 1);
}

/* A peer that never stops talking, and one that is talked to without being read. */
static void test_flow_control(void **state)
{
    (void)state;
    struct carrier *c = carrier_open_peer(loop, echo_peer(echo_new(net_loop_clock(loop))));
    carrier_send(c, SPAN_LIT("F"));
    for (int i = 0; i < 10; i++) {
        assert_true(net_wait(loop, now_us()));
        assert_int_equal(carrier_input(c)->nbytes, NET_INPUT_LIMIT);
        assert_false(net_wait(loop, now_us()));
        buffer_clear(carrier_input(c));
    }
    carrier_close(&c);

    struct echo *echo = echo_new(net_loop_clock(loop));
    echo->output_limit = 1000;
    c = carrier_open_peer(loop, echo_peer(echo));
    struct buffer much = {0};
    buffer_append_repeat(&much, 'x', (size_t)5 * NET_INPUT_LIMIT);
    carrier_send(c, buffer_span(&much));
    assert_true(carrier_nunsent(c) > (size_t)4 * NET_INPUT_LIMIT);
    assert_true(echo->out.nbytes <= 1000 + 64 * 1024);
    size_t got = 0;
    while (net_wait(loop, now_us())) {
        assert_true(carrier_input(c)->nbytes <= NET_INPUT_LIMIT);
        got += carrier_input(c)->nbytes;
        buffer_clear(carrier_input(c));
    }
    assert_int_equal(got, much.nbytes);
    assert_int_equal(carrier_nunsent(c), 0);
    buffer_free(&much);
    carrier_close(&c);
}

static void test_what_virtual_time_refuses(void **state)
{
    (void)state;
    struct err err;
    int nfreed = 0;
    struct echo *echo = echo_new(net_loop_clock(loop));
    echo->nfreed = &nfreed;
    const char *argv[] = {"cat", NULL};
    struct net_process_options options = {.argv = argv, .stdio = NET_STDIO_PIPES};
    assert_null(carrier_open_tcp(loop, "127.0.0.1", 1, 0, &err));
    assert_string_equal(err.text, "TCP: not possible in virtual time");
    assert_null(carrier_open_tls(loop, "127.0.0.1", 1, NULL, 0, &err));
    assert_null(carrier_open_socketpair(loop, echo_peer(echo), &err));
    assert_int_equal(nfreed, 1);
    assert_null(net_listener_open(loop, "127.0.0.1", 0, &err));
    assert_null(net_process_start(loop, &options, &err));
    assert_string_equal(err.text, "cat: not possible in virtual time");
}

static void test_peer_in_real_time(void **state)
{
    (void)state;
    struct net_loop *real = net_loop_new();
    struct echo *echo = echo_new(net_loop_clock(real));
    struct carrier *c = carrier_open_peer(real, echo_peer(echo));
    echo_round_trip(real, c, SPAN_LIT("one"));
    echo->deadline_us = echo_in_us(real, 20000);
    int64_t before_us = echo_in_us(real, 0);
    echo_await(real, c, 4);
    assert_true(span_is(buffer_span(carrier_input(c)), "tick"));
    assert_in_range(echo_in_us(real, 0) - before_us, 19000, 5000000);
    carrier_close(&c);
    net_loop_free(&real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_echo, begin, end),
        cmocka_unit_test_setup_teardown(test_virtual_time, begin, end),
        cmocka_unit_test_setup_teardown(test_restart, begin, end),
        cmocka_unit_test_setup_teardown(test_a_peer_that_makes_another_speak, begin, end),
        cmocka_unit_test_setup_teardown(test_ends, begin, end),
        cmocka_unit_test_setup_teardown(test_flow_control, begin, end),
        cmocka_unit_test_setup_teardown(test_what_virtual_time_refuses, begin, end),
        cmocka_unit_test(test_peer_in_real_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
