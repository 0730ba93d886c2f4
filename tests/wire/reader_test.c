#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "wire/wire.h"

/*
 * Every case is read whole, at every two-way split, one octet at a time and at random splits; the
 * units must come out the same. They are written down as
 *
 *     KIND TAG "bytes" [at+kept/count ...] [incomplete] [cut TOTAL]
 *       LEVEL REQUIREMENT TEXT
 */
enum answer { GRANT, REFUSE };

struct reader_case {
    const char *name;
    enum wire_direction direction;
    enum answer answer;
    struct span stream;
    const char *units;
    struct wire_limits limits;
};

#define S WIRE_FROM_SERVER
#define C WIRE_FROM_CLIENT

static const struct reader_case cases[] = {
    {"nothing", S, GRANT, SPAN_INIT(""), "", {0}},
    {"the four shapes",
     S,
     GRANT,
     SPAN_INIT("* OK ready\r\na1 OK done\r\n+ go\r\n hi\r\n"),
     "untagged * \"* OK ready\\r\\n\"\n"
     "tagged a1 \"a1 OK done\\r\\n\"\n"
     "continuation + \"+ go\\r\\n\"\n"
     "shapeless  \" hi\\r\\n\"\n"
     "  fail resp.line-shapes line that starts neither with a tag nor with '* ' nor with '+' at "
     "octet "
     "1 of the response\n",
     {0}},
    {"a tag that begins as lines of the server do is echoed",
     S,
     GRANT,
     SPAN_INIT("*a OK\r\n+a no done\r\n*a BADLY\r\n+a\r\n"),
     "tagged *a \"*a OK\\r\\n\"\n"
     "tagged +a \"+a no done\\r\\n\"\n"
     "shapeless  \"*a BADLY\\r\\n\"\n"
     "  fail resp.line-shapes line that starts neither with a tag nor with '* ' nor with '+' at "
     "octet "
     "1 of the response\n"
     "continuation +a \"+a\\r\\n\"\n",
     {0}},
    {"blank line, star without blank, lone word, plus alone",
     S,
     GRANT,
     SPAN_INIT("\r\n*OK\r\n*\r\nx5\r\n+\r\n+OK\r\n"),
     "shapeless  \"\\r\\n\"\n"
     "  fail resp.line-shapes line that starts neither with a tag nor with '* ' nor with '+' at "
     "octet "
     "1 of the response\n"
     "shapeless  \"*OK\\r\\n\"\n"
     "  fail resp.line-shapes line that starts neither with a tag nor with '* ' nor with '+' at "
     "octet "
     "1 of the response\n"
     "shapeless  \"*\\r\\n\"\n"
     "  fail resp.line-shapes line that starts neither with a tag nor with '* ' nor with '+' at "
     "octet "
     "1 of the response\n"
     "tagged x5 \"x5\\r\\n\"\n"
     "continuation + \"+\\r\\n\"\n"
     "continuation +OK \"+OK\\r\\n\"\n",
     {0}},
    {"literals",
     S,
     GRANT,
     SPAN_INIT("* 1 FETCH (RFC822 {5}\r\na\r\n\0\377 BODY {0}\r\n)\r\n* 2 EXISTS\r\n"),
     "untagged * \"* 1 FETCH (RFC822 {5}\\r\\na\\r\\n\\x00\\xff BODY {0}\\r\\n)\\r\\n\" [23+5/5 "
     "39+0/0]\n"
     "untagged * \"* 2 EXISTS\\r\\n\"\n",
     {0}},
    {"literal that looks like responses",
     S,
     GRANT,
     SPAN_INIT("* 1 FETCH (RFC822 {24}\r\na1 OK x\r\n* 5 EXPUNGE {3}\r)\r\na1 OK\r\n"),
     "untagged * \"* 1 FETCH (RFC822 {24}\\r\\na1 OK x\\r\\n* 5 EXPUNGE {3}\\r)\\r\\n\" "
     "[24+24/24]\n"
     "  fail resp.crlf CR without LF after it at octet 49 of the response\n"
     "tagged a1 \"a1 OK\\r\\n\"\n",
     {0}},
    {"counts in status text announce nothing",
     S,
     GRANT,
     SPAN_INIT(
         "* OK {5}\r\na1 no {5}\r\n+ {5}\r\n* Bye {5}\r\n* PREAUTH {1}\r\n* OKAY {1}\r\nx\r\n"),
     "untagged * \"* OK {5}\\r\\n\"\n"
     "tagged a1 \"a1 no {5}\\r\\n\"\n"
     "continuation + \"+ {5}\\r\\n\"\n"
     "untagged * \"* Bye {5}\\r\\n\"\n"
     "untagged * \"* PREAUTH {1}\\r\\n\"\n"
     "untagged * \"* OKAY {1}\\r\\nx\\r\\n\" [12+1/1]\n",
     {0}},
    {"a later fragment is no status line",
     S,
     GRANT,
     SPAN_INIT("* X {1}\r\na OK {2}\r\nbc\r\n"),
     "untagged * \"* X {1}\\r\\na OK {2}\\r\\nbc\\r\\n\" [9+1/1 19+2/2]\n",
     {0}},
    {"no counts",
     S,
     GRANT,
     SPAN_INIT("* X {}\r\n* X {-1}\r\n* X {5\r\n* X 5}\r\n* X {5} \r\n* X {0x5}\r\n"),
     "untagged * \"* X {}\\r\\n\"\n"
     "untagged * \"* X {-1}\\r\\n\"\n"
     "untagged * \"* X {5\\r\\n\"\n"
     "untagged * \"* X 5}\\r\\n\"\n"
     "untagged * \"* X {5} \\r\\n\"\n"
     "untagged * \"* X {0x5}\\r\\n\"\n",
     {0}},
    {"absurd counts",
     S,
     GRANT,
     SPAN_INIT("* X {9223372036854775808}\r\n* X {99999999999999999999}\r\n* 1 EXISTS\r\n"),
     "untagged * \"* X {9223372036854775808}\\r\\n\" [27+0/9223372036854775808 bare] incomplete\n"
     "  fail literal.count-exact literal count of 2^63 or more at octet 28 of the response\n"
     "untagged * \"* X {99999999999999999999}\\r\\n\" [28+0/18446744073709551615 bare] incomplete\n"
     "  fail literal.count-exact literal count of 2^63 or more at octet 29 of the response\n"
     "untagged * \"* 1 EXISTS\\r\\n\"\n",
     {0}},
    {"bare LF and CR",
     S,
     GRANT,
     SPAN_INIT("* OK a\n* OK b\rc\r\r\n\n* X {1}\n1\n"),
     "untagged * \"* OK a\\n\"\n"
     "  fail resp.crlf LF without CR before it at octet 7 of the response\n"
     "untagged * \"* OK b\\rc\\r\\r\\n\"\n"
     "  fail resp.crlf CR without LF after it at octet 7 of the response, 2 in all\n"
     "shapeless  \"\\n\"\n"
     "  fail resp.crlf LF without CR before it at octet 1 of the response\n"
     "  fail resp.line-shapes line that starts neither with a tag nor with '* ' nor with '+' at "
     "octet "
     "1 of the response\n"
     "untagged * \"* X {1}\\n1\\n\" [8+1/1]\n"
     "  fail resp.crlf LF without CR before it at octet 8 of the response, 2 in all\n",
     {0}},
    {"NUL and 8-bit",
     S,
     GRANT,
     SPAN_INIT("* OK \0\0\200 and a long tail of text\377\r\n"),
     "untagged * \"* OK \\x00\\x00\\x80 and a long tail of text\\xff\\r\\n\"\n"
     "  fail resp.ascii NUL outside a literal at octet 6 of the response, 2 in all\n"
     "  fail resp.ascii octet above 0x7F outside a literal at octet 8 of the response, 2 in all\n",
     {0}},
    {"end inside a line",
     S,
     GRANT,
     SPAN_INIT("* OK a\r\n* OK b\r"),
     "untagged * \"* OK a\\r\\n\"\n"
     "untagged * \"* OK b\\r\" incomplete\n"
     "  fail resp.line-shapes end of the stream before the CRLF at octet 8 of the response\n",
     {0}},
    {"end inside a literal",
     S,
     GRANT,
     SPAN_INIT("* X {10}\r\nabc"),
     "untagged * \"* X {10}\\r\\nabc\" [10+3/10] incomplete\n"
     "  fail literal.count-exact end of the stream inside a literal at octet 14 of the response\n",
     {0}},
    {"end behind a literal",
     S,
     GRANT,
     SPAN_INIT("* X {3}\r\nabc"),
     "untagged * \"* X {3}\\r\\nabc\" [9+3/3] incomplete\n"
     "  fail resp.line-shapes end of the stream before the CRLF at octet 13 of the response\n",
     {0}},
    {"line over the limit",
     S,
     GRANT,
     SPAN_INIT("* OK 6789012345\r\n* OK 6789\r\n"),
     "untagged * \"* OK 678901\" cut 17\n"
     "  warn limits.large-message line longer than the limit, cut at octet 12 of the response\n"
     "untagged * \"* OK 6789\\r\\n\"\n",
     {.line_nbytes = 11}},
    {"announcement at the end of a line over the limit",
     S,
     GRANT,
     SPAN_INIT("* X 5678901 {3}\r\nabcd\r\n* 1 EXI\r\n"),
     "untagged * \"* X 56789abcd\\r\\n\" [9+3/3] cut 23\n"
     "  warn limits.large-message line longer than the limit, cut at octet 10 of the response\n"
     "untagged * \"* 1 EXI\\r\\n\"\n",
     {.line_nbytes = 9}},
    {"literal over the limit",
     S,
     GRANT,
     SPAN_INIT("* X {10}\r\n0123456789 {2}\r\nab)\r\n* 1 EXISTS\r\n"),
     "untagged * \"* X {10}\\r\\n012 {2}\\r\\nab)\\r\\n\" [10+3/10 19+2/2] cut 31\n"
     "untagged * \"* 1 EXISTS\\r\\n\"\n",
     {.literal_nbytes = 3}},
    {"unit over the limit",
     S,
     GRANT,
     SPAN_INIT("* X {10}\r\n0123456789 {2}\r\nab)\r\n* 1 EXISTS\r\n"),
     "untagged * \"* X {10}\\r\\n01\" [10+2/10 12+0/2] cut 31\n"
     "  observe limits.large-message more octets or literals than the limit, cut at octet 13 of "
     "the "
     "response\n"
     "untagged * \"* 1 EXISTS\\r\\n\"\n",
     {.unit_nbytes = 12}},
    {"commands",
     C,
     GRANT,
     SPAN_INIT("a1 NOOP\r\na2 LOGIN fred {4}\r\nab\r\n\r\nx5\r\n NOOP\r\n"),
     "tagged a1 \"a1 NOOP\\r\\n\"\n"
     "tagged a2 \"a2 LOGIN fred {4}\\r\\nab\\r\\n\\r\\n\" [19+4/4]\n"
     "tagged x5 \"x5\\r\\n\"\n"
     "shapeless  \" NOOP\\r\\n\"\n"
     "  fail tag.prefix line that starts neither with a tag nor with '* ' nor with '+' at octet 1 "
     "of "
     "the command\n",
     {0}},
    {"a command named OK announces",
     C,
     GRANT,
     SPAN_INIT("a OK {1}\r\nx\r\n"),
     "tagged a \"a OK {1}\\r\\nx\\r\\n\" [10+1/1]\n",
     {0}},
    {"several literals, one empty",
     C,
     GRANT,
     SPAN_INIT("a LOGIN {0}\r\n {2}\r\npw\r\n"),
     "tagged a \"a LOGIN {0}\\r\\n {2}\\r\\npw\\r\\n\" [13+0/0 19+2/2]\n",
     {0}},
    {"refused literals",
     C,
     REFUSE,
     SPAN_INIT("a LOGIN {4}\r\nb NOOP\r\nc X {99999999999999999999}\r\n"),
     "tagged a \"a LOGIN {4}\\r\\n\" [13+0/4 bare] incomplete\n"
     "tagged b \"b NOOP\\r\\n\"\n"
     "tagged c \"c X {99999999999999999999}\\r\\n\" [28+0/18446744073709551615 bare] incomplete\n"
     "  fail literal.count-exact literal count of 2^63 or more at octet 29 of the command\n",
     {0}},
    {"line ends of a client, 8-bit left to the grammar",
     C,
     GRANT,
     SPAN_INIT("a \377\0\nb\rc\r\nd"),
     "tagged a \"a \\xff\\x00\\n\"\n"
     "  fail cmd.client-crlf LF without CR before it at octet 5 of the command\n"
     "tagged b\rc \"b\\rc\\r\\n\"\n"
     "  fail cmd.client-crlf CR without LF after it at octet 2 of the command\n"
     "tagged d \"d\" incomplete\n"
     "  fail cmd.client-crlf end of the stream before the CRLF at octet 2 of the command\n",
     {0}},
    {"client line over the limit",
     C,
     GRANT,
     SPAN_INIT("a 34567890\r\n"),
     "tagged a \"a 345\" cut 12\n"
     "  warn limits.command-line line longer than the limit, cut at octet 6 of the command\n",
     {.line_nbytes = 5}},
};

