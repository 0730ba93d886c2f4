/* A matcher with a memory says what one without says, whatever was asked of either before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/grammar.h"

struct both {
    const struct grammar *grammar;
    struct grammar_memory *memory;
    struct grammar_matcher *plain, *remembering, *other; /* the last two share the memory */
};

static struct both both_new(void)
{
    struct both b = {.grammar = grammar_of_dialect(SPAN_LIT("imap2")),
                     .memory = grammar_memory_new()};
    b.plain = grammar_matcher_new(b.grammar);
    b.remembering = grammar_matcher_new(b.grammar);
    b.other = grammar_matcher_new(b.grammar);
    grammar_matcher_set_memory(b.remembering, b.memory);
    grammar_matcher_set_memory(b.other, b.memory);
    return b;
}

static void both_free(struct both *b)
{
    grammar_matcher_free(&b->plain);
    grammar_matcher_free(&b->remembering);
    grammar_matcher_free(&b->other);
    grammar_memory_free(&b->memory);
    assert_null(b->memory);
}

static void assert_same(const struct grammar_match *a, const struct grammar_match *b)
{
    assert_int_equal(a->verdict, b->verdict);
    assert_int_equal(a->nbytes, b->nbytes);
    assert_int_equal(a->nnodes, b->nnodes);
    for (size_t i = 0; i < a->nnodes; i++) {
        assert_int_equal(a->nodes[i].rule, b->nodes[i].rule);
        assert_int_equal(a->nodes[i].alternative, b->nodes[i].alternative);
        assert_int_equal(a->nodes[i].size, b->nodes[i].size);
        assert_int_equal(a->nodes[i].at, b->nodes[i].at);
        assert_int_equal(a->nodes[i].nbytes, b->nodes[i].nbytes);
    }
    assert_int_equal(a->nobsolete, b->nobsolete);
    for (size_t i = 0; i < a->nobsolete; i++)
        assert_int_equal(a->obsolete[i], b->obsolete[i]);
    assert_int_equal(a->failed_at, b->failed_at);
    assert_int_equal(a->nexpected, b->nexpected);
    for (size_t i = 0; i < a->nexpected; i++) {
        assert_ptr_equal(a->expected[i].rule, b->expected[i].rule);
        assert_string_equal(a->expected[i].text, b->expected[i].text);
    }
    assert_ptr_equal(a->failed_in, b->failed_in);
    assert_ptr_equal(a->limit, b->limit);
}

/* Octets in memory of exactly their size, which is gone afterwards. */
static void ask(struct both *b, const char *rule, struct grammar_input input,
                enum grammar_extent extent)
{
    struct grammar_match expected;
    struct grammar_match match;
    int number = grammar_rule(b->grammar, span_of(rule));
    char *copy = malloc(input.bytes.nbytes + 1);
    assert_non_null(copy);
    memcpy(copy, input.bytes.data, input.bytes.nbytes);
    (void)grammar_match(b->plain, number, input, extent, &expected);
    input.bytes.data = copy;
    for (int i = 0; i < 3; i++) {
        struct grammar_matcher *matcher = i == 1 ? b->other : b->remembering;
        assert_int_equal(grammar_match(matcher, number, input, extent, &match), expected.verdict);
        assert_same(&match, &expected);
        assert_int_equal(grammar_matcher_steps(matcher), grammar_matcher_steps(b->plain));
    }
    memset(copy, 'x', input.bytes.nbytes);
    free(copy);
}

static void ask_all(struct both *b, const char *rule, struct grammar_input input)
{
    ask(b, rule, input, GRAMMAR_WHOLE);
    ask(b, rule, input, GRAMMAR_VERDICT);
    ask(b, rule, input, GRAMMAR_PREFIX);
}

static const struct {
    const char *rule, *line;
} lines[] = {
    {"request", "a1 NOOP\r\n"},
    {"server-unit", "a1 NOOP\r\n"},
    {"request", ""},
    {"request", "a1 FETCH 1:3,5 (FLAGS RFC822.SIZE)\r\n"},
    {"request", "a1 FETCH 1:3,,5 (FLAGS RFC822.SIZE)\r\n"},
    {"server-unit", "* 5 EXISTS\r\n"},
    {"server-unit", "* 5 EXIST\r\n"},
    {"server-unit", "* 3 FETCH (FLAGS (\\Seen k1) RFC822.SIZE 17)\r\n"},
    {"server-unit", "* SEARCH \r\n"},
    {"server-unit", "* SEARCH\r\n"},
    {"greeting", "* OK ready\r\n"},
    {"server-unit", "a1 OK done\r\n"},
};

static void same_as_without(void **state)
{
    struct both b = both_new();
    (void)state;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
            ask_all(&b, lines[i].rule, (struct grammar_input){.bytes = span_of(lines[i].line)});
    both_free(&b);
}

/* The same octets are another unit when their literals are others. */
static void literals_count(void **state)
{
    const char *line = "a1 LOGIN {4}\r\nfred secret\r\n";
    size_t at = strlen("a1 LOGIN {4}\r\n");
    const struct wire_literal whole = {.at = at, .count = 4, .kept = 4};
    const struct wire_literal cut = {.at = at, .count = 40, .kept = 4};
    const struct wire_literal bare = {.at = at, .count = 4, .is_bare = true};
    const struct wire_literal kinds[] = {whole, cut, bare, whole};
    struct both b = both_new();
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        ask_all(&b, "request", (struct grammar_input){span_of(line), &kinds[i], 1});
    ask_all(&b, "request", (struct grammar_input){.bytes = span_of(line)});
    both_free(&b);
}

/* Many more than are kept, some of them too long to be. */
static void many_lines(void **state)
{
    enum { NLINES = 12000, LONG = 40 };
    struct both b = both_new();
    struct buffer line = {0};
    (void)state;
    for (unsigned i = 0; i < NLINES; i++) {
        buffer_clear(&line);
        buffer_printf(&line, "* SEARCH %u", i % 7000);
        for (unsigned k = 0; i % 1000 == 0 && k < LONG * LONG; k++)
            buffer_printf(&line, " %u", k + 1);
        buffer_append_text(&line, i % 3 == 0 ? " x\r\n" : "\r\n");
        ask(&b, "server-unit", (struct grammar_input){.bytes = buffer_span(&line)},
            GRAMMAR_VERDICT);
    }
    buffer_free(&line);
    both_free(&b);
}

/* A rejection is told, and nothing more. */
static void verdict_alone(void **state)
{
    struct both b = both_new();
    struct grammar_match match;
    struct grammar_input input = {.bytes = SPAN_LIT("a1 NOPE\r\n")};
    int rule = grammar_rule(b.grammar, SPAN_LIT("request"));
    (void)state;
    assert_int_equal(grammar_match(b.plain, rule, input, GRAMMAR_VERDICT, &match),
                     GRAMMAR_REJECTED);
    assert_int_equal(match.nexpected, 0);
    uint64_t steps = grammar_matcher_steps(b.plain);
    assert_int_equal(grammar_match(b.plain, rule, input, GRAMMAR_WHOLE, &match), GRAMMAR_REJECTED);
    assert_true(match.nexpected > 0);
    assert_true(grammar_matcher_steps(b.plain) > steps);
    both_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_as_without),
        cmocka_unit_test(literals_count),
        cmocka_unit_test(many_lines),
        cmocka_unit_test(verdict_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
