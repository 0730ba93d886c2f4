#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void whole_or_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
        uint64_t value;
    } rows[] = {
        {"0", 0, 0},
        {"007", 0, 7},
        {"18446744073709551615", 0, UINT64_MAX},
        {"18446744073709551616", -1, 0},
        {"99999999999999999999999", -1, 0},
        {"", -1, 0},
        {"+1", -1, 0},
        {"-1", -1, 0},
        {" 1", -1, 0},
        {"1 ", -1, 0},
        {"1x", -1, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t value = 4711;
        assert_int_equal(number_parse_u64(span_of(rows[i].text), &value), rows[i].status);
        assert_true(value == (rows[i].status == 0 ? rows[i].value : 4711));
    }
}

static void bounds_of_32_bits(void **state)
{
    (void)state;
    uint32_t value = 0;
    assert_int_equal(number_parse_u32(SPAN_LIT("4294967295"), &value), 0);
    assert_true(value == UINT32_MAX);
    assert_int_equal(number_parse_u32(SPAN_LIT("4294967296"), &value), -1);
    assert_int_equal(number_digits(SPAN_LIT("123:4")), 3);
    assert_int_equal(number_digits(SPAN_LIT("x")), 0);
}

static void written(void **state)
{
    (void)state;
    static const struct {
        uint64_t value;
        size_t least;
        const char *text;
    } rows[] = {
        {0, 1, "0"},
        {0, 0, ""},
        {0, 3, "000"},
        {7, 1, "7"},
        {42, 5, "00042"},
        {123456, 3, "123456"},
        {UINT64_MAX, 1, "18446744073709551615"},
        {1, NUMBER_DIGITS_MAX, "00000000000000000001"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char room[NUMBER_DIGITS_MAX];
        assert_true(span_is(number_write(rows[i].value, rows[i].least, room), rows[i].text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_or_nothing),
        cmocka_unit_test(bounds_of_32_bits),
        cmocka_unit_test(written),
    };
    return cmocka_run_group_tests_name("number", tests, NULL, NULL);
}
