#include "target/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { TODAY = 20000 }; /* 2024-10-04 */

static const char known[] = "# what is known\n"
                            "fail      bboard.select            BAD to BBOARD; RFC 1176 p.12\n"
                            "\n"
                            "warn      search.*                 local time expires 2030-01-31\n"
                            "fail      search.since             off by one\n"
                            "pass      search.since/form=b      this form is fine\n"
                            "flaky     idle.timeout             coarse timer\n"
                            "crash     old.*                    was fixed? expires 2024-10-03\n"
                            "fail      order.a[10]              only this order\n";

static struct expect_list *read_known(void)
{
    struct err err;
    struct expect_list *list = expect_read(span_of(known), "x.expect", TODAY, &err);
    assert_non_null(list);
    return list;
}

static void test_errors(void **state)
{
    static const struct {
        const char *text;
        unsigned line, col;
        const char *message;
    } cases[] = {
        {"# c\nfial a.b why\n", 2, 1, "no verdict: \"fial\""},
        {"fail\n", 1, 5, "no scenario after the verdict"},
        {"fail a.b\n", 1, 9, "no reason"},
        {"fail a.b  ?\n", 1, 11, "no reason"},
        {"fail a.b expires 2030-01-01\n", 1, 28, "no reason"},
        {"fail a.b why expires 2030-02-30\n", 1, 22, "no date"},
        {"fail a.b why expires soon\n", 1, 22, "no date"},
        {"fail a.b one\nwarn  a.b two\n", 2, 7, "listed twice"},
        {"skip a.b ok\r\n  nope c d\r\n", 2, 3, "no verdict"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err;
        assert_null(expect_read(span_of(cases[i].text), "x.expect", TODAY, &err));
        assert_string_equal(err.file, "x.expect");
        if (strstr(err.text, cases[i].message) == NULL)
            fail_msg("case %zu: %s", i, err.text);
        assert_int_equal(err.line, cases[i].line);
        assert_int_equal(err.col, cases[i].col);
    }
}

static void test_apply(void **state)
{
    static const struct {
        const char *id;
        enum result_verdict verdict;
        bool is_strict;
        const char *expected;
        bool is_unexpected;
        const char *reason;
    } cases[] = {
        {"bboard.select", RESULT_FAIL, false, "fail", false, "BAD to BBOARD; RFC 1176 p.12"},
        {"bboard.select", RESULT_PASS, false, "fail", true, "BAD to BBOARD; RFC 1176 p.12"},
        {"bboard.select/form=a", RESULT_FAIL, false, "fail", false, "BAD to BBOARD; RFC 1176 p.12"},
        {"bboard.selected", RESULT_FAIL, false, "", true, ""},
        {"search.all", RESULT_WARN, true, "warn", false, "local time"},
        {"search.all/x=1[01]", RESULT_WARN, true, "warn", false, "local time"},
        {"search.since", RESULT_FAIL, false, "fail", false, "off by one"},
        {"search.since/form=a", RESULT_FAIL, false, "fail", false, "off by one"},
        {"search.since/form=b", RESULT_PASS, false, "pass", false, "this form is fine"},
        {"search.since/form=b", RESULT_FAIL, false, "pass", true, "this form is fine"},
        {"idle.timeout", RESULT_PASS, true, "flaky", false, "coarse timer"},
        {"idle.timeout", RESULT_CRASH, true, "flaky", false, "coarse timer"},
        {"old.one", RESULT_CRASH, false, "", true, "was fixed?"}, /* that line has expired */
        {"old.one", RESULT_PASS, false, "", false, ""},
        {"order.a[10]", RESULT_FAIL, false, "fail", false, "only this order"},
        {"order.a[01]", RESULT_FAIL, false, "", true, ""},
        {"a.b", RESULT_WARN, false, "", false, ""},
        {"a.b", RESULT_WARN, true, "", true, ""},
        {"a.b", RESULT_NONSTRICT, true, "", true, ""},
        {"a.b", RESULT_BLOCKED, false, "", false, ""},
        {"a.b", RESULT_BLOCKED, true, "", true, ""},
        {"a.b", RESULT_SKIP, true, "", false, ""},
        {"a.b", RESULT_ERROR, false, "", true, ""},
    };
    (void)state;
    struct expect_list *list = read_known();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result_case result = {.id = cases[i].id, .verdict = cases[i].verdict, .reason = ""};
        expect_apply(list, cases[i].is_strict, &result);
        if (strcmp(result.expected, cases[i].expected) != 0 ||
            strcmp(result.reason, cases[i].reason) != 0 ||
            result.is_unexpected != cases[i].is_unexpected)
            fail_msg("case %zu (%s): expected \"%s\", unexpected %d, reason \"%s\"", i, cases[i].id,
                     result.expected, result.is_unexpected, result.reason);
    }
    expect_free(&list);
    assert_null(list);
}

static void test_place(void **state)
{
    static const struct {
        const char *id;
        enum result_verdict verdict;
        const char *listed_at;
    } cases[] = {{"search.all", RESULT_WARN, "x.expect:4"},
                 {"search.all", RESULT_PASS, "x.expect:4"},
                 {"old.one", RESULT_CRASH, "x.expect:8"},
                 {"old.one", RESULT_PASS, ""},
                 {"a.b", RESULT_FAIL, ""}};
    (void)state;
    struct expect_list *list = read_known();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct result_case result = {.id = cases[i].id, .verdict = cases[i].verdict, .reason = ""};
        expect_apply(list, false, &result);
        assert_string_equal(result.listed_at, cases[i].listed_at);
    }
    expect_free(&list);
}

