/* Every good file reads without a fault, is laid out canonically, and survives writing. Every
 * prefix and many mutations of it are either read or refused with a line and a column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "files_helper.h"

struct good {
    const char *name;
    struct span text;
};

static struct arena arena;
static struct good goods[100];
static size_t ngoods;

static void add_good(const char *path)
{
    assert_true(ngoods < sizeof goods / sizeof *goods);
    goods[ngoods++] = (struct good){path, files_read(&arena, path)};
}

static int set_up(void **state)
{
    struct script_names names = files_in(&arena, "tests/script/good", ".scn");
    (void)state;
    for (size_t i = 0; i < names.nitems; i++)
        add_good(arena_printf(&arena, "tests/script/good/%s", names.items[i]));
    add_good("scripts/std/imap2.scn");
    return ngoods > 10 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static struct script_file *read_good(struct arena *into, const char *name, struct span text)
{
    struct script_file *file;
    struct err err;
    if (script_read(text, name, &files_loader, into, &file, &err) != 0) {
        struct buffer message = {0};
        err_print(&err, &message);
        fail_msg("%s", buffer_take_text(&message));
    }
    return file;
}

static void reads_without_a_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < ngoods; i++) {
        struct buffer out = {0};
        size_t nfaults = script_lint(goods[i].text, goods[i].name, &files_loader, &out);
        files_assert_equal(goods[i].name, buffer_span(&out), SPAN_LIT(""));
        assert_int_equal(nfaults, 0);
        buffer_free(&out);
    }
}

static void is_laid_out_canonically(void **state)
{
    (void)state;
    for (size_t i = 0; i < ngoods; i++) {
        struct buffer out = {0};
        struct err err;
        assert_int_equal(script_format(goods[i].text, goods[i].name, &out, &err), 0);
        files_assert_equal(goods[i].name, buffer_span(&out), goods[i].text);
        buffer_free(&out);
    }
}

/* Blanks doubled where they have no meaning, and the indentation gone. */
static void spoil_layout(struct span text, struct buffer *out)
{
    while (text.nbytes > 0) {
        struct span line = span_cut(&text, '\n');
        size_t indent = 0;
        while (indent < line.nbytes && line.data[indent] == ' ')
            indent++;
        line = span_from(line, indent);
        buffer_append_text(out, "\t ");
        buffer_append(out, line);
        if (line.nbytes > 0 && line.data[0] != '|')
            buffer_append_text(out, "  ");
        buffer_append_text(out, "\r\n");
    }
}

static void layout_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < ngoods; i++) {
        struct buffer spoiled = {0};
        struct buffer out = {0};
        struct err err;
        spoil_layout(goods[i].text, &spoiled);
        assert_int_equal(script_format(buffer_span(&spoiled), "x", &out, &err), 0);
        files_assert_equal(goods[i].name, buffer_span(&out), goods[i].text);
        buffer_free(&spoiled);
        buffer_free(&out);
    }
}

static void write_all(const struct script_file *file, struct buffer *out)
{
    for (size_t i = 0; i < file->nscenarios; i++)
        script_write_scenario(file->scenarios[i], out);
}

static void survives_writing(void **state)
{
    (void)state;
    for (size_t i = 0; i < ngoods; i++) {
        struct arena a = {0};
        struct buffer written = {0};
        struct buffer again = {0};
        struct buffer dumps[2] = {{0}, {0}};
        struct script_file *file = read_good(&a, goods[i].name, goods[i].text);
        file->nmacros = strstr(goods[i].text.data, "include") != NULL ? file->nmacros : 0;
        files_dump(file, &dumps[0]);
        if (file->nmacros > 0 && file->nscenarios > 0) /* macros are not written: take them along */
            buffer_append(&written, span_slice(goods[i].text, 0,
                                               span_find(goods[i].text, SPAN_LIT("\nscenario "))));
        buffer_append_byte(&written, '\n');
        write_all(file, &written);
        file = read_good(&a, "written", buffer_span(&written));
        files_dump(file, &dumps[1]);
        files_assert_equal(goods[i].name, buffer_span(&dumps[1]), buffer_span(&dumps[0]));
        write_all(file, &again);
        assert_true(span_ends_with(buffer_span(&written), buffer_span(&again)));
        buffer_free(&written);
        buffer_free(&again);
        buffer_free(&dumps[0]);
        buffer_free(&dumps[1]);
        arena_free(&a);
    }
}

/* Reads anything; a refusal names a place. */
static void read_anything(struct span text)
{
    struct arena a = {0};
    struct script_file *file;
    struct err err = {.line = 0};
    struct buffer out = {0};
    if (script_read(text, "x.scn", &files_loader, &a, &file, &err) != 0) {
        assert_true(err.line > 0);
        assert_true(err.col > 0);
        assert_true(err.text[0] != '\0');
        assert_true(err.file[0] != '\0');
    }
    err.line = 1;
    if (script_format(text, "x.scn", &out, &err) == 0) {
        struct buffer again = {0};
        if (script_format(buffer_span(&out), "x.scn", &again, &err) != 0) {
            print_error("%u:%u: %s %s\n", err.line, err.col, err.text, err.source);
            fail();
        }
        files_assert_equal("formatted again", buffer_span(&again), buffer_span(&out));
        buffer_free(&again);
    }
    assert_true(err.line > 0);
    buffer_free(&out);
    arena_free(&a);
}

static void every_prefix_is_read_or_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ngoods; i++) {
        struct span text = goods[i].text;
        for (size_t n = 0; n <= text.nbytes; n += 1 + n % 7)
            read_anything(span_slice(text, 0, n));
    }
}

static void mutate(struct rng *rng, struct span text, struct buffer *out)
{
    static const char spice[] = "{}()<>\"$#@&|*?!:=.,~\\ \n\t\r\0\x80\xff"
                                "CSx09";
    buffer_clear(out);
    buffer_append(out, text);
    for (uint64_t n = 1 + rng_below(rng, 4); n > 0; n--) {
        char *at = out->bytes + out->head + rng_below(rng, out->nbytes);
        size_t left = (size_t)(out->bytes + out->head + out->nbytes - at);
        if (rng_below(rng, 3) > 0) {
            *at = spice[rng_below(rng, sizeof spice - 1)];
        } else {
            size_t cut = 1 + rng_below(rng, left < 30 ? left : 30);
            memmove(at, at + cut, left - cut);
            buffer_truncate(out, out->nbytes - cut);
        }
        if (out->nbytes == 0)
            return;
    }
}

static void mutations_are_read_or_refused(void **state)
{
    struct rng rng = rng_seeded(1176);
    struct buffer out = {0};
    (void)state;
    for (size_t i = 0; i < ngoods; i++) {
        for (int n = 0; n < 60; n++) {
            mutate(&rng, goods[i].text, &out);
            read_anything(buffer_span(&out));
        }
    }
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_without_a_fault),
        cmocka_unit_test(is_laid_out_canonically),
        cmocka_unit_test(layout_comes_back),
        cmocka_unit_test(survives_writing),
        cmocka_unit_test(every_prefix_is_read_or_refused),
        cmocka_unit_test(mutations_are_read_or_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
