/* Streams are made as small as they can be while something about them stays true. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shrink/shrink.h"
#include "stream/stream.h"

enum { ROOM = 4096 };

/* ---- what must stay true ---- */

static bool has(struct span s, const char *text)
{
    return span_find(s, span_of(text)) != SPAN_NPOS;
}

static bool is_fetch_3(struct span s)
{
    return has(s, "FETCH ") && (has(s, ":3") || has(s, " 3 ")) && has(s, "RFC822.SIZE");
}

static bool is_expunge_in_two(struct span s)
{
    struct stream_splitter splitter = stream_splitter_of(s);
    struct stream_unit unit;
    unsigned sessions = 0;
    while (stream_splitter_next(&splitter, &unit))
        if (unit.kind == STREAM_DATA && has(unit.bytes, "EXPUNGE"))
            sessions |= 1U << unit.session;
    return (sessions & (sessions - 1)) != 0;
}

static bool is_literal(struct span s)
{
    return has(s, "}\r\n");
}

static bool is_delivery_before_check(struct span s)
{
    size_t at = span_find(s, SPAN_LIT("\x06"));
    return at != SPAN_NPOS && has(span_from(s, at), "CHECK");
}

static bool is_garbage(struct span s)
{
    return has(s, "\x80");
}

static bool is_two_literals(struct span s)
{
    size_t at = span_find(s, SPAN_LIT("}\r\n"));
    return at != SPAN_NPOS && has(span_from(s, at + 1), "}\r\n");
}

static bool is_two_keys(struct span s)
{
    return has(s, "SEARCH") && has(s, "SEEN") && has(s, "NEW");
}

static bool is_store_of_k2(struct span s)
{
    return has(s, "STORE") && has(s, "k2");
}

static const struct {
    bool (*is_true)(struct span s);
    const char *in;
    const char *expected;
} cases[] = {
    {is_fetch_3,
     "x1 LOGIN fred secret\r\nx2 SELECT m1\r\nx3 FETCH 1:3,4 (FLAGS RFC822.SIZE ENVELOPE)\r\n"
     "x4 LOGOUT\r\n",
     "a1 FETCH 3 RFC822.SIZE\r\n"},
    {is_expunge_in_two,
     "x1 SELECT INBOX\r\n\x02y1 SELECT INBOX\r\n\x03z NOOP\r\n\x02y2 EXPUNGE\r\n\x01x2 NOOP\r\n"
     "x3 EXPUNGE\r\n",
     "\x02"
     "a1 EXPUNGE\r\n\x01"
     "a2 EXPUNGE\r\n"},
    {is_literal, "x LOGIN {4}\r\nfred {6}\r\nsecret\r\n", NULL},
    {is_delivery_before_check,
     "x NOOP\r\n\x06\x03y CHE\x05"
     "CK\r\nz CHECK\r\n",
     "\x06\x03"
     "a1 CHECK\r\n"},
    {is_garbage, "x NOOP\r\n\x80\x81 a\r\ny CHECK\r\n", "\x80\x81"},
    {is_two_literals,
     "x SEARCH ON {4}\r\nseen BEFORE \"no date\" CC {1}\r\nx SINCE {3}\r\n4-4 OLD\r\n",
     " {1}\r\nx {3}\r\n4-4"},
    {is_two_literals, "x SEARCH ON {4} {9999999999}\r\n {3}\r\n}{", NULL},
    {is_two_keys, "t SEARCH ALL SEEN OLD NEW FROM \"x\" SUBJECT {1}\r\ny\r\n",
     "a1 SEARCH SEEN NEW\r\n"},
    {is_store_of_k2, "t STORE 4:7,9 +FLAGS (\\Seen k1 k2 k3)\r\n", "a1 STORE 1 FLAGS k2\r\n"},
};

static bool ask(void *context, struct span candidate)
{
    return (*(bool (**)(struct span))context)(candidate);
}

static void test_expected_results(void **state)
{
    (void)state;
    struct buffer out = {0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool (*is_true)(struct span) = cases[i].is_true;
        struct span in = span_of(cases[i].in);
        struct shrink_statistics statistics =
            shrink_run(MUTATOR_REQUESTS, in, 0, ask, &is_true, &out);
        struct span result = buffer_span(&out);
        assert_true(is_true(result));
        assert_true(statistics.is_minimal);
        assert_true(statistics.units_after <= statistics.units_before);
        if (cases[i].expected != NULL && !span_is(result, cases[i].expected))
            print_error("%zu: %.*s\n", i, SPAN_ARG(result));
        assert_true(cases[i].expected == NULL || span_is(result, cases[i].expected));
    }
    buffer_free(&out);
}

/* ---- properties, on made-up sessions ---- */

struct counter {
    bool (*is_true)(struct span s);
    size_t asked;
    struct table seen;
};

static bool ask_once(void *context, struct span candidate)
{
    struct counter *counter = context;
    counter->asked++;
    bool is_true = counter->is_true(candidate);
    if (!is_true)
        assert_null(table_put(&counter->seen, candidate, counter));
    return is_true;
}

