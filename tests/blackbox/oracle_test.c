#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "blackbox/death.h"
#include "blackbox/growth.h"
#include "blackbox/latency.h"

/* ---- latency ---- */

static void latency_of_many(void **state)
{
    (void)state;
    struct latency l = {.ncounts = 0};
    assert_int_equal(latency_median_us(&l), 0);
    assert_false(latency_is_slow(&l, INT64_C(3600000000), 1));
    for (int i = 0; i < 99; i++)
        latency_add(&l, 1000);
    assert_int_equal(latency_median_us(&l), 0); /* too few to say */
    for (int i = 0; i < 50; i++)
        latency_add(&l, 900000);
    int64_t median_us = latency_median_us(&l);
    assert_in_range(median_us, 800, 1000);
    assert_true(latency_is_slow(&l, 400000, 1));
    assert_false(latency_is_slow(&l, 299000, 1)); /* below the floor */
    assert_false(latency_is_slow(&l, 400000, 2)); /* which is scaled */
    assert_true(latency_is_slow(&l, 400000, 0));
}

static void latency_of_a_slow_server(void **state)
{
    (void)state;
    struct latency l = {.ncounts = 0};
    for (int i = 0; i < 200; i++)
        latency_add(&l, 400000);
    assert_false(latency_is_slow(&l, 2000000, 1)); /* five times what is usual */
    assert_true(latency_is_slow(&l, 4000000, 1));
}

static void latency_buckets(void **state)
{
    (void)state;
    struct latency l = {.ncounts = 0};
    assert_int_equal(latency_bucket(&l, 1000000), 0);
    for (int i = 0; i < 200; i++)
        latency_add(&l, 1024);
    assert_int_equal(latency_bucket(&l, 1024), 0);
    assert_int_equal(latency_bucket(&l, 8 * 1024), 0);
    assert_int_equal(latency_bucket(&l, 9 * 1024), 1);
    assert_int_equal(latency_bucket(&l, 17 * 1024), 2);
    assert_int_equal(latency_bucket(&l, INT64_MAX), LATENCY_BUCKETS_MOST);
    unsigned before = 0;
    for (int64_t us = 1; us < 1000000000; us *= 2) {
        unsigned bucket = latency_bucket(&l, us);
        assert_true(bucket >= before);
        before = bucket;
    }
}

/* ---- growth ---- */

enum { KIB = 1024 };

static uint64_t judge(uint64_t (*of)(size_t i))
{
    uint64_t looks[GROWTH_NLOOKS];
    for (size_t i = 0; i < GROWTH_NLOOKS; i++)
        looks[i] = of(i);
    return growth_judge(looks, GROWTH_NLOOKS);
}

static uint64_t leaking(size_t i)
{
    return 5000 * KIB + i * 132 * KIB;
}

static uint64_t leaking_by_steps(size_t i)
{
    return 5000 * KIB + i / 3 * 132 * KIB;
}

static uint64_t level(size_t i)
{
    return 5000 * KIB + i % 2 * 132 * KIB;
}

static uint64_t filling_a_cache(size_t i)
{
    return 5000 * KIB + (i < 7 ? i : 7) * 400 * KIB;
}

static uint64_t growing_a_little(size_t i)
{
    return 5000 * KIB + i * 20 * KIB;
}

static uint64_t unknown(size_t i)
{
    (void)i;
    return 0;
}

static void growth_is_told_from_noise(void **state)
{
    (void)state;
    assert_int_equal(judge(leaking), 20 * 132 * KIB);
    assert_int_equal(judge(leaking_by_steps), 6 * 132 * KIB);
    assert_int_equal(judge(level), 0);
    assert_int_equal(judge(filling_a_cache), 0);
    assert_int_equal(judge(growing_a_little), 0);
    assert_int_equal(judge(unknown), 0);
    assert_int_equal(growth_judge(NULL, 0), 0);
}

