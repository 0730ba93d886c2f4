/* Flat programs say what the machine says, which tries everything: the same verdict, and of the
 * derivation the same nodes as far as the view has them. Over generated sentences of each rule,
 * lines of the corpus, and both with octets changed. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/matcher.h"

static const char *const start_rules[] = {"greeting", "server-unit", "request"};
/* Such as a reader of derivations might ask for. */
static const char *const few[] = {"fetch-flag", "flags-pair", "nstring", "env-subject",
                                  "sequence",   "search-key", "status",  "response"};
enum { NSTARTS = 3, NFEW = sizeof few / sizeof *few, NVIEWS = 2 };

struct bench {
    const struct grammar *grammar;
    struct grammar_view *views[NVIEWS]; /* of few rules, of none */
    struct grammar_matcher *all, *viewing[NVIEWS];
    struct machine machine;
    struct flat_scratch scratch;
    struct rng rng;
    size_t ncompared, nderived;
};

static int rule_of(const struct bench *b, const char *name)
{
    int rule = grammar_rule(b->grammar, span_of(name));
    assert_int_not_equal(rule, GRAMMAR_NO_RULE);
    return rule;
}

static void set_up(struct bench *b)
{
    *b = (struct bench){.grammar = grammar_of_dialect(SPAN_LIT("imap2")), .rng = rng_seeded(11)};
    int rules[NFEW];
    for (size_t i = 0; i < NFEW; i++)
        rules[i] = rule_of(b, few[i]);
    b->views[0] = grammar_view_new(b->grammar, rules, NFEW);
    b->views[1] = grammar_view_new(b->grammar, NULL, 0);
    b->all = grammar_matcher_new(b->grammar);
    for (size_t i = 0; i < NVIEWS; i++)
        b->viewing[i] = grammar_matcher_new_viewing(b->views[i]);
    b->machine.grammar = b->grammar;
}

static void tear_down(struct bench *b)
{
    for (size_t i = 0; i < NVIEWS; i++) {
        grammar_matcher_free(&b->viewing[i]);
        grammar_view_free(&b->views[i]);
    }
    grammar_matcher_free(&b->all);
    machine_free(&b->machine);
    flat_scratch_free(&b->scratch);
}

/* ---- comparing ---- */

static void assert_same_node(const struct grammar_node *flat, const struct grammar_node *node)
{
    assert_int_equal(flat->rule, node->rule);
    assert_int_equal(flat->alternative, node->alternative);
    assert_int_equal(flat->at, node->at);
    assert_int_equal(flat->nbytes, node->nbytes);
}

static bool is_viewed(const struct grammar_view *view, const struct grammar_node *nodes, size_t i)
{
    const struct rule *rule = &view->grammar->rules[nodes[i].rule];
    return i == 0 || view->wants[nodes[i].rule] || rule->is_obsolete || rule->is_count ||
           rule->nunlike > 0;
}

static size_t count_viewed(const struct grammar_view *view, const struct machine *m, size_t node)
{
    size_t count = 0;
    for (size_t i = node; i < node + m->nodes[node].size; i++)
        count += is_viewed(view, m->nodes, i);
    return count;
}

static void assert_same_tree(const struct grammar_view *view, const struct flat_scratch *flat,
                             const struct machine *m)
{
    size_t next = 0;
    for (size_t i = 0; i < m->nnodes; i++) {
        if (!is_viewed(view, m->nodes, i))
            continue;
        assert_true(next < flat->nnodes);
        assert_same_node(&flat->nodes[next], &m->nodes[i]);
        assert_int_equal(flat->nodes[next].size, count_viewed(view, m, i));
        next++;
    }
    assert_int_equal(next, flat->nnodes);
}

/* Each variant by itself, whatever the other one says. */
static void compare(struct bench *b, int rule, struct grammar_input input)
{
    const struct grammar_view *views[] = {b->grammar->everything, b->views[0], b->views[1]};
    for (int v = 0; v < VARIANTS; v++) {
        bool is_derived = machine_run(&b->machine, (enum variant)v, rule, input, DIAGNOSIS_NONE);
        assert_false(b->machine.is_over_budget || b->machine.is_too_deep);
        for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
            const struct flat *flat = view_flat(views[i], (enum variant)v, rule);
            enum flat_result result = flat_run(&b->scratch, flat, &input, UINT64_MAX);
            if (result != (is_derived ? FLAT_DERIVED : FLAT_UNDERIVABLE))
                print_error("%s, variant %d: %.*s\n", grammar_rule_name(b->grammar, rule), v,
                            SPAN_ARG(input.bytes));
            assert_int_equal(result, is_derived ? FLAT_DERIVED : FLAT_UNDERIVABLE);
            if (is_derived)
                assert_same_tree(views[i], &b->scratch, &b->machine);
        }
        b->nderived += is_derived;
    }
    b->ncompared++;
}

