/* The proxy: what goes in on one side comes out on the other, octets, ends and resets, however fast
 * either side reads; with TLS on no leg, either or both. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certificate_helper.h"
#include "watch/watch.h"

enum { WAIT_US = 20 * 1000 * 1000, MANY = 20 };

static struct net_loop *loop;
static struct net_listener *listener; /* the server */
static struct net_tls *server_tls, *client_tls;
static struct watch_proxy *proxy;
static size_t nfound, nclosed;
static uint64_t noctets[WATCH_BOTH + 1];
static char trouble[200], last_found[300];

static void found(void *context, const struct watch_record *record, const struct watch_found *what)
{
    (void)context;
    (void)record;
    if (what->finding->level == FINDING_OBSERVE)
        return;
    nfound++;
    (void)snprintf(last_found, sizeof last_found, "%s", what->finding->text);
}

static void opened(void *context, const struct watch_record *record)
{
    (void)context;
    (void)record;
}

static void closed(void *context, const struct watch_record *record)
{
    (void)context;
    nclosed++;
    for (unsigned side = WATCH_SERVER; side <= WATCH_CLIENT; side++)
        noctets[side] = record->noctets[side];
    (void)snprintf(trouble, sizeof trouble, "%s", record->trouble);
    /* a record always makes a result that can be written */
    struct arena arena = {0};
    struct buffer line = {0};
    result_case_write(watch_record_result(record, "imap2", &arena), &line);
    assert_true(line.nbytes > 0);
    buffer_free(&line);
    arena_free(&arena);
}

/* ---- setting up ----------------------------------------------------------------------------- */

static int begin(void **state)
{
    (void)state;
    struct buffer certificate = {0}, key = {0};
    struct err err;
    certificate_make(&certificate, &key);
    loop = net_loop_new();
    server_tls = net_tls_server_new(buffer_span(&certificate), buffer_span(&key), &err);
    client_tls = net_tls_client_new(NULL, &err);
    buffer_free(&certificate);
    buffer_free(&key);
    return server_tls == NULL || client_tls == NULL ? -1 : 0;
}

static int end(void **state)
{
    (void)state;
    net_tls_free(&server_tls);
    net_tls_free(&client_tls);
    net_loop_free(&loop);
    return 0;
}

/* The two ends of a connection through the proxy, and whether each leg has TLS. */
struct pair {
    struct carrier *client, *server;
    bool tls_client, tls_server;
};

static void proxy_begin(bool tls_client, bool tls_server)
{
    struct err err;
    listener = net_listener_open(loop, "127.0.0.1", 0, &err);
    assert_non_null(listener);
    struct watch_proxy_options options = {
        .listen_host = "127.0.0.1",
        .to_host = "127.0.0.1",
        .to_port = net_listener_port(listener),
        .tls_listen = tls_client ? server_tls : NULL,
        .tls_to = tls_server ? client_tls : NULL,
        .dialect = "imap2",
        .judged = WATCH_BOTH,
        .log_nbytes = 64 * 1024,
        .found = found,
        .opened = opened,
        .closed = closed,
    };
    proxy = watch_proxy_open(loop, &options, &err);
    assert_non_null(proxy);
    nfound = nclosed = 0;
}

static void proxy_end(void)
{
    watch_proxy_close(&proxy);
    net_listener_close(&listener);
}

static void turn(int64_t until_us)
{
    int64_t deadline_us = watch_proxy_carry(proxy);
    (void)net_wait(loop, deadline_us < 0 || deadline_us > until_us ? until_us : deadline_us);
    (void)watch_proxy_carry(proxy);
}

static int64_t in_us(int64_t us)
{
    return clock_now_us(net_loop_clock(loop)) + us;
}

/* Goes on until the condition holds; fails when that takes too long. */
#define TURN_UNTIL(condition)                                                                      \
    do {                                                                                           \
        int64_t until_us_ = in_us(WAIT_US);                                                        \
        while (!(condition)) {                                                                     \
            assert_true(clock_now_us(net_loop_clock(loop)) < until_us_);                           \
            turn(until_us_);                                                                       \
        }                                                                                          \
    } while (0)