static void growth_waits(void **state)
{
    (void)state;
    struct growth g = {.nlooks = 0};
    const struct plan_mode mode = {.pipelines = false};
    uint64_t nlooks = 0;
    for (uint64_t i = 1; i <= GROWTH_WARM_UP + 30 * GROWTH_STEP; i++) {
        growth_keep(&g, SPAN_LIT("a1 NOOP\r\n"), &mode, i);
        if (!growth_is_due(&g))
            continue;
        assert_true(i >= GROWTH_WARM_UP);
        growth_look(&g, 1000 * KIB + nlooks++ * 200 * KIB);
        assert_int_equal(growth_suspect(&g) > 0, nlooks >= GROWTH_NLOOKS);
    }
    assert_int_equal(nlooks, 31);
    growth_forget(&g);
    assert_false(growth_is_due(&g));
    assert_int_equal(growth_suspect(&g), 0);
    growth_free(&g);
}

static void growth_keeps_what_stores_nothing(void **state)
{
    (void)state;
    struct growth g = {.nlooks = 0};
    const struct plan_mode mode = {.pipelines = true};
    growth_keep(&g, SPAN_LIT("a1 COPY 1 m1\r\n"), &mode, 1);
    growth_keep(&g, SPAN_LIT("a1 NOOP\r\n\006\001"), &mode, 2);
    assert_int_equal(g.nkept, 0);
    for (uint64_t i = 0; i < 100; i++)
        growth_keep(&g, SPAN_LIT("a1 NOOP\r\n"), &mode, i);
    assert_int_equal(g.nkept, 100);
    assert_int_equal(g.kept[99 % GROWTH_NKEPT].number, 99);
    assert_true(g.kept[0].mode.pipelines);
    growth_free(&g);
}

static void memory_of_processes(void **state)
{
    (void)state;
    assert_true(growth_memory((long)getpid()) > 100 * KIB);
    assert_int_equal(growth_memory(0x7ffffff), 0);
}

/* ---- deaths ---- */

static void deaths_have_names(void **state)
{
    (void)state;
    static const struct {
        const char *report, *name;
    } cases[] = {
        {"", "was killed by signal 0 at FETCH"},
        {"listening\n", "was killed by signal 0 at FETCH"},
        {"imapspec: internal error: n >= 0 && n < 12 does not hold (/a/b/view.c:123)\n",
         "internal error: n >= 0 && n < 0 does not hold (view.c:0)"},
        {"server: x.c:7: f: Assertion `p != NULL' failed.\nAborted\n",
         "Assertion `p != NULL' failed."},
        {"imap(fred): Panic: file message-parser.c: line 174 (x): assertion failed: (ok)\n",
         "assertion failed: (ok)"},
        {"==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x60200000\n"
         "SUMMARY: AddressSanitizer: heap-use-after-free /src/a.c:12:3 in box_drop\n",
         "heap-use-after-free in box_drop"},
        {"SUMMARY: first: one a.c in f\nmore\nSUMMARY: AddressSanitizer: SEGV b.c:9 in g\nShadow\n",
         "SEGV in g"},
        {"/src/date.c:40:9: runtime error: index 13 out of bounds for type 'int[12]'\n",
         "runtime error: index 0 out of bounds for type 'int[0]'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play_finding f = {.oracle = "crash", .text = "it has ended"};
        death_name(span_of(cases[i].report), "was killed by signal 11", "FETCH", &f);
        assert_string_equal(f.signature, cases[i].name);
        assert_true(strncmp(f.text, "it has ended", 12) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(latency_of_many),     cmocka_unit_test(latency_of_a_slow_server),
        cmocka_unit_test(latency_buckets),     cmocka_unit_test(growth_is_told_from_noise),
        cmocka_unit_test(growth_waits),        cmocka_unit_test(growth_keeps_what_stores_nothing),
        cmocka_unit_test(memory_of_processes), cmocka_unit_test(deaths_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