/* ---- what is compared ---- */

/* One octet more, less or another one, often one that means something. */
static void change(struct rng *rng, struct buffer *text)
{
    static const char telling[] = "* +()\"\\{}\r\n%0159aAzZ,:-.\t\177\200";
    if (text->nbytes == 0)
        return;
    char octet = telling[rng_below(rng, sizeof telling - 1)];
    size_t at = rng_below(rng, (uint32_t)text->nbytes);
    char *octets = text->bytes + text->head;
    switch (rng_below(rng, 4)) {
    case 0:
        octets[at] = octet;
        return;
    case 1:
        memmove(octets + at, octets + at + 1, text->nbytes - at - 1);
        buffer_truncate(text, text->nbytes - 1);
        return;
    case 2:
        octets[at] = (char)rng_below(rng, 256);
        return;
    default:
        buffer_append_byte(text, octet);
        octets = text->bytes + text->head;
        memmove(octets + at + 1, octets + at, text->nbytes - at - 1);
        octets[at] = octet;
    }
}

static void compare_changed(struct bench *b, int rule, struct buffer *text, int nchanges)
{
    compare(b, rule, (struct grammar_input){.bytes = buffer_span(text)});
    for (int i = 0; i < nchanges; i++) {
        change(&b->rng, text);
        compare(b, rule, (struct grammar_input){.bytes = buffer_span(text)});
    }
}

static void sentences_of_the_start_rules(void **state)
{
    struct bench *b = *state;
    struct buffer text = {0};
    struct grammar_generation how = {.rng = &b->rng};
    for (size_t i = 0; i < 6000; i++) {
        int rule = rule_of(b, start_rules[i % NSTARTS]);
        how.allow_obsolete = rng_below(&b->rng, 2) == 0;
        buffer_clear(&text);
        grammar_generate(b->grammar, rule, &how, &text);
        compare_changed(b, rule, &text, 4);
    }
    buffer_free(&text);
    assert_int_equal(b->ncompared, 30000);
    assert_true(b->nderived > 8000);
}

static void sentences_of_every_rule(void **state)
{
    struct bench *b = *state;
    struct buffer text = {0};
    struct grammar_generation how = {.rng = &b->rng, .allow_obsolete = true};
    for (size_t i = 0; i < 10 * b->grammar->nrules; i++) {
        int rule = (int)(i % b->grammar->nrules);
        buffer_clear(&text);
        grammar_generate(b->grammar, rule, &how, &text);
        compare_changed(b, rule, &text, 3);
    }
    buffer_free(&text);
}

/* The lines of a file as units of either side, each with its end. */
static void compare_lines(struct bench *b, struct span octets)
{
    struct buffer text = {0};
    while (octets.nbytes > 0) {
        size_t feed = span_find_byte(octets, '\n');
        size_t nbytes = feed == SPAN_NPOS ? octets.nbytes : feed + 1;
        for (size_t i = 0; i < NSTARTS; i++) {
            buffer_clear(&text);
            buffer_append(&text, span_slice(octets, 0, nbytes));
            compare_changed(b, rule_of(b, start_rules[i]), &text, 2);
        }
        octets = span_from(octets, nbytes);
    }
    buffer_free(&text);
}

static void compare_file(struct bench *b, const char *path)
{
    char octets[16384];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t nbytes = fread(octets, 1, sizeof octets, file);
    (void)fclose(file);
    compare_lines(b, span_make(octets, nbytes));
    for (size_t i = 0; i < NSTARTS; i++)
        compare(b, rule_of(b, start_rules[i]),
                (struct grammar_input){.bytes = span_make(octets, nbytes)});
}

static void seeds_and_corpus(void **state)
{
    static const char *const folders[] = {SOURCE_ROOT "/corpus/seeds/request",
                                          SOURCE_ROOT "/corpus/seeds/response",
                                          SOURCE_ROOT "/tests/grammar/corpus"};
    struct bench *b = *state;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        DIR *folder = opendir(folders[i]);
        assert_non_null(folder);
        for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            (void)snprintf(path, sizeof path, "%s/%s", folders[i], entry->d_name);
            compare_file(b, path);
        }
        (void)closedir(folder);
    }
    assert_true(b->ncompared > 3000);
}

