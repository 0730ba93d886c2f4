/*
 * The recognizer: short lines of both sides, long lines of growing length, deep lists, literals of
 * growing size beside a memcpy of the same size, and lines that are obsolete or refused.
 */
#include <stdbool.h>

#include "bench.h"
#include "grammar/grammar.h"

static struct grammar_matcher *matcher;
static const struct grammar *grammar;

/* ---- one line ---- */

struct line {
    const char *rule;
    struct span text;
    enum grammar_verdict verdict;
};

static void match_line(const struct bench_case *c, size_t count)
{
    const struct line *line = c->context;
    int rule = grammar_rule(grammar, span_of(line->rule));
    struct grammar_input input = {.bytes = line->text};
    struct grammar_match match;
    for (size_t i = 0; i < count; i++)
        ENSURE(grammar_match(matcher, rule, input, GRAMMAR_WHOLE, &match) == line->verdict);
}

#define ENVELOPE                                                                                   \
    "* 7 FETCH (ENVELOPE (\"Mon, 25 Jun 90 12:00:00 PDT\" \"Lunch\" ((\"Fred Foobar\" NIL "        \
    "\"foobar\" \"Blurdybloop.COM\")) ((NIL NIL \"foobar\" \"Blurdybloop.COM\")) ((NIL NIL "       \
    "\"foobar\" \"Blurdybloop.COM\")) ((NIL NIL \"mooch\" \"OWATAGU.SIAM.EDU\")) NIL NIL NIL "     \
    "\"<B27397-0100000@Blurdybloop.COM>\"))\r\n"

static const struct line lines[] = {
    {"server-unit", SPAN_INIT("* 5 EXPUNGE\r\n"), GRAMMAR_STRICT},
    {"server-unit", SPAN_INIT("* 3 FETCH (FLAGS (\\Seen))\r\n"), GRAMMAR_STRICT},
    {"server-unit", SPAN_INIT("a12 OK done\r\n"), GRAMMAR_STRICT},
    {"server-unit", SPAN_INIT(ENVELOPE), GRAMMAR_STRICT},
    {"server-unit", SPAN_INIT("* 3 FETCH (RFC822 {5}\r\n12345 FLAGS ())\r\n"), GRAMMAR_STRICT},
    {"request", SPAN_INIT("a3 FETCH 1:3,5 (FLAGS RFC822.SIZE)\r\n"), GRAMMAR_STRICT},
    {"request", SPAN_INIT("a5 SEARCH FROM \"smith\" SINCE 1-Oct-87 UNSEEN\r\n"), GRAMMAR_STRICT},
    {"server-unit", SPAN_INIT("* 3 STORE (FLAGS (\\Seen))\r\n"), GRAMMAR_OBSOLETE},
    {"server-unit", SPAN_INIT("* 3 FETC (FLAGS (\\Seen))\r\n"), GRAMMAR_REJECTED},
};

/* The three short responses in turn: what the figure of a million lines a second is about. */
static void match_short(const struct bench_case *c, size_t count)
{
    (void)c;
    int rule = grammar_rule(grammar, SPAN_LIT("server-unit"));
    struct grammar_match match;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 3; k++) {
            struct grammar_input input = {.bytes = lines[k].text};
            (void)grammar_match(matcher, rule, input, GRAMMAR_WHOLE, &match);
            ENSURE(match.verdict == GRAMMAR_STRICT);
        }
}

/* ---- growth ---- */

static struct line long_line(size_t nnumbers)
{
    struct buffer text = {0};
    buffer_append_text(&text, "* SEARCH");
    for (size_t i = 0; i < nnumbers; i++)
        buffer_printf(&text, " %zu", i + 1);
    buffer_append_text(&text, "\r\n");
    return (struct line){"server-unit", buffer_span(&text), GRAMMAR_STRICT};
}

