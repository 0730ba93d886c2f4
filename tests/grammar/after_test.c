/* Alternatives that the octet behind the first SP rules out are none that could have matched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/matcher.h"

/* A run that is to explain a failure tries all alternatives: both must come to the same. */
static void assert_same(struct machine *quick, struct machine *thorough, int rule, struct span text)
{
    struct grammar_input input = {.bytes = text};
    for (int v = 0; v < VARIANTS; v++) {
        bool is_quick = machine_run(quick, (enum variant)v, rule, input, DIAGNOSIS_NONE);
        bool is_thorough = machine_run(thorough, (enum variant)v, rule, input, DIAGNOSIS_REACH);
        assert_int_equal(is_quick, is_thorough);
        if (!is_quick)
            continue;
        assert_int_equal(quick->nnodes, thorough->nnodes);
        for (size_t i = 0; i < quick->nnodes; i++) {
            assert_int_equal(quick->nodes[i].rule, thorough->nodes[i].rule);
            assert_int_equal(quick->nodes[i].alternative, thorough->nodes[i].alternative);
            assert_int_equal(quick->nodes[i].at, thorough->nodes[i].at);
            assert_int_equal(quick->nodes[i].nbytes, thorough->nodes[i].nbytes);
        }
    }
}

static void change(struct rng *rng, struct buffer *text)
{
    static const char octets[] = " *+0159AEFRSX(){}\"\\\r\n%-:,x";
    if (text->nbytes == 0)
        return;
    char *bytes = text->bytes + text->head;
    size_t at = (size_t)rng_below(rng, text->nbytes);
    if (rng_below(rng, 3) == 0)
        buffer_truncate(text, at);
    else
        bytes[at] = octets[rng_below(rng, sizeof octets - 1)];
}

static void nothing_that_fits_is_left_out(void **state)
{
    (void)state;
    static const char *const rules[] = {"server-unit", "request", "greeting", "fetch-pair", "flag"};
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    struct grammar_matcher *quick = grammar_matcher_new(grammar);
    struct grammar_matcher *thorough = grammar_matcher_new(grammar);
    struct rng rng = rng_seeded(7);
    struct grammar_generation how = {.rng = &rng, .allow_obsolete = true};
    struct buffer text = {0};
    for (size_t i = 0; i < 4000; i++) {
        int rule = grammar_rule(grammar, span_of(rules[i % (sizeof rules / sizeof *rules)]));
        buffer_clear(&text);
        grammar_generate(grammar, rule, &how, &text);
        for (int changes = 0; changes < 4; changes++) {
            assert_same(&quick->machine, &thorough->machine, rule, buffer_span(&text));
            change(&rng, &text);
        }
    }
    buffer_free(&text);
    grammar_matcher_free(&quick);
    grammar_matcher_free(&thorough);
}

/* The word behind a number decides at once, at either side of what is looked at. */
static void a_long_number_is_no_hindrance(void **state)
{
    (void)state;
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    struct grammar_matcher *matcher = grammar_matcher_new(grammar);
    struct buffer text = {0};
    for (size_t ndigits = 1; ndigits < 40; ndigits++) {
        buffer_clear(&text);
        buffer_append_text(&text, "* ");
        buffer_append_repeat(&text, '7', ndigits);
        buffer_append_text(&text, " EXPUNGE\r\n");
        struct grammar_match match;
        struct grammar_input input = {.bytes = buffer_span(&text)};
        int rule = grammar_rule(grammar, SPAN_LIT("server-unit"));
        assert_int_equal(grammar_match(matcher, rule, input, GRAMMAR_WHOLE, &match),
                         GRAMMAR_STRICT);
    }
    buffer_free(&text);
    grammar_matcher_free(&matcher);
}

static void a_set_is_found_only_when_it_is_sure(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        const char *after; /* NULL: nothing can be said */
    } cases[] = {
        {"1*D \" \" \"AB\"", "Aa"},
        {"1*D \" \" (\"A\" / \"B\")", "AaBb"},
        {"1*D [\"x\"] \" \" *\"A\" \"C\"", "AaCc"},
        {"\"x y\"", "Yy"},
        {"\"A\" / \"B C\"", NULL},
        {"1*D", NULL},
        {"1*D \" \"", NULL},
        {"1*D \" \" *\"A\"", NULL},
        {"*%x20-30 \" \" \"A\"", NULL},
        {"*(D \" \") \"A\"", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer text = {0};
        struct err err = {0};
        struct octets after;
        struct octets expected = {0};
        buffer_printf(&text, "start = %s\nD = %%x30-39\n", cases[i].body);
        struct grammar *grammar = grammar_read(buffer_span(&text), "t.abnf", &err);
        assert_non_null(grammar);
        bool is_found = syntax_find_after(grammar, grammar->rules[0].body, VARIANT_STRICT, &after);
        assert_int_equal(is_found, cases[i].after != NULL);
        for (const char *c = cases[i].after; c != NULL && *c != '\0'; c++)
            octets_add(&expected, (unsigned char)*c);
        if (is_found)
            assert_memory_equal(&after, &expected, sizeof after);
        grammar_free(&grammar);
        buffer_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_fits_is_left_out),
        cmocka_unit_test(a_long_number_is_no_hindrance),
        cmocka_unit_test(a_set_is_found_only_when_it_is_sure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