/* Literals of which not all was kept, or none. */
static void literals_cut_short(void **state)
{
    struct bench *b = *state;
    static const struct span units[] = {
        SPAN_INIT("* 3 FETCH (RFC822 {50}\r\n12345 FLAGS ())\r\n"),
        SPAN_INIT("* 3 FETCH (RFC822 {50}\r\n FLAGS ())\r\n"),
        SPAN_INIT("* 3 FETCH (RFC822 {5}\r\n12345 FLAGS ())\r\n"),
        SPAN_INIT("a LOGIN {50}\r\n12345 x\r\n"),
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        size_t at = span_find_byte(units[i], '\n') + 1;
        for (size_t k = 0; k < 24; k++) {
            struct wire_literal literal = {
                .at = at + k % 2, .count = k < 12 ? 50 : 5, .kept = k / 4, .is_bare = k % 4 == 3};
            struct grammar_input input = {units[i], &literal, 1};
            compare(b, rule_of(b, i == 3 ? "request" : "server-unit"), input);
        }
    }
}

/* Through the public functions: what is told of a line does not depend on the view. */
static void verdicts_do_not_depend_on_the_view(void **state)
{
    struct bench *b = *state;
    struct buffer text = {0};
    struct grammar_generation how = {.rng = &b->rng, .allow_obsolete = true};
    for (size_t i = 0; i < 3000; i++) {
        int rule = rule_of(b, start_rules[i % NSTARTS]);
        buffer_clear(&text);
        grammar_generate(b->grammar, rule, &how, &text);
        for (size_t changes = rng_below(&b->rng, 3); changes > 0; changes--)
            change(&b->rng, &text);
        struct grammar_input input = {.bytes = buffer_span(&text)};
        struct grammar_match all, few_nodes;
        (void)grammar_match(b->all, rule, input, GRAMMAR_WHOLE, &all);
        (void)grammar_match(b->viewing[i % NVIEWS], rule, input, GRAMMAR_WHOLE, &few_nodes);
        assert_int_equal(few_nodes.verdict, all.verdict);
        assert_int_equal(few_nodes.failed_at, all.failed_at);
        assert_int_equal(few_nodes.nexpected, all.nexpected);
        assert_int_equal(few_nodes.nobsolete, all.nobsolete);
        for (size_t k = 0; k < all.nobsolete; k++)
            assert_int_equal(few_nodes.obsolete[k], all.obsolete[k]);
        for (size_t k = 0; k < all.nexpected; k++)
            assert_string_equal(few_nodes.expected[k].text, all.expected[k].text);
    }
    buffer_free(&text);
}

/* What cannot be made flat is left to the machine, and says the same. */
static void what_is_not_flat(void **state)
{
    (void)state;
    struct err err = {0};
    struct grammar *grammar = grammar_read(SPAN_LIT("list = \"(\" [list] \")\"\n"
                                                    "many = *([\"a\"] [\"b\"]) \"c\"\n"
                                                    "plain = 1*(\"a\" / \"ab\") \"c\"\n"),
                                           "test.abnf", &err);
    assert_non_null(grammar);
    struct grammar_matcher *matcher = grammar_matcher_new(grammar);
    static const struct {
        const char *rule;
        struct span text;
        bool is_flat;
    } cases[] = {{"list", SPAN_INIT("((()))"), false},
                 {"many", SPAN_INIT("abbac"), false},
                 {"plain", SPAN_INIT("aababac"), true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int rule = grammar_rule(grammar, span_of(cases[i].rule));
        struct grammar_match match;
        struct grammar_input input = {.bytes = cases[i].text};
        assert_int_equal(grammar_match(matcher, rule, input, GRAMMAR_WHOLE, &match),
                         GRAMMAR_STRICT);
        assert_int_equal(match.nbytes, cases[i].text.nbytes);
        input.bytes.nbytes--;
        assert_int_equal(grammar_match(matcher, rule, input, GRAMMAR_WHOLE, &match),
                         GRAMMAR_REJECTED);
        assert_int_equal(view_flat(grammar->everything, VARIANT_STRICT, rule)->code != NULL,
                         cases[i].is_flat);
    }
    grammar_matcher_free(&matcher);
    grammar_free(&grammar);
}

static int set_up_state(void **state)
{
    static struct bench b;
    set_up(&b);
    *state = &b;
    return 0;
}

static int tear_down_state(void **state)
{
    tear_down(*state);
    return 0;
}

#define WITH_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up_state, tear_down_state)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BENCH(sentences_of_the_start_rules),
        WITH_BENCH(sentences_of_every_rule),
        WITH_BENCH(seeds_and_corpus),
        WITH_BENCH(literals_cut_short),
        WITH_BENCH(verdicts_do_not_depend_on_the_view),
        cmocka_unit_test(what_is_not_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
