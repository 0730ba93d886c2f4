#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stream/stream.h"

/* Units as text: `[` or `(` when a command begins there or not, what the unit says, `]` or `)` when
 * it ends there or not; `!` when it is not plain, `L` when it has a literal; controls by name. */
static char *describe(struct span bytes)
{
    struct buffer out = {0};
    struct stream_splitter splitter = stream_splitter_of(bytes);
    struct stream_unit unit;
    while (stream_splitter_next(&splitter, &unit)) {
        if (unit.kind != STREAM_DATA) {
            buffer_printf(&out, "%s%u.%u ", stream_kind_name(unit.kind), unit.session,
                          unit.argument);
            continue;
        }
        char data[256];
        size_t nbytes = stream_data(unit.bytes, data, sizeof data);
        buffer_printf(&out, "%u%s", unit.session, unit.begins ? "[" : "(");
        buffer_append_escaped(&out, span_make(data, nbytes), SIZE_MAX);
        buffer_printf(&out, "%s%s%s ", unit.ends ? "]" : ")", unit.is_plain ? "" : "!",
                      unit.has_literal ? "L" : "");
    }
    return buffer_take_text(&out);
}

static void streams_are_cut_into_commands(void **state)
{
    (void)state;
    static const struct {
        struct span bytes;
        const char *units;
    } cases[] = {
        {SPAN_INIT("a NOOP\r\nb NOOP\r\nc"), "1[a NOOP\\r\\n] 1[b NOOP\\r\\n] 1[c) "},
        {SPAN_INIT("a {3}\r\nx\r\n\r\nb\r\n"), "1[a {3}\\r\\nx\\r\\n\\r\\n]L 1[b\\r\\n] "},
        {SPAN_INIT("a {0}\r\n {1}\r\n{ c\r\n"), "1[a {0}\\r\\n {1}\\r\\n{ c\\r\\n]L "},
        {SPAN_INIT("a {00000000000000000000000000002}\nxy\n"),
         "1[a {00000000000000000000000000002}\\nxy\\n]L "},
        {SPAN_INIT("a {18446744073709551616}\r\nb\r\nc\r\n"),
         "1[a {18446744073709551616}\\r\\nb\\r\\nc\\r\\n)L "},
        {SPAN_INIT("a {}\r\nb {1} \r\nc {1\r\nd 1}\r\ne {1}\r\r\n"),
         "1[a {}\\r\\n] 1[b {1} \\r\\n] 1[c {1\\r\\n] 1[d 1}\\r\\n] 1[e {1}\\r\\r\\n] "},
        /* a session switch cuts, and each session goes on where it was */
        {SPAN_INIT("a {2}\r\nx\2b\r\n\1y\r\n"),
         "1[a {2}\\r\\nx)L session2.2 2[b\\r\\n] session1.1 1(y\\r\\n]L "},
        {SPAN_INIT("a {1\2b\r\n\1}\r\n?\r\n"),
         "1[a {1) session2.2 2[b\\r\\n] session1.1 1(}\\r\\n?\\r\\n]L "},
        /* events inside and outside commands */
        {SPAN_INIT("\6\1a\6\2b\5\r\n\x12"), "deliver1.1 1[ab\\r\\n]! barrier1.0 "},
        {SPAN_INIT("a {1}\5\r\n\5?\r\n"), "1[a {1}\\r\\n?\\r\\n]!L "},
        {SPAN_INIT("a {9}\r\nx\x0f"
                   "b\r\n"),
         "1[a {9}\\r\\nx)L reconnect1.0 1[b\\r\\n] "},
        {SPAN_INIT("a\x0e"
                   "b\r\n"),
         "1[a) halfclose1.0 1[b\\r\\n] "},
        /* escapes are data, an escaped LF is LF */
        {SPAN_INIT("a\x10\nb {2}\r\n\x10\1\x10\2\r\n"),
         "1[a\\n]! 1[b {2}\\r\\n\\x01\\x02\\r\\n]!L "},
        {SPAN_INIT("\x10"), "1[)! "},
        {SPAN_INIT("a\x11"), "1[a)! "},
        {SPAN_INIT("\r\n\n"), "1[\\r\\n] 1[\\n] "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *units = describe(cases[i].bytes);
        assert_string_equal(units, cases[i].units);
        free(units);
    }
}

/* The same, octet by octet and by the letter of the header. */
struct naive {
    struct {
        char line[256];
        size_t nbytes;
        uint64_t literal;
        bool is_inside;
    } places[STREAM_NSESSIONS];
};

static bool naive_octet(struct naive *naive, unsigned session, char octet)
{
    size_t s = session - 1;
    naive->places[s].is_inside = true;
    if (naive->places[s].literal) {
        naive->places[s].literal--;
        return false;
    }
    naive->places[s].line[naive->places[s].nbytes++] = octet;
    if (octet != '\n')
        return false;
    struct span line = span_make(naive->places[s].line, naive->places[s].nbytes - 1);
    naive->places[s].nbytes = 0;
    if (span_ends_with(line, SPAN_LIT("\r")))
        line.nbytes--;
    size_t brace = line.nbytes;
    while (brace > 0 && line.data[brace - 1] != '{')
        brace--;
    uint64_t count = 0;
    struct span digits = span_from(line, brace);
    if (brace > 0 && span_ends_with(digits, SPAN_LIT("}")) &&
        number_parse_u64(span_slice(digits, 0, digits.nbytes - 1), &count) == 0) {
        naive->places[s].literal = count;
        return false;
    }
    naive->places[s].is_inside = false;
    return true;
}

/* Where units end that end a command. */
static void naive_ends(struct span bytes, bool *ends)
{
    struct naive naive = {0};
    struct stream_reader reader = stream_reader_of(bytes);
    struct stream_event event;
    while (stream_reader_next(&reader, &event)) {
        if (event.kind == STREAM_HALFCLOSE || event.kind == STREAM_RECONNECT)
            memset(&naive.places[event.session - 1], 0, sizeof naive.places[0]);
        size_t start = (size_t)(event.data.data - bytes.data);
        for (size_t i = 0; i < event.data.nbytes; i++) {
            if (naive_octet(&naive, event.session, event.data.data[i]))
                ends[start + i + 1] = true;
        }
    }
}

static void any_stream_is_cut_as_a_slow_reader_does(void **state)
{
    (void)state;
    static const char *const pieces[] = {
        "\1",      "\2",      "\3",       "\5",         "\6\1",        "\x0e", "\x0f", "\x10\r",
        "\x10\n",  "\x12",    "\r\n",     "\r\n",       "\n",          "{",    "1",    "}",
        "{3}\r\n", "{0}\r\n", "{12}\r\n", "a NOOP\r\n", "longer text", "{2",   "\r",   "\x10"};
    struct rng rng = rng_seeded(3);
    struct buffer stream = {0};
    for (int i = 0; i < 30000; i++) {
        buffer_clear(&stream);
        size_t n = rng_below(&rng, 16);
        for (size_t j = 0; j < n; j++)
            buffer_append_text(&stream, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        struct span bytes = buffer_span(&stream);
        bool ends[256] = {false};
        naive_ends(bytes, ends);
        struct stream_splitter splitter = stream_splitter_of(bytes);
        struct stream_unit unit;
        size_t at = 0;
        while (stream_splitter_next(&splitter, &unit)) {
            assert_int_equal(unit.at, at);
            assert_ptr_equal(unit.bytes.data, bytes.data + at);
            assert_true(unit.bytes.nbytes > 0);
            for (size_t k = 1; k < unit.bytes.nbytes; k++)
                assert_false(ends[at + k]);
            at += unit.bytes.nbytes;
            assert_int_equal(unit.kind == STREAM_DATA && unit.ends, ends[at]);
        }
        assert_int_equal(at, bytes.nbytes);
    }
    buffer_free(&stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(streams_are_cut_into_commands),
        cmocka_unit_test(any_stream_is_cut_as_a_slow_reader_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
