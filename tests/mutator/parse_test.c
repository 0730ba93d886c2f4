/* The quick re-parser agrees with the recognizer, and what it makes is a tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mutator/parse.h"
#include "mutator/produce.h"

enum { SEEDS = 20000 };

struct bench {
    const struct grammar *grammar;
    struct grammar_matcher *matcher;
    struct form *form;
    struct parse *parse;
    struct pools pools;
};

static struct bench bench_new(void)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    return (struct bench){grammar, grammar_matcher_new(grammar), form_new(grammar),
                          mem_alloc(sizeof(struct parse)), pools_standard()};
}

static void bench_free(struct bench *b)
{
    grammar_matcher_free(&b->matcher);
    form_free(&b->form);
    free(b->parse);
}

static void check_tree(const struct parse *p)
{
    assert_true(p->nnodes >= 1);
    assert_int_equal(p->nodes[0].size, p->nnodes);
    for (uint32_t i = 0; i < p->nnodes; i++) {
        const struct parse_node *node = &p->nodes[i];
        uint32_t end = i + node->size;
        uint32_t at = node->at;
        for (uint32_t child = i + 1; child < end; child += p->nodes[child].size) {
            assert_true(p->nodes[child].at >= at);
            at = p->nodes[child].at + (uint32_t)p->nodes[child].nbytes;
            assert_true(child + p->nodes[child].size <= end);
        }
        assert_true(at <= node->at + (uint32_t)node->nbytes);
    }
}

static bool is_derived(struct bench *b, int rule, struct span text)
{
    struct grammar_match match;
    return grammar_match(b->matcher, rule, (struct grammar_input){.bytes = text}, GRAMMAR_WHOLE,
                         &match) != GRAMMAR_REJECTED;
}

static void test_agrees_with_the_recognizer(void **state)
{
    (void)state;
    static const char *const starts[] = {"request", "server-unit", "greeting"};
    struct bench b = bench_new();
    struct scene scene = {.pools = &b.pools, .exists = 4};
    struct produce_swarm swarm = {.fresh = 200, .obsolete = 60, .literal = 60, .more = 100};
    char text[4096];
    for (size_t s = 0; s < 3; s++) {
        int rule = form_rule(b.form, starts[s]);
        size_t same = 0;
        size_t whole = 0;
        for (uint64_t seed = 0; seed < SEEDS; seed++) {
            struct dice dice = {seed};
            struct producer p = {.form = b.form,
                                 .dice = &dice,
                                 .scene = &scene,
                                 .swarm = &swarm,
                                 .out = text,
                                 .capacity = sizeof text};
            produce_rule(&p, rule);
            if (seed % 2 == 1 && p.nbytes > 0)
                text[pool_below(&dice, p.nbytes)] = (char)pool_below(&dice, 256);
            struct span made = span_make(text, p.nbytes);
            parse(b.parse, b.form, rule, made);
            check_tree(b.parse);
            bool derives = is_derived(&b, rule, made);
            if (b.parse->is_whole && !derives)
                print_error("%s: wrongly whole: %.*s", starts[s], SPAN_ARG(made));
            assert_false(b.parse->is_whole && !derives);
            same += b.parse->is_whole == derives;
            whole += seed % 2 == 0 && derives;
        }
        assert_true(same >= SEEDS * 99 / 100);
        assert_true(whole >= SEEDS / 2 * 95 / 100);
    }
    bench_free(&b);
}

static void test_keeps_what_can_be_derived(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *derived;
        bool is_whole;
    } cases[] = {
        {"a1 FETCH 1:3 (FLAGS\r\n", "a1 FETCH 1:3 (FLAGS", false},
        {"a1 NOOP\r\n", "a1 NOOP\r\n", true},
        {"a1 NOOP x\r\n", "a1 NOOP", false},
        {"a1 LOGIN {4}\r\nfred secret\r\n", "a1 LOGIN {4}\r\nfred secret\r\n", true},
        {"a1 LOGIN {40}\r\nfred secret\r\n", "a1 LOGIN {40}\r\n", false},
        {"a1 FROB\r\n", "a1 ", false},
        {"", "", false},
        {"\x80", "", false},
    };
    struct bench b = bench_new();
    int rule = form_rule(b.form, "request");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        parse(b.parse, b.form, rule, span_of(cases[i].text));
        check_tree(b.parse);
        assert_int_equal(b.parse->derived, strlen(cases[i].derived));
        assert_int_equal(b.parse->is_whole, cases[i].is_whole);
    }
    bench_free(&b);
}

static void test_takes_anything(void **state)
{
    (void)state;
    struct bench b = bench_new();
    struct dice dice = {1};
    char text[300];
    int rule = form_rule(b.form, "server-unit");
    for (int i = 0; i < 20000; i++) {
        uint32_t nbytes = pool_below(&dice, sizeof text);
        for (uint32_t at = 0; at < nbytes; at++) {
            text[at] = " (){}\"\r\n*1aNIL"[pool_below(&dice, 14)];
            if (pool_below(&dice, 4) == 0)
                text[at] = (char)pool_below(&dice, 256);
        }
        char *exact = mem_copy_text(text, nbytes);
        parse(b.parse, b.form, rule, span_make(exact, nbytes));
        check_tree(b.parse);
        free(exact);
    }
    bench_free(&b);
}

static void test_long_input_is_a_rest(void **state)
{
    (void)state;
    struct bench b = bench_new();
    struct buffer text = {0};
    buffer_append_text(&text, "a SEARCH");
    while (text.nbytes < PARSE_MOST_NBYTES - 10)
        buffer_append_text(&text, " ALL");
    buffer_append_text(&text, "\r\n");
    parse(b.parse, b.form, form_rule(b.form, "request"), buffer_span(&text));
    check_tree(b.parse);
    assert_false(b.parse->is_whole);
    buffer_append_repeat(&text, 'x', PARSE_MOST_NBYTES);
    parse(b.parse, b.form, form_rule(b.form, "request"), buffer_span(&text));
    assert_int_equal(b.parse->derived, 0);
    buffer_free(&text);
    bench_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees_with_the_recognizer),
        cmocka_unit_test(test_keeps_what_can_be_derived),
        cmocka_unit_test(test_takes_anything),
        cmocka_unit_test(test_long_input_is_a_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
