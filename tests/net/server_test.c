#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "echo_helper.h"
#include "net/server.h"

static struct net_loop *loop;
static struct net_server *server;

/* What the server's factory does. */
static struct {
    struct echo *newest;
    struct net_connection *newest_connection;
    int nfreed, naccepted;
    size_t output_limit;
    bool refuses, links_partners;
} factory;

static bool accept_one(void *context, struct net_connection *connection, struct net_peer *peer_r)
{
    (void)context;
    factory.naccepted++;
    if (factory.refuses)
        return false;
    struct echo *echo = echo_new(net_loop_clock(loop));
    echo->nfreed = &factory.nfreed;
    echo->output_limit = factory.output_limit;
    buffer_append_text(&echo->out, "hi");
    if (factory.links_partners && factory.newest != NULL) {
        echo->partner = factory.newest;
        factory.newest->partner = echo;
    }
    factory.newest = echo;
    factory.newest_connection = connection;
    *peer_r = echo_peer(echo);
    return true;
}

static void listen_with(struct net_server_options options)
{
    struct err err;
    options.accept = accept_one;
    server = net_server_listen(loop, &options, &err);
    assert_non_null(server);
}

static int begin(void **state)
{
    (void)state;
    loop = net_loop_new();
    factory.newest = NULL;
    factory.nfreed = factory.naccepted = 0;
    factory.output_limit = 0;
    factory.refuses = factory.links_partners = false;
    return 0;
}

static int end(void **state)
{
    (void)state;
    net_server_close(&server);
    net_loop_free(&loop);
    assert_true(factory.refuses || factory.nfreed == factory.naccepted);
    return 0;
}

static struct carrier *connect_to_server(void)
{
    struct err err;
    struct carrier *c = carrier_open_tcp(loop, "127.0.0.1", net_server_port(server),
                                         echo_in_us(loop, 5000000), &err);
    assert_non_null(c);
    return c;
}

static struct carrier *connect_and_greet(void)
{
    struct carrier *c = connect_to_server();
    echo_await(loop, c, 2);
    assert_true(span_is(buffer_span(carrier_input(c)), "hi"));
    buffer_clear(carrier_input(c));
    return c;
}

static void await_count(size_t n)
{
    int64_t until_us = echo_in_us(loop, 10000000);
    while (net_server_nconnections(server) != n && echo_in_us(loop, 0) < until_us)
        net_sleep(loop, echo_in_us(loop, 1000));
    assert_int_equal(net_server_nconnections(server), n);
}

static void test_echo(void **state)
{
    (void)state;
    listen_with((struct net_server_options){0});
    struct carrier *c = connect_and_greet();
    for (int i = 0; i < 200; i++)
        echo_round_trip(loop, c, SPAN_LIT("a command\r\n"));
    carrier_send(c, SPAN_LIT("Q"));
    echo_await(loop, c, 2);
    assert_true(carrier_at_eof(c) && !carrier_was_reset(c));
    assert_int_equal(factory.nfreed, 1);
    carrier_close(&c);
    await_count(0);
}

static void test_many_connections(void **state)
{
    enum { MANY = 300 };
    static struct carrier *all[MANY];
    (void)state;
    listen_with((struct net_server_options){.is_shared = true});
    for (size_t i = 0; i < MANY; i++)
        all[i] = connect_to_server();
    for (size_t i = 0; i < MANY; i++) {
        echo_await(loop, all[i], 2);
        buffer_clear(carrier_input(all[i]));
    }
    await_count(MANY);
    for (size_t i = 0; i < MANY; i++)
        carrier_send(all[i], SPAN_LIT("ping"));
    for (size_t i = 0; i < MANY; i++) {
        echo_await(loop, all[i], 4);
        assert_true(span_is(buffer_span(carrier_input(all[i])), "ping"));
        carrier_close(&all[i]);
    }
    await_count(0);
    assert_int_equal(factory.nfreed, MANY);
}

