/* Seeds are in the language, use all of the grammar, and are the same each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/grammar.h"
#include "seeds/seeds.h"
#include "stream/stream.h"

static const enum mutator_side sides[] = {MUTATOR_REQUESTS, MUTATOR_RESPONSES};

static const struct {
    enum mutator_side side;
    const char *start;
    size_t most_missing; /* alternatives that the shortest text gives to another one */
} starts[] = {
    {MUTATOR_REQUESTS, "request", 0},
    {MUTATOR_RESPONSES, "server-unit", 2},
    {MUTATOR_RESPONSES, "greeting", 0},
};

static void test_uses_all_alternatives(void **state)
{
    (void)state;
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    for (size_t s = 0; s < sizeof starts / sizeof starts[0]; s++) {
        struct grammar_coverage *coverage = grammar_coverage_new(grammar);
        struct grammar_matcher *matcher = grammar_matcher_new(grammar);
        struct seeds_sentences sentences;
        struct buffer missing = {0};
        int rule = grammar_rule(grammar, span_of(starts[s].start));
        size_t derived = 0;
        seeds_derive(&sentences, starts[s].side);
        for (size_t i = 0; i < sentences.nitems; i++)
            derived += grammar_coverage_add(coverage, matcher, rule,
                                            (struct grammar_input){.bytes = sentences.items[i]});
        size_t left =
            grammar_coverage_total(coverage, rule) - grammar_coverage_reached(coverage, rule);
        grammar_coverage_missing(coverage, rule, &missing);
        if (left > starts[s].most_missing)
            print_error("%s: %.*s", starts[s].start, SPAN_ARG(buffer_span(&missing)));
        assert_true(left <= starts[s].most_missing);
        assert_true(strcmp(starts[s].start, "request") != 0 || derived == sentences.nitems);
        assert_true(derived > 0);
        buffer_free(&missing);
        seeds_sentences_free(&sentences);
        grammar_matcher_free(&matcher);
        grammar_coverage_free(&coverage);
    }
}

static void test_same_each_time(void **state)
{
    (void)state;
    for (size_t side = 0; side < 2; side++) {
        struct seeds first = {0};
        struct seeds second = {0};
        seeds_make(&first, sides[side]);
        seeds_make(&second, sides[side]);
        assert_true(first.nitems > 20);
        assert_int_equal(first.nitems, second.nitems);
        for (size_t i = 0; i < first.nitems; i++) {
            assert_string_equal(first.items[i].name, second.items[i].name);
            assert_true(span_equal(first.items[i].stream, second.items[i].stream));
            for (size_t k = 0; k < i; k++)
                assert_string_not_equal(first.items[i].name, first.items[k].name);
        }
        seeds_free(&first);
        seeds_free(&second);
    }
}

static void test_streams_are_canonical_and_short(void **state)
{
    (void)state;
    for (size_t side = 0; side < 2; side++) {
        struct seeds seeds = {0};
        unsigned sessions = 0;
        seeds_make(&seeds, sides[side]);
        for (size_t i = 0; i < seeds.nitems; i++) {
            struct stream_splitter splitter = stream_splitter_of(seeds.items[i].stream);
            struct stream_unit unit;
            assert_true(stream_is_canonical(seeds.items[i].stream));
            assert_true(seeds.items[i].stream.nbytes <= STREAM_MOST_NBYTES);
            while (stream_splitter_next(&splitter, &unit))
                sessions |= 1U << unit.session;
        }
        assert_true((sessions & 6) == 6);
        seeds_free(&seeds);
    }
}

/* name="value", printable, with \x escapes, which both engines read. */
static void test_dictionary_can_be_read(void **state)
{
    (void)state;
    struct buffer out = {0};
    seeds_dictionary(&out);
    struct span rest = buffer_span(&out);
    size_t count = 0;
    assert_true(span_find(rest, SPAN_LIT("=\"RFC822.HEADER\"\n")) != SPAN_NPOS);
    assert_true(span_find(rest, SPAN_LIT("=\" EXPUNGE\"\n")) != SPAN_NPOS);
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        if (span_starts_with(line, SPAN_LIT("#")))
            continue;
        size_t equals = span_find(line, SPAN_LIT("=\""));
        assert_true(equals != SPAN_NPOS && equals > 0);
        assert_true(span_ends_with(line, SPAN_LIT("\"")));
        for (size_t i = 0; i < line.nbytes; i++)
            assert_true(line.data[i] >= ' ' && line.data[i] <= '~');
        count++;
    }
    assert_true(count > 100);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uses_all_alternatives),
        cmocka_unit_test(test_same_each_time),
        cmocka_unit_test(test_streams_are_canonical_and_short),
        cmocka_unit_test(test_dictionary_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
