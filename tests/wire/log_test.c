#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wire/log.h"

struct log_call {
    const char *session;
    char who; /* 'C', 'S', or 'e' for an event */
    struct span octets;
};

struct log_case {
    const char *name;
    struct log_call calls[12];
    const char *rendered; /* every call is one millisecond after the one before */
};

static const struct log_case cases[] = {
    {"nothing", {{0}}, ""},
    {"lines of one session",
     {{"", 'e', SPAN_INIT("connected")},
      {"", 'S', SPAN_INIT("* OK ready\r\n")},
      {"", 'C', SPAN_INIT("a NOOP\r\nb NOOP\r\n")},
      {"", 'S', SPAN_INIT("a OK {5}\r\nb OK \r\n")},
      {"", 'e', SPAN_INIT("end of stream")}},
     "0.000 -- connected\n"
     "0.001 S: * OK ready\n"
     "0.002 C: a NOOP\n"
     "0.002 C: b NOOP\n"
     "0.003 S: a OK {5}\n"
     "0.003 S: b OK\\x20\n"
     "0.004 -- end of stream\n"},
    {"a literal of the client, granted",
     {{"a", 'C', SPAN_INIT("a001 LOGIN fred {6}\r\n")},
      {"a", 'S', SPAN_INIT("* 3 EXISTS\r\n+ go on\r\n")},
      {"a", 'C', SPAN_INIT("secret \r\n")},
      {"a", 'S', SPAN_INIT("a001 OK\r\n")}},
     "0.000 a C: a001 LOGIN fred {6}\n"
     "0.001 a S: * 3 EXISTS\n"
     "0.001 a S: + go on\n"
     "0.002 a C| secret\n"
     "0.002 a C: \\x20\n"
     "0.003 a S: a001 OK\n"},
    {"a literal of the client, refused",
     {{"a", 'C', SPAN_INIT("a001 FROB {6}\r\n")},
      {"a", 'S', SPAN_INIT("a001 BAD\r\n")},
      {"a", 'C', SPAN_INIT("a002 NOOP\r\n")}},
     "0.000 a C: a001 FROB {6}\n"
     "0.001 a S: a001 BAD\n"
     "0.002 a C: a002 NOOP\n"},
    {"a literal of the client that does not wait, one of nothing",
     {{"a", 'C', SPAN_INIT("a LOGIN {4}\r\nfred {0}\r\n\r\nb NOOP\r\n")},
      {"a", 'S', SPAN_INIT("a OK\r\n")}},
     "0.000 a C: a LOGIN {4}\n"
     "0.000 a C| fred\n"
     "0.000 a C:  {0}\n"
     "0.000 a C:\n"
     "0.000 a C: b NOOP\n"
     "0.001 a S: a OK\n"},
    {"the second literal of a command, refused",
     {{"a", 'C', SPAN_INIT("a1 LOGIN {1}\r\n")},
      {"a", 'S', SPAN_INIT("+ go\r\n")},
      {"a", 'C', SPAN_INIT("x {3}\r\n")},
      {"a", 'S', SPAN_INIT("a1 NO\r\n")},
      {"a", 'C', SPAN_INIT("a2 NOOP\r\n")}},
     "0.000 a C: a1 LOGIN {1}\n"
     "0.001 a S: + go\n"
     "0.002 a C| x\n"
     "0.002 a C:  {3}\n"
     "0.003 a S: a1 NO\n"
     "0.004 a C: a2 NOOP\n"},
    {"a literal of the server",
     {{"a", 'S',
       SPAN_INIT("* 1 FETCH (RFC822 {16}\r\nA: b\r\n\r\nx\ny\rz\r\nq FLAGS (\\Seen))\r\nok\r\n")}},
     "0.000 a S: * 1 FETCH (RFC822 {16}\n"
     "0.000 a S| A: b\n"
     "0.000 a S|\n"
     "0.000 a S| x\\x0ay\\x0dz\n"
     "0.000 a S| q\n"
     "0.000 a S:  FLAGS (\\Seen))\n"
     "0.000 a S: ok\n"},
    {"a literal that ends in CR LF",
     {{"a", 'S', SPAN_INIT("* X {3}\r\na\r\n)\r\n")}},
     "0.000 a S: * X {3}\n"
     "0.000 a S| a\n"
     "0.000 a S: )\n"},
    {"escapes",
     {{"a", 'S', SPAN_INIT("* OK \0\177\377 \\Seen \\xx \\\r\n* bare\n* cr\rcr\r\r\n")}},
     "0.000 a S: * OK \\x00\\x7f\\xff \\Seen \\x5cxx \\\n"
     "0.000 a S: * bare\\x0a\n"
     "0.000 a S: * cr\\x0dcr\\x0d\n"},
    {"lines of two sessions at a time, and one that does not end",
     {{"a", 'S', SPAN_INIT("* OK one")},
      {"b", 'S', SPAN_INIT("* OK two\r\n* OK")},
      {"a", 'S', SPAN_INIT(" done\r\n* FETC")},
      {"b", 'C', SPAN_INIT("x\r\n")},
      {"b", 'S', SPAN_INIT("\r\n")}},
     "0.000 a S: * OK one done\n"
     "0.001 b S: * OK two\n"
     "0.001 b S: * OK\n"
     "0.002 a S- * FETC\n"
     "0.003 b C: x\n"},
};

