#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void slices_are_clipped(void **state)
{
    (void)state;
    struct span s = SPAN_LIT("hello");
    assert_true(span_is(span_slice(s, 1, 3), "ell"));
    assert_true(span_is(span_slice(s, 3, 100), "lo"));
    assert_int_equal(span_slice(s, 9, 1).nbytes, 0);
    assert_true(span_is(span_from(s, 4), "o"));
    assert_int_equal(span_from(s, 5).nbytes, 0);
    assert_int_equal(span_slice(span_of(NULL), 3, 3).nbytes, 0);
}

static void trims_both_ends(void **state)
{
    (void)state;
    assert_true(span_is(span_trim(SPAN_LIT(" \t a b\r\n")), "a b"));
    assert_int_equal(span_trim(SPAN_LIT(" \r\n")).nbytes, 0);
}

static void compares(void **state)
{
    (void)state;
    assert_true(span_equal(SPAN_LIT("a\0b"), SPAN_LIT("a\0b")));
    assert_false(span_equal(SPAN_LIT("a\0b"), SPAN_LIT("a\0c")));
    assert_true(span_equal_nocase(SPAN_LIT("InBoX"), SPAN_LIT("INBOX")));
    assert_false(span_equal_nocase(SPAN_LIT("@"), SPAN_LIT("`"))); /* only letters fold */
    assert_true(span_starts_with(SPAN_LIT("abc"), SPAN_LIT("ab")));
    assert_false(span_starts_with(SPAN_LIT("a"), SPAN_LIT("ab")));
    assert_true(span_starts_with_nocase(SPAN_LIT("ABc"), SPAN_LIT("ab")));
    assert_true(span_ends_with(SPAN_LIT("abc"), SPAN_LIT("bc")));
    assert_false(span_ends_with(SPAN_LIT("c"), SPAN_LIT("bc")));
    assert_true(span_compare(SPAN_LIT("a"), SPAN_LIT("b")) < 0);
    assert_true(span_compare(SPAN_LIT("ab"), SPAN_LIT("a")) > 0);
    assert_int_equal(span_compare(SPAN_LIT("ab"), SPAN_LIT("ab")), 0);
}

static void finds(void **state)
{
    (void)state;
    static const struct {
        const char *haystack, *needle;
        size_t at, at_nocase;
    } rows[] = {
        {"abcabc", "ca", 2, 2},      {"aab", "ab", 1, 1},
        {"abc", "", 0, 0},           {"abc", "abcd", SPAN_NPOS, SPAN_NPOS},
        {"aBc", "bC", SPAN_NPOS, 1}, {"", "a", SPAN_NPOS, SPAN_NPOS},
        {"xxab", "ab", 2, 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct span haystack = span_of(rows[i].haystack);
        struct span needle = span_of(rows[i].needle);
        assert_true(span_find(haystack, needle) == rows[i].at);
        assert_true(span_find_nocase(haystack, needle) == rows[i].at_nocase);
    }
    assert_int_equal(span_find_byte(SPAN_LIT("a\0b"), 'b'), 2);
}

static void cuts_at_separators(void **state)
{
    (void)state;
    struct span rest = SPAN_LIT("a,,b");
    assert_true(span_is(span_cut(&rest, ','), "a"));
    assert_true(span_is(span_cut(&rest, ','), ""));
    assert_true(span_is(span_cut(&rest, ','), "b"));
    assert_int_equal(rest.nbytes, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_clipped), cmocka_unit_test(trims_both_ends),
        cmocka_unit_test(compares),           cmocka_unit_test(finds),
        cmocka_unit_test(cuts_at_separators),
    };
    return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
