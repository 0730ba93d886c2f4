/* Reading ABNF: what it accepts, and where it says that something is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/grammar.h"

static struct grammar *read_text(const char *abnf)
{
    struct err err = {0};
    struct grammar *grammar = grammar_read(span_of(abnf), "test.abnf", &err);
    if (grammar == NULL)
        print_error("%u:%u: %s\n", err.line, err.col, err.text);
    assert_non_null(grammar);
    return grammar;
}

/* ---- errors ---- */

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *abnf;
        unsigned line, col;
        const char *text;
    } cases[] = {
        {"", 1, 1, "a grammar has at least one rule"},
        {"; nothing\n", 1, 1, "a grammar has at least one rule"},
        {"a = b\n", 1, 5, "rule b is not defined"},
        {"a = \"x\" /\n    (b / \"y\")\n", 2, 6, "rule b is not defined"},
        {"a = \"x\"\nA = \"y\"\n", 2, 1, "rule A is already defined on line 1"},
        {"a =/ \"x\"\n", 1, 3, "=/ adds to a rule that is not defined yet"},
        {" a = \"x\"\n", 1, 2,
         "a rule begins in the first column; an indented line continues the rule right above it"},
        {"1a = \"x\"\n", 1, 1, "a rule name is missing here: rules begin in the first column"},
        {"a \"x\"\n", 1, 3, "= or =/ is missing after the rule name"},
        {"a =\n", 1, 4, "an element is missing here"},
        {"a = \"x\" /\n", 1, 10, "an element is missing here"},
        {"a = / \"x\"\n", 1, 5, "an element is missing here"},
        {"a = 3\n", 1, 6, "an element is missing here"},
        {"a = \"x\" )\n", 1, 9, "an element, \"/\" or the end of the line is missing here"},
        {"a = \"x\"\"y\"\n", 1, 8, "a blank is missing between two elements"},
        {"a = (\"x\"\n", 1, 9, "\")\" or an element is missing here"},
        {"a = [\"x\")\n", 1, 9, "\"]\" or an element is missing here"},
        {"a = \"x\n", 1, 7, "a quoted text holds printable ASCII and ends with \""},
        {"a = \"\xe9\"\n", 1, 6, "a quoted text holds printable ASCII and ends with \""},
        {"a = %x\n", 1, 7, "a digit of the base is missing"},
        {"a = %x41.\n", 1, 10, "a digit of the base is missing"},
        {"a = %b12\n", 1, 8, "a blank is missing between two elements"},
        {"a = %x100\n", 1, 7, "a value is an octet, at most 255"},
        {"a = %d65-999\n", 1, 10, "a value is an octet, at most 255"},
        {"a = %x42-41\n", 1, 10, "a range ends before it begins"},
        {"a = %q41\n", 1, 6, "after % comes x, d, b, s or i"},
        {"a = %sx\n", 1, 7, "%s and %i are followed by a quoted text"},
        {"a = <some prose>\n", 1, 5, "prose between < and > cannot be compiled"},
        {"a = 3*2\"x\"\n", 1, 5, "a repetition ends before it begins"},
        {"a = 9999\"x\"\n", 1, 5, "a repetition is counted to 1000 at most"},
        {"a = a \"x\" / \"y\"\n", 1, 5, "rule a begins with itself (left recursion)"},
        {"a = [\"x\"] b\nb = *\"y\" a / \"z\"\n", 2, 10,
         "rule a begins with itself (left recursion)"},
        {"a = \"x\" a\n", 1, 1, "rule a derives no text that ever ends"},
        {"a = \"x\"\nb = \"y\" c\nc = b\n", 2, 1, "rule b derives no text that ever ends"},
        {"a = \"x\"\n;! sing a\n", 2, 4, "after ;! comes count, unlike or grade"},
        {"a = \"x\"\n;! count b governs a\n", 2, 10, "this line names a rule that is not defined"},
        {"a = \"x\"\n;! count a of a\n", 2, 12, "a count line reads: count RULE governs RULE"},
        {"a = \"x\"\n;! unlike a x\n", 2, 13, "an unlike line reads: unlike RULE \"text\""},
        {"a = \"x\"\n;! grade a b warn\n", 2, 10, "only obs- rules have a grade"},
        {"obs-a = \"x\"\n;! grade obs-a r bad\n", 2, 18, "the level is observe, warn or fail"},
        {"obs-a = \"x\"\r\n;! grade obs-a r warn x\r\n", 2, 23, "a reading is named like B75"},
        {"obs-a = \"x\"\n;! grade obs-a r warn B0\n", 2, 23, "a reading is named like B75"},
        {"obs-a = \"x\"\r\n;! grade obs-a r warn B7 x\r\n", 2, 26,
         "nothing more is expected on this line"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct grammar *grammar = grammar_read(span_of(cases[i].abnf), "test.abnf", &err);
        assert_null(grammar);
        if (err.line != cases[i].line || err.col != cases[i].col)
            print_error("case %zu: %u:%u: %s\n", i, err.line, err.col, err.text);
        assert_string_equal(err.text, cases[i].text);
        assert_int_equal(err.line, cases[i].line);
        assert_int_equal(err.col, cases[i].col);
        assert_string_equal(err.file, "test.abnf");
    }
}

