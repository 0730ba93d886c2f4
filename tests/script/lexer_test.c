/* What a line is, and what no line may hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files_helper.h"
#include "script/fault.h"
#include "script/tree.h"

static void kinds_and_parts(void **state)
{
    static const struct {
        const char *source;
        enum script_line_kind kind;
        unsigned col;
        const char *text, *comment;
    } table[] = {
        {"", LINE_BLANK, 1, "", ""},
        {"   ", LINE_BLANK, 4, "", ""},
        {"  # c ", LINE_BLANK, 3, "", "# c"},
        {"\t eof  # c", LINE_PLAIN, 3, "eof", "# c"},
        {"eof # c", LINE_PLAIN, 1, "eof # c", ""},
        {"  C: x  ", LINE_WIRE, 3, "C: x", ""},
        {"C: a#b", LINE_WIRE, 1, "C: a#b", ""},
        {"C: \"a  #b\"  #c", LINE_WIRE, 1, "C: \"a  #b\"", "#c"},
        {"C: \"a\\\"  #b\"  #c", LINE_WIRE, 1, "C: \"a\\\"  #b\"", "#c"},
        {"C: \"a  #b", LINE_WIRE, 1, "C: \"a  #b", ""},
        {"S{2..4}: x", LINE_WIRE, 1, "S{2..4}: x", ""},
        {"a S!: x {", LINE_WIRE, 1, "a S!: x {", ""},
        {"bob  C= \"x\"", LINE_WIRE, 1, "bob  C= \"x\"", ""},
        {"S {", LINE_OPEN, 1, "S", ""},
        {"Sx: y", LINE_PLAIN, 1, "Sx: y", ""},
        {"check a.b {  # c", LINE_OPEN, 1, "check a.b", "# c"},
        {"on FETCH 1{", LINE_OPEN, 1, "on FETCH 1", ""},
        {"}", LINE_CLOSE, 1, "}", ""},
        {"} or {", LINE_OR, 1, "} or", ""},
        {"} x", LINE_PLAIN, 1, "} x", ""},
        {" & x  # c", LINE_APPENDED, 2, "& x", "# c"},
        {" | x  # c  ", LINE_CONTENT, 2, "| x  # c  ", ""},
        {"axis a in { 1 2 }", LINE_PLAIN, 1, "axis a in { 1 2 }", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct arena arena = {0};
        struct script_faults faults = {.arena = &arena};
        struct script_line *lines;
        const char *text = arena_printf(&arena, "\n%s\r\n", table[i].source);
        assert_int_equal(script_lines_read(span_of(text), "x", &faults, &lines), 2);
        assert_int_equal(faults.nitems, 0);
        assert_int_equal(lines[1].number, 2);
        assert_int_equal(lines[1].kind, table[i].kind);
        assert_int_equal(lines[1].col, table[i].col);
        files_assert_equal(table[i].source, lines[1].text, span_of(table[i].text));
        files_assert_equal(table[i].source, lines[1].comment, span_of(table[i].comment));
        files_assert_equal(table[i].source, lines[1].source, span_of(table[i].source));
        arena_free(&arena);
    }
}

static void refuse(struct span text, unsigned line, unsigned col, const char *message)
{
    struct arena arena = {0};
    struct script_file *file;
    struct err err;
    assert_int_equal(script_read(text, "x", NULL, &arena, &file, &err), -1);
    assert_string_equal(err.text, message);
    assert_int_equal(err.line, line);
    assert_int_equal(err.col, col);
    arena_free(&arena);
}

static void characters_that_are_refused(void **state)
{
    (void)state;
    refuse(SPAN_LIT("# a\n  C: a\tb\n"), 2, 7,
           "a tab may only indent; write \\t in a string or <0x09>");
    refuse(SPAN_LIT("x\0y"), 1, 2, "control character 0x00; write \\x00 in a string or <0x00>");
    refuse(SPAN_LIT("x\ry\r\n"), 1, 2, "control character 0x0d; write \\x0d in a string or <0x0d>");
    refuse(SPAN_LIT("# \x7f"), 1, 3, "control character 0x7f; write \\x7f in a string or <0x7f>");
    refuse(SPAN_LIT("\xff\xfes\0c\0"), 1, 4,
           "control character 0x00; write \\x00 in a string or <0x00>");
}

static void long_lines(void **state)
{
    struct buffer text = {0};
    struct arena arena = {0};
    struct script_file *file;
    struct err err;
    (void)state;
    buffer_append_text(&text, "#");
    buffer_append_repeat(&text, 'x', SCRIPT_LINE_MOST - 1);
    assert_int_equal(script_read(buffer_span(&text), "x", NULL, &arena, &file, &err), 0);
    buffer_append_byte(&text, 'x');
    refuse(buffer_span(&text), 1, 1, "the line is longer than 65536 octets");
    buffer_free(&text);
    arena_free(&arena);
}

static void marks_and_line_ends(void **state)
{
    struct arena arena = {0};
    struct script_file *file;
    struct err err;
    (void)state;
    assert_int_equal(script_read(SPAN_LIT("\xef\xbb\xbfscenario x \"\xc3\xbc\" {\r\n"
                                          "\trole client\r\n"
                                          "\tC: @ NOOP\t # c\tc\r\n"
                                          "}"),
                                 "x", NULL, &arena, &file, &err),
                     -1); /* the tab before `#` is no blank */
    assert_int_equal(err.line, 3);
    assert_int_equal(script_read(SPAN_LIT("\xef\xbb\xbfscenario x \"\xc3\xbc\" {\r\n"
                                          "\trole client\r\n"
                                          "\tC: @ NOOP  # c\tc \xc3\xbc\r\n"
                                          "}"),
                                 "x", NULL, &arena, &file, &err),
                     0);
    assert_string_equal(file->scenarios[0]->claim, "\xc3\xbc");
    assert_int_equal(file->scenarios[0]->steps.nitems, 1);
    arena_free(&arena);
}