enum { NCASES = sizeof cases / sizeof *cases };

static void write_literals(struct buffer *out, const struct wire_unit *unit)
{
    for (size_t i = 0; i < unit->nliterals; i++) {
        const struct wire_literal *literal = &unit->literals[i];
        buffer_printf(out, "%s%zu+%zu/%llu%s", i == 0 ? " [" : " ", literal->at, literal->kept,
                      (unsigned long long)literal->count, literal->is_bare ? " bare" : "");
    }
    if (unit->nliterals > 0)
        buffer_append_text(out, "]");
}

static void write_unit(struct buffer *out, const struct wire_unit *unit)
{
    static const char *const kinds[] = {"tagged", "untagged", "continuation", "shapeless"};
    buffer_printf(out, "%s %.*s \"", kinds[unit->kind], SPAN_ARG(unit->tag));
    buffer_append_escaped(out, unit->bytes, SPAN_NPOS);
    buffer_append_text(out, "\"");
    write_literals(out, unit);
    if (!unit->is_complete)
        buffer_append_text(out, " incomplete");
    if (unit->is_cut)
        buffer_printf(out, " cut %llu", (unsigned long long)unit->nbytes);
    else
        assert_true(unit->nbytes == unit->bytes.nbytes);
    buffer_append_text(out, "\n");
    for (size_t i = 0; i < unit->nfindings; i++)
        buffer_printf(out, "  %s %s %s\n", finding_level_name(unit->findings[i].level),
                      unit->findings[i].requirement, unit->findings[i].text);
}

