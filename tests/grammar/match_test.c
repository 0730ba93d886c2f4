/* The recognizer's edges: parts, cut literals, hostile and huge input. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/grammar.h"

struct bench {
    const struct grammar *grammar;
    struct grammar_matcher *matcher;
    struct grammar_match match;
};

static struct bench bench_new(void)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    return (struct bench){grammar, grammar_matcher_new(grammar), {0}};
}

static int rule_named(const struct bench *b, const char *name)
{
    int rule = grammar_rule(b->grammar, span_of(name));
    assert_true(rule != GRAMMAR_NO_RULE);
    return rule;
}

static enum grammar_verdict match_span(struct bench *b, const char *rule, struct span bytes)
{
    struct grammar_input input = {.bytes = bytes};
    return grammar_match(b->matcher, rule_named(b, rule), input, GRAMMAR_WHOLE, &b->match);
}

static void test_dialects(void **state)
{
    (void)state;
    assert_null(grammar_of_dialect(SPAN_LIT("imap9")));
    assert_ptr_equal(grammar_of_dialect(SPAN_LIT("imap2")), grammar_of_dialect(SPAN_LIT("imap2")));
}

static void test_prefix(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *text;
        size_t nbytes;
        enum grammar_verdict verdict;
    } cases[] = {
        {"number", "12 EXISTS\r\n", 2, GRAMMAR_STRICT},
        {"number", "012)", 3, GRAMMAR_OBSOLETE},
        {"number", "12x ", 0, GRAMMAR_REJECTED},
        {"atom", "abc", 3, GRAMMAR_STRICT},
        {"atom", "abc(def", 3, GRAMMAR_STRICT},
        {"text-line", "some text (here)\r\n", 16, GRAMMAR_STRICT},
        {"flag-list", "(\\Seen \\Deleted) RFC822.SIZE 3)\r\n", 16, GRAMMAR_STRICT},
        {"flag-list", "\\Seen)\r\n", 5, GRAMMAR_STRICT},
        {"date", "\"01-Jan-70 00:00:00-Z\" FLAGS ())\r\n", 22, GRAMMAR_STRICT},
        {"date", "\" 1-Jan-70 00:00:00 PDT\")\r\n", 24, GRAMMAR_OBSOLETE},
        {"nstring", "NIL NIL)", 3, GRAMMAR_STRICT},
        {"nstring", "NILS NIL)", 4, GRAMMAR_OBSOLETE},
        {"nstring", "{5}\r\na b c NIL)", 10, GRAMMAR_STRICT},
        {"envelope", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL))\r\n", 41, GRAMMAR_STRICT},
        {"sequence", "1:2,3 FLAGS\r\n", 5, GRAMMAR_STRICT},
        {"status", "OK done\r\n", 2, GRAMMAR_STRICT},
        {"fetch-att", "RFC822.TEXT\r\n", 11, GRAMMAR_STRICT},
        {"fetch-att", "RFC822 X\r\n", 6, GRAMMAR_STRICT},
        {"search-key", "FROM x SINCE 1-Jan-70\r\n", 6, GRAMMAR_STRICT},
        {"search-key", "BOGUS\r\n", 0, GRAMMAR_REJECTED},
    };
    struct bench b = bench_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct grammar_input input = {.bytes = span_of(cases[i].text)};
        enum grammar_verdict verdict = grammar_match(b.matcher, rule_named(&b, cases[i].rule),
                                                     input, GRAMMAR_PREFIX, &b.match);
        if (verdict != cases[i].verdict || b.match.nbytes != cases[i].nbytes)
            print_error("%s of \"%s\": %zu octets\n", cases[i].rule, cases[i].text, b.match.nbytes);
        assert_int_equal(verdict, cases[i].verdict);
        assert_int_equal(b.match.nbytes, cases[i].nbytes);
    }
    grammar_matcher_free(&b.matcher);
}

static void test_walking(void **state)
{
    (void)state;
    struct bench b = bench_new();
    struct grammar_input input = {
        .bytes = SPAN_LIT("* 7 FETCH (FLAGS (\\Seen a) RFC822.SIZE 12 FLAGS ())\r\n")};
    assert_int_equal(match_span(&b, "server-unit", input.bytes), GRAMMAR_STRICT);
    int pair = rule_named(&b, "fetch-pair");
    int flag = rule_named(&b, "fetch-flag");
    size_t first = grammar_node_child(&b.match, 0, pair);
    size_t second = grammar_node_next(&b.match, first, 0, pair);
    size_t third = grammar_node_next(&b.match, second, 0, pair);
    assert_true(span_is(grammar_node_text(&b.match, input, first), "FLAGS (\\Seen a)"));
    assert_true(span_is(grammar_node_text(&b.match, input, second), "RFC822.SIZE 12"));
    assert_true(span_is(grammar_node_text(&b.match, input, third), "FLAGS ()"));
    assert_true(grammar_node_next(&b.match, third, 0, pair) == SIZE_MAX);
    size_t seen = grammar_node_child(&b.match, first, flag);
    assert_true(span_is(grammar_node_text(&b.match, input, seen), "\\Seen"));
    size_t a = grammar_node_next(&b.match, seen, first, flag);
    assert_true(span_is(grammar_node_text(&b.match, input, a), "a"));
    assert_true(grammar_node_next(&b.match, a, first, flag) == SIZE_MAX);
    assert_true(grammar_node_child(&b.match, third, flag) == SIZE_MAX);
    assert_int_equal(b.match.nodes[second + 1].rule, rule_named(&b, "size-pair"));
    grammar_matcher_free(&b.matcher);
}

/* Of a long literal only the first octets may have been kept. */
static void test_cut_literals(void **state)
{
    (void)state;
    static const char unit[] =
        "* 1 FETCH (RFC822.HEADER {2}\r\nab RFC822 {999999}\r\nxyz FLAGS ())\r\n";
    const size_t header_at = 30;
    const size_t text_at = 50;
    struct wire_literal literals[] = {{.at = header_at, .count = 2, .kept = 2},
                                      {.at = text_at, .count = 999999, .kept = 3}};
    struct grammar_input input = {{unit, sizeof unit - 1}, literals, 2};
    struct bench b = bench_new();
    int rule = rule_named(&b, "server-unit");
    assert_int_equal(grammar_match(b.matcher, rule, input, GRAMMAR_WHOLE, &b.match),
                     GRAMMAR_STRICT);
    size_t data =
        grammar_node_child(&b.match, grammar_node_child(&b.match, 0, rule_named(&b, "rfc822-pair")),
                           rule_named(&b, "literal-data"));
    assert_true(span_is(grammar_node_text(&b.match, input, data), "xyz"));
    literals[1].is_bare = true;
    assert_int_equal(grammar_match(b.matcher, rule, input, GRAMMAR_WHOLE, &b.match),
                     GRAMMAR_REJECTED);
    grammar_matcher_free(&b.matcher);
}