/* After LOGOUT the last words arrive, even when the client had more to say. */
static void test_last_words(void **state)
{
    (void)state;
    listen_with((struct net_server_options){0});
    struct carrier *c = connect_and_greet();
    carrier_send(c, SPAN_LIT("Q"));
    echo_await(loop, c, 1);
    struct buffer more = {0};
    buffer_append_repeat(&more, 'x', 300000);
    carrier_send(c, buffer_span(&more));
    echo_await(loop, c, SPAN_NPOS);
    assert_true(carrier_at_eof(c) && !carrier_was_reset(c));
    assert_true(buffer_span(carrier_input(c)).data[0] == 'Q');
    buffer_free(&more);
    carrier_close(&c);
    await_count(0);
}

static void test_eof_and_reset(void **state)
{
    (void)state;
    listen_with((struct net_server_options){0});
    struct carrier *c = connect_and_greet();
    carrier_half_close(c);
    echo_await(loop, c, SPAN_NPOS);
    assert_true(span_is(buffer_span(carrier_input(c)), "bye"));
    carrier_close(&c);
    await_count(0);
    c = connect_and_greet();
    await_count(1);
    carrier_reset(c);
    await_count(0);
    assert_int_equal(factory.nfreed, 2);
    carrier_close(&c);
}

static void test_timers(void **state)
{
    (void)state;
    listen_with((struct net_server_options){0});
    struct carrier *c = connect_and_greet();
    factory.newest->deadline_us = echo_in_us(loop, 50000);
    net_connection_touch(factory.newest_connection);
    int64_t before_us = echo_in_us(loop, 0);
    echo_await(loop, c, 4);
    assert_true(span_is(buffer_span(carrier_input(c)), "tick"));
    assert_in_range(echo_in_us(loop, 0) - before_us, 40000, 5000000);
    carrier_close(&c);
}

/* Deadlines come in another order than connections; one that is over takes no other with it. */
static void test_each_its_deadline(void **state)
{
    static const int64_t delays_us[] = {90000, 30000, 60000};
    static const size_t order[] = {1, 2, 0};
    struct carrier *c[3];
    (void)state;
    listen_with((struct net_server_options){0});
    int64_t before_us = echo_in_us(loop, 0);
    for (size_t i = 0; i < 3; i++) {
        c[i] = connect_and_greet();
        factory.newest->deadline_us = before_us + delays_us[i];
        net_connection_touch(factory.newest_connection);
    }
    for (size_t i = 0; i < 3; i++) {
        echo_await(loop, c[order[i]], 4);
        assert_true(span_is(buffer_span(carrier_input(c[order[i]])), "tick"));
        assert_true(echo_in_us(loop, 0) >= before_us + delays_us[order[i]]);
        buffer_clear(carrier_input(c[order[i]]));
    }
    for (size_t i = 0; i < 3; i++)
        carrier_close(&c[i]);
}

/* A client that does not close its end is waited for, but not for ever. */
static void test_a_client_that_stays(void **state)
{
    (void)state;
    listen_with((struct net_server_options){0});
    struct carrier *stays = connect_and_greet(), *other = connect_and_greet();
    carrier_send(stays, SPAN_LIT("Q"));
    echo_await(loop, stays, SPAN_NPOS);
    assert_true(span_is(buffer_span(carrier_input(stays)), "Q"));
    await_count(1);
    carrier_send(other, SPAN_LIT("x"));
    echo_await(loop, other, 1);
    carrier_close(&stays);
    carrier_close(&other);
}

static void check_partner_speaks(struct net_server_options options, size_t nothers)
{
    static struct carrier *others[300];
    factory.links_partners = false;
    listen_with(options);
    for (size_t i = 0; i < nothers; i++)
        others[i] = connect_and_greet();
    factory.links_partners = true;
    factory.newest = NULL;
    struct carrier *a = connect_and_greet(), *b = connect_and_greet();
    carrier_send(a, SPAN_LIT("P"));
    if (!options.is_shared) {
        echo_await(loop, a, 1);
        net_connection_touch(factory.newest_connection);
        net_connection_touch(factory.newest_connection);
    }
    echo_await(loop, b, 5);
    assert_true(span_is(buffer_span(carrier_input(b)), "hello"));
    carrier_close(&a);
    carrier_close(&b);
    for (size_t i = 0; i < nothers; i++)
        carrier_close(&others[i]);
    await_count(0);
    net_server_close(&server);
}