static void drain(struct wire_reader *reader, enum answer answer, struct buffer *out)
{
    struct wire_unit unit;
    uint64_t count;
    for (;;) {
        while (wire_reader_next(reader, &unit))
            write_unit(out, &unit);
        if (!wire_reader_is_waiting(reader, &unit, &count))
            return;
        assert_false(unit.is_complete);
        assert_int_equal(unit.literals[unit.nliterals - 1].count, count);
        if (answer == GRANT)
            wire_reader_literal_granted(reader);
        else
            wire_reader_literal_refused(reader);
    }
}

/* Feeds pieces of the lengths `next_length` gives and returns the units as text. */
static char *read_split(const struct reader_case *test, size_t first, struct rng *rng)
{
    struct wire_reader *reader = wire_reader_new(test->direction, &test->limits);
    struct buffer out = {0};
    struct span rest = test->stream;
    for (size_t n = first; rest.nbytes > 0; n = rng == NULL ? first : rng_below(rng, 12)) {
        struct span piece = span_slice(rest, 0, n);
        if (rng == NULL && first > 1 && rest.nbytes < test->stream.nbytes)
            piece = rest;
        /* A copy of exact size, so that a sanitizer sees reading beyond it. */
        char *copy = mem_copy_text(piece.data, piece.nbytes);
        wire_reader_feed(reader, span_make(copy, piece.nbytes));
        free(copy);
        drain(reader, test->answer, &out);
        rest = span_from(rest, piece.nbytes);
    }
    wire_reader_end(reader);
    drain(reader, test->answer, &out);
    assert_int_equal(wire_reader_pending(reader), 0);
    assert_false(wire_reader_is_inside_unit(reader));
    wire_reader_free(&reader);
    assert_null(reader);
    return buffer_take_text(&out);
}

