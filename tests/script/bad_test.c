/* Every bad file is refused with exactly the messages beside it. `==== name [role]` stands for a
 * scenario of that role around the lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files_helper.h"

static struct arena arena;

/* The whole file of a case. */
static struct span whole_of(const struct files_case *c)
{
    struct span name = span_of(c->name);
    size_t open = span_find(name, SPAN_LIT(" ["));
    if (open == SPAN_NPOS)
        return c->input;
    struct span role = span_slice(name, open + 2, name.nbytes - open - 3);
    return span_of(arena_printf(&arena, "scenario t \"t\" {\n  role %.*s\n%.*s}\n", SPAN_ARG(role),
                                SPAN_ARG(c->input)));
}

/* The first message: up to the line of its caret, if it shows one. */
static struct span first_message(struct span all)
{
    size_t end = span_find_byte(all, '\n') + 1;
    while (end < all.nbytes && all.data[end] == ' ')
        end += span_find_byte(span_from(all, end), '\n') + 1;
    return span_slice(all, 0, end);
}

static void lint_says_all(void **state)
{
    struct files_case *cases;
    size_t ncases = files_cases(&arena, "tests/script/bad.txt", &cases);
    (void)state;
    assert_true(ncases > 200);
    for (size_t i = 0; i < ncases; i++) {
        struct buffer out = {0};
        size_t nfaults = script_lint(whole_of(&cases[i]), "t.scn", &files_loader, &out);
        files_assert_equal(cases[i].name, buffer_span(&out), cases[i].expected);
        assert_true(nfaults > 0);
        buffer_free(&out);
    }
}

static void read_says_the_first(void **state)
{
    struct files_case *cases;
    size_t ncases = files_cases(&arena, "tests/script/bad.txt", &cases);
    (void)state;
    for (size_t i = 0; i < ncases; i++) {
        struct arena a = {0};
        struct buffer out = {0};
        struct script_file *file;
        struct err err;
        int status = script_read(whole_of(&cases[i]), "t.scn", &files_loader, &a, &file, &err);
        assert_int_equal(status, -1);
        err_print(&err, &out);
        files_assert_equal(cases[i].name, buffer_span(&out), first_message(cases[i].expected));
        buffer_free(&out);
        arena_free(&a);
    }
}

static void target_says_what_is_wrong(void **state)
{
    struct files_case *cases;
    size_t ncases = files_cases(&arena, "tests/script/target_bad.txt", &cases);
    (void)state;
    assert_true(ncases > 30);
    for (size_t i = 0; i < ncases; i++) {
        struct arena a = {0};
        struct buffer out = {0};
        struct script_target *target;
        struct err err;
        assert_int_equal(script_read_target(cases[i].input, "t.target", &a, &target, &err), -1);
        err_print(&err, &out);
        files_assert_equal(cases[i].name, buffer_span(&out), first_message(cases[i].expected));
        buffer_clear(&out);
        if (script_lint(cases[i].input, "t.target", NULL, &out) > 0 &&
            span_starts_with(cases[i].input, SPAN_LIT("target ")))
            files_assert_equal(cases[i].name, buffer_span(&out), cases[i].expected);
        buffer_free(&out);
        arena_free(&a);
    }
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lint_says_all),
        cmocka_unit_test(read_says_the_first),
        cmocka_unit_test(target_says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
