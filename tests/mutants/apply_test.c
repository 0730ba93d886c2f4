/* A fault put into a source: each text must stand there exactly once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mutants/fault.h"

#define HEAD                                                                                       \
    "fault x.y \"It is wrong\"\n"                                                                  \
    "breaks expunge.none\n"                                                                        \
    "file reference/expunge.c\n"

static const char source[] = "int a;\nint b;\n\nint a_b(void)\n{\n    return a + b;\n}\n";

static int apply(struct arena *arena, const char *changes, struct buffer *out, struct err *err)
{
    struct mutants_fault *fault;
    struct buffer errors = {0};
    const char *text = arena_printf(arena, "%s%s", HEAD, changes);
    assert_int_equal(mutants_fault_read(span_of(text), "t.fault", arena, &fault, &errors), 0);
    buffer_free(&errors);
    return mutants_fault_apply(fault, span_of(source), out, err);
}

static const struct {
    const char *changes, *result;
} goods[] = {
    /* in a line */
    {"replace\n | a + b\nby\n | a - b\n",
     "int a;\nint b;\n\nint a_b(void)\n{\n    return a - b;\n}\n"},
    /* over several, the first at the very start, the last to the very end */
    {"replace\n | int a;\n | int b;\n |\nby\n | long a, b;\n |\n",
     "long a, b;\n\nint a_b(void)\n{\n    return a + b;\n}\n"},
    {"replace\n |     return a + b;\n | }\n |\nby\n |     return 0;\n | }\n",
     "int a;\nint b;\n\nint a_b(void)\n{\n    return 0;\n}"},
    /* deleted */
    {"replace\n |  + b\nby\n", "int a;\nint b;\n\nint a_b(void)\n{\n    return a;\n}\n"},
    /* several, in another order than they stand, side by side, one by a longer text; the second
     * text also stands in what the first one is replaced by */
    {"replace\n | a + \nby\n | int b; \nreplace\n | int b;\nby\n | char b;\n"
     "replace\n | b;\n | }\nby\n | b * b;\n | }\n",
     "int a;\nchar b;\n\nint a_b(void)\n{\n    return int b; b * b;\n}\n"},
};

static void changes_are_made(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof goods / sizeof *goods; i++) {
        struct arena arena = {0};
        struct buffer out = {0};
        struct err err;
        buffer_append_text(&out, "before ");
        if (apply(&arena, goods[i].changes, &out, &err) != 0)
            fail_msg("%s: %s", goods[i].changes, err.text);
        char *result = buffer_take_text(&out);
        assert_string_equal(result + strlen("before "), goods[i].result);
        free(result);
        arena_free(&arena);
    }
}

static const struct {
    const char *changes;
    unsigned line;
    const char *text;
} bads[] = {
    {"replace\n | int c;\nby\n | int d;\n", 4, "this text does not stand in reference/expunge.c"},
    /* nearly: an end of line more, another blank */
    {"replace\n | }\n |\n |\nby\n | }\n", 4, "this text does not stand in reference/expunge.c"},
    {"replace\n | a  + b\nby\n", 4, "this text does not stand in reference/expunge.c"},
    {"replace\n | int \nby\n", 4,
     "this text stands 3 times in reference/expunge.c (lines 1, 2, 4)"},
    {"replace\n | a + b\nby\n | 0\nreplace\n | a\nby\n | b\n", 8,
     "this text stands 3 times in reference/expunge.c (lines 1, 4, 6)"},
    {"replace\n | return a\nby\n | 0\nreplace\n | a + b\nby\n | b\n", 8,
     "this text overlaps that of another `replace`"},
    {"replace\n | return a + b\nby\n | 0\nreplace\n | a +\nby\n | b\n", 8,
     "this text overlaps that of another `replace`"},
};

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct arena arena = {0};
        struct buffer out = {0};
        struct err err;
        assert_int_equal(apply(&arena, bads[i].changes, &out, &err), -1);
        assert_string_equal(err.text, bads[i].text);
        assert_string_equal(err.file, "t.fault");
        assert_int_equal(err.line, bads[i].line);
        assert_int_equal(out.nbytes, 0);
        buffer_free(&out);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_made),
        cmocka_unit_test(what_does_not_fit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