static void test_deep_groups_are_refused(void **state)
{
    (void)state;
    struct buffer abnf = {0};
    struct err err = {0};
    buffer_append_text(&abnf, "a = ");
    buffer_append_repeat(&abnf, '(', 5000);
    assert_null(grammar_read(buffer_span(&abnf), "deep", &err));
    assert_string_equal(err.text, "groups are nested too deeply");
    buffer_free(&abnf);
}

/* ---- operators ---- */

static void check_match(const char *abnf, const char *text, enum grammar_verdict expected)
{
    struct grammar *grammar = read_text(abnf);
    struct grammar_matcher *matcher = grammar_matcher_new(grammar);
    struct grammar_match match;
    struct grammar_input input = {.bytes = span_of(text)};
    enum grammar_verdict verdict = grammar_match(matcher, 0, input, GRAMMAR_WHOLE, &match);
    if (verdict != expected)
        print_error("%s with \"%s\"\n", abnf, text);
    assert_int_equal(verdict, expected);
    assert_null(match.limit);
    if (verdict != GRAMMAR_REJECTED) {
        assert_int_equal(match.nbytes, strlen(text));
        assert_int_equal(match.nodes[0].rule, 0);
        assert_int_equal(match.nodes[0].size, match.nnodes);
        assert_int_equal(match.nodes[0].nbytes, strlen(text));
    }
    grammar_matcher_free(&matcher);
    grammar_free(&grammar);
}

