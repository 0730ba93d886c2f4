#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "reports/reports.h"

static void test_verdict_names(void **state)
{
    (void)state;
    enum result_verdict verdict = RESULT_ERROR;
    for (unsigned i = 0; i < RESULT_NVERDICTS; i++) {
        const char *name = result_verdict_name((enum result_verdict)i);
        assert_int_equal(result_verdict_parse(span_of(name), &verdict), 0);
        assert_int_equal(verdict, i);
    }
    static const char *const BAD[] = {"", "Pass", "pass ", "passed", "flaky", "pas"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        assert_int_equal(result_verdict_parse(span_of(BAD[i]), &verdict), -1);
}

/* One character a verdict, in their order: pass nonstrict warn skip blocked fail crash error. */
static void test_unexpected(void **state)
{
    (void)state;
    static const struct {
        const char *expected;
        bool is_strict;
        const char *unexpected;
    } CASES[] = {
        {NULL, false, ".....UUU"},       {"", false, ".....UUU"},
        {"", true, ".UU.UUUU"},          {"pass", false, ".UUUUUUU"},
        {"nonstrict", true, "U.UUUUUU"}, {"warn", false, "UU.UUUUU"},
        {"warn", true, "UU.UUUUU"},      {"skip", false, "UUU.UUUU"},
        {"blocked", true, "UUUU.UUU"},   {"fail", false, "UUUUU.UU"},
        {"crash", false, "UUUUUU.U"},    {"error", false, "UUUUUUU."},
        {"flaky", false, ".......U"},    {"flaky", true, ".......U"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        for (unsigned v = 0; v < RESULT_NVERDICTS; v++)
            assert_int_equal(
                result_is_unexpected((enum result_verdict)v, CASES[i].expected, CASES[i].is_strict),
                CASES[i].unexpected[v] == 'U');
    }
}

static struct result_summary summary_of(const char *verdicts)
{
    static const char LETTERS[] = "pnwsbfce";
    struct result_summary summary = {0};
    for (const char *v = verdicts; *v; v++) {
        bool is_unexpected = char_is_upper(*v);
        const char *letter = strchr(LETTERS, char_lower(*v));
        assert_non_null(letter);
        struct result_case result = {.id = "a",
                                     .verdict = (enum result_verdict)(letter - LETTERS),
                                     .is_unexpected = is_unexpected};
        result_summary_add(&summary, &result);
    }
    return summary;
}

/* Letters as in summary_of(), an upper-case one for a case that is unexpected. */
static void test_exit_codes(void **state)
{
    (void)state;
    static const struct {
        const char *verdicts;
        enum result_exit wanted;
    } CASES[] = {
        {"", RESULT_EXIT_EMPTY},         {"s", RESULT_EXIT_EMPTY},
        {"sss", RESULT_EXIT_EMPTY},      {"S", RESULT_EXIT_EMPTY},
        {"b", RESULT_EXIT_TARGET},       {"bbb", RESULT_EXIT_TARGET},
        {"bs", RESULT_EXIT_TARGET},      {"BB", RESULT_EXIT_TARGET},
        {"bp", RESULT_EXIT_EXPECTED},    {"Bp", RESULT_EXIT_UNEXPECTED},
        {"p", RESULT_EXIT_EXPECTED},     {"pnwsb", RESULT_EXIT_EXPECTED},
        {"pf", RESULT_EXIT_EXPECTED},    {"pF", RESULT_EXIT_UNEXPECTED},
        {"ppP", RESULT_EXIT_UNEXPECTED}, {"C", RESULT_EXIT_UNEXPECTED},
        {"E", RESULT_EXIT_UNEXPECTED},   {"sF", RESULT_EXIT_UNEXPECTED},
        {"Wp", RESULT_EXIT_UNEXPECTED},  {"pS", RESULT_EXIT_UNEXPECTED},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct result_summary summary = summary_of(CASES[i].verdicts);
        if (result_summary_exit(&summary) != CASES[i].wanted)
            fail_msg("\"%s\": %d", CASES[i].verdicts, (int)result_summary_exit(&summary));
    }
}

static void test_text(void **state)
{
    (void)state;
    static const struct {
        const char *verdicts;
        double ms;
        const char *wanted;
    } CASES[] = {
        {"", 0, "0 cases; 0 unexpected; 0.00 s"},
        {"p", 4, "1 case: 1 pass; 0 unexpected; 0.00 s"},
        {"ppwsp", 210, "5 cases: 3 pass, 1 warn, 1 skip; 0 unexpected; 0.21 s"},
        {"eCFbswnp", 61000,
         "8 cases: 1 pass, 1 nonstrict, 1 warn, 1 skip, 1 blocked, 1 fail, 1 crash, 1 error; "
         "2 unexpected; 61.00 s"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct result_summary summary = summary_of(CASES[i].verdicts);
        struct buffer out = {0};
        summary.ms = CASES[i].ms;
        result_summary_write(&summary, &out);
        assert_true(span_is(buffer_span(&out), CASES[i].wanted));
        buffer_free(&out);
    }
}

static void test_flaky_ones_are_counted(void **state)
{
    (void)state;
    struct result_case pass = {.verdict = RESULT_PASS, .expected = "flaky"};
    struct result_case fail = {.verdict = RESULT_FAIL, .expected = "flaky"};
    struct result_case listed = {.verdict = RESULT_FAIL, .expected = "fail"};
    struct result_summary summary = {0};
    struct buffer out = {0};
    result_summary_add(&summary, &pass);
    result_summary_add(&summary, &fail);
    result_summary_add(&summary, &listed);
    result_summary_write(&summary, &out);
    assert_true(
        span_is(buffer_span(&out), "3 cases: 1 pass, 2 fail; 0 unexpected, 2 flaky; 0.00 s"));
    buffer_free(&out);
}

static void test_missing_cases(void **state)
{
    (void)state;
    static const struct {
        size_t planned, ncases;
        bool is_cut;
        size_t missing;
    } CASES[] = {{0, 0, false, 0}, {0, 3, false, 0}, {0, 3, true, 1}, {4, 4, false, 0},
                 {4, 3, true, 1},  {4, 1, false, 3}, {4, 0, true, 4}, {2, 3, false, 0}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct result_run run = {.header.planned = CASES[i].planned,
                                 .ncases = CASES[i].ncases,
                                 .is_cut = CASES[i].is_cut};
        assert_int_equal(result_run_missing(&run), CASES[i].missing);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_flaky_ones_are_counted),
        cmocka_unit_test(test_missing_cases),
        cmocka_unit_test(test_verdict_names),
        cmocka_unit_test(test_unexpected),
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