static void check_split(const struct reader_case *test, size_t first, struct rng *rng)
{
    char *units = read_split(test, first, rng);
    assert_string_equal(units, test->units);
    free(units);
}

static void test_cases_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < NCASES; i++) {
        print_message("%s\n", cases[i].name);
        check_split(&cases[i], cases[i].stream.nbytes + 1, NULL);
    }
}

static void test_cases_at_every_split(void **state)
{
    (void)state;
    for (size_t i = 0; i < NCASES; i++)
        for (size_t at = 1; at < cases[i].stream.nbytes; at++)
            check_split(&cases[i], at, NULL);
}

static void test_cases_at_random_splits(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1176);
    for (size_t i = 0; i < NCASES; i++)
        for (int round = 0; round < 50; round++)
            check_split(&cases[i], rng_below(&rng, 12), &rng);
}

/* All units fed before the first is taken out. */
static void test_cases_fed_before_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < NCASES; i++) {
        struct wire_reader *reader = wire_reader_new(cases[i].direction, &cases[i].limits);
        struct buffer out = {0};
        for (size_t at = 0; at < cases[i].stream.nbytes; at++)
            wire_reader_feed(reader, span_slice(cases[i].stream, at, 1));
        wire_reader_end(reader);
        drain(reader, cases[i].answer, &out);
        char *units = buffer_take_text(&out);
        assert_string_equal(units, cases[i].units);
        free(units);
        wire_reader_free(&reader);
    }
}

