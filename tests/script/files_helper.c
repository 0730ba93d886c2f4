#include "files_helper.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool read_whole(struct arena *arena, const char *path, struct span *text_r)
{
    struct buffer text = {0};
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return false;
    size_t n;
    do {
        n = fread(buffer_reserve(&text, 65536), 1, 65536, file);
        buffer_advance(&text, n);
    } while (n > 0);
    (void)fclose(file);
    *text_r = arena_copy(arena, buffer_span(&text));
    buffer_free(&text);
    return true;
}

struct span files_read(struct arena *arena, const char *path)
{
    struct span text = {0};
    if (!read_whole(arena, arena_printf(arena, "%s/%s", SOURCE_ROOT, path), &text))
        fail_msg("cannot read %s", path);
    return text;
}

static int load(void *context, const char *from, const char *path, struct arena *arena,
                struct span *text_r, const char **path_r, struct err *err)
{
    (void)context;
    (void)from;
    static const char *const folders[] = {"scripts", "tests/script"};
    for (size_t i = 0; i < 2; i++) {
        *path_r = arena_printf(arena, "%s/%s", folders[i], path);
        if (read_whole(arena, arena_printf(arena, "%s/%s", SOURCE_ROOT, *path_r), text_r))
            return 0;
    }
    return err_set(err, "", 0, 0, "no such file");
}

const struct script_loader files_loader = {.load = load};

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct script_names files_in(struct arena *arena, const char *folder, const char *suffix)
{
    struct script_names names = {.items = arena_array(arena, 1000, sizeof(char *))};
    DIR *dir = opendir(arena_printf(arena, "%s/%s", SOURCE_ROOT, folder));
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir))
        if (span_ends_with(span_of(entry->d_name), span_of(suffix)) && names.nitems < 1000)
            names.items[names.nitems++] = arena_text(arena, span_of(entry->d_name));
    (void)closedir(dir);
    qsort(names.items, names.nitems, sizeof *names.items, compare_names);
    return names;
}

size_t files_cases(struct arena *arena, const char *path, struct files_case **cases_r)
{
    struct span rest = files_read(arena, path);
    struct files_case *cases = arena_array(arena, 1000, sizeof *cases);
    ENSURE(cases != NULL);
    size_t ncases = 0;
    struct span *part = NULL; /* that lines are added to: they stand side by side in the file */
    while (rest.nbytes > 0) {
        struct span line = span_slice(rest, 0, span_find_byte(rest, '\n'));
        const char *next = line.data + line.nbytes + (line.nbytes < rest.nbytes);
        if (span_starts_with(line, SPAN_LIT("==== "))) {
            assert_true(ncases < 1000);
            cases[ncases].name = arena_text(arena, span_from(line, 5));
            part = &cases[ncases++].input;
        } else if (span_is(line, "----")) {
            assert_non_null(part);
            part = &cases[ncases - 1].expected;
        } else if (part != NULL) {
            if (part->data == NULL)
                part->data = line.data;
            part->nbytes = (size_t)(next - part->data);
        }
        rest = span_from(rest, (size_t)(next - rest.data));
    }
    *cases_r = cases;
    return ncases;
}

void files_assert_equal(const char *name, struct span got, struct span expected)
{
    if (span_equal(got, expected))
        return;
    size_t at = 0;
    while (at < got.nbytes && at < expected.nbytes && got.data[at] == expected.data[at])
        at++;
    fail_msg("%s: differs at octet %zu\n-- got:\n%.*s\n-- expected:\n%.*s", name, at, SPAN_ARG(got),
             SPAN_ARG(expected));
}
