/* What the grammar generates, it recognizes; and it generates everything it can say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/grammar.h"
#include "grammar/matcher.h"

enum { START_SEEDS = 2000, RULE_SEEDS = 40 };

struct bench {
    const struct grammar *grammar;
    struct grammar_matcher *matcher;
    struct buffer text;
};

static struct bench bench_new(void)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    return (struct bench){grammar, grammar_matcher_new(grammar), {0}};
}

static void bench_free(struct bench *b)
{
    grammar_matcher_free(&b->matcher);
    buffer_free(&b->text);
}

static struct grammar_input generate(struct bench *b, int rule, uint64_t seed, bool allow_obsolete)
{
    struct rng rng = rng_seeded(seed);
    struct grammar_generation how = {.rng = &rng, .allow_obsolete = allow_obsolete};
    buffer_clear(&b->text);
    grammar_generate(b->grammar, rule, &how, &b->text);
    return (struct grammar_input){.bytes = buffer_span(&b->text)};
}

static void complain(const struct bench *b, int rule, uint64_t seed, const char *what,
                     const struct grammar_match *match, struct grammar_input input)
{
    struct buffer out = {0};
    buffer_printf(&out, "%s, seed %u: %s: ", grammar_rule_name(b->grammar, rule), (unsigned)seed,
                  what);
    buffer_append_escaped(&out, input.bytes, 400);
    buffer_append_text(&out, ": ");
    grammar_explain(match, input, &out);
    print_error("%.*s\n", SPAN_ARG(buffer_span(&out)));
    buffer_free(&out);
}

static void check_derivation(const struct grammar_match *match)
{
    assert_int_equal(match->nodes[0].size, match->nnodes);
    for (size_t i = 0; i < match->nnodes; i++) {
        const struct grammar_node *node = &match->nodes[i];
        size_t end = i + node->size;
        size_t at = node->at;
        for (size_t child = i + 1; child < end; child += match->nodes[child].size) {
            assert_true(match->nodes[child].at >= at);
            at = match->nodes[child].at + match->nodes[child].nbytes;
            assert_true(child + match->nodes[child].size <= end);
        }
        assert_true(at <= node->at + node->nbytes);
    }
}

static bool check_generated(struct bench *b, int rule, uint64_t seed, bool allow_obsolete)
{
    struct grammar_match match;
    struct grammar_input input = generate(b, rule, seed, allow_obsolete);
    bool is_obsolete_rule =
        span_starts_with(span_of(grammar_rule_name(b->grammar, rule)), SPAN_LIT("obs-"));
    enum grammar_verdict worst =
        allow_obsolete || is_obsolete_rule ? GRAMMAR_OBSOLETE : GRAMMAR_STRICT;
    enum grammar_verdict verdict = grammar_match(b->matcher, rule, input, GRAMMAR_WHOLE, &match);
    if (verdict > worst) {
        complain(b, rule, seed, "not recognized as generated", &match, input);
        return false;
    }
    check_derivation(&match);
    assert_true((match.nobsolete > 0) == (verdict == GRAMMAR_OBSOLETE));
    /* Ambiguous parts would make the search for errors slow. A mailbox name may also be taken as
     * mere text (B93), once in a unit. */
    bool has_name =
        span_is(span_of(grammar_rule_name(b->grammar, rule)), "name") ||
        grammar_node_child(&match, 0, grammar_rule(b->grammar, SPAN_LIT("name"))) != SIZE_MAX;
    if (!has_name && machine_resume(&b->matcher->machine)) {
        complain(b, rule, seed, "derived in two ways", &match, input);
        return false;
    }
    return true;
}

static void test_start_rules(void **state)
{
    (void)state;
    static const char *const starts[] = {"request", "server-unit", "greeting"};
    struct bench b = bench_new();
    bool is_good = true;
    for (size_t i = 0; i < 3; i++)
        for (uint64_t seed = 0; seed < START_SEEDS; seed++)
            is_good = check_generated(&b, grammar_rule(b.grammar, span_of(starts[i])), seed,
                                      seed % 2 == 0) &&
                      is_good;
    bench_free(&b);
    assert_true(is_good);
}

static void test_every_rule(void **state)
{
    (void)state;
    struct bench b = bench_new();
    bool is_good = true;
    for (size_t rule = 0; rule < grammar_nrules(b.grammar); rule++)
        for (uint64_t seed = 0; seed < RULE_SEEDS; seed++)
            is_good = check_generated(&b, (int)rule, seed, seed % 2 == 0) && is_good;
    bench_free(&b);
    assert_true(is_good);
}

