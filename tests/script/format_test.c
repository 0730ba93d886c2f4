/* Canonical layout, from untidy to tidy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files_helper.h"

static void is_tidied(void **state)
{
    struct arena arena = {0};
    struct files_case *cases;
    size_t ncases = files_cases(&arena, "tests/script/format.txt", &cases);
    (void)state;
    assert_true(ncases > 5);
    for (size_t i = 0; i < ncases; i++) {
        struct buffer out = {0};
        struct buffer again = {0};
        struct err err = {.text = ""};
        int status = script_format(cases[i].input, "t", &out, &err);
        assert_string_equal(err.text, "");
        assert_int_equal(status, 0);
        files_assert_equal(cases[i].name, buffer_span(&out), cases[i].expected);
        assert_int_equal(script_format(buffer_span(&out), "t", &again, &err), 0);
        files_assert_equal(cases[i].name, buffer_span(&again), cases[i].expected);
        buffer_free(&out);
        buffer_free(&again);
    }
    arena_free(&arena);
}

static void nothing_is_made_of_a_bad_file(void **state)
{
    struct buffer out = {0};
    struct err err;
    (void)state;
    assert_int_equal(script_format(SPAN_LIT("scenario x \"y\" {\n  role client\n  eof now\n}\n"),
                                   "t", &out, &err),
                     -1);
    assert_int_equal(err.line, 3);
    assert_int_equal(err.col, 7);
    assert_int_equal(out.nbytes, 0);
    assert_int_equal(script_format(SPAN_LIT("target x \"y\" {\n}\n"), "t", &out, &err), -1);
    assert_int_equal(err.line, 1);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_tidied),
        cmocka_unit_test(nothing_is_made_of_a_bad_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
