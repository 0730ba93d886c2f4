#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shim/shim.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A line, and its words as b:bare s:string ( ) with blanks between; or where it is wrong. */
static const struct {
    struct span line;
    const char *words;
    unsigned col;
} lines[] = {
    {SPAN_INIT(""), "", 0},
    {SPAN_INIT("   "), "", 0},
    {SPAN_INIT("noop"), "b:noop", 0},
    {SPAN_INIT(" noop \r"), "b:noop", 0},
    {SPAN_INIT("login \"a b\" \"\""), "b:login s:a b s:", 0},
    {SPAN_INIT("x \"p\\\"\\\\\\x0d\\x0A\""), "b:x s:p\"\\\r\n", 0},
    {SPAN_INIT("store 1,2:3 +FLAGS (\\Seen \"a(b\")"),
     "b:store b:1,2:3 b:+FLAGS ( b:\\Seen s:a(b )", 0},
    {SPAN_INIT("a(b)c\"d\"e"), "b:a ( b:b ) b:c s:d b:e", 0},
    {SPAN_INIT("x \"abc"), NULL, 3},
    {SPAN_INIT("x \"a\\n\""), NULL, 5},
    {SPAN_INIT("x \"\\x0\""), NULL, 4},
    {SPAN_INIT("x \"\\x0g\""), NULL, 4},
    {SPAN_INIT("x \"a\\"), NULL, 5},
    {SPAN_INIT("x \"a\tb\""), NULL, 5},
    {SPAN_INIT("x \xe4"), NULL, 3},
    {SPAN_INIT("x\ty"), NULL, 2},
    {SPAN_INIT("x \0"), NULL, 3},
};

static void show(const struct shim_line *line, struct buffer *out)
{
    for (size_t i = 0; i < line->nwords; i++) {
        const struct shim_word *word = &line->words[i];
        if (i > 0)
            buffer_append_byte(out, ' ');
        if (word->kind == SHIM_BARE || word->kind == SHIM_STRING)
            buffer_append_text(out, word->kind == SHIM_BARE ? "b:" : "s:");
        buffer_append(out, word->value);
    }
}

static void test_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct arena arena = {0};
        struct shim_line line;
        struct err err = {0};
        struct buffer out = {0};
        int status = shim_line_read(&arena, lines[i].line, &line, &err);
        assert_int_equal(status, lines[i].words == NULL ? -1 : 0);
        assert_int_equal(err.col, lines[i].col);
        if (status == 0) {
            show(&line, &out);
            assert_true(span_is(buffer_span(&out), lines[i].words));
        }
        buffer_free(&out);
        arena_free(&arena);
    }
}

/* What is written is read again as what it was. */
static void test_round_trip(void **state)
{
    struct arena arena = {0};
    struct buffer octets = {0}, out = {0}, again = {0};
    struct shim_line line;
    struct err err;
    struct span flags[] = {SPAN_INIT("\\Seen"), SPAN_INIT("a b"), SPAN_INIT("")};
    (void)state;
    for (int c = 0; c < 256; c++)
        buffer_append_byte(&octets, (char)c);
    shim_write_bare(&out, SPAN_LIT("store"));
    shim_write_number(&out, 7);
    shim_write_list(&out, flags, 3);
    shim_write_string(&out, buffer_span(&octets));
    shim_write_bare(&out, buffer_span(&octets));
    shim_write_end(&out);
    struct span text = buffer_span(&out);
    assert_int_equal(span_find_byte(text, '\n'), text.nbytes - 1);
    assert_true(span_starts_with(text, SPAN_LIT("store 7 (\\Seen \"a b\" \"\") \"\\x00")));
    text.nbytes--;
    assert_int_equal(shim_line_read(&arena, text, &line, &err), 0);
    assert_int_equal(line.nwords, 9);
    assert_true(span_equal(line.words[7].value, buffer_span(&octets)));
    assert_true(span_equal(line.words[8].value, buffer_span(&octets)));
    for (size_t i = 0; i < line.nwords; i++)
        shim_write_word(&again, line.words[i]);
    assert_true(span_equal(buffer_span(&again), text));
    buffer_free(&octets);
    buffer_free(&out);
    buffer_free(&again);
    arena_free(&arena);
}

static void test_requests(void **state)
{
    static const struct {
        const char *text;
        int status;
        enum shim_verb verb;
    } cases[] = {
        {"noop", 0, SHIM_NOOP},
        {"open h 1", 0, SHIM_OPEN},
        {"fetch-text 1", 0, SHIM_FETCH_TEXT},
        {"fetch 1 (a b c d e f)", 0, SHIM_FETCH},
        {"search ALL", 0, SHIM_SEARCH},
        {"frob", 1, SHIM_NOOP},
        {"NOOP", 1, SHIM_NOOP},
        {"\"noop\"", 1, SHIM_NOOP},
        {"(", 1, SHIM_NOOP},
        {"", -1, SHIM_NOOP},
        {"noop x", -1, SHIM_NOOP},
        {"open h", -1, SHIM_OPEN},
        {"open h 1 2", -1, SHIM_OPEN},
        {"search", -1, SHIM_SEARCH},
        {"store 1 FLAGS", -1, SHIM_STORE},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena arena = {0};
        struct shim_line line;
        struct err err;
        enum shim_verb verb = SHIM_NOOP;
        assert_int_equal(shim_line_read(&arena, span_of(cases[i].text), &line, &err), 0);
        assert_int_equal(shim_request_check(&line, &verb, &err), cases[i].status);
        assert_int_equal(verb, cases[i].verb);
        arena_free(&arena);
    }
}

/* Every verb has an entry, and can be found by its name. */
static void test_verbs(void **state)
{
    (void)state;
    for (enum shim_verb i = SHIM_OPEN; i < SHIM_NVERBS; i++) {
        const struct shim_verb_info *info = shim_verb_info(i);
        enum shim_verb found = SHIM_NVERBS;
        struct span text;
        assert_true(shim_verb_find(span_of(info->name), &found));
        assert_int_equal(found, i);
        assert_true(info->max_words == 0 || info->max_words >= info->min_words);
        enum shim_status answer;
        assert_false(shim_status_read(span_of(info->name), &answer, &text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_verbs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
