/* What is promised of every change: no octet too many, none touched, the same again, all in use. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/grammar.h"
#include "mutator/mutator.h"
#include "stream/stream.h"

enum { ROOM = 4096, CALLS = 16000, MOST_CALLS = 1000000, GUARD = 16 };

static const enum mutator_side sides[] = {MUTATOR_REQUESTS, MUTATOR_RESPONSES};

/* Some input: a made-up session, or anything at all. */
static size_t some_input(struct mutator *m, struct rng *rng, char *room)
{
    if (rng_below(rng, 4) != 0)
        return mutator_generate(m, (unsigned)rng_below(rng, 24), 1 + (unsigned)rng_below(rng, 4),
                                room, rng_below(rng, ROOM), rng_next(rng));
    size_t nbytes = rng_below(rng, 400);
    for (size_t i = 0; i < nbytes; i++) {
        room[i] = (char)rng_next(rng);
        if (rng_below(rng, 4) == 0)
            room[i] = "\x01\x02\x05\x10\x0f\r\n {"[rng_below(rng, 9)];
    }
    return nbytes;
}

/* Makes the call with memory of exact sizes, so that the sanitizers see a step too far. */
static size_t mutate_exactly(struct mutator *m, struct span in, struct span other, size_t max,
                             uint64_t seed, char *out_r)
{
    char *input = mem_copy_text(in.data, in.nbytes);
    char *room = mem_alloc(max + GUARD);
    memset(room + max, 0x5a, GUARD);
    struct span exact = span_make(input, in.nbytes);
    size_t nbytes = other.data == NULL ? mutator_mutate(m, exact, room, max, seed)
                                       : mutator_cross(m, exact, other, room, max, seed);
    assert_true(nbytes <= max);
    assert_true(nbytes > 0 || max == 0);
    assert_memory_equal(input, in.data, in.nbytes);
    for (size_t i = 0; i < GUARD; i++)
        assert_int_equal(room[max + i], 0x5a);
    memcpy(out_r, room, nbytes);
    free(input);
    free(room);
    return nbytes;
}

static void test_stays_within_bounds(void **state)
{
    (void)state;
    char in[ROOM];
    char other[ROOM];
    char out[2 * ROOM];
    for (size_t side = 0; side < 2; side++) {
        struct mutator *m = mutator_new(sides[side]);
        struct rng rng = rng_seeded(side);
        for (int i = 0; i < CALLS / 4; i++) {
            struct span input = span_make(in, some_input(m, &rng, in));
            struct span donor = {0};
            if (rng_below(&rng, 8) == 0)
                donor = span_make(other, some_input(m, &rng, other));
            size_t max = rng_below(&rng, 3) == 0 ? rng_below(&rng, 2 * input.nbytes + 2) : ROOM;
            (void)mutate_exactly(m, input, donor, max, rng_next(&rng), out);
        }
        mutator_free(&m);
    }
}

static void test_same_calls_same_octets(void **state)
{
    (void)state;
    char in[ROOM];
    char first[ROOM];
    char second[ROOM];
    struct mutator *a = mutator_new(MUTATOR_REQUESTS);
    struct mutator *b = mutator_new(MUTATOR_REQUESTS);
    struct mutator *inputs = mutator_new(MUTATOR_REQUESTS);
    for (int again = 0; again < 2; again++) {
        struct rng rng = rng_seeded(7);
        mutator_reset(a);
        mutator_reset(b);
        for (int i = 0; i < CALLS / 8; i++) {
            struct span input = span_make(in, some_input(inputs, &rng, in));
            uint64_t seed = rng_next(&rng);
            size_t nfirst = mutator_mutate(a, input, first, sizeof first, seed);
            size_t nsecond = mutator_mutate(b, input, second, sizeof second, seed);
            assert_int_equal(nfirst, nsecond);
            assert_memory_equal(first, second, nfirst);
            assert_int_equal(mutator_last(a).operator, mutator_last(b).operator);
        }
    }
    mutator_free(&a);
    mutator_free(&b);
    mutator_free(&inputs);
}

static void test_nearly_always_changes_something(void **state)
{
    (void)state;
    char in[ROOM];
    char out[ROOM];
    size_t same = 0;
    struct mutator *m = mutator_new(MUTATOR_REQUESTS);
    struct rng rng = rng_seeded(5);
    for (int i = 0; i < CALLS / 8; i++) {
        struct span input = span_make(in, some_input(m, &rng, in));
        size_t nbytes = mutator_mutate(m, input, out, sizeof out, rng_next(&rng));
        same += span_equal(input, span_make(out, nbytes));
    }
    assert_true(same < CALLS / 8 / 1000);
    mutator_free(&m);
}

