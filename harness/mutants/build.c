#include "mutants/build.h"

#include <stddef.h>
#include <string.h>

#include "script/cursor.h"

/* ---- the toolchain's file ----------------------------------------------------------------- */

static const struct word {
    const char *word;
    bool is_list;
    size_t offset; /* in struct mutants_toolchain */
} words[] = {
    {"tree", false, offsetof(struct mutants_toolchain, tree)},
    {"compiler", false, offsetof(struct mutants_toolchain, compiler)},
    {"flag", true, offsetof(struct mutants_toolchain, flags)},
    {"define", true, offsetof(struct mutants_toolchain, defines)},
    {"include", true, offsetof(struct mutants_toolchain, includes)},
    {"object", true, offsetof(struct mutants_toolchain, objects)},
    {"library", true, offsetof(struct mutants_toolchain, libraries)},
};

static const struct word *find_word(struct span word)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (span_is(word, words[i].word))
            return &words[i];
    return NULL;
}

int mutants_toolchain_read(struct span text, const char *path, struct arena *arena,
                           struct mutants_toolchain *toolchain_r, struct err *err)
{
    unsigned number = 0;
    *toolchain_r = (struct mutants_toolchain){0};
    while (text.nbytes > 0) {
        struct span value = span_trim(span_cut(&text, '\n'));
        number++;
        if (value.nbytes == 0)
            continue;
        const struct word *word = find_word(span_cut(&value, ' '));
        if (word == NULL)
            return err_set(err, path, number, 1, "this is no line of a toolchain's description");
        char *member = (char *)toolchain_r + word->offset;
        value = span_trim(value);
        if (value.nbytes == 0) /* an empty list of CMake's */
            continue;
        if (word->is_list)
            script_names_add(arena, (struct script_names *)(void *)member,
                             arena_text(arena, value));
        else
            *(const char **)(void *)member = arena_text(arena, value);
    }
    if (toolchain_r->tree == NULL || toolchain_r->compiler == NULL ||
        toolchain_r->objects.nitems == 0 || toolchain_r->libraries.nitems == 0)
        return err_set(err, path, 0, 0, "lacks `tree`, `compiler`, `object` or `library`");
    return 0;
}

/* ---- commands ----------------------------------------------------------------------------- */

static void add_all(struct arena *arena, struct script_names *command, const char *prefix,
                    const struct script_names *items)
{
    for (size_t i = 0; i < items->nitems; i++)
        script_names_add(arena, command,
                         prefix[0] == '\0' ? items->items[i]
                                           : arena_printf(arena, "%s%s", prefix, items->items[i]));
}

static void add_texts(struct arena *arena, struct script_names *command, const char *const *texts)
{
    for (; *texts != NULL; texts++)
        script_names_add(arena, command, *texts);
}

static const char *const *ended(struct arena *arena, struct script_names *command)
{
    script_names_add(arena, command, NULL);
    return command->items;
}

const char *const *mutants_compile_command(const struct mutants_toolchain *toolchain,
                                           const struct mutants_fault *fault, const char *source,
                                           const char *object, struct arena *arena)
{
    struct script_names command = {0};
    const char *slash = strrchr(fault->source, '/');
    /* the source stands elsewhere now, and still includes what is beside it */
    const char *beside = arena_printf(arena, "%s/%.*s", toolchain->tree,
                                      (int)(slash - fault->source), fault->source);
    add_texts(arena, &command,
              (const char *const[]){toolchain->compiler, "-std=c11", "-w", "-O1", NULL});
    add_all(arena, &command, "", &toolchain->flags);
    add_all(arena, &command, "-D", &toolchain->defines);
    add_texts(arena, &command, (const char *const[]){"-iquote", beside, NULL});
    add_all(arena, &command, "-I", &toolchain->includes);
    add_texts(arena, &command, (const char *const[]){"-c", source, "-o", object, NULL});
    return ended(arena, &command);
}

const char *const *mutants_link_command(const struct mutants_toolchain *toolchain,
                                        const char *object, const char *program,
                                        struct arena *arena)
{
    struct script_names command = {0};
    add_texts(arena, &command, (const char *const[]){toolchain->compiler, NULL});
    add_all(arena, &command, "", &toolchain->flags);
    add_all(arena, &command, "", &toolchain->objects);
    if (object != NULL)
        script_names_add(arena, &command, object);
    add_all(arena, &command, "", &toolchain->libraries);
    add_texts(arena, &command, (const char *const[]){"-s", "-o", program, NULL});
    return ended(arena, &command);
}