static void test_same_seed_same_text(void **state)
{
    (void)state;
    struct bench a = bench_new();
    struct bench b = bench_new();
    int rule = grammar_rule(a.grammar, SPAN_LIT("server-unit"));
    for (uint64_t seed = 0; seed < 50; seed++)
        assert_true(
            span_equal(generate(&a, rule, seed, true).bytes, generate(&b, rule, seed, true).bytes));
    bench_free(&a);
    bench_free(&b);
}

static void test_coverage(void **state)
{
    (void)state;
    static const char *const starts[] = {"request", "server-unit", "greeting"};
    struct bench b = bench_new();
    for (size_t i = 0; i < 3; i++) {
        int start = grammar_rule(b.grammar, span_of(starts[i]));
        struct grammar_coverage *coverage = grammar_coverage_new(b.grammar);
        size_t total = grammar_coverage_total(coverage, start);
        assert_true(total > 0);
        assert_int_equal(grammar_coverage_reached(coverage, start), 0);
        for (uint64_t seed = 0; seed < 6000; seed++) {
            assert_true(
                grammar_coverage_add(coverage, b.matcher, start, generate(&b, start, seed, true)));
            if (seed % 64 == 0 && grammar_coverage_reached(coverage, start) == total)
                break;
        }
        struct buffer missing = {0};
        grammar_coverage_missing(coverage, start, &missing);
        if (missing.nbytes > 0)
            print_error("%s: %.*s", starts[i], SPAN_ARG(buffer_span(&missing)));
        assert_int_equal(missing.nbytes, 0);
        assert_int_equal(grammar_coverage_reached(coverage, start), total);
        buffer_free(&missing);
        grammar_coverage_free(&coverage);
    }
    bench_free(&b);
}

static void test_coverage_of_one_text(void **state)
{
    (void)state;
    struct bench b = bench_new();
    struct grammar_coverage *coverage = grammar_coverage_new(b.grammar);
    int rule = grammar_rule(b.grammar, SPAN_LIT("sequence"));
    struct grammar_input input = {.bytes = SPAN_LIT("1:2")};
    assert_true(grammar_coverage_add(coverage, b.matcher, rule, input));
    struct buffer missing = {0};
    grammar_coverage_missing(coverage, rule, &missing);
    buffer_append_byte(&missing, '\0');
    assert_string_equal(buffer_span(&missing).data, "nz-number / obs-nz-number\nobs-nz-number\n"
                                                    "sequence / *(\",\" seq-part) with more\n"
                                                    "seq-part / [\":\" nz-number] at its least\n");
    buffer_free(&missing);
    input.bytes = SPAN_LIT("x");
    assert_false(grammar_coverage_add(coverage, b.matcher, rule, input));
    grammar_coverage_free(&coverage);
    bench_free(&b);
}

/* ---- the caller's own octets ---- */

static bool substitute_mailbox(void *context, int rule, struct buffer *out)
{
    if (rule != *(const int *)context)
        return false;
    buffer_append_text(out, "INBOX");
    return true;
}

static void test_substitute(void **state)
{
    (void)state;
    struct bench b = bench_new();
    int mailbox = grammar_rule(b.grammar, SPAN_LIT("mailbox"));
    int select = grammar_rule(b.grammar, SPAN_LIT("select"));
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct rng rng = rng_seeded(seed);
        struct grammar_generation how = {
            .rng = &rng, .substitute = substitute_mailbox, .context = &mailbox};
        buffer_clear(&b.text);
        grammar_generate(b.grammar, select, &how, &b.text);
        assert_true(span_is_nocase(buffer_span(&b.text), "SELECT INBOX"));
    }
    bench_free(&b);
}

static void test_depth_is_bounded(void **state)
{
    (void)state;
    struct err err = {0};
    struct grammar *grammar =
        grammar_read(SPAN_LIT("a = \"(\" *a \")\" / \"x\" a a / \"y\"\n"), "test", &err);
    assert_non_null(grammar);
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct rng rng = rng_seeded(seed);
        struct grammar_generation how = {.rng = &rng, .max_depth = 6, .max_repeat = 3};
        struct buffer text = {0};
        grammar_generate(grammar, 0, &how, &text);
        assert_true(text.nbytes > 0 && text.nbytes < 10000);
        buffer_free(&text);
    }
    grammar_free(&grammar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start_rules),          cmocka_unit_test(test_every_rule),
        cmocka_unit_test(test_same_seed_same_text),  cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_coverage_of_one_text), cmocka_unit_test(test_substitute),
        cmocka_unit_test(test_depth_is_bounded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