static struct pair pair_open(bool tls_client, bool tls_server)
{
    struct err err;
    struct pair pair = {.tls_client = tls_client, .tls_server = tls_server};
    /* not carrier_open_tls(), which would wait for a handshake that only the proxy can do */
    pair.client = carrier_begin_tcp(loop, "127.0.0.1", watch_proxy_port(proxy),
                                    tls_client ? client_tls : NULL, &err);
    assert_non_null(pair.client);
    TURN_UNTIL((pair.server = carrier_accept(listener, tls_server ? server_tls : NULL)) != NULL);
    return pair;
}

static void pair_close(struct pair *pair)
{
    carrier_close(&pair->client);
    carrier_close(&pair->server);
    TURN_UNTIL(watch_proxy_nopen(proxy) == 0);
}

/* ---- octets --------------------------------------------------------------------------------- */

/* Lines, literals announced and not, any octets: nothing that a proxy should mind. */
static void make_traffic(struct rng *rng, size_t nbytes, struct buffer *out)
{
    static const char *const words[] = {"a1 LOGIN fred {5}\r\n",
                                        "* OK x\r\n",
                                        "* 1 FETCH ({9}\r\n",
                                        "\r\n",
                                        "+ go\r\n",
                                        "a1 OK\r\n",
                                        "* BYE\r\n",
                                        "{99999}\r\n"};
    while (out->nbytes < nbytes) {
        if (rng_below(rng, 2) == 0)
            buffer_append_text(out, words[rng_below(rng, sizeof words / sizeof *words)]);
        for (uint64_t n = rng_below(rng, 200); n > 0; n--)
            buffer_append_byte(out, (char)rng_below(rng, 256));
    }
}

struct way {
    struct carrier *from, *to;
    struct buffer octets, got;
    size_t nsent;
};

static void way_begin(struct way *way, struct rng *rng, struct carrier *from, struct carrier *to,
                      size_t nbytes)
{
    *way = (struct way){.from = from, .to = to};
    make_traffic(rng, nbytes, &way->octets);
}

static void way_step(struct way *way, struct rng *rng)
{
    if (way->nsent < way->octets.nbytes && carrier_nunsent(way->from) < 100000) {
        struct span piece =
            span_slice(buffer_span(&way->octets), way->nsent, rng_below(rng, 70000) + 1);
        carrier_send(way->from, piece);
        way->nsent += piece.nbytes;
    }
    struct buffer *input = carrier_input(way->to);
    buffer_append(&way->got, buffer_span(input));
    buffer_consume(input, input->nbytes);
}

static bool way_is_done(const struct way *way)
{
    return way->got.nbytes >= way->octets.nbytes;
}

static void way_end(struct way *way)
{
    assert_true(span_equal(buffer_span(&way->octets), buffer_span(&way->got)));
    buffer_free(&way->octets);
    buffer_free(&way->got);
}

static bool step_both(struct way *up, struct way *down, struct rng *rng)
{
    way_step(up, rng);
    way_step(down, rng);
    return way_is_done(up) && way_is_done(down);
}

static void carries_random_traffic(void **state)
{
    (void)state;
    for (unsigned legs = 0; legs < 4; legs++) {
        struct rng rng = rng_seeded(legs);
        struct way up, down;
        proxy_begin((legs & 1) != 0, (legs & 2) != 0);
        struct pair pair = pair_open((legs & 1) != 0, (legs & 2) != 0);
        way_begin(&up, &rng, pair.client, pair.server, 600000);
        way_begin(&down, &rng, pair.server, pair.client, 1500000);
        TURN_UNTIL(step_both(&up, &down, &rng));
        assert_true(nfound > 0);
        pair_close(&pair);
        assert_int_equal(noctets[WATCH_CLIENT], up.octets.nbytes);
        assert_int_equal(noctets[WATCH_SERVER], down.octets.nbytes);
        way_end(&up);
        way_end(&down);
        proxy_end();
    }
}