static void test_no_list(void **state)
{
    struct result_case result = {.id = "a.b", .verdict = RESULT_FAIL, .reason = "mine"};
    (void)state;
    expect_apply(NULL, false, &result);
    assert_true(result.is_unexpected);
    assert_string_equal(result.expected, "");
    assert_string_equal(result.reason, "mine");
}

static void test_reason_of_case_stays(void **state)
{
    struct result_case result = {
        .id = "bboard.select", .verdict = RESULT_FAIL, .reason = "target died"};
    (void)state;
    struct expect_list *list = read_known();
    expect_apply(list, false, &result);
    assert_string_equal(result.reason, "target died");
    expect_free(&list);
}

static void test_unused(void **state)
{
    struct buffer out = {0};
    struct result_case result = {.id = "bboard.select", .verdict = RESULT_FAIL, .reason = ""};
    (void)state;
    struct expect_list *list = read_known();
    assert_int_equal(expect_count(list), 7);
    expect_apply(list, false, &result);
    assert_int_equal(expect_report_unused(list, false, &out), 1);
    assert_true(span_is(buffer_span(&out),
                        "x.expect:8: crash old.*: has expired and counts no more: write "
                        "another date, or remove this line\n"));
    buffer_clear(&out);
    assert_int_equal(expect_report_unused(list, true, &out), 6);
    assert_true(span_starts_with(
        buffer_span(&out),
        SPAN_LIT("x.expect:4: warn search.*: fits no case that was played: remove this line\n")));
    buffer_free(&out);
    expect_free(&list);
}

struct played {
    const char *id;
    enum result_verdict verdict;
};

static void check_update(const char *before, const struct played *played, size_t n,
                         const char *after, size_t nmissing)
{
    struct err err;
    struct result_case cases[16];
    const struct result_case *results[16];
    struct buffer out = {0};
    struct expect_list *list = NULL;
    if (before != NULL) {
        list = expect_read(span_of(before), "x.expect", TODAY, &err);
        assert_non_null(list);
    }
    for (size_t i = 0; i < n; i++) {
        cases[i] = (struct result_case){.id = played[i].id, .verdict = played[i].verdict};
        results[i] = &cases[i];
    }
    assert_int_equal(expect_update(list, false, results, n, &out), nmissing);
    if (!span_is(buffer_span(&out), after))
        fail_msg("got:\n%.*swanted:\n%s", SPAN_ARG(buffer_span(&out)), after);
    buffer_free(&out);
    expect_free(&list);
}

static void test_update(void **state)
{
    (void)state;
    const struct played same[] = {{"bboard.select", RESULT_FAIL}, {"a.b", RESULT_PASS}};
    check_update(known, same, 2, known, 0);
    const struct played changed[] = {{"a.one", RESULT_CRASH},  {"a.two", RESULT_PASS},
                                     {"a.three", RESULT_WARN}, {"b.x", RESULT_FAIL},
                                     {"b.y", RESULT_CRASH},    {"b.z", RESULT_PASS},
                                     {"c.x", RESULT_FAIL},     {"c.y", RESULT_PASS},
                                     {"d.x", RESULT_PASS},     {"e.x", RESULT_FAIL}};
    check_update("# head\n"
                 "fail      a.one   known since long\n"
                 "fail a.two   goes\n"
                 "fail a.three goes too: a warning needs no entry\n"
                 "warn      b.*     about b\n"
                 "fail c.*  some of c\n"
                 "flaky d.x   either way\n"
                 "fail not.played  stays\n",
                 changed, sizeof changed / sizeof changed[0],
                 "# head\n"
                 "crash     a.one   known since long\n"
                 "fail      b.x                                      about b\n"
                 "crash     b.y                                      about b\n"
                 "fail c.*  some of c\n"
                 "flaky d.x   either way\n"
                 "fail not.played  stays\n"
                 "pass      c.y                                      ?\n"
                 "fail      e.x                                      ?\n",
                 2);
}

static void test_update_of_nothing(void **state)
{
    (void)state;
    const struct played played[] = {{"a.b/path=\"x y\"", RESULT_FAIL}, {"c.d", RESULT_PASS}};
    check_update(NULL, played, 2, "fail      a.b/path=\"x?y\"                           ?\n", 1);
    struct err err;
    struct span text = SPAN_LIT("fail a.b/path=\"x?y\" a reason\n");
    struct expect_list *list = expect_read(text, "x", TODAY, &err);
    assert_non_null(list);
    struct result_case result = {.id = played[0].id, .verdict = RESULT_FAIL, .reason = ""};
    expect_apply(list, false, &result);
    assert_false(result.is_unexpected);
    expect_free(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_apply),
        cmocka_unit_test(test_place),
        cmocka_unit_test(test_no_list),
        cmocka_unit_test(test_reason_of_case_stays),
        cmocka_unit_test(test_unused),
        cmocka_unit_test(test_update),
        cmocka_unit_test(test_update_of_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
