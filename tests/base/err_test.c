#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void check_print(const struct err *err, const char *wanted)
{
    struct buffer out = {0};
    err_print(err, &out);
    char *text = buffer_take_text(&out);
    assert_string_equal(text, wanted);
    free(text);
}

static void prints_place_and_caret(void **state)
{
    (void)state;
    struct err err;
    assert_int_equal(err_set(&err, "a.scn", 3, 5, "no such %s", "word"), -1);
    check_print(&err, "a.scn:3:5: no such word\n");
    err_set_source(&err, SPAN_LIT("\tab cd"));
    check_print(&err, "a.scn:3:5: no such word\n  \tab cd\n  \t   ^\n");
    (void)err_set(&err, NULL, 0, 0, "refused");
    check_print(&err, "refused\n");
    (void)err_set(&err, "x", 0, 0, "refused");
    check_print(&err, "x: refused\n");
}

static void long_texts_are_cut(void **state)
{
    (void)state;
    struct err err;
    struct buffer long_text = {0};
    buffer_append_repeat(&long_text, 'x', 5000);
    char *text = buffer_take_text(&long_text);
    (void)err_set(&err, text, 1, 1, "%s", text);
    err_set_source(&err, span_of(text));
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_int_equal(strlen(err.file), sizeof err.file - 1);
    assert_int_equal(strlen(err.source), sizeof err.source - 1);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_place_and_caret),
        cmocka_unit_test(long_texts_are_cut),
    };
    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