static bool is_minimal_in_units(bool (*is_true)(struct span), struct span result)
{
    struct stream_splitter splitter = stream_splitter_of(result);
    struct stream_unit unit;
    char room[ROOM];
    while (stream_splitter_next(&splitter, &unit)) {
        struct span tail = span_from(result, unit.at + unit.bytes.nbytes);
        memcpy(room, result.data, unit.at);
        memcpy(room + unit.at, tail.data, tail.nbytes);
        if (is_true(span_make(room, unit.at + tail.nbytes)))
            return false;
    }
    return true;
}

static void test_minimal_and_nothing_twice(void **state)
{
    (void)state;
    bool (*const predicates[])(struct span) = {is_expunge_in_two, is_literal, is_two_keys,
                                               is_store_of_k2, is_delivery_before_check};
    struct mutator *m = mutator_new(MUTATOR_REQUESTS);
    struct buffer out = {0};
    size_t tried = 0;
    for (uint64_t seed = 0; seed < 200; seed++) {
        char in[ROOM];
        size_t nbytes = mutator_generate(m, 30, 3, in, sizeof in, seed);
        for (size_t i = 0; i < sizeof predicates / sizeof predicates[0]; i++) {
            struct counter counter = {.is_true = predicates[i]};
            struct span stream = span_make(in, nbytes);
            if (!predicates[i](stream))
                continue;
            tried++;
            struct shrink_statistics statistics =
                shrink_run(MUTATOR_REQUESTS, stream, 0, ask_once, &counter, &out);
            assert_int_equal(statistics.asked, counter.asked);
            assert_true(statistics.is_minimal);
            assert_true(statistics.asked < 2500);
            assert_true(predicates[i](buffer_span(&out)));
            assert_true(is_minimal_in_units(predicates[i], buffer_span(&out)));
            table_free(&counter.seen);
        }
    }
    assert_true(tried > 100);
    buffer_free(&out);
    mutator_free(&m);
}

static bool never(void *context, struct span candidate)
{
    (void)context;
    (void)candidate;
    return false;
}

static bool always(void *context, struct span candidate)
{
    (void)context;
    (void)candidate;
    return true;
}

static void test_budget_and_ends(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct span in = SPAN_LIT("x SEARCH ALL SEEN\r\n\x02y NOOP\r\n");
    struct shrink_statistics s = shrink_run(MUTATOR_REQUESTS, in, 3, never, NULL, &out);
    assert_int_equal(s.asked, 3);
    assert_false(s.is_minimal);
    assert_true(span_equal(buffer_span(&out), in));
    s = shrink_run(MUTATOR_REQUESTS, in, 0, never, NULL, &out);
    assert_true(s.is_minimal);
    assert_int_equal(s.accepted, 0);
    assert_true(span_equal(buffer_span(&out), in));
    s = shrink_run(MUTATOR_REQUESTS, in, 0, always, NULL, &out);
    assert_int_equal(s.units_after, 0);
    assert_int_equal(out.nbytes, 0);
    s = shrink_run(MUTATOR_REQUESTS, SPAN_LIT(""), 0, always, NULL, &out);
    assert_int_equal(s.asked, 0);
    buffer_free(&out);
}

static bool has_exists(void *context, struct span candidate)
{
    (void)context;
    return has(candidate, "EXISTS");
}

static void test_responses(void **state)
{
    (void)state;
    struct buffer out = {0};
    (void)shrink_run(MUTATOR_RESPONSES,
                     SPAN_LIT("* OK hi\r\n* 23 EXISTS\r\n* FLAGS (\\Seen)\r\na OK x\r\n"), 0,
                     has_exists, NULL, &out);
    assert_true(span_is(buffer_span(&out), "* 1 EXISTS\r\n"));
    buffer_free(&out);
}

/* Any octets, any answers: it ends, and stays within the stream's bounds. */
static bool by_chance(void *context, struct span candidate)
{
    (void)candidate;
    return rng_below(context, 3) == 0;
}

static void test_any_octets_any_answers(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct rng rng = rng_seeded(3);
    for (int i = 0; i < 300; i++) {
        char in[200];
        size_t nbytes = rng_below(&rng, sizeof in);
        for (size_t at = 0; at < nbytes; at++) {
            in[at] = (char)rng_next(&rng);
            if (rng_below(&rng, 2) == 0)
                in[at] = "\x01\x02\x05\x10\r\n {a1NOP"[rng_below(&rng, 13)];
        }
        (void)shrink_run(i % 2 == 0 ? MUTATOR_REQUESTS : MUTATOR_RESPONSES, span_make(in, nbytes),
                         2000, by_chance, &rng, &out);
    }
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expected_results),
        cmocka_unit_test(test_minimal_and_nothing_twice),
        cmocka_unit_test(test_budget_and_ends),
        cmocka_unit_test(test_responses),
        cmocka_unit_test(test_any_octets_any_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