/* ---- mutilated input ---- */

#define GOOD_ENVELOPE                                                                              \
    "(\"d\" {3}\r\nabc ((\"Larry\" NIL \"F\" \"S\")) NIL NIL "                                     \
    "((NIL NIL \"r\" \"S\") (NIL NIL x y)) NIL NIL NIL NIL)"

static const char *const good_units[] = {
    "a LOGIN {4}\r\nFred \"top secret\"\r\n",
    "a SEARCH DELETED FROM \"SMITH\" SINCE 1-OCT-87 ON {8}\r\n1-Oct-87 KEYWORD x\r\n",
    "a FETCH 1:2,3 (FLAGS RFC822.TEXT)\r\n",
    "a STORE 1 +FLAGS (\\Seen a \\Deleted)\r\n",
    "* 16 FETCH (FLAGS (\\Seen) INTERNALDATE \" 9-Jun-88 12:55:44 PDT\")\r\n",
    ("* 16 FETCH (ENVELOPE " GOOD_ENVELOPE " RFC822 {5}\r\n)\r\n* )\r\n"),
    "* FLAGS (Meeting Notice \\Answered \\Flagged \\Deleted \\Seen)\r\n",
    "* SEARCH 2 3 6\r\n",
    "a OK done\r\n",
};

static const char *const start_rules[] = {"request", "server-unit", "greeting"};

