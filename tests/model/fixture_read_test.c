#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/fixture.h"

struct fixture_set {
    struct arena arena;
    struct fixture_message *messages;
    size_t nmessages;
};

static struct fixture_set read_text(const char *text)
{
    struct fixture_set set = {0};
    struct err err = {0};
    if (fixture_read(span_of(text), "x.mbox", &set.arena, &set.messages, &set.nmessages, &err) != 0)
        fail_msg("%u: %s", err.line, err.text);
    return set;
}

static void assert_span(struct span got, const char *wanted)
{
    if (!span_is(got, wanted))
        fail_msg("got \"%.*s\", wanted \"%s\"", SPAN_ARG(got), wanted);
}

static void assert_date(const struct fixture_message *message, const char *wanted)
{
    int64_t wall_s;
    int zone;
    assert_int_equal(fixture_date_parse(span_of(wanted), &wall_s, &zone), 0);
    assert_int_equal(message->internal_date_s, wall_s);
    assert_int_equal(message->zone_minutes, zone);
}

static void test_separation(void **state)
{
    (void)state;
    static const struct {
        const char *mbox;
        const char *first, *second; /* NULL: only one message */
    } CASES[] = {
        {"From a Thu Jun  9 12:55:44 1988\nA: 1\n\nx\n\nFrom b Thu Jun  9 12:55:44 1988\nB: 2\n",
         "A: 1\r\n\r\nx\r\n", "B: 2\r\n"},
        {"From a Thu Jun  9 12:55:44 1988\nA: 1\n\nx\nFrom b Thu Jun  9 12:55:44 1988\nB: 2\n\n",
         "A: 1\r\n\r\nx", "B: 2\r\n"},
        {"From a Thu Jun  9 12:55:44 1988\r\nA: 1\r\n\r\nx\r\n\r\nFrom b Thu Jun  9 12:55:44 "
         "1988\r\nB: 2",
         "A: 1\r\n\r\nx\r\n", "B: 2"},
        {"From a Thu Jun  9 12:55:44 1988\nA: 1\n\n\nFrom b\nB: 2\n", "A: 1\r\n\r\n", "B: 2\r\n"},
        {"From a\nA: 1\n\nsay\nFrom b\n\nFrom here on it is text\n", /* no separators */
         "A: 1\r\n\r\nsay\r\nFrom b\r\n\r\nFrom here on it is text\r\n", NULL},
        {"From a\nA: 1\n\n>From x\n>>From y\n> From z\n",
         "A: 1\r\n\r\nFrom x\r\n>From y\r\n> From z\r\n", NULL},
        {"From a\n", "", NULL},
        {"From a Thu Jun  9 12:55:44 1988\nFrom b Thu Jun  9 12:55:44 1988\n", "", ""},
        {"A: 1\n\n>From x\rlone\n\n", "A: 1\r\n\r\n>From x\rlone\r\n\r\n", NULL},
        {"\nno header\n", "\r\nno header\r\n", NULL},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct fixture_set set = read_text(CASES[i].mbox);
        assert_int_equal(set.nmessages, CASES[i].second ? 2 : 1);
        assert_span(set.messages[0].octets, CASES[i].first);
        if (CASES[i].second)
            assert_span(set.messages[1].octets, CASES[i].second);
        arena_free(&set.arena);
    }
}

static void test_dates_of_separators(void **state)
{
    (void)state;
    struct fixture_set set = read_text("From a\nA: 1\n\nFrom b Thu Jun  9 12:55:44 PDT 1988\nB: 2\n"
                                       "\nFrom c\nC: 3\n\nFrom d Thu Jun  9 12:55:44 1988 +0130\n");
    assert_int_equal(set.nmessages, 4);
    assert_date(&set.messages[0], "2-Jan-90 12:00:00 GMT");
    assert_date(&set.messages[1], "9-Jun-88 12:55:44 -0700");
    assert_date(&set.messages[2], "4-Jan-90");
    assert_int_equal(set.messages[3].zone_minutes, 90);
    arena_free(&set.arena);
}

static void test_nothing_in_it(void **state)
{
    (void)state;
    struct fixture_set set = read_text("");
    assert_int_equal(set.nmessages, 0);
    arena_free(&set.arena);
}