static void carries_a_large_literal(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1);
    struct way up, down;
    proxy_begin(false, false);
    struct pair pair = pair_open(false, false);
    up = (struct way){.from = pair.client, .to = pair.server};
    down = (struct way){.from = pair.server, .to = pair.client};
    buffer_append_text(&down.octets, "* PREAUTH hello\r\n");
    TURN_UNTIL(step_both(&up, &down, &rng));
    buffer_append_text(&up.octets, "a SELECT INBOX\r\n");
    TURN_UNTIL(step_both(&up, &down, &rng));
    buffer_append_text(&down.octets, "* 1 EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Answered \\Flagged "
                                     "\\Deleted \\Seen)\r\na OK [READ-WRITE] done\r\n");
    TURN_UNTIL(step_both(&up, &down, &rng));
    buffer_append_text(&up.octets, "b FETCH 1 RFC822\r\n");
    TURN_UNTIL(step_both(&up, &down, &rng));
    buffer_append_text(&down.octets, "* 1 FETCH (RFC822 {5000000}\r\n");
    buffer_append_repeat(&down.octets, 'x', 5000000);
    buffer_append_text(&down.octets, " FLAGS (\\Seen))\r\nb OK done\r\n");
    TURN_UNTIL(step_both(&up, &down, &rng));
    if (nfound > 0)
        fail_msg("%s", last_found);
    way_end(&up);
    way_end(&down);
    pair_close(&pair);
    proxy_end();
}

/* ---- ends ----------------------------------------------------------------------------------- */

static bool has(struct carrier *c, const char *text)
{
    return span_is(buffer_span(carrier_input(c)), text);
}

static void carries_half_closes(void **state)
{
    (void)state;
    for (unsigned legs = 0; legs < 4; legs++) {
        proxy_begin((legs & 1) != 0, (legs & 2) != 0);
        struct pair pair = pair_open((legs & 1) != 0, (legs & 2) != 0);
        carrier_send(pair.client, SPAN_LIT("a NOOP\r\n"));
        carrier_half_close(pair.client);
        TURN_UNTIL(carrier_at_eof(pair.server));
        assert_true(has(pair.server, "a NOOP\r\n"));
        assert_false(carrier_was_reset(pair.server));
        assert_false(carrier_at_eof(pair.client));
        carrier_send(pair.server, SPAN_LIT("* OK late\r\n"));
        TURN_UNTIL(has(pair.client, "* OK late\r\n"));
        assert_int_equal(watch_proxy_nopen(proxy), 1);
        carrier_half_close(pair.server);
        TURN_UNTIL(carrier_at_eof(pair.client));
        assert_false(carrier_was_reset(pair.client));
        TURN_UNTIL(watch_proxy_nopen(proxy) == 0);
        pair_close(&pair);
        proxy_end();
    }
}

static void carries_resets(void **state)
{
    (void)state;
    for (unsigned who = 0; who < 2; who++) {
        proxy_begin(false, false);
        struct pair pair = pair_open(false, false);
        struct carrier *from = who == 0 ? pair.client : pair.server;
        struct carrier *to = who == 0 ? pair.server : pair.client;
        carrier_send(to, SPAN_LIT("hello"));
        TURN_UNTIL(carrier_input(from)->nbytes == 5);
        carrier_reset(from);
        TURN_UNTIL(carrier_at_eof(to));
        assert_true(carrier_was_reset(to));
        TURN_UNTIL(watch_proxy_nopen(proxy) == 0);
        pair_close(&pair);
        proxy_end();
    }
}