static void test_operators(void **state)
{
    (void)state;
    /* texts between blanks; those after "|" are rejected */
    static const struct {
        const char *abnf, *texts;
    } cases[] = {
        {"a = \"Ab\"", "ab AB aB | a abc b"},
        {"a = %s\"Ab\"", "Ab | ab AB"},
        {"a = %i\"Ab\"", "Ab ab | b"},
        {"a = %x41.62", "Ab | ab AB A"},
        {"a = %d65.98", "Ab | ab"},
        {"a = %b1000001", "A | a"},
        {"a = %x30-39", "0 9 | a 10"},
        {"a = %d48-57 %B110000-111001", "00 59 | a 0 000"},
        {"a = \"x\" / \"y\" / \"zz\"", "x y zz | z xy"},
        {"a = \"x\"\na =/ \"y\" / \"z\"\r\na =/ \"w\"", "x y z w | xy"},
        {"a = \"x\" \"y\"", "xy | x y yx"},
        {"a = \"x\" ; comment\n ; more\n\n", "x | y"},
        {"a = \"x\"\n\n  ; comment\n  \n", "x | y"},
        {"a =\n \"x\"\n /\n \"y\"\n", "x y | xy"},
        {"a = (\"x\" / \"y\") \"z\"", "xz yz | x z"},
        {"a = [\"x\"] \"y\"", "xy y | x xxy"},
        {"a = *\"x\" \"y\"", "y xxxy | x"},
        {"a = 2\"x\"", "xx | x xxx"},
        {"a = 2*3\"x\"", "xx xxx | x xxxx"},
        {"a = 1*\"x\"", "x xxxx | y"},
        {"a = *2\"x\" \"y\"", "y xy xxy | xxxy"},
        {"a = 2*3(\"ab\" / \"c\")", "abc cab ccc | c abcabc abab2"},
        {"a = 3(\"ab\")", "ababab | abab"},
        {"a = *(\"ab\" / [\"c\"]) \"d\"", "d abd cabd | ab"},
        {"a = b b\nb = 1*%x61-7A / \"\"", "ab a | A"},
        {"a-1 = B\nb = \"x\"", "x | y"},
        /* choices that must be taken back */
        {"a = (\"a\" / \"ab\") \"c\"", "ac abc | ab"},
        {"a = 1*%x61 \"a\"", "aa aaaa | a"},
        {"a = *%x61 2\"a\" %x61-62", "aaa aab aaaab | ab aa"},
        {"a = *\"ab\" \"abc\"", "abc ababc | ab"},
        {"a = [\"x\"] \"xy\"", "xy xxy | x xxxy"},
        {"a = b \"bc\"\nb = \"a\" / \"ab\"", "abc abbc | ac"},
        {"a = *(b) \"ac\"\nb = \"a\" c\nc = *\"c\" [\"b\"]", "ac accac abac | ab"},
        /* recursion */
        {"a = \"(\" *a \")\"", "() (()()) ((())) | ( (() ())"},
        {"a = \"x\" [a]", "x xxxx | xy"},
        {"a = \"a\" a \"a\" / \"a\"", "a aaa aaaaa | aa aaaa"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct span rest = span_of(cases[i].texts);
        enum grammar_verdict expected = GRAMMAR_STRICT;
        while (rest.nbytes > 0) {
            struct span word = span_cut(&rest, ' ');
            if (span_is(word, "|")) {
                expected = GRAMMAR_REJECTED;
                continue;
            }
            char text[64] = "";
            memcpy(text, word.data, word.nbytes);
            check_match(cases[i].abnf, text, expected);
        }
    }
}

static void test_notes(void **state)
{
    (void)state;
    static const char *const literal = "a = \"{\" n \"}\" c \"!\"\nn = 1*%x30-39\nc = *%x00-FF\n"
                                       ";! count n governs c\n";
    check_match(literal, "{3}!!!!", GRAMMAR_STRICT);
    check_match(literal, "{0}!", GRAMMAR_STRICT);
    check_match(literal, "{2}!!!!", GRAMMAR_REJECTED);
    check_match(literal, "{4}!!!!", GRAMMAR_REJECTED);
    check_match(literal, "{99999999999999999999999}!!!!", GRAMMAR_REJECTED);
    static const char *const inner = "a = n \":\" c c\nn = 1*%x30-39\nc = 1*\"xy\"\n"
                                     ";! count n governs c\n";
    check_match(inner, "2:xyxy", GRAMMAR_STRICT);
    check_match(inner, "4:xyxyxyxy", GRAMMAR_STRICT);
    check_match(inner, "3:xyxyxy", GRAMMAR_REJECTED);
    static const char *const unlike = "a = b / obs-c\nb = 1*%x61-7A\nobs-c = \"nil\"\n"
                                      ";! unlike b \"NIL\"\n;! grade obs-c some.row warn\n";
    check_match(unlike, "nile", GRAMMAR_STRICT);
    check_match(unlike, "nil", GRAMMAR_OBSOLETE);
    check_match(unlike, "Nil", GRAMMAR_OBSOLETE);
    struct grammar *grammar = read_text(unlike);
    int rule = grammar_rule(grammar, SPAN_LIT("OBS-C"));
    assert_int_equal(rule, 2);
    assert_int_equal(grammar_nrules(grammar), 3);
    assert_string_equal(grammar_rule_name(grammar, rule), "obs-c");
    assert_int_equal(grammar_obsolete_level(grammar, rule), FINDING_WARN);
    assert_string_equal(grammar_obsolete_requirement(grammar, rule), "some.row");
    assert_int_equal(grammar_obsolete_level(grammar, 0), FINDING_OBSERVE);
    assert_string_equal(grammar_obsolete_requirement(grammar, 0), "");
    assert_int_equal(grammar_rule(grammar, SPAN_LIT("d")), GRAMMAR_NO_RULE);
    assert_int_equal(grammar_rule(grammar, SPAN_LIT("")), GRAMMAR_NO_RULE);
    grammar_free(&grammar);
}

/* An exponential number of ways to fail is cut off; nesting ends at its bound. */
static void test_limits(void **state)
{
    (void)state;
    struct grammar *grammar =
        read_text("a = *(\"xx\" / b) \"!\"\nb = \"xx\"\nc = \"(\" [c] \")\"\n");
    struct grammar_matcher *matcher = grammar_matcher_new(grammar);
    struct grammar_match match;
    struct buffer text = {0};
    buffer_append_repeat(&text, 'x', 100);
    struct grammar_input input = {.bytes = buffer_span(&text)};
    assert_int_equal(grammar_match(matcher, 0, input, GRAMMAR_WHOLE, &match), GRAMMAR_REJECTED);
    assert_string_equal(match.limit, "steps");
    struct buffer sentence = {0};
    grammar_explain(&match, input, &sentence);
    assert_true(span_find(buffer_span(&sentence), SPAN_LIT("too many steps")) != SPAN_NPOS);
    buffer_free(&sentence);
    static const struct {
        size_t depth;
        enum grammar_verdict verdict;
    } nests[] = {{500, GRAMMAR_STRICT}, {600, GRAMMAR_REJECTED}, {100000, GRAMMAR_REJECTED}};
    for (size_t i = 0; i < 3; i++) {
        buffer_clear(&text);
        buffer_append_repeat(&text, '(', nests[i].depth);
        buffer_append_repeat(&text, ')', nests[i].depth);
        input.bytes = buffer_span(&text);
        assert_int_equal(grammar_match(matcher, 2, input, GRAMMAR_WHOLE, &match), nests[i].verdict);
        if (nests[i].verdict == GRAMMAR_REJECTED)
            assert_string_equal(match.limit, "depth");
    }
    buffer_free(&text);
    grammar_matcher_free(&matcher);
    grammar_free(&grammar);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_errors),
                                       cmocka_unit_test(test_deep_groups_are_refused),
                                       cmocka_unit_test(test_operators),
                                       cmocka_unit_test(test_notes), cmocka_unit_test(test_limits)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