static void test_waiting(void **state)
{
    (void)state;
    struct wire_reader *reader = wire_reader_new(C, NULL);
    struct wire_unit unit;
    uint64_t count = 0;
    wire_reader_feed(reader, SPAN_LIT("a LOGIN {4}\r\n"));
    assert_false(wire_reader_next(reader, &unit));
    assert_true(wire_reader_is_waiting(reader, &unit, &count));
    assert_int_equal(count, 4);
    assert_true(span_is(unit.tag, "a"));
    assert_true(span_is(unit.bytes, "a LOGIN {4}\r\n"));
    assert_true(wire_reader_is_inside_unit(reader));
    assert_int_equal(wire_reader_pending(reader), 0);
    wire_reader_feed(reader, SPAN_LIT("fr"));
    assert_true(wire_reader_is_waiting(reader, &unit, &count));
    assert_int_equal(wire_reader_pending(reader), 2);
    wire_reader_literal_granted(reader);
    assert_false(wire_reader_is_waiting(reader, &unit, &count));
    wire_reader_feed(reader, SPAN_LIT("ed pw\r\n"));
    assert_true(wire_reader_next(reader, &unit));
    assert_int_equal(unit.literals[0].early, 2);
    assert_int_equal(unit.nfindings, 0);
    assert_true(span_is(unit.bytes, "a LOGIN {4}\r\nfred pw\r\n"));
    wire_reader_free(&reader);
}

static void test_end_while_waiting(void **state)
{
    (void)state;
    struct wire_reader *reader = wire_reader_new(C, NULL);
    struct wire_unit unit;
    wire_reader_feed(reader, SPAN_LIT("a LOGIN {4}\r\n"));
    wire_reader_end(reader);
    assert_true(wire_reader_next(reader, &unit));
    assert_false(unit.is_complete);
    assert_true(unit.literals[0].is_bare);
    assert_int_equal(unit.nfindings, 0);
    assert_false(wire_reader_next(reader, &unit));
    wire_reader_free(&reader);
}

static void test_units_are_not_copied(void **state)
{
    (void)state;
    struct wire_reader *reader = wire_reader_new(S, NULL);
    struct wire_unit first, second;
    wire_reader_feed(reader, SPAN_LIT("* 1 EXISTS\r\n* 2 EXISTS\r\n"));
    assert_true(wire_reader_next(reader, &first));
    assert_int_equal(wire_reader_pending(reader), 12);
    assert_true(wire_reader_next(reader, &second));
    assert_ptr_equal(first.bytes.data + first.bytes.nbytes, second.bytes.data);
    wire_reader_free(&reader);
}