static struct line long_list(size_t naddresses)
{
    struct buffer text = {0};
    buffer_append_text(&text, "* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL (");
    for (size_t i = 0; i < naddresses; i++)
        buffer_printf(&text, "(NIL NIL \"user%zu\" \"host\")", i);
    buffer_append_text(&text, ") NIL NIL NIL NIL))\r\n");
    return (struct line){"server-unit", buffer_span(&text), GRAMMAR_STRICT};
}

static struct line literal(size_t nbytes)
{
    struct buffer text = {0};
    buffer_printf(&text, "* 1 FETCH (RFC822 {%zu}\r\n", nbytes);
    for (size_t i = 0; i < nbytes; i++)
        buffer_append_text(&text, "x");
    buffer_append_text(&text, ")\r\n");
    return (struct line){"server-unit", buffer_span(&text), GRAMMAR_STRICT};
}

/* Lists as deep as the grammar has them, in lines of the same length: of pairs (1), of flags in one
 * of these (2), of addresses in an envelope in one (4; of 3 there is the envelope alone). */
struct deep_list {
    const char *begin, *element, *end;
};

static const struct deep_list deep_lists[] = {
    {"* 1 FETCH (FLAGS ()", " RFC822.SIZE 4711", ")\r\n"},
    {"* 1 FETCH (FLAGS (\\Seen", " keyword", "))\r\n"},
    {"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL (", "(NIL NIL \"user\" \"host\")",
     ") NIL NIL NIL NIL))\r\n"},
};

static struct line deep_line(const struct deep_list *list)
{
    enum { DEEP_NBYTES = 8000 };
    struct buffer text = {0};
    buffer_append_text(&text, list->begin);
    while (text.nbytes < DEEP_NBYTES)
        buffer_append_text(&text, list->element);
    buffer_append_text(&text, list->end);
    return (struct line){"server-unit", buffer_span(&text), GRAMMAR_STRICT};
}

/* Deeper than the grammar: refused. */
static struct line too_deep(size_t depth)
{
    struct buffer text = {0};
    buffer_append_text(&text, "* 1 FETCH (ENVELOPE ");
    for (size_t i = 0; i < depth; i++)
        buffer_append_text(&text, "(");
    for (size_t i = 0; i < depth; i++)
        buffer_append_text(&text, ")");
    buffer_append_text(&text, ")\r\n");
    return (struct line){"server-unit", buffer_span(&text), GRAMMAR_REJECTED};
}

/* Framing and recognizing, the octets fed in pieces of 64 KiB as they come from a socket. */
static void read_and_match(const struct bench_case *c, size_t count)
{
    const struct line *line = c->context;
    int rule = grammar_rule(grammar, span_of(line->rule));
    struct wire_reader *reader = wire_reader_new(WIRE_FROM_SERVER, NULL);
    struct wire_unit unit;
    struct grammar_match match;
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0; at < line->text.nbytes; at += 65536)
            wire_reader_feed(reader, span_slice(line->text, at, 65536));
        ENSURE(wire_reader_next(reader, &unit));
        struct grammar_input input = {unit.bytes, unit.literals, unit.nliterals};
        ENSURE(grammar_match(matcher, rule, input, GRAMMAR_WHOLE, &match) == line->verdict);
    }
    wire_reader_free(&reader);
}

static void copy(const struct bench_case *c, size_t count)
{
    const struct line *line = c->context;
    static char room[2 << 20];
    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < line->text.nbytes; at += 65536) {
            struct span piece = span_slice(line->text, at, 65536);
            memcpy(room + at, piece.data, piece.nbytes);
            __asm__ volatile("" : : "r"(room) : "memory");
        }
}

