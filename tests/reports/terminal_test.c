#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden_helper.h"
#include "sample_helper.h"

static void print_all(struct buffer *out, struct result_terminal how)
{
    for (unsigned v = 0; v < RESULT_NVERDICTS; v++) {
        struct result_case result = sample_case((enum result_verdict)v);
        result_case_print(&result, &how, out);
    }
}

static void test_each_verdict(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        struct result_terminal how;
    } CASES[] = {
        {"quiet", {.verbosity = 0}},
        {"lines", {.verbosity = 1}},
        {"full", {.verbosity = 2}},
        {"color", {.verbosity = 0, .color = true}},
        {"short-log", {.verbosity = 0, .log_lines = 2}},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buffer out = {0};
        print_all(&out, CASES[i].how);
        assert_golden(CASES[i].name, buffer_span(&out));
        buffer_free(&out);
    }
}

static void test_listed_cases(void **state)
{
    (void)state;
    static const struct {
        enum result_verdict verdict;
        const char *expected, *listed_at, *reason;
    } CASES[] = {
        {RESULT_FAIL, "fail", "x.expect:1", "numbers beyond the count, reported upstream"},
        {RESULT_WARN, "warn", "x.expect:2", ""},
        {RESULT_PASS, "fail", "x.expect:3", "numbers beyond the count"},
        {RESULT_PASS, "fail", "", ""},
        {RESULT_SKIP, "crash", "x.expect:4", "it crashed"},
        {RESULT_PASS, "flaky", "x.expect:5", "races with the indexer"},
        {RESULT_FAIL, "warn", "x.expect:6", "the marker is missing"},
        {RESULT_FAIL, "", "x.expect:7", "was to be repaired by then"},
    };
    struct buffer out = {0};
    struct result_terminal how = {.log_lines = 1};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct result_case result = sample_case(CASES[i].verdict);
        result.expected = CASES[i].expected;
        result.listed_at = CASES[i].listed_at;
        result.reason = CASES[i].reason;
        result.is_unexpected = result_is_unexpected(result.verdict, result.expected, false);
        result_case_print(&result, &how, &out);
    }
    assert_golden("listed", buffer_span(&out));
    buffer_free(&out);
}

static void test_expected_pass_is_silent(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct result_terminal how = {0};
    struct result_case result = sample_case(RESULT_PASS);
    result_case_print(&result, &how, &out);
    assert_int_equal(out.nbytes, 0);
    buffer_free(&out);
}

/* A case of nothing but NULL texts, and texts that would steer a terminal. */
static void test_nothing_steers_the_terminal(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1990);
    struct arena arena = {0};
    struct result_terminal how = {.verbosity = 2};
    struct result_case empty = {.verdict = RESULT_FAIL};
    struct buffer out = {0};
    result_case_print(&empty, &how, &out);
    assert_true(out.nbytes > 0);
    for (int i = 0; i < 500; i++) {
        buffer_clear(&out);
        result_case_print(sample_random_case(&rng, &arena), &how, &out);
        struct span shown = buffer_span(&out);
        for (size_t k = 0; k < shown.nbytes; k++) {
            unsigned char c = (unsigned char)shown.data[k];
            assert_true((c >= 0x20 && c != 0x7f) || c == '\n');
        }
        arena_reset(&arena);
    }
    buffer_free(&out);
    arena_free(&arena);
}

static void test_skips_are_counted_by_reason(void **state)
{
    (void)state;
    struct result_case one = sample_case(RESULT_SKIP), two = sample_case(RESULT_SKIP);
    struct result_case other = sample_case(RESULT_SKIP), pass = sample_case(RESULT_PASS);
    one.reason = two.reason = "needs BBOARD";
    other.reason = "needs\x1b[2J";
    const struct result_case *const cases[] = {&one, &pass, &other, &two};
    struct buffer out = {0};
    result_skips_print(cases, 4, &out);
    assert_true(
        span_is(buffer_span(&out), "  2 skipped: needs BBOARD\n  1 skipped: needs\\x1b[2J\n"));
    buffer_free(&out);
}

/* What repeats is told once; of many findings the first are, when so asked. */
static void test_many_findings(void **state)
{
    (void)state;
    struct result_finding findings[] = {
        {.requirement = "a.b", .level = "fail", .text = "one", .log_line = 2, .statement = "must"},
        {.requirement = "a.b", .level = "fail", .text = "one", .log_line = 3},
        {.requirement = "a.b", .level = "fail", .text = "two"},
        {.requirement = "a.b", .level = "warn", .text = "three"}};
    struct result_case result = {.id = "x",
                                 .verdict = RESULT_FAIL,
                                 .is_unexpected = true,
                                 .findings = findings,
                                 .nfindings = 4,
                                 .log = "0.000 C: a\n0.001 S: b\n"};
    struct result_terminal how = {.nfindings = 1};
    struct buffer out = {0};
    result_case_print(&result, &how, &out);
    assert_true(span_is(buffer_span(&out), "fail       x\n"
                                           "  a.b\n"
                                           "    fail, wire line 2: one\n"
                                           "    wanted  must\n"
                                           "    got     S: b\n"
                                           "    and 1 more like it\n"
                                           "  and 2 more findings (-v tells all)\n"
                                           "  wire:\n"
                                           "    0.000 C: a\n"
                                           "    0.001 S: b\n"));
    buffer_free(&out);
}

static void test_unsteady_cases(void **state)
{
    (void)state;
    struct result_case one = sample_case(RESULT_PASS), two = sample_case(RESULT_FAIL);
    struct result_case other = sample_case(RESULT_PASS);
    other.id = "other";
    const struct result_case *const cases[] = {&one, &other, &two, &one, &other};
    struct buffer out = {0};
    result_unsteady_print(cases, 5, &out);
    assert_true(span_is(buffer_span(&out),
                        "  unsteady: expunge.example/flag=lower[102]: 2 pass, 1 fail\n"));
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_findings),
        cmocka_unit_test(test_unsteady_cases),
        cmocka_unit_test(test_each_verdict),
        cmocka_unit_test(test_skips_are_counted_by_reason),
        cmocka_unit_test(test_listed_cases),
        cmocka_unit_test(test_expected_pass_is_silent),
        cmocka_unit_test(test_nothing_steers_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