/* Copies into a block of its exact size, so that reading past it is noticed. */
static void match_twice(struct bench *b, struct span bytes)
{
    char *copy = malloc(bytes.nbytes + (bytes.nbytes == 0));
    assert_non_null(copy);
    memcpy(copy, bytes.data, bytes.nbytes);
    struct span exact = {copy, bytes.nbytes};
    for (size_t i = 0; i < 3; i++) {
        struct buffer sentence = {0};
        enum grammar_verdict verdict = match_span(b, start_rules[i], exact);
        uint64_t steps = grammar_matcher_steps(b->matcher);
        grammar_explain(&b->match, (struct grammar_input){.bytes = exact}, &sentence);
        buffer_free(&sentence);
        assert_null(b->match.limit);
        if (verdict == GRAMMAR_REJECTED) {
            assert_true(b->match.failed_at <= bytes.nbytes);
            assert_true(b->match.nexpected > 0);
        }
        assert_int_equal(match_span(b, start_rules[i], exact), verdict);
        assert_int_equal(grammar_matcher_steps(b->matcher), steps);
    }
    free(copy);
}

static void test_every_prefix(void **state)
{
    (void)state;
    struct bench b = bench_new();
    for (size_t i = 0; i < sizeof good_units / sizeof *good_units; i++) {
        struct span unit = span_of(good_units[i]);
        for (size_t nbytes = 0; nbytes < unit.nbytes; nbytes++)
            match_twice(&b, span_slice(unit, 0, nbytes));
        match_twice(&b, unit);
    }
    grammar_matcher_free(&b.matcher);
}

/* The text before the place of a rejection has a continuation that is not rejected there: cutting
 * a good unit anywhere never fails before the cut. */
static void test_prefixes_fail_at_their_end(void **state)
{
    (void)state;
    struct bench b = bench_new();
    for (size_t i = 0; i < sizeof good_units / sizeof *good_units; i++) {
        struct span unit = span_of(good_units[i]);
        const char *rule = i < 4 ? "request" : "server-unit";
        assert_true(match_span(&b, rule, unit) != GRAMMAR_REJECTED);
        for (size_t nbytes = 0; nbytes < unit.nbytes; nbytes++) {
            struct span part = span_slice(unit, 0, nbytes);
            if (match_span(&b, rule, part) != GRAMMAR_REJECTED)
                continue;
            bool is_in_word = b.match.failed_at < nbytes;
            for (size_t at = b.match.failed_at; at < nbytes && is_in_word; at++)
                assert_true(part.data[at] != ' ');
        }
    }
    grammar_matcher_free(&b.matcher);
}

static void mutate(struct rng *rng, struct buffer *text)
{
    static const char spice[] = " ()\"{}\r\n\\%*+0\x00\x7f\xe9,:";
    char c = spice[rng_below(rng, sizeof spice - 1)];
    size_t at = (size_t)rng_below(rng, text->nbytes);
    struct buffer tail = {0};
    buffer_append(&tail, span_from(buffer_span(text), at));
    buffer_truncate(text, at);
    uint64_t kind = rng_below(rng, 3);
    if (kind != 0)
        buffer_append_byte(text, c);
    buffer_append(text, span_from(buffer_span(&tail), kind == 1 ? 0 : 1));
    buffer_free(&tail);
}

static void test_mutations(void **state)
{
    (void)state;
    struct bench b = bench_new();
    struct rng rng = rng_seeded(1176);
    struct buffer text = {0};
    for (size_t round = 0; round < 3000; round++) {
        buffer_clear(&text);
        buffer_append_text(&text, good_units[round % (sizeof good_units / sizeof *good_units)]);
        for (uint64_t n = 1 + rng_below(&rng, 4); n > 0; n--)
            mutate(&rng, &text);
        match_twice(&b, buffer_span(&text));
    }
    buffer_free(&text);
    grammar_matcher_free(&b.matcher);
}

/* ---- huge input: steps grow with its length and no faster ---- */

static uint64_t steps_for(struct bench *b, const char *rule, const char *head, const char *body,
                          size_t count, const char *tail)
{
    struct buffer text = {0};
    buffer_append_text(&text, head);
    for (size_t i = 0; i < count; i++)
        buffer_append_text(&text, body);
    buffer_append_text(&text, tail);
    (void)match_span(b, rule, buffer_span(&text));
    assert_null(b->match.limit);
    buffer_free(&text);
    return grammar_matcher_steps(b->matcher);
}