int main(int argc, char **argv)
{
    struct line long_lines[] = {long_line(10), long_line(100), long_line(1000), long_line(10000)};
    struct line lists[] = {long_list(10), long_list(100), long_list(1000)};
    struct line deep[] = {deep_line(&deep_lists[0]), deep_line(&deep_lists[1]),
                          deep_line(&deep_lists[2])};
    struct line deeper[] = {too_deep(10), too_deep(1000), too_deep(100000)};
    struct line literals[] = {literal(1000), literal(64000), literal(1000000)};
    grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    matcher = grammar_matcher_new(grammar);
    const struct bench_case cases[] = {
        {"short responses", "lines", 100000, 3, 0, match_short, NULL},
        {"expunge", "lines", 300000, 1, lines[0].text.nbytes, match_line, &lines[0]},
        {"fetch flags", "lines", 200000, 1, lines[1].text.nbytes, match_line, &lines[1]},
        {"completion", "lines", 300000, 1, lines[2].text.nbytes, match_line, &lines[2]},
        {"envelope", "lines", 30000, 1, lines[3].text.nbytes, match_line, &lines[3]},
        {"small literal", "lines", 100000, 1, lines[4].text.nbytes, match_line, &lines[4]},
        {"request fetch", "lines", 100000, 1, lines[5].text.nbytes, match_line, &lines[5]},
        {"request search", "lines", 100000, 1, lines[6].text.nbytes, match_line, &lines[6]},
        {"obsolete", "lines", 100000, 1, lines[7].text.nbytes, match_line, &lines[7]},
        {"rejected", "lines", 30000, 1, lines[8].text.nbytes, match_line, &lines[8]},
        {"framed fetch flags", "lines", 200000, 1, lines[1].text.nbytes, read_and_match, &lines[1]},
        {"10 numbers", "lines", 50000, 1, long_lines[0].text.nbytes, match_line, &long_lines[0]},
        {"100 numbers", "lines", 10000, 1, long_lines[1].text.nbytes, match_line, &long_lines[1]},
        {"1000 numbers", "lines", 1000, 1, long_lines[2].text.nbytes, match_line, &long_lines[2]},
        {"10000 numbers", "lines", 100, 1, long_lines[3].text.nbytes, match_line, &long_lines[3]},
        {"10 addresses", "lines", 20000, 1, lists[0].text.nbytes, match_line, &lists[0]},
        {"100 addresses", "lines", 2000, 1, lists[1].text.nbytes, match_line, &lists[1]},
        {"1000 addresses", "lines", 200, 1, lists[2].text.nbytes, match_line, &lists[2]},
        {"lists 1 deep", "lines", 1000, 1, deep[0].text.nbytes, match_line, &deep[0]},
        {"lists 2 deep", "lines", 1000, 1, deep[1].text.nbytes, match_line, &deep[1]},
        {"lists 4 deep", "lines", 1000, 1, deep[2].text.nbytes, match_line, &deep[2]},
        {"10 lists too deep", "lines", 20000, 1, deeper[0].text.nbytes, read_and_match, &deeper[0]},
        {"1000 lists too deep", "lines", 5000, 1, deeper[1].text.nbytes, read_and_match,
         &deeper[1]},
        {"100000 lists too deep", "lines", 50, 1, deeper[2].text.nbytes, read_and_match,
         &deeper[2]},
        {"literal 1 KB", "lines", 100000, 1, literals[0].text.nbytes, match_line, &literals[0]},
        {"literal 64 KB", "lines", 100000, 1, literals[1].text.nbytes, match_line, &literals[1]},
        {"literal 1 MB", "lines", 100000, 1, literals[2].text.nbytes, match_line, &literals[2]},
        {"framed literal 64 KB", "lines", 5000, 1, literals[1].text.nbytes, read_and_match,
         &literals[1]},
        {"framed literal 1 MB", "lines", 300, 1, literals[2].text.nbytes, read_and_match,
         &literals[2]},
        {"memcpy 64 KB", "copies", 10000, 1, literals[1].text.nbytes, copy, &literals[1]},
        {"memcpy 1 MB", "copies", 500, 1, literals[2].text.nbytes, copy, &literals[2]},
    };
    return bench_main(cases, sizeof cases / sizeof *cases, argc, argv);
}
