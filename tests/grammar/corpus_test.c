/* Units of tests/grammar/corpus/ against the built-in grammar. A line of a corpus file is
 *
 *     strict RULE UNIT
 *     obs    RULE UNIT  =>  obs- rules used, in the order of the derivation
 *     bad    RULE UNIT  =>  OCTET LINE:COLUMN WITHIN-RULE: what was expected, ...; found ...
 *
 * with \r \n \t \\ \xHH in UNIT; other lines are empty or begin with "#". */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "grammar/grammar.h"

struct corpus_line {
    const char *file;
    unsigned number;
    struct span verdict, rule, unit, detail;
};

static const struct grammar *imap2(void)
{
    return grammar_of_dialect(SPAN_LIT("imap2"));
}

static char control_of(char letter)
{
    switch (letter) {
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    default:
        return letter;
    }
}

static void unescape(struct span s, struct buffer *out)
{
    for (size_t i = 0; i < s.nbytes; i++) {
        char c = s.data[i];
        if (c != '\\' || i + 1 >= s.nbytes) {
            buffer_append_byte(out, c);
            continue;
        }
        c = s.data[++i];
        if (c == 'x') {
            assert_true(i + 2 < s.nbytes);
            int value = char_hex_value(s.data[i + 1]) * 16 + char_hex_value(s.data[i + 2]);
            buffer_append_byte(out, (char)value);
            i += 2;
            continue;
        }
        buffer_append_byte(out, control_of(c));
    }
}

static void describe_obsolete(const struct grammar_match *match, struct buffer *out)
{
    for (size_t i = 0; i < match->nobsolete; i++)
        buffer_printf(out, "%s%s", i > 0 ? " " : "",
                      grammar_rule_name(imap2(), match->obsolete[i]));
}

/* The explanation without its "octet" words and the text before the place. */
static void describe_rejection(const struct grammar_match *match, struct grammar_input input,
                               struct buffer *out)
{
    struct buffer sentence = {0};
    grammar_explain(match, input, &sentence);
    buffer_append_byte(&sentence, '\0');
    const char *text = buffer_span(&sentence).data;
    char *next = NULL;
    assert_memory_equal(text, "octet ", strlen("octet "));
    assert_int_equal(strtoul(text + strlen("octet "), &next, 10), match->failed_at);
    assert_memory_equal(next, ", line ", strlen(", line "));
    unsigned long line = strtoul(next + strlen(", line "), &next, 10);
    assert_memory_equal(next, " column ", strlen(" column "));
    unsigned long column = strtoul(next + strlen(" column "), &next, 10);
    const char *tail = strstr(next, " expected ");
    assert_non_null(tail);
    buffer_printf(out, "%zu %lu:%lu %s: %s", match->failed_at, line, column, match->failed_in,
                  tail + strlen(" expected "));
    buffer_free(&sentence);
}

static const char *const verdict_names[] = {"strict", "obs", "bad"};

static bool check_line(struct grammar_matcher *matcher, const struct corpus_line *l)
{
    struct buffer unit = {0};
    struct buffer actual = {0};
    struct grammar_match match;
    int rule = grammar_rule(imap2(), l->rule);
    unescape(l->unit, &unit);
    struct grammar_input input = {.bytes = buffer_span(&unit)};
    bool is_right = rule != GRAMMAR_NO_RULE;
    if (is_right) {
        enum grammar_verdict verdict = grammar_match(matcher, rule, input, GRAMMAR_WHOLE, &match);
        if (verdict == GRAMMAR_OBSOLETE)
            describe_obsolete(&match, &actual);
        if (verdict == GRAMMAR_REJECTED)
            describe_rejection(&match, input, &actual);
        is_right = span_is(l->verdict, verdict_names[verdict]) &&
                   span_equal(buffer_span(&actual), l->detail);
        if (!is_right)
            print_error("%s:%u: %-6s %.*s %.*s  =>  %.*s\n", l->file, l->number,
                        verdict_names[verdict], SPAN_ARG(l->rule), SPAN_ARG(l->unit),
                        SPAN_ARG(buffer_span(&actual)));
    }
    buffer_free(&unit);
    buffer_free(&actual);
    return is_right;
}

static bool parse_line(struct span text, struct corpus_line *l)
{
    text = span_trim(text);
    if (text.nbytes == 0 || text.data[0] == '#')
        return false;
    l->verdict = span_cut(&text, ' ');
    text = span_trim(text);
    l->rule = span_cut(&text, ' ');
    size_t arrow = span_find(text, SPAN_LIT("  =>  "));
    l->detail = arrow == SPAN_NPOS ? span_slice(text, 0, 0) : span_from(text, arrow + 6);
    l->unit = arrow == SPAN_NPOS ? text : span_slice(text, 0, arrow);
    return true;
}

static void read_file(const char *path, struct buffer *out)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (size_t count = 1; count > 0;) {
        char *room = buffer_reserve(out, 4096);
        count = fread(room, 1, 4096, file);
        buffer_advance(out, count);
    }
    (void)fclose(file);
}

static void check_file(const char *name, size_t *nlines, size_t *nwrong)
{
    char path[512];
    (void)snprintf(path, sizeof path, SOURCE_ROOT "/tests/grammar/corpus/%s", name);
    struct buffer content = {0};
    read_file(path, &content);
    struct grammar_matcher *matcher = grammar_matcher_new(imap2());
    struct span rest = buffer_span(&content);
    struct corpus_line l = {.file = name};
    while (rest.nbytes > 0) {
        l.number++;
        if (!parse_line(span_cut(&rest, '\n'), &l))
            continue;
        ++*nlines;
        *nwrong += !check_line(matcher, &l);
    }
    grammar_matcher_free(&matcher);
    buffer_free(&content);
}

static void test_corpus(void **state)
{
    (void)state;
    size_t nlines = 0;
    size_t nwrong = 0;
    DIR *folder = opendir(SOURCE_ROOT "/tests/grammar/corpus");
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (span_ends_with(span_of(entry->d_name), SPAN_LIT(".txt")))
            check_file(entry->d_name, &nlines, &nwrong);
    (void)closedir(folder);
    assert_int_equal(nwrong, 0);
    assert_true(nlines >= 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_corpus)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
