/* The toolchain's description, and the commands made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mutants/build.h"

static const char description[] = "tree /src dir\ncompiler /usr/bin/cc\nflag \nflag -fsanitize=x\n"
                                  "define \nobject /b/main.o\nlibrary /b/a.a\nlibrary -lz\n"
                                  "include /src\ndefine V=\"1\"\n";

static void assert_command(const char *const *command, const char *const *wanted)
{
    size_t i = 0;
    for (; command[i] != NULL && wanted[i] != NULL; i++)
        assert_string_equal(command[i], wanted[i]);
    assert_ptr_equal(command[i], wanted[i]);
}

static void commands_are_made(void **state)
{
    struct arena arena = {0};
    struct mutants_toolchain t;
    struct err err;
    const struct mutants_fault fault = {.source = "reference/x.c"};
    (void)state;
    assert_int_equal(mutants_toolchain_read(SPAN_LIT(description), "t", &arena, &t, &err), 0);
    assert_string_equal(t.tree, "/src dir");
    assert_command(mutants_compile_command(&t, &fault, "a.c", "a.o", &arena),
                   (const char *const[]){"/usr/bin/cc", "-std=c11", "-w", "-O1", "-fsanitize=x",
                                         "-DV=\"1\"", "-iquote", "/src dir/reference", "-I/src",
                                         "-c", "a.c", "-o", "a.o", NULL});
    assert_command(mutants_link_command(&t, "a.o", "p", &arena),
                   (const char *const[]){"/usr/bin/cc", "-fsanitize=x", "/b/main.o", "a.o",
                                         "/b/a.a", "-lz", "-s", "-o", "p", NULL});
    assert_command(mutants_link_command(&t, NULL, "p", &arena),
                   (const char *const[]){"/usr/bin/cc", "-fsanitize=x", "/b/main.o", "/b/a.a",
                                         "-lz", "-s", "-o", "p", NULL});
    arena_free(&arena);
}

static void what_is_wrong_is_said(void **state)
{
    static const struct {
        const char *text;
        unsigned line;
    } bads[] = {
        {"", 0},
        {"tree /s\ncompiler cc\nobject a\n", 0},
        {"tree /s\ncompiler cc\nlibrary a\n", 0},
        {"tree \ncompiler cc\nobject a\nlibrary a\n", 0},
        {"tree /s\n\nlinker ld\n", 3},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct arena arena = {0};
        struct mutants_toolchain t;
        struct err err;
        assert_int_equal(mutants_toolchain_read(span_of(bads[i].text), "t", &arena, &t, &err), -1);
        assert_string_equal(err.file, "t");
        assert_int_equal(err.line, bads[i].line);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_made),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