/* ---- grammar ---- */

struct recognizer {
    const struct grammar *grammar;
    struct grammar_matcher *matcher;
    struct grammar_coverage *coverage;
    int rules[2];
    size_t nrules;
};

static struct recognizer recognizer_new(enum mutator_side side)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    bool is_request = side == MUTATOR_REQUESTS;
    return (struct recognizer){
        .grammar = grammar,
        .matcher = grammar_matcher_new(grammar),
        .coverage = grammar_coverage_new(grammar),
        .rules = {grammar_rule(grammar, span_of(is_request ? "request" : "server-unit")),
                  grammar_rule(grammar, SPAN_LIT("greeting"))},
        .nrules = is_request ? 1 : 2};
}

static void recognizer_free(struct recognizer *r)
{
    grammar_matcher_free(&r->matcher);
    grammar_coverage_free(&r->coverage);
}

/* Whether all whole commands of a stream are in the language, and counts what they use. */
static bool recognize(struct recognizer *r, struct span stream, bool counts)
{
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    char text[ROOM];
    bool is_derived = true;
    while (stream_splitter_next(&splitter, &unit)) {
        if (unit.kind != STREAM_DATA || !unit.begins || !unit.ends)
            continue;
        size_t nbytes = stream_data(unit.bytes, text, sizeof text);
        struct grammar_input input = {.bytes = span_make(text, nbytes)};
        struct grammar_match match;
        bool fits = false;
        for (size_t i = 0; i < r->nrules; i++) {
            bool derives = counts
                               ? grammar_coverage_add(r->coverage, r->matcher, r->rules[i], input)
                               : grammar_match(r->matcher, r->rules[i], input, GRAMMAR_WHOLE,
                                               &match) != GRAMMAR_REJECTED;
            fits = fits || derives;
        }
        is_derived = is_derived && fits;
    }
    return is_derived;
}

static size_t missing(const struct recognizer *r, struct buffer *out)
{
    size_t count = 0;
    for (size_t i = 0; i < r->nrules; i++) {
        count += grammar_coverage_total(r->coverage, r->rules[i]) -
                 grammar_coverage_reached(r->coverage, r->rules[i]);
        grammar_coverage_missing(r->coverage, r->rules[i], out);
    }
    return count;
}

static void use_everything(enum mutator_side side)
{
    char in[ROOM];
    char out[ROOM];
    struct mutator *m = mutator_new(side);
    struct recognizer r = recognizer_new(side);
    struct buffer left = {0};
    size_t *used = mem_alloc(mutator_noperators() * sizeof *used);
    size_t nunused = mutator_noperators();
    size_t nbytes = mutator_generate(m, 2, 1, in, sizeof in, 1);
    int calls = 0;
    bool is_all = false;
    for (; calls < MOST_CALLS && !is_all; calls++) {
        size_t made = mutator_mutate(m, span_make(in, nbytes), out, sizeof out, (uint64_t)calls);
        size_t last = mutator_last(m).operator;
        assert_true(last < mutator_noperators());
        nunused -= used[last]++ == 0;
        (void)recognize(&r, span_make(out, made), true);
        if (calls % 64 == 63) {
            nbytes = mutator_generate(m, 2, 1, in, sizeof in, (uint64_t)calls);
            buffer_clear(&left);
            is_all = nunused == 0 && missing(&r, &left) == 0;
        }
    }
    if (!is_all)
        print_error("never used: %zu operators; %.*s\n", nunused, SPAN_ARG(buffer_span(&left)));
    assert_true(is_all);
    free(used);
    buffer_free(&left);
    recognizer_free(&r);
    mutator_free(&m);
}

static void test_uses_everything_in_requests(void **state)
{
    (void)state;
    use_everything(MUTATOR_REQUESTS);
}

static void test_uses_everything_in_responses(void **state)
{
    (void)state;
    use_everything(MUTATOR_RESPONSES);
}

/* Of what the session and tree operators make out of sound sessions, 60 % stay sound. */
static void test_structure_stays_in_the_language(void **state)
{
    (void)state;
    char in[ROOM];
    char out[ROOM];
    for (size_t side = 0; side < 2; side++) {
        struct mutator *m = mutator_new(sides[side]);
        struct recognizer r = recognizer_new(sides[side]);
        size_t all = 0;
        size_t sound = 0;
        for (uint64_t seed = 0; seed < CALLS / 8; seed++) {
            size_t nbytes = mutator_generate(m, 8, 2, in, sizeof in, seed);
            size_t made = mutator_mutate(m, span_make(in, nbytes), out, sizeof out, seed);
            enum mutator_tier tier = mutator_operator(mutator_last(m).operator).tier;
            if ((tier != MUTATOR_SESSION && tier != MUTATOR_TREE) ||
                !recognize(&r, span_make(in, nbytes), false))
                continue;
            all++;
            sound += recognize(&r, span_make(out, made), false);
        }
        assert_true(all > CALLS / 40);
        if (sound * 10 < all * 6)
            print_error("%zu of %zu\n", sound, all);
        assert_true(sound * 10 >= all * 6);
        recognizer_free(&r);
        mutator_free(&m);
    }
}

