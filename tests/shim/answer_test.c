#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shim/shim.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void test_status(void **state)
{
    static const struct {
        const char *line;
        bool is_status;
        enum shim_status status;
        const char *text;
    } cases[] = {
        {"ok", true, SHIM_OK, ""},
        {"ok\r", true, SHIM_OK, ""},
        {"no such box", true, SHIM_NO, "such box"},
        {"bad \"x", true, SHIM_BAD, "\"x"},
        {"unsupported", true, SHIM_UNSUPPORTED, ""},
        {"failed  a", true, SHIM_FAILED, " a"},
        {"OK", false, SHIM_OK, ""},
        {"okay", false, SHIM_OK, ""},
        {"exists 1", false, SHIM_OK, ""},
        {"", false, SHIM_OK, ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        enum shim_status status;
        struct span text;
        assert_int_equal(shim_status_read(span_of(cases[i].line), &status, &text),
                         cases[i].is_status);
        if (!cases[i].is_status)
            continue;
        assert_int_equal(status, cases[i].status);
        assert_true(span_is(text, cases[i].text));
    }
}

static void test_write_status(void **state)
{
    struct buffer out = {0};
    (void)state;
    shim_write_status(&out, SHIM_OK, (struct span){0});
    shim_write_status(&out, SHIM_NO, SPAN_LIT("a\r\nb\xff"));
    assert_true(span_is(buffer_span(&out), "ok\nno a  b \n"));
    buffer_free(&out);
}

static const char answer_text[] = "exists 3\nflags 1 \\Seen work\nflags 2\n"
                                  "envelope 1 subject \"a \\\"b\\x0d\"\nenvelope 1 from NIL\n"
                                  "flags 1 last\nok\nexists 4\n";

static void check_answer(const struct shim_answer *answer)
{
    struct shim_line values;
    assert_true(answer->is_complete);
    assert_int_equal(answer->status, SHIM_OK);
    assert_int_equal(answer->nlines, 6);
    assert_true(shim_answer_find(answer, "exists", 0, NULL, &values));
    assert_int_equal(values.nwords, 1);
    assert_true(span_is(values.words[0].value, "3"));
    assert_true(shim_answer_find(answer, "flags", 1, NULL, &values));
    assert_int_equal(values.nwords, 1);
    assert_true(span_is(values.words[0].value, "last"));
    assert_true(shim_answer_find(answer, "flags", 2, NULL, &values));
    assert_int_equal(values.nwords, 0);
    assert_false(shim_answer_find(answer, "flags", 3, NULL, &values));
    assert_true(shim_answer_find(answer, "envelope", 1, "subject", &values));
    assert_true(span_is(values.words[0].value, "a \"b\r"));
    assert_true(shim_answer_find(answer, "envelope", 1, "from", &values));
    assert_int_equal(values.words[0].kind, SHIM_BARE);
    assert_false(shim_answer_find(answer, "envelope", 1, "to", &values));
    assert_false(shim_answer_find(answer, "envelope", 2, "subject", &values));
    assert_false(shim_answer_find(answer, "recent", 0, NULL, &values));
}

static void test_receive(void **state)
{
    struct span octets = SPAN_LIT(answer_text);
    size_t end = octets.nbytes - span_of("exists 4\n").nbytes;
    (void)state;
    for (size_t part = 1; part <= octets.nbytes; part++) {
        struct shim_answer answer = {0};
        struct err err;
        size_t at = 0;
        while (!answer.is_complete) {
            size_t nused;
            assert_int_equal(
                shim_answer_receive(&answer, span_slice(octets, at, part), &nused, &err), 0);
            at += nused;
        }
        assert_int_equal(at, end);
        check_answer(&answer);
        shim_answer_free(&answer);
    }
}

static void test_faults(void **state)
{
    static const struct {
        const char *text;
        unsigned line, col;
    } cases[] = {
        {"exists 1\n\nok\n", 2, 1},
        {"\"exists\" 1\n", 1, 1},
        {"(a)\n", 1, 1},
        {"a\nb\ntext \"abc\n", 3, 6},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct shim_answer answer = {0};
        struct err err = {0};
        size_t nused;
        assert_int_equal(shim_answer_receive(&answer, span_of(cases[i].text), &nused, &err), -1);
        assert_int_equal(err.line, cases[i].line);
        assert_int_equal(err.col, cases[i].col);
        shim_answer_free(&answer);
    }
}

static void test_capture(void **state)
{
    static const struct {
        const char *text, *captured;
    } cases[] = {
        {"ok\n", ""},
        {"found 2 5\nok\n", "2 5"},
        {"found\nok\n", ""},
        {"text \"a\\x0d\\x0ab\"\nmore x\nok\n", "a\r\nb"},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct shim_answer answer = {0};
        struct buffer out = {0};
        struct err err;
        size_t nused;
        assert_int_equal(shim_answer_receive(&answer, span_of(cases[i].text), &nused, &err), 0);
        shim_answer_capture(&answer, &out);
        assert_true(span_is(buffer_span(&out), cases[i].captured));
        buffer_free(&out);
        shim_answer_free(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status),  cmocka_unit_test(test_write_status),
        cmocka_unit_test(test_receive), cmocka_unit_test(test_faults),
        cmocka_unit_test(test_capture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