static void test_linear(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *head, *body, *tail;
    } cases[] = {
        {"server-unit", "* OK ", "x", "\r\n"},
        {"server-unit", "* OK ", "x", ""},
        {"server-unit", "* MAILBOX ", "a b", "\r\n"},
        {"server-unit", "* MAILBOX ", "a b", ""},
        {"server-unit", "* FLAGS (x", " \\flag", ")\r\n"},
        {"server-unit", "* FLAGS (x", " \\flag", "\r\n"},
        {"server-unit", "* SEARCH", " 17", "\r\n"},
        {"server-unit", "* SEARCH", " 017", "x\r\n"},
        {"server-unit", "* 1 FETCH (FLAGS ()", " FLAGS (\\Seen)", ")\r\n"},
        {"server-unit", "* 1 FETCH (FLAGS ()", " RFC822.TEXT \"%\"", "\r\n"},
        {"server-unit", "* 1 FETCH (FLAGS ()", " RFC822.TEXT NIL", "\r\n"},
        {"server-unit", "* 1 STORE (FLAGS ()", " RFC822.TEXT {3}\r\na)b", ")\r\n"},
        {"server-unit", "* 1 FETCH (FLAGS ()", " INTERNALDATE \" 1-Jan-1988 00:00:00 +0000\"",
         "\r\n"},
        {"server-unit", "* 1 FETCH (FLAGS ()", " ENVELOPE NIL", "x\r\n"},
        {"addr-list", "(", "(NIL NIL \"a\" \"b\")", ")"},
        {"addr-list", "((NIL NIL a b)", " (NIL NIL a b)", ")"},
        {"addr-list", "((NIL NIL a b)", " (NIL NIL a b)", "x"},
        {"server-unit", "", "(", "\r\n"},
        {"server-unit", "* 1 FETCH (ENVELOPE ", "(", "\r\n"},
        {"server-unit", "", "*", "\r\n"},
        {"server-unit", "* ", "1", "\r\n"},
        {"request", "a FETCH 1", ",1", " ALL\r\n"},
        {"request", "a FETCH 1", ",0", " ALL\r\n"},
        {"request", "a STORE 1 FLAGS x", " \\Recent", "\r\n"},
        {"request", "a STORE 1 FLAGS x", " \\Seen", "("},
        {"request", "a SEARCH ALL", " TO x", "\r\n"},
        {"request", "a SEARCH ALL", " ON \"1-Jan-1988\"", "\r"},
        {"request", "a SEARCH ALL", " KEYWORD \\x", "\r"},
        {"request", "a FIND MAILBOXES ", "%", "\r"},
        {"request", "a LOGIN \"", "x", "\r\n"},
        {"request", "a LOGIN ", "{1}", "\r\n"},
        {"greeting", "* OK ", "\x7f", "\r\n"},
    };
    struct bench b = bench_new();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t small =
            steps_for(&b, cases[i].rule, cases[i].head, cases[i].body, 1000, cases[i].tail);
        uint64_t large =
            steps_for(&b, cases[i].rule, cases[i].head, cases[i].body, 10000, cases[i].tail);
        if (large > 10 * small + 1000)
            print_error("case %zu: %u steps, ten times the text %u\n", i, (unsigned)small,
                        (unsigned)large);
        assert_true(large <= 10 * small + 1000);
    }
    grammar_matcher_free(&b.matcher);
}

static void test_a_mebibyte(void **state)
{
    (void)state;
    struct bench b = bench_new();
    struct buffer text = {0};
    buffer_append_text(&text, "* OK ");
    buffer_append_repeat(&text, 'x', 1 << 20);
    buffer_append_text(&text, "\r\n");
    assert_int_equal(match_span(&b, "server-unit", buffer_span(&text)), GRAMMAR_STRICT);
    buffer_clear(&text);
    buffer_append_text(&text, "* 1 FETCH (RFC822 {16777216}\r\n");
    buffer_append_repeat(&text, '\r', 1 << 24);
    buffer_append_text(&text, ")\r\n");
    assert_int_equal(match_span(&b, "server-unit", buffer_span(&text)), GRAMMAR_STRICT);
    assert_true(grammar_matcher_steps(b.matcher) < 200);
    buffer_free(&text);
    grammar_matcher_free(&b.matcher);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dialects),     cmocka_unit_test(test_prefix),
        cmocka_unit_test(test_walking),      cmocka_unit_test(test_cut_literals),
        cmocka_unit_test(test_every_prefix), cmocka_unit_test(test_prefixes_fail_at_their_end),
        cmocka_unit_test(test_mutations),    cmocka_unit_test(test_linear),
        cmocka_unit_test(test_a_mebibyte)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