enum { NCASES = sizeof cases / sizeof *cases };

/* Logs a case with its octets cut into pieces of `piece` octets. */
static struct wire_log *log_case(const struct log_case *test, size_t piece)
{
    struct wire_log *log = wire_log_new(0);
    for (size_t i = 0; test->calls[i].session != NULL; i++) {
        const struct log_call *call = &test->calls[i];
        int64_t at_us = (int64_t)i * 1000;
        if (call->who == 'e')
            wire_log_event(log, call->session, call->octets.data, at_us);
        else
            for (struct span rest = call->octets; rest.nbytes > 0; rest = span_from(rest, piece))
                wire_log_octets(log, call->session, call->who, span_slice(rest, 0, piece), at_us);
    }
    return log;
}

static void check_rendered(const struct wire_log *log, size_t nlines, size_t width,
                           const char *wanted)
{
    struct buffer out = {0};
    wire_log_render(log, &out, nlines, width);
    char *text = buffer_take_text(&out);
    assert_string_equal(text, wanted);
    free(text);
}

static void test_rendering(void **state)
{
    (void)state;
    for (size_t i = 0; i < NCASES; i++) {
        print_message("%s\n", cases[i].name);
        for (size_t piece = 1; piece < 90; piece++) {
            struct wire_log *log = log_case(&cases[i], piece);
            check_rendered(log, 0, 0, cases[i].rendered);
            wire_log_free(&log);
        }
    }
}

static void test_last_lines(void **state)
{
    (void)state;
    struct wire_log *log = log_case(&cases[1], 100);
    assert_int_equal(wire_log_nlines(log), 7);
    check_rendered(log, 2, 0, "0.003 S: b OK\\x20\n0.004 -- end of stream\n");
    check_rendered(log, 7, 0, cases[1].rendered);
    check_rendered(log, 100, 0, cases[1].rendered);
    wire_log_free(&log);
}

static void test_width(void **state)
{
    (void)state;
    struct wire_log *log = wire_log_new(0);
    wire_log_octets(log, "", 'S', SPAN_LIT("* OK ready\r\n* OK\r\n"), 61000000);
    check_rendered(log, 0, 6, "61.000 S: * OK r... (10 octets)\n61.000 S: * OK\n");
    check_rendered(log, 0, 5, "61.000 S: * OK ... (10 octets)\n61.000 S: * OK\n");
    check_rendered(log, 0, 10, "61.000 S: * OK ready\n61.000 S: * OK\n");
    wire_log_free(&log);
}

static void test_long_lines_are_cut(void **state)
{
    (void)state;
    struct wire_log *log = wire_log_new(1 << 14);
    struct buffer wanted = {0};
    wire_log_octets(log, "", 'S', SPAN_LIT("* OK one\r\n* X {300000000}\r\n"), 0);
    struct buffer piece = {0};
    buffer_append_repeat(&piece, 'x', 1000000);
    for (int i = 0; i < 300; i++)
        wire_log_octets(log, "", 'S', buffer_span(&piece), 0);
    wire_log_octets(log, "", 'S', SPAN_LIT(")\r\n"), 0);
    buffer_append_text(&wanted, "0.000 S: * OK one\n0.000 S: * X {300000000}\n0.000 S| ");
    buffer_append_repeat(&wanted, 'x', 1024);
    buffer_append_text(&wanted, "... (300000000 octets)\n0.000 S: )\n");
    char *text = buffer_take_text(&wanted);
    check_rendered(log, 0, 0, text);
    free(text);
    buffer_free(&piece);
    wire_log_free(&log);
}

