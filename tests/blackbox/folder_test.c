#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "blackbox/file.h"
#include "blackbox/folder.h"

static void texts_of_any_octets(void **state)
{
    (void)state;
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"caf\xc3\xa9", "caf\xc3\xa9"},
        {"caf\xe9 \xff", "caf\\xe9 \\xff"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *value = folder_text(cases[i].text);
        assert_string_equal(json_string_value(value), cases[i].wanted);
        json_decref(value);
    }
}

static void what_is_written_is_known_again(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct err err;
    char *root = arena_printf(&arena, "%s/folder-test-XXXXXX",
                              getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
    assert_non_null(mkdtemp(root));
    const char *folder = arena_printf(&arena, "%s/model-00000001", root);
    json_t *meta =
        json_pack("{s:s, s:[s, s], s:[{s:s}]}", "oracle", "model", "shows", "model-00000002",
                  "family-00000003", "aliases", "key", "silent-00000004");
    assert_int_equal(
        folder_fill(folder, SPAN_LIT("scenario"), SPAN_LIT("events"), SPAN_LIT(""), &err), 0);
    assert_int_equal(folder_write_meta(folder, meta, &err), 0);
    json_decref(meta);
    assert_int_equal(access(arena_printf(&arena, "%s/events.bin", folder), R_OK), 0);
    assert_int_not_equal(access(arena_printf(&arena, "%s/wire.log", folder), F_OK), 0);

    const struct blackbox_options options = {.findings = root};
    struct course course = course_begin(&options, NULL);
    assert_int_equal(folder_load(&course, &err), 0);
    assert_int_equal(course.buckets.nitems, 1);
    struct bucket *bucket = bucket_find(&course.buckets, "model-00000001");
    assert_non_null(bucket);
    assert_ptr_equal(bucket_find(&course.buckets, "model-00000002"), bucket);
    assert_ptr_equal(bucket_find(&course.buckets, "family-00000003"), bucket);
    assert_ptr_equal(bucket_find(&course.buckets, "silent-00000004"), bucket);
    assert_null(bucket_find(&course.buckets, "model-00000005"));
    course_free(&course);

    for (const char *const *name =
             (const char *const[]){"scenario.scn", "events.bin", "meta.json", NULL};
         *name != NULL; name++)
        assert_int_equal(unlink(arena_printf(&arena, "%s/%s", folder, *name)), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(root), 0);
    arena_free(&arena);
}

static void what_is_no_finding_is_an_error(void **state)
{
    (void)state;
    static const struct {
        const char *meta, *wanted;
        unsigned line;
    } cases[] = {{"{\n  \"oracle\": \n", "no JSON: ", 3},
                 {"[]\n", "no finding: there is no text \"oracle\"", 0},
                 {"{\"oracle\": 5}\n", "no finding: there is no text \"oracle\"", 0}};
    struct arena arena = {0};
    char *root = arena_printf(&arena, "%s/folder-test-XXXXXX",
                              getenv("TMPDIR") == NULL ? "/tmp" : getenv("TMPDIR"));
    assert_non_null(mkdtemp(root));
    const char *folder = arena_printf(&arena, "%s/model-00000001", root);
    const char *path = arena_printf(&arena, "%s/meta.json", folder);
    const struct blackbox_options options = {.findings = root};
    struct course course = course_begin(&options, NULL);
    struct err err;
    assert_int_equal(mkdir(folder, 0700), 0);
    assert_int_equal(folder_load(&course, &err), 0);
    assert_int_equal(course.buckets.nitems, 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(file_write(path, span_of(cases[i].meta), &err), 0);
        assert_int_equal(folder_load(&course, &err), -1);
        assert_string_equal(err.file, path);
        assert_int_equal(err.line, cases[i].line);
        assert_int_equal(strncmp(err.text, cases[i].wanted, strlen(cases[i].wanted)), 0);
    }
    course_free(&course);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rmdir(root), 0);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_any_octets),
        cmocka_unit_test(what_is_written_is_known_again),
        cmocka_unit_test(what_is_no_finding_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
