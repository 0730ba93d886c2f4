#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reference/date.h"

enum { DAY_S = 86400 };

static int64_t wall(int year, int month, int day, int hour, int minute, int second)
{
    return clock_date_to_wall((struct clock_date){year, month, day, hour, minute, second});
}

static void assert_date(int64_t wall_s, int zone, const char *expected)
{
    struct buffer out = {0};
    mail_date_write(&out, wall_s, zone);
    char *text = buffer_take_text(&out);
    assert_string_equal(text, expected);
    free(text);
}

static void test_write(void **state)
{
    (void)state;
    /* the moment of the sample session (p.22) */
    int64_t sample = wall(1988, 6, 9, 19, 55, 44);
    assert_date(sample, -480, "\"09-Jun-88 11:55:44-PST\"");
    assert_date(sample, -420, "\"09-Jun-88 12:55:44-MST\"");
    assert_date(sample, -360, "\"09-Jun-88 13:55:44-CST\"");
    assert_date(sample, -300, "\"09-Jun-88 14:55:44-EST\"");
    assert_date(sample, -240, "\"09-Jun-88 15:55:44-EDT\"");
    assert_date(sample, 0, "\"09-Jun-88 19:55:44-GMT\"");
    assert_date(sample, 60, "\"09-Jun-88 19:55:44-GMT\"");
    assert_date(sample, -210, "\"09-Jun-88 19:55:44-GMT\"");
    assert_date(wall(1990, 1, 1, 3, 0, 0), -300, "\"31-Dec-89 22:00:00-EST\"");
    assert_date(wall(2000, 2, 29, 23, 59, 59), 0, "\"29-Feb-00 23:59:59-GMT\"");
    assert_date(wall(2069, 12, 31, 0, 0, 0), 0, "\"31-Dec-69 00:00:00-GMT\"");
    assert_date(0, 0, "\"01-Jan-70 00:00:00-GMT\"");
    assert_date(-1, 0, "\"31-Dec-69 23:59:59-GMT\"");
    assert_date(0, -480, "\"31-Dec-69 16:00:00-PST\"");
    assert_date(wall(1900, 3, 1, 0, 0, 0), 0, "\"01-Mar-00 00:00:00-GMT\"");
    assert_date(INT64_MAX, 0, "\"31-Dec-99 23:59:59-GMT\"");
    assert_date(INT64_MAX, INT32_MAX, "\"31-Dec-99 23:59:59-GMT\"");
    assert_date(INT64_MIN, 0, "\"01-Jan-01 00:00:00-GMT\"");
    assert_date(INT64_MIN, -480, "\"01-Jan-01 00:00:00-PST\"");
}

static void test_day_number(void **state)
{
    (void)state;
    assert_int_equal(mail_day_number(0, 0), 0);
    assert_int_equal(mail_day_number(DAY_S - 1, 0), 0);
    assert_int_equal(mail_day_number(DAY_S, 0), 1);
    assert_int_equal(mail_day_number(-1, 0), -1);
    assert_int_equal(mail_day_number(-DAY_S, 0), -1);
    assert_int_equal(mail_day_number(-DAY_S - 1, 0), -2);
    assert_int_equal(mail_day_number(0, -480), -1);
    /* a zone that cannot be shown: the day is the shown one */
    assert_int_equal(mail_day_number(DAY_S - 1, 330), 0);
}

static const struct {
    const char *text;
    int year, month, day; /* year 0: refused */
} dates[] = {
    {"1-OCT-87", 1987, 10, 1},
    {"1-Oct-87", 1987, 10, 1},
    {"01-oct-87", 1987, 10, 1},
    {" 1-oCt-87", 1987, 10, 1},
    {"31-Dec-1999", 1999, 12, 31},
    {"1-Jan-70", 1970, 1, 1},
    {"1-Jan-69", 2069, 1, 1},
    {"1-Jan-00", 2000, 1, 1},
    {"29-Feb-88", 1988, 2, 29},
    {"29-Feb-00", 2000, 2, 29},
    {"29-Feb-1900", 0, 0, 0},
    {"29-Feb-87", 0, 0, 0},
    {"1-Jan-1969", 1969, 1, 1},
    {"1-Jan-0001", 1, 1, 1},
    {"1-Jan-0000", 0, 0, 0},
    {"31-Apr-87", 0, 0, 0},
    {"0-Oct-87", 0, 0, 0},
    {"32-Oct-87", 0, 0, 0},
    {"99-Foo-87", 0, 0, 0},
    {"1-Octo-87", 0, 0, 0},
    {"1-Oc-87", 0, 0, 0},
    {"1-10-87", 0, 0, 0},
    {"1-Oct-8", 0, 0, 0},
    {"1-Oct-987", 0, 0, 0},
    {"1-Oct-19870", 0, 0, 0},
    {"1-Oct", 0, 0, 0},
    {"1-Oct-", 0, 0, 0},
    {"-Oct-87", 0, 0, 0},
    {"", 0, 0, 0},
    {"1 Oct 87", 0, 0, 0},
    {"  1-Oct-87", 0, 0, 0},
    {" 11-Oct-87", 0, 0, 0},
    {"001-Oct-87", 0, 0, 0},
    {"+1-Oct-87", 0, 0, 0},
    {"1-Oct-87 ", 0, 0, 0},
    {"1-Oct-87-", 0, 0, 0},
    {"1-Oct-87 12:00:00-PST", 0, 0, 0},
    {"1-Oct-+7", 0, 0, 0},
};

static void test_search_date(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        int day = -12345;
        int rc = mail_search_date_parse(span_of(dates[i].text), &day);
        if (rc != (dates[i].year == 0 ? -1 : 0))
            fail_msg("'%s' gives %d", dates[i].text, rc);
        if (rc == 0)
            assert_int_equal(day * (int64_t)DAY_S,
                             wall(dates[i].year, dates[i].month, dates[i].day, 0, 0, 0));
        else
            assert_int_equal(day, -12345);
    }
    int day;
    assert_int_equal(mail_search_date_parse(SPAN_LIT("1-Oct-87\0"), &day), -1);
}

/* What is written is read back as the same day, whatever the moment and zone. */
static void test_written_day_is_found(void **state)
{
    (void)state;
    static const int zones[] = {0, -240, -300, -360, -420, -480, 60, 330, -210, 840};
    struct rng rng = rng_seeded(822);
    int64_t from = wall(1970, 1, 2, 0, 0, 0), to = wall(2069, 12, 31, 0, 0, 0);
    for (int i = 0; i < 20000; i++) {
        int64_t moment = from + (int64_t)rng_below(&rng, (uint64_t)(to - from));
        int zone = zones[rng_below(&rng, sizeof zones / sizeof *zones)];
        struct buffer out = {0};
        mail_date_write(&out, moment, zone);
        assert_int_equal(out.nbytes, 24);
        int day;
        assert_int_equal(mail_search_date_parse(span_slice(buffer_span(&out), 1, 9), &day), 0);
        assert_int_equal(day, mail_day_number(moment, zone));
        buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write),
        cmocka_unit_test(test_day_number),
        cmocka_unit_test(test_search_date),
        cmocka_unit_test(test_written_day_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