/* ---- the parts ---- */

static void test_operators_do_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *operator;
        const char *in;
        const char *expected; /* one that must come out of some seed */
    } cases[] = {
        {"delete", "a NOOP\r\nb CHECK\r\n", "b CHECK\r\n"},
        {"duplicate", "a NOOP\r\n", "a NOOP\r\na NOOP\r\n"},
        {"swap", "a NOOP\r\nb CHECK\r\n", "b CHECK\r\na NOOP\r\n"},
        {"repeat", "a NOOP\r\n", "a NOOP\r\na NOOP\r\na NOOP\r\n"},
        {"move-session", "a NOOP\r\n",
         "\x02"
         "a NOOP\r\n\x01"},
        {"swap-subtrees", "a FETCH 1,2 FLAGS\r\n", "a FETCH 2,1 FLAGS\r\n"},
        {"graft", "a FETCH 1 FLAGS\r\nb COPY 7 m\r\n", "a FETCH 7 FLAGS\r\nb COPY 7 m\r\n"},
        {"shorten", "a SEARCH SEEN NEW\r\n", "a SEARCH SEEN\r\n"},
        {"lengthen", "a SEARCH SEEN NEW\r\n", "a SEARCH SEEN NEW NEW\r\n"},
        {"respell", "a SELECT m\r\n", "a SELECT \"m\"\r\n"},
        {"respell", "a SELECT {1}\r\nm\r\n", "a SELECT m\r\n"},
        {"number", "a COPY 3 m\r\n", "a COPY 4294967296 m\r\n"},
        {"name", "a SELECT m\r\n", "a SELECT INBOX\r\n"},
        {"tag", "a NOOP\r\nb CHECK\r\n", "b NOOP\r\nb CHECK\r\n"},
        {"literal-off-by-one", "a SELECT mm\r\n", "a SELECT {3}\r\nmm\r\n"},
        {"literal-zero", "a SELECT mm\r\n", "a SELECT {0}\r\n\r\n"},
        {"literal-waited", "a SELECT mm\r\n", "a SELECT {2}\r\n\x12mm\r\n"},
        {"near-tab", "a NOOP\r\n", "a\tNOOP\r\n"},
        {"near-trailing-space", "a NOOP\r\n", "a NOOP \r\n"},
        {"near-lf", "a NOOP\r\n", "a NOOP\n"},
        {"near-case", "a NOOP\r\n", "a noop\r\n"},
        {"near-nul", "a NOOP\r\n", NULL},
        {"near-word", "a NOOP\r\n", "a NOP\r\n"},
        {"near-word", "a SEARCH ON 1-Oct-87\r\n", "a SEARCH ON 1-Ocz-87\r\n"},
        {"long", "abcdefgh NOOP\r\n", "abcdefghabcdefgh NOOP\r\n"},
        {"long", "a SELECT \"bc\"\r\n", "a SELECT \"bcbcbcbcbcbcbcb\"\r\n"},
        {"long", "a SELECT mm\r\n", "a SELECT {31}\r\nmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm\r\n"},
        {"grow", "a0 LOGIN fred secret\r\na1 SELECT INBOX\r\n",
         "a0 LOGIN fred secret\r\na1 SELECT INBOX\r\na2 COPY 1:5 INBOX\r\n"
         "a3 COPY 1:10 INBOX\r\na4 COPY 1:20 INBOX\r\n"},
        {"grow", "a0 LOGIN fred secret\r\na1 SELECT INBOX\r\n",
         "a0 LOGIN fred secret\r\na1 SELECT INBOX\r\na2 COPY 1:5 INBOX\r\n"
         "a3 STORE 1:10 FLAGS \\Answered\r\na4 STORE 1:10 FLAGS \\Seen\r\n"},
        {"set-piece", "a NOOP\r\n", NULL},
        {"interleave", "a NOOP\r\n", NULL},
        {"date", "a SEARCH ON 1-Oct-87\r\n", "a SEARCH ON 29-Feb-00\r\n"},
    };
    struct mutator *m = mutator_new(MUTATOR_REQUESTS);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool is_found = false;
        size_t index = 0;
        while (strcmp(mutator_operator(index).name, cases[i].operator) != 0)
            index++;
        for (uint64_t seed = 0; seed < 20000 && !is_found; seed++) {
            char out[ROOM];
            size_t nbytes = mutator_apply(m, index, span_of(cases[i].in), out, sizeof out, seed);
            is_found = nbytes > 0 && (cases[i].expected == NULL ||
                                      span_is(span_make(out, nbytes), cases[i].expected));
        }
        if (!is_found)
            print_error("%s of %s\n", cases[i].operator, cases[i].in);
        assert_true(is_found);
    }
    mutator_free(&m);
}