static void test_bad_files(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line, col;
        const char *error;
    } CASES[] = {
        {"hello\n", 1, 1, "neither a mailbox"},
        {"From\n", 1, 1, "neither a mailbox"},
        {" folded: first\n", 1, 1, "neither a mailbox"},
        {"From a Thu Jun 39 12:55:44 1988\n", 1, 6, "the date of this From line"},
        {"From here on it is text\n", 1, 1, "neither \"From WORD\""},
        {"From a\nA: 1\n\nFrom b Thu Jun  9 25:55:44 1988\n", 4, 6, "the date of this From line"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena arena = {0};
        struct err err = {0};
        struct fixture_message *messages;
        size_t nmessages;
        assert_int_equal(
            fixture_read(span_of(CASES[i].text), "x.mbox", &arena, &messages, &nmessages, &err),
            -1);
        assert_string_equal(err.file, "x.mbox");
        assert_int_equal(err.line, CASES[i].line);
        assert_int_equal(err.col, CASES[i].col);
        assert_non_null(strstr(err.text, CASES[i].error));
        arena_free(&arena);
    }
}

static void test_message_without_empty_line(void **state)
{
    (void)state;
    struct fixture_set set = read_text("A: 1\nB: 2\n");
    assert_span(fixture_header(&set.messages[0]), "A: 1\r\nB: 2\r\n");
    assert_int_equal(fixture_text(&set.messages[0]).nbytes, 0);
    assert_span(fixture_field(&set.messages[0], SPAN_LIT("b"), &set.arena), "2");
    assert_null(fixture_field(&set.messages[0], SPAN_LIT("c"), &set.arena).data);
    arena_free(&set.arena);
}

static void test_dates(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t wall_s; /* -1: none */
        int zone;
    } CASES[] = {
        {"1-Jan-1970 00:00:00 +0000", 0, 0},
        {"1-jan-70 00:00:01", 1, 0},
        {"01-JAN-70 01:00:00 +0100", 0, 60},
        {"31-Dec-69 12:00:00", 3155716800, 0},
        {"29-Feb-1988", 573134400, 0},
        {"Thu Jan  1 00:00:00 1970", 0, 0},
        {"Thu Jun  9 12:55:44 PDT 1988", 581889344, -420},
        {"Thu Jun  9 12:55:44 1988 -0700", 581889344, -420},
        {" 9-Jun-88 12:55:44 PDT", 581889344, -420},
        {"1-Jan-1970 00:00:00 +0100", -1, 0},
        {"29-Feb-1987", -1, 0},
        {"32-Jan-87", -1, 0},
        {"0-Jan-87", -1, 0},
        {"1-Foo-87", -1, 0},
        {"1-Jan-187", -1, 0},
        {"1-Jan-1969", -1, 0},
        {"1-Jan-87 24:00:00", -1, 0},
        {"1-Jan-87 1:00:00", -1, 0},
        {"1-Jan-87 12:00:00 XYZ", -1, 0},
        {"1-Jan-87 12:00:00 +9900", -1, 0},
        {"1-Jan-87 12:00:00 +0000 x", -1, 0},
        {"Thu Jun  9 12:55:44 88", -1, 0},
        {"Thu Jun  9 12:55:44 PDT 1988 PDT", -1, 0},
        {"Thu Jun  9 12:55:44 1988 x", -1, 0},
        {"Thu", -1, 0},
        {"", -1, 0},
        {"1", -1, 0},
        {"1-Jan", -1, 0},
        {"-1-Jan-87", -1, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int64_t wall_s = -1;
        int zone = 0;
        int result = fixture_date_parse(span_of(CASES[i].text), &wall_s, &zone);
        if (result != (CASES[i].wall_s < 0 ? -1 : 0) || wall_s != CASES[i].wall_s ||
            zone != CASES[i].zone)
            fail_msg("%s: %d %lld %d", CASES[i].text, result, (long long)wall_s, zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_separation),
        cmocka_unit_test(test_dates_of_separators),
        cmocka_unit_test(test_nothing_in_it),
        cmocka_unit_test(test_bad_files),
        cmocka_unit_test(test_message_without_empty_line),
        cmocka_unit_test(test_dates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
