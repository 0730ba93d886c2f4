/* A connection that is all its loop has waits without libuv, and goes back to it when more comes.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include <cmocka.h>

#include "echo_helper.h"
#include "net/process.h"

static struct net_loop *loop;    /* of `near` alone */
static struct net_loop *faraway; /* of the listener and `far` */
static struct net_listener *listener;
static struct carrier *near, *far;

static struct carrier *connect_alone(void)
{
    struct err err;
    struct carrier *c = carrier_open_tcp(loop, "127.0.0.1", net_listener_port(listener),
                                         echo_in_us(loop, 5000000), &err);
    assert_non_null(c);
    return c;
}

static struct carrier *accept_one(void)
{
    struct carrier *c;
    while ((c = carrier_accept(listener, NULL)) == NULL)
        assert_true(net_wait(faraway, echo_in_us(faraway, 5000000)));
    return c;
}

static int begin(void **state)
{
    struct err err;
    (void)state;
    loop = net_loop_new();
    faraway = net_loop_new();
    listener = net_listener_open(faraway, "127.0.0.1", 0, &err);
    if (listener == NULL)
        return -1;
    near = connect_alone();
    far = accept_one();
    return 0;
}

static int end(void **state)
{
    (void)state;
    carrier_close(&near);
    carrier_close(&far);
    net_listener_close(&listener);
    net_loop_free(&loop);
    net_loop_free(&faraway);
    return 0;
}

static void expect(struct net_loop *of, struct carrier *c, const char *wanted)
{
    while (carrier_input(c)->nbytes < strlen(wanted))
        assert_true(net_wait(of, echo_in_us(of, 5000000)));
    assert_true(span_is(buffer_span(carrier_input(c)), wanted));
    buffer_clear(carrier_input(c));
}

static void check_both_ways(void)
{
    carrier_send(near, SPAN_LIT("ping"));
    assert_int_equal(carrier_nunsent(near), 0);
    expect(faraway, far, "ping");
    carrier_send(far, SPAN_LIT("pong"));
    expect(loop, near, "pong");
}

static void test_both_ways(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        check_both_ways();
}

static void check_deadline(int64_t us)
{
    int64_t until_us = echo_in_us(loop, us);
    assert_false(net_wait(loop, until_us));
    assert_true(clock_now_us(net_loop_clock(loop)) >= until_us);
}

static void test_deadlines(void **state)
{
    (void)state;
    check_deadline(-1);
    check_deadline(3000);
    check_deadline(120000);
    carrier_send(far, SPAN_LIT("x"));
    while (!net_wait(loop, 1)) /* a deadline in the past looks at what is there */
        continue;
    expect(loop, near, "x");
    carrier_send(far, SPAN_LIT("y"));
    assert_true(net_wait(loop, -1));
    expect(loop, near, "y");
}

static void test_end(void **state)
{
    (void)state;
    carrier_send(far, SPAN_LIT("last"));
    carrier_close(&far);
    expect(loop, near, "last");
    while (!carrier_at_eof(near))
        assert_true(net_wait(loop, echo_in_us(loop, 5000000)));
    assert_false(carrier_was_reset(near));
    check_deadline(60000);
}

static void test_reset(void **state)
{
    (void)state;
    carrier_reset(far);
    while (!carrier_at_eof(near))
        assert_true(net_wait(loop, -1));
    assert_true(carrier_was_reset(near));
    assert_string_equal(carrier_error(near), "read: connection reset by peer");
}

static void test_reset_seen_by_a_write(void **state)
{
    (void)state;
    carrier_reset(far);
    for (int i = 0; i < 1000 && !carrier_at_eof(near); i++) {
        carrier_send(near, SPAN_LIT("x"));
        (void)net_wait(loop, echo_in_us(loop, 10000));
    }
    assert_true(carrier_at_eof(near));
    assert_true(carrier_was_reset(near));
}