static void test_a_peer_that_makes_another_speak(void **state)
{
    (void)state;
    check_partner_speaks((struct net_server_options){.is_shared = true}, 0);
    check_partner_speaks((struct net_server_options){.is_shared = true}, 300);
    check_partner_speaks((struct net_server_options){.is_shared = false}, 0);
}

static void test_limits(void **state)
{
    (void)state;
    listen_with((struct net_server_options){.max_connections = 1});
    struct carrier *a = connect_and_greet(), *b = connect_to_server();
    echo_await(loop, b, 1);
    assert_true(carrier_at_eof(b));
    assert_int_equal(factory.naccepted, 1);
    carrier_close(&a);
    carrier_close(&b);
    await_count(0);
    factory.refuses = true;
    a = connect_to_server();
    echo_await(loop, a, 1);
    assert_true(carrier_at_eof(a));
    carrier_close(&a);
}

/* A client that sends and does not read: the peer's output stays small, and all of it arrives. */
static void test_back_pressure(void **state)
{
    enum { MUCH = 20 * 1024 * 1024 };
    struct buffer much = {0};
    size_t got = 0;
    (void)state;
    factory.output_limit = 1000;
    listen_with((struct net_server_options){0});
    struct carrier *c = connect_and_greet();
    buffer_append_repeat(&much, 'x', MUCH);
    carrier_send(c, buffer_span(&much));
    net_sleep(loop, echo_in_us(loop, 50000));
    assert_true(factory.newest->out.nbytes <= 70000);
    assert_true(carrier_nunsent(c) > 0);
    int64_t until_us = echo_in_us(loop, 20000000);
    while (got < MUCH) {
        assert_true(net_wait(loop, until_us));
        assert_true(factory.newest->out.nbytes <= 70000);
        got += carrier_input(c)->nbytes;
        buffer_clear(carrier_input(c));
    }
    assert_int_equal(got, MUCH);
    buffer_free(&much);
    carrier_close(&c);
}

/* One that floods does not keep the others from being served. */
static void test_flood(void **state)
{
    (void)state;
    listen_with((struct net_server_options){.is_shared = true});
    struct carrier *flooding = connect_and_greet(), *other = connect_and_greet();
    carrier_send(flooding, SPAN_LIT("F"));
    for (int i = 0; i < 50; i++) {
        echo_round_trip(loop, other, SPAN_LIT("ping"));
        buffer_clear(carrier_input(flooding));
    }
    carrier_close(&flooding);
    carrier_close(&other);
    await_count(0);
}

static void test_socketpair(void **state)
{
    struct err err;
    int nfreed = 0;
    (void)state;
    listen_with((struct net_server_options){0});
    for (int i = 0; i < 2; i++) {
        struct echo *echo = echo_new(net_loop_clock(loop));
        echo->nfreed = &nfreed;
        struct carrier *c = carrier_open_socketpair(loop, echo_peer(echo), &err);
        assert_non_null(c);
        echo_round_trip(loop, c, SPAN_LIT("one"));
        if (i == 0) {
            carrier_half_close(c);
            echo_await(loop, c, SPAN_NPOS);
            assert_true(span_is(buffer_span(carrier_input(c)), "bye"));
            assert_int_equal(nfreed, 1);
        }
        carrier_close(&c);
        assert_int_equal(nfreed, i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_echo, begin, end),
        cmocka_unit_test_setup_teardown(test_many_connections, begin, end),
        cmocka_unit_test_setup_teardown(test_last_words, begin, end),
        cmocka_unit_test_setup_teardown(test_eof_and_reset, begin, end),
        cmocka_unit_test_setup_teardown(test_timers, begin, end),
        cmocka_unit_test_setup_teardown(test_each_its_deadline, begin, end),
        cmocka_unit_test_setup_teardown(test_a_client_that_stays, begin, end),
        cmocka_unit_test_setup_teardown(test_a_peer_that_makes_another_speak, begin, end),
        cmocka_unit_test_setup_teardown(test_limits, begin, end),
        cmocka_unit_test_setup_teardown(test_back_pressure, begin, end),
        cmocka_unit_test_setup_teardown(test_flood, begin, end),
        cmocka_unit_test_setup_teardown(test_socketpair, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