static void nest(struct buffer *text, unsigned depth)
{
    buffer_clear(text);
    buffer_append_text(text, "scenario x \"y\" {\nrole client\n");
    for (unsigned i = 1; i < depth; i++)
        buffer_append_text(text, "repeat 1 {\n");
    buffer_append_text(text, "eof\n");
    for (unsigned i = 0; i < depth; i++)
        buffer_append_text(text, "}\n");
}

static void depth_is_bounded(void **state)
{
    struct buffer text = {0};
    struct arena arena = {0};
    struct script_file *file;
    struct err err;
    (void)state;
    nest(&text, SCRIPT_DEPTH_MOST);
    assert_int_equal(script_read(buffer_span(&text), "x", NULL, &arena, &file, &err), 0);
    nest(&text, SCRIPT_DEPTH_MOST + 1);
    refuse(buffer_span(&text), SCRIPT_DEPTH_MOST + 2, 1, "blocks are nested deeper than 32");
    nest(&text, 100000);
    refuse(buffer_span(&text), SCRIPT_DEPTH_MOST + 2, 1, "blocks are nested deeper than 32");
    buffer_free(&text);
    arena_free(&arena);
}

/* Macros that double at every level, and a chain of them, end in a fault and not in the dark. */
static void expansion_is_bounded(void **state)
{
    struct buffer text = {0};
    (void)state;
    buffer_append_text(&text, "macro m0() {\nC: @ NOOP\n}\n");
    for (int i = 1; i < 30; i++)
        buffer_printf(&text, "macro m%d() {\nuse m%d()\nuse m%d()\n}\n", i, i - 1, i - 1);
    buffer_append_text(&text, "scenario x \"y\" {\nrole client\nuse m29()\n}\n");
    refuse(
        buffer_span(&text), 120, 1,
        "the scenario has more than 200000 steps when macros, repetitions and axes are expanded");
    buffer_clear(&text);
    for (int i = 999; i > 0; i--)
        buffer_printf(&text, "macro m%d() {\nuse m%d()\n}\n", i, i - 1);
    buffer_append_text(&text, "macro m0() {\nC: @ NOOP\n}\n");
    refuse(buffer_span(&text), 95, 1, "macros use macros deeper than 32");
    buffer_free(&text);
}

static void many_faults_are_cut(void **state)
{
    struct buffer text = {0};
    struct buffer out = {0};
    (void)state;
    for (int i = 0; i < 1000; i++)
        buffer_append_text(&text, "x\n");
    assert_int_equal(script_lint(buffer_span(&text), "x", NULL, &out), SCRIPT_FAULTS_MOST);
    buffer_free(&text);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_and_parts),     cmocka_unit_test(characters_that_are_refused),
        cmocka_unit_test(long_lines),          cmocka_unit_test(marks_and_line_ends),
        cmocka_unit_test(depth_is_bounded),    cmocka_unit_test(expansion_is_bounded),
        cmocka_unit_test(many_faults_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