static void test_oldest_lines_go(void **state)
{
    (void)state;
    struct wire_log *log = wire_log_new(1 << 14);
    for (int i = 0; i < 100000; i++)
        wire_log_octets(log, "", 'S', SPAN_LIT("* 1 EXISTS\r\n"), i);
    assert_int_equal(wire_log_nlines(log), 100000);
    struct buffer out = {0};
    wire_log_render(log, &out, 0, 0);
    struct span rest = buffer_span(&out);
    struct span first = span_cut(&rest, '\n');
    size_t nlines = 0;
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        assert_true(span_ends_with(line, SPAN_LIT(" S: * 1 EXISTS")));
        nlines++;
    }
    assert_in_range(nlines, 100, 1000);
    char wanted[80];
    (void)snprintf(wanted, sizeof wanted, "-- %zu octets left out here", (100000 - nlines) * 12);
    assert_true(span_is(first, wanted));
    buffer_free(&out);
    wire_log_free(&log);
}

/* The begin of a line goes while it is still being added to. */
static void test_begin_of_line_goes(void **state)
{
    (void)state;
    struct wire_log *log = wire_log_new(1 << 14);
    wire_log_octets(log, "a", 'S', SPAN_LIT("* begin"), 0);
    for (int i = 0; i < 1000; i++)
        wire_log_octets(log, "b", 'S', SPAN_LIT("* 1 EXISTS\r\n"), 0);
    wire_log_octets(log, "a", 'S', SPAN_LIT(" end\r\n* next\r\n"), 0);
    struct buffer out = {0};
    wire_log_render(log, &out, 0, 0);
    assert_true(span_find(buffer_span(&out), SPAN_LIT("begin")) == SPAN_NPOS);
    assert_true(span_find(buffer_span(&out), SPAN_LIT("end")) == SPAN_NPOS);
    assert_true(span_ends_with(buffer_span(&out), SPAN_LIT("\n0.000 a S: * next\n")));
    buffer_free(&out);
    wire_log_free(&log);
}

/* Whatever the log was in the middle of, it is as new. */
static void test_cleared(void **state)
{
    (void)state;
    static const char said[] = "a1 LOGIN {6}\r\nsecret x\r\n* OK {5}\r\na1 NOOP\r\n";
    struct wire_log *log = wire_log_new(0);
    struct wire_log *fresh = wire_log_new(0);
    struct buffer out = {0};
    struct buffer wanted = {0};
    for (size_t cut = 0; cut < sizeof said; cut++) {
        wire_log_octets(log, "a", 'C', span_make(said, cut), 5);
        wire_log_octets(log, "b", 'S', span_make(said, cut), 6);
        wire_log_event(log, "", "an event", 7);
        wire_log_clear(log);
        assert_int_equal(wire_log_nlines(log), 0);
    }
    struct wire_log *const both[] = {log, fresh};
    for (size_t i = 0; i < 2; i++) {
        wire_log_octets(both[i], "b", 'S', SPAN_LIT("* OK \\x a \r\n"), 1234567);
        wire_log_octets(both[i], "a", 'C', span_of(said), 61000000);
        wire_log_render(both[i], i == 0 ? &out : &wanted, 0, 0);
    }
    assert_true(span_starts_with(buffer_span(&out), SPAN_LIT("1.234 b S: * OK \\x5cx a\\x20\n"
                                                             "61.000 a C: a1 LOGIN {6}\n")));
    assert_true(span_equal(buffer_span(&out), buffer_span(&wanted)));
    buffer_free(&out);
    buffer_free(&wanted);
    wire_log_free(&log);
    wire_log_free(&fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rendering),       cmocka_unit_test(test_last_lines),
        cmocka_unit_test(test_width),           cmocka_unit_test(test_long_lines_are_cut),
        cmocka_unit_test(test_oldest_lines_go), cmocka_unit_test(test_begin_of_line_goes),
        cmocka_unit_test(test_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
