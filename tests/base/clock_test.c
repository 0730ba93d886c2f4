#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void virtual_time_stands_still(void **state)
{
    (void)state;
    struct clock c = clock_virtual(1000);
    assert_int_equal(clock_now_us(&c), 0);
    assert_int_equal(clock_wall_s(&c), 1000);
    clock_advance_us(&c, 2500000);
    assert_int_equal(clock_now_us(&c), 2500000);
    assert_int_equal(clock_wall_s(&c), 1002);
}

static void real_time_moves(void **state)
{
    (void)state;
    struct clock c = clock_system();
    int64_t before = clock_now_us(&c);
    assert_true(clock_now_us(&c) >= before);
    assert_true(clock_wall_s(&c) > 1700000000);
}

static void dates_round_trip(void **state)
{
    (void)state;
    static const struct {
        int64_t wall_s;
        struct clock_date date;
    } rows[] = {
        {0, {1970, 1, 1, 0, 0, 0}},
        {951782400, {2000, 2, 29, 0, 0, 0}},
        {581956544, {1988, 6, 10, 14, 35, 44}},
        {4107542399, {2100, 2, 28, 23, 59, 59}},
        {4107542400, {2100, 3, 1, 0, 0, 0}}, /* 2100 has no 29 February */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct clock_date date = clock_date_of(rows[i].wall_s);
        assert_memory_equal(&date, &rows[i].date, sizeof date);
        assert_int_equal(clock_date_to_wall(date), rows[i].wall_s);
    }
    for (int64_t day = 0; day < 60000; day++)
        assert_int_equal(clock_date_to_wall(clock_date_of(day * 86400 + 3661)), day * 86400 + 3661);
}

static void lengths_of_months(void **state)
{
    (void)state;
    assert_int_equal(clock_days_in_month(1900, 2), 28);
    assert_int_equal(clock_days_in_month(2000, 2), 29);
    assert_int_equal(clock_days_in_month(1988, 2), 29);
    assert_int_equal(clock_days_in_month(1990, 9), 30);
    assert_int_equal(clock_days_in_month(1990, 12), 31);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(virtual_time_stands_still),
        cmocka_unit_test(real_time_moves),
        cmocka_unit_test(dates_round_trip),
        cmocka_unit_test(lengths_of_months),
    };
    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