/* What is a server's keeps to the tags of the client, so that operations end. */
static void test_completions_are_in_order(void **state)
{
    (void)state;
    char out[ROOM];
    struct mutator *m = mutator_new(MUTATOR_RESPONSES);
    size_t index = 0;
    size_t found = 0;
    struct span in = SPAN_LIT("* OK hello\r\n+ go\r\nA0001 OK in\r\nA0002 OK selected\r\n");
    while (strcmp(mutator_operator(index).name, "set-piece") != 0)
        index++;
    for (uint64_t seed = 0; seed < 200; seed++) {
        size_t nbytes = mutator_apply(m, index, in, out, sizeof out, seed);
        struct span made = span_make(out, nbytes);
        size_t third = span_find(made, SPAN_LIT("A0003 OK"));
        size_t fourth = span_find(made, SPAN_LIT("A0004 OK"));
        found += third != SPAN_NPOS && fourth != SPAN_NPOS && third < fourth;
    }
    assert_true(found > 20);
    mutator_free(&m);
}

static void test_words_of_the_caller(void **state)
{
    (void)state;
    static const struct span mailboxes[] = {SPAN_INIT("fuzz-1")};
    static const struct span users[] = {SPAN_INIT("smith")};
    char out[ROOM];
    struct mutator *m = mutator_new(MUTATOR_REQUESTS);
    mutator_set_words(m, MUTATOR_MAILBOXES, mailboxes, 1);
    mutator_set_words(m, MUTATOR_USERS, users, 1);
    size_t found = 0;
    for (uint64_t seed = 0; seed < 100; seed++) {
        size_t nbytes = mutator_generate(m, 10, 1, out, sizeof out, seed);
        struct span made = span_make(out, nbytes);
        found += span_find(made, SPAN_LIT("SELECT fuzz-1")) != SPAN_NPOS;
        assert_true(span_find(made, SPAN_LIT("SELECT INBOX")) == SPAN_NPOS);
    }
    assert_true(found > 50);
    mutator_free(&m);
}

static size_t hook(void *context, char *bytes, size_t nbytes, size_t max, uint64_t seed)
{
    (void)seed;
    assert_true(nbytes <= max);
    ++*(int *)context;
    memset(bytes, 'h', nbytes);
    return nbytes;
}

static void test_octets_hook(void **state)
{
    (void)state;
    char out[ROOM];
    int calls = 0;
    struct mutator *m = mutator_new(MUTATOR_REQUESTS);
    mutator_set_octets_hook(m, hook, &calls);
    for (uint64_t seed = 0; seed < 1000; seed++)
        (void)mutator_mutate(m, SPAN_LIT("a NOOP\r\n"), out, sizeof out, seed);
    assert_true(calls > 5);
    mutator_free(&m);
}

static void test_names_and_weights(void **state)
{
    (void)state;
    unsigned total = 0;
    for (unsigned tier = 0; tier < MUTATOR_NTIERS; tier++) {
        size_t count = 0;
        total += mutator_tier_weight((enum mutator_tier)tier);
        for (size_t i = 0; i < mutator_noperators(); i++)
            count += mutator_operator(i).tier == tier;
        assert_true(count > 0);
        assert_true(strlen(mutator_tier_name((enum mutator_tier)tier)) > 0);
    }
    assert_int_equal(total, 100);
    for (size_t i = 0; i < mutator_noperators(); i++)
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(mutator_operator(i).name, mutator_operator(k).name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stays_within_bounds),
        cmocka_unit_test(test_same_calls_same_octets),
        cmocka_unit_test(test_nearly_always_changes_something),
        cmocka_unit_test(test_uses_everything_in_requests),
        cmocka_unit_test(test_uses_everything_in_responses),
        cmocka_unit_test(test_structure_stays_in_the_language),
        cmocka_unit_test(test_operators_do_what_they_say),
        cmocka_unit_test(test_completions_are_in_order),
        cmocka_unit_test(test_words_of_the_caller),
        cmocka_unit_test(test_octets_hook),
        cmocka_unit_test(test_names_and_weights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
