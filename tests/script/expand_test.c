/* What is left when macros, axes and repetitions are gone: all cases of the good files, written out
 * again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files_helper.h"

static void write_case(const struct script_case *c, struct buffer *out)
{
    buffer_printf(out, "%s\n", c->id);
    for (size_t i = 0; i < c->steps.nitems; i++)
        script_write_step(c->steps.items[i], 1, out);
}

static void expand_file(struct arena *arena, const char *path, struct buffer *out)
{
    struct script_file *file;
    struct err err;
    assert_int_equal(script_read(files_read(arena, path), path, &files_loader, arena, &file, &err),
                     0);
    for (size_t i = 0; i < file->nscenarios; i++) {
        struct script_case *cases;
        size_t ncases;
        assert_int_equal(script_expand(file, file->scenarios[i], arena, &cases, &ncases, &err), 0);
        for (size_t j = 0; j < ncases; j++) {
            assert_ptr_equal(cases[j].scenario, file->scenarios[i]);
            write_case(&cases[j], out);
        }
    }
}

static void cases_are_as_written_down(void **state)
{
    struct arena arena = {0};
    struct files_case *cases;
    (void)state;
    size_t ncases = files_cases(&arena, "tests/script/expanded.txt", &cases);
    assert_true(ncases > 5);
    for (size_t i = 0; i < ncases; i++) {
        struct buffer out = {0};
        expand_file(&arena, arena_printf(&arena, "tests/script/good/%s", cases[i].name), &out);
        files_assert_equal(cases[i].name, buffer_span(&out), cases[i].expected);
        buffer_free(&out);
    }
    arena_free(&arena);
}

/* Expansion must not change what it expands. */
static void can_be_done_again(void **state)
{
    struct arena arena = {0};
    struct script_names names = files_in(&arena, "tests/script/good", ".scn");
    (void)state;
    for (size_t i = 0; i < names.nitems; i++) {
        const char *path = arena_printf(&arena, "tests/script/good/%s", names.items[i]);
        struct script_file *file;
        struct err err;
        struct buffer dumps[2] = {{0}, {0}};
        assert_int_equal(
            script_read(files_read(&arena, path), path, &files_loader, &arena, &file, &err), 0);
        files_dump(file, &dumps[0]);
        for (size_t j = 0; j < file->nscenarios; j++) {
            struct script_case *cases;
            size_t ncases;
            assert_int_equal(script_expand(file, file->scenarios[j], &arena, &cases, &ncases, &err),
                             0);
        }
        files_dump(file, &dumps[1]);
        files_assert_equal(path, buffer_span(&dumps[1]), buffer_span(&dumps[0]));
        buffer_free(&dumps[0]);
        buffer_free(&dumps[1]);
    }
    arena_free(&arena);
}

static const struct script_case *only_case(struct arena *arena, const char *text, size_t which)
{
    struct script_file *file;
    struct script_case *cases;
    size_t ncases;
    struct err err;
    assert_int_equal(script_read(span_of(text), "x", NULL, arena, &file, &err), 0);
    assert_int_equal(script_expand(file, file->scenarios[0], arena, &cases, &ncases, &err), 0);
    assert_true(which < ncases);
    return &cases[which];
}

/* What is repeated stands there so often, the same each time; but not with a macro in it, whose
 * captures are private to each use. */
static void repeated_steps_are_shared(void **state)
{
    static const char text[] = "macro count() {\n"
                               "  S: * <n:number> EXISTS\n"
                               "  assert ${n} >= 0\n"
                               "}\n"
                               "scenario x \"y\" {\n"
                               "  role client\n"
                               "  repeat 3 {\n"
                               "    C: @ NOOP\n"
                               "    repeat 2 {\n"
                               "      S: * OK <text-line>\n"
                               "    }\n"
                               "  }\n"
                               "  repeat 2 {\n"
                               "    use count()\n"
                               "  }\n"
                               "}\n";
    struct arena arena = {0};
    const struct script_case *c = only_case(&arena, text, 0);
    struct script_step *const *steps = c->steps.items;
    (void)state;
    assert_int_equal(c->steps.nitems, 3 * 3 + 2 * 2);
    for (size_t i = 0; i < 9; i++)
        assert_ptr_equal(steps[i], steps[i % 3 == 0 ? 0 : 1]);
    assert_ptr_not_equal(steps[0], steps[1]);
    assert_ptr_not_equal(steps[9], steps[11]);
    assert_string_not_equal(steps[9]->as.wire.text.pieces[2].name,
                            steps[11]->as.wire.text.pieces[2].name);
    arena_free(&arena);
}

/* An axis value is put in as pieces: a quoted value is a quoted string, not a word. */
static void values_keep_their_form(void **state)
{
    static const char text[] = "scenario x \"y\" {\n"
                               "  role client\n"
                               "  axis box in { INBOX \"INBOX\" {\"INBOX\"} ${user} }\n"
                               "  C: @ SELECT ${box}\n"
                               "}\n";
    static const enum script_piece_kind kinds[] = {PIECE_WORD, PIECE_QUOTED, PIECE_LITERAL,
                                                   PIECE_REFERENCE};
    static const char *const ids[] = {"x/box=INBOX", "x/box=\"INBOX\"", "x/box={\"INBOX\"}",
                                      "x/box=${user}"};
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct arena arena = {0};
        const struct script_case *c = only_case(&arena, text, i);
        const struct script_text *line = &c->steps.items[0]->as.wire.text;
        assert_string_equal(c->id, ids[i]);
        assert_string_equal(c->axis, ids[i] + 2);
        assert_int_equal(line->npieces, 5);
        assert_int_equal(line->pieces[4].kind, kinds[i]);
        assert_true(i == 3 || span_is(line->pieces[4].text, "INBOX"));
        arena_free(&arena);
    }
}

static void known_numbers_are_settled(void **state)
{
    static const char text[] = "scenario x \"y\" {\n"
                               "  role server\n"
                               "  axis n in { 3 }\n"
                               "  cache flags ${n} has a\n"
                               "  split ${n}\n"
                               "  S: * ${n+1} x${n}y {${n}}\n"
                               "}\n";
    struct arena arena = {0};
    const struct script_case *c = only_case(&arena, text, 0);
    (void)state;
    assert_int_equal(c->steps.items[0]->as.query.number, 3);
    assert_int_equal(c->steps.items[0]->as.query.index.npieces, 0);
    assert_int_equal(c->steps.items[1]->as.split.how, SPLIT_AT);
    assert_int_equal(c->steps.items[1]->as.split.offsets[0], 3);
    const struct script_text *line = &c->steps.items[2]->as.wire.text;
    assert_true(span_is(line->pieces[2].text, "4"));
    assert_true(span_is(line->pieces[4].text, "x3y"));
    assert_true(line->pieces[6].has_count);
    assert_int_equal(line->pieces[6].count, 3);
    assert_string_equal(line->source, "* 4 x3y {3}");
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases_are_as_written_down), cmocka_unit_test(can_be_done_again),
        cmocka_unit_test(repeated_steps_are_shared), cmocka_unit_test(values_keep_their_form),
        cmocka_unit_test(known_numbers_are_settled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