/* What is queued needs libuv; what comes after it does not. */
static void test_a_queue(void **state)
{
    enum { QUEUED_NBYTES = 16 << 20 };
    char *octets = calloc(1, QUEUED_NBYTES);
    size_t nreceived = 0;
    (void)state;
    check_both_ways();
    carrier_send(near, span_make(octets, QUEUED_NBYTES));
    assert_true(carrier_nunsent(near) > 0);
    while (nreceived < QUEUED_NBYTES) {
        (void)net_wait(loop, 0);
        (void)net_wait(faraway, echo_in_us(faraway, 1000));
        nreceived += carrier_input(far)->nbytes;
        buffer_clear(carrier_input(far));
    }
    assert_int_equal(nreceived, QUEUED_NBYTES);
    while (carrier_nunsent(near) > 0)
        (void)net_wait(loop, 0);
    free(octets);
    check_both_ways();
    check_deadline(60000);
}

static void test_a_full_input(void **state)
{
    char *octets = calloc(1, NET_INPUT_LIMIT);
    (void)state;
    carrier_send(far, span_make(octets, NET_INPUT_LIMIT));
    carrier_send(far, SPAN_LIT("end"));
    while (carrier_input(near)->nbytes < NET_INPUT_LIMIT) {
        (void)net_wait(faraway, 0);
        (void)net_wait(loop, echo_in_us(loop, 1000));
    }
    while (carrier_nunsent(far) > 0)
        (void)net_wait(faraway, echo_in_us(faraway, 1000));
    check_deadline(60000);
    assert_int_equal(carrier_input(near)->nbytes, NET_INPUT_LIMIT);
    buffer_clear(carrier_input(near));
    expect(loop, near, "end");
    free(octets);
}

static void test_not_alone_for_a_while(void **state)
{
    (void)state;
    check_both_ways();
    struct carrier *other = connect_alone();
    struct carrier *behind = accept_one();
    check_both_ways();
    carrier_send(behind, SPAN_LIT("hello"));
    expect(loop, other, "hello");
    carrier_close(&other);
    carrier_close(&behind);
    check_both_ways();
    check_deadline(60000);
}

/* A process is news, too, and a carrier goes on while its end is waited for. */
static void test_with_a_process(void **state)
{
    struct err err;
    const char *const argv[] = {"sh", "-c", "exit 3", NULL};
    const struct net_process_options options = {.argv = argv, .stdio = NET_STDIO_NULL};
    (void)state;
    check_both_ways();
    struct net_process *process = net_process_start(loop, &options, &err);
    assert_non_null(process);
    carrier_send(far, SPAN_LIT("meanwhile"));
    assert_true(net_process_wait(process, 10000));
    expect(loop, near, "meanwhile");
    assert_int_equal(net_process_exit_status(process), 3);
    net_process_free(&process);
    check_both_ways();
}

static volatile sig_atomic_t nalarms;

static void count_alarm(int number)
{
    (void)number;
    nalarms++;
}

static void test_interrupted(void **state)
{
    const struct itimerval often = {{0, 5000}, {0, 5000}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    const struct sigaction interrupts = {.sa_handler = count_alarm};
    struct sigaction old;
    (void)state;
    assert_int_equal(sigaction(SIGALRM, &interrupts, &old), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    check_deadline(120000);
    check_both_ways();
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
    assert_true(nalarms > 0);
    assert_false(carrier_at_eof(near));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_both_ways, begin, end),
        cmocka_unit_test_setup_teardown(test_deadlines, begin, end),
        cmocka_unit_test_setup_teardown(test_end, begin, end),
        cmocka_unit_test_setup_teardown(test_reset, begin, end),
        cmocka_unit_test_setup_teardown(test_reset_seen_by_a_write, begin, end),
        cmocka_unit_test_setup_teardown(test_a_queue, begin, end),
        cmocka_unit_test_setup_teardown(test_a_full_input, begin, end),
        cmocka_unit_test_setup_teardown(test_not_alone_for_a_while, begin, end),
        cmocka_unit_test_setup_teardown(test_with_a_process, begin, end),
        cmocka_unit_test_setup_teardown(test_interrupted, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