/* Feeds `total` octets of one kind after `start` and checks that memory stays below the bound. */
static void check_bounded(struct span start, char octet, uint64_t total, size_t bound)
{
    enum { PIECE = 1024 * 1024 };
    struct wire_limits limits = {1 << 20, 2 << 20, 3 << 20};
    struct wire_reader *reader = wire_reader_new(S, &limits);
    struct wire_unit unit;
    struct buffer piece = {0};
    buffer_append_repeat(&piece, octet, PIECE);
    wire_reader_feed(reader, start);
    for (uint64_t fed = 0; fed < total; fed += PIECE) {
        wire_reader_feed(reader, buffer_span(&piece));
        assert_false(wire_reader_next(reader, &unit));
        assert_true(wire_reader_memory(reader) <= bound);
    }
    wire_reader_end(reader);
    assert_true(wire_reader_next(reader, &unit));
    assert_int_equal(unit.nbytes, start.nbytes + total);
    assert_true(unit.is_cut && !unit.is_complete);
    assert_true(unit.bytes.nbytes <= limits.unit_nbytes);
    assert_true(unit.nfindings > 0);
    buffer_free(&piece);
    wire_reader_free(&reader);
}

static void test_memory_is_bounded(void **state)
{
    (void)state;
    const size_t mebibyte = 1 << 20;
    check_bounded(SPAN_LIT("* OK "), 'x', 100 * mebibyte, 3 * mebibyte);
    check_bounded(SPAN_LIT("* OK "), '\0', 20 * mebibyte, 3 * mebibyte);
    check_bounded(SPAN_LIT(""), '\r', 20 * mebibyte, 3 * mebibyte);
    check_bounded(SPAN_LIT("* 1 FETCH (RFC822 {4294967296}\r\n"), 'x', 4095 * mebibyte,
                  5 * mebibyte);
}

static void test_endless_literals_are_bounded(void **state)
{
    (void)state;
    struct wire_limits limits = {1024, 1024, 1 << 16};
    struct wire_reader *reader = wire_reader_new(S, &limits);
    struct wire_unit unit;
    wire_reader_feed(reader, SPAN_LIT("* X "));
    for (int i = 0; i < 100000; i++)
        wire_reader_feed(reader, SPAN_LIT("{0}\r\n"));
    assert_true(wire_reader_memory(reader) < (size_t)2 * 1024 * 1024);
    wire_reader_feed(reader, SPAN_LIT(")\r\n* 1 EXISTS\r\n"));
    assert_true(wire_reader_next(reader, &unit));
    assert_true(unit.is_cut && unit.is_complete);
    assert_int_equal(unit.nbytes, 4 + 500003);
    assert_int_equal(unit.nfindings, 1);
    assert_int_equal(unit.findings[0].level, FINDING_OBSERVE);
    assert_true(wire_reader_next(reader, &unit));
    assert_true(span_is(unit.bytes, "* 1 EXISTS\r\n"));
    wire_reader_free(&reader);
}

static void test_announcement(void **state)
{
    static const struct {
        const char *line;
        bool is_one;
        uint64_t count;
        size_t brace;
    } lines[] = {
        {"{5}", true, 5, 0},
        {"a LOGIN {012}", true, 12, 8},
        {"x{18446744073709551615}", true, UINT64_MAX, 1},
        {"x{18446744073709551616}", true, UINT64_MAX, 1},
        {"{{7}", true, 7, 1},
        {"", false, 0, 0},
        {"}", false, 0, 0},
        {"{}", false, 0, 0},
        {"5}", false, 0, 0},
        {"12}", false, 0, 0},
        {"{5", false, 0, 0},
        {"{5}x", false, 0, 0},
        {"{-5}", false, 0, 0},
        {"{ 5}", false, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        uint64_t count = 0;
        size_t brace = 0;
        assert_int_equal(wire_announcement(span_of(lines[i].line), &count, &brace),
                         lines[i].is_one);
        assert_true(count == lines[i].count);
        assert_int_equal(brace, lines[i].brace);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_whole),
        cmocka_unit_test(test_cases_at_every_split),
        cmocka_unit_test(test_cases_at_random_splits),
        cmocka_unit_test(test_cases_fed_before_taken),
        cmocka_unit_test(test_waiting),
        cmocka_unit_test(test_end_while_waiting),
        cmocka_unit_test(test_units_are_not_copied),
        cmocka_unit_test(test_memory_is_bounded),
        cmocka_unit_test(test_endless_literals_are_bounded),
        cmocka_unit_test(test_announcement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
