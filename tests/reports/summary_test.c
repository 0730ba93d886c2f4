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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdict_names),
        cmocka_unit_test(test_unexpected),
        cmocka_unit_test(test_exit_codes),
        cmocka_unit_test(test_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