/* The server is gone for good, the client goes on talking. */
static void tells_a_client_that_nobody_listens(void **state)
{
    (void)state;
    proxy_begin(false, false);
    struct pair pair = pair_open(false, false);
    carrier_send(pair.server, SPAN_LIT("* BYE\r\n"));
    TURN_UNTIL(has(pair.client, "* BYE\r\n"));
    carrier_close(&pair.server);
    TURN_UNTIL(carrier_at_eof(pair.client));
    assert_int_equal(watch_proxy_nopen(proxy), 1);
    int64_t until_us = in_us(WAIT_US);
    while (watch_proxy_nopen(proxy) > 0) {
        assert_true(clock_now_us(net_loop_clock(loop)) < until_us);
        carrier_send(pair.client, SPAN_LIT("a NOOP\r\n"));
        turn(in_us(10000));
    }
    pair_close(&pair);
    proxy_end();
}

static void tells_that_there_is_no_server(void **state)
{
    (void)state;
    struct err err;
    proxy_begin(false, false);
    net_listener_close(&listener);
    struct carrier *client =
        carrier_begin_tcp(loop, "127.0.0.1", watch_proxy_port(proxy), NULL, &err);
    assert_non_null(client);
    TURN_UNTIL(carrier_at_eof(client));
    TURN_UNTIL(nclosed == 1);
    assert_true(carrier_was_reset(client));
    assert_non_null(strstr(trouble, "refused"));
    carrier_close(&client);
    proxy_end();
}

/* ---- slow and many -------------------------------------------------------------------------- */

/* What is under way when one side does not read is bounded, and nothing of it is lost. */
static void holds_back_for_a_slow_reader(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(7);
    struct way down;
    proxy_begin(false, false);
    struct pair pair = pair_open(false, false);
    way_begin(&down, &rng, pair.server, pair.client, 30 * 1000 * 1000);
    int64_t until_us = in_us(300000);
    while (clock_now_us(net_loop_clock(loop)) < until_us) {
        if (down.nsent < down.octets.nbytes && carrier_nunsent(pair.server) < 100000) {
            struct span piece = span_slice(buffer_span(&down.octets), down.nsent, 65536);
            carrier_send(pair.server, piece);
            down.nsent += piece.nbytes;
        }
        turn(in_us(5000));
    }
    /* the client's input, ours, the queue, and what the system holds for four sockets */
    assert_true(down.nsent < 25 * 1000 * 1000);
    assert_true(down.nsent > NET_INPUT_LIMIT);
    while (!way_is_done(&down)) {
        way_step(&down, &rng);
        turn(in_us(5000));
    }
    way_end(&down);
    pair_close(&pair);
    proxy_end();
}

static void carries_many_at_a_time(void **state)
{
    (void)state;
    struct pair pairs[MANY];
    proxy_begin(false, false);
    for (size_t i = 0; i < MANY; i++)
        pairs[i] = pair_open(false, false);
    assert_int_equal(watch_proxy_nopen(proxy), MANY);
    for (size_t i = 0; i < MANY; i++) {
        char line[32];
        (void)snprintf(line, sizeof line, "* OK number %zu\r\n", i);
        carrier_send(pairs[i].server, span_of(line));
        TURN_UNTIL(has(pairs[i].client, line));
    }
    for (size_t i = 0; i < MANY; i++) {
        carrier_close(&pairs[i].client);
        carrier_close(&pairs[i].server);
    }
    TURN_UNTIL(watch_proxy_nopen(proxy) == 0);
    assert_int_equal(nclosed, MANY);
    proxy_end();
}

static void closes_what_is_open(void **state)
{
    (void)state;
    proxy_begin(false, false);
    struct pair pair = pair_open(false, false);
    proxy_end();
    assert_int_equal(nclosed, 1);
    carrier_close(&pair.client);
    carrier_close(&pair.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(carries_random_traffic),
        cmocka_unit_test(carries_a_large_literal),
        cmocka_unit_test(carries_half_closes),
        cmocka_unit_test(carries_resets),
        cmocka_unit_test(tells_a_client_that_nobody_listens),
        cmocka_unit_test(tells_that_there_is_no_server),
        cmocka_unit_test(holds_back_for_a_slow_reader),
        cmocka_unit_test(carries_many_at_a_time),
        cmocka_unit_test(closes_what_is_open),
    };
    return cmocka_run_group_tests_name("proxy", tests, begin, end);
}
