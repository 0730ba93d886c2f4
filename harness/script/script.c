#include "script/script.h"

#include "script/expand.h"
#include "script/file.h"
#include "script/lint.h"
#include "script/macro.h"
#include "script/target_file.h"

/* Reads and checks everything; what is wrong stands in faults, in order. */
static struct script_file *read_all(struct span text, const char *path,
                                    const struct script_loader *loader,
                                    struct script_faults *faults)
{
    struct script_parsed parsed = script_parse(text, path, loader, true, faults);
    parsed.file->sources = faults->sources;
    parsed.file->nsources = faults->nsources;
    if (!parsed.has_broken_macro && script_macros_check(parsed.file, faults) == 0)
        script_lint_check(&parsed, faults);
    script_faults_sort(faults);
    return parsed.file;
}

int script_read(struct span text, const char *path, const struct script_loader *loader,
                struct arena *arena, struct script_file **file_r, struct err *err)
{
    struct script_faults faults = {.arena = arena};
    *file_r = read_all(text, path, loader, &faults);
    if (faults.nitems == 0)
        return 0;
    script_fault_to_err(&faults, &faults.items[0], err);
    return -1;
}

size_t script_lint(struct span text, const char *path, const struct script_loader *loader,
                   struct buffer *out)
{
    struct arena arena = {0};
    struct script_faults faults = {.arena = &arena};
    if (script_is_target(text))
        (void)script_target_parse(text, path, &faults);
    else
        (void)read_all(text, path, loader, &faults);
    for (size_t i = 0; i < faults.nitems; i++) {
        struct err err;
        script_fault_to_err(&faults, &faults.items[i], &err);
        err_print(&err, out);
    }
    size_t nfaults = faults.nitems;
    arena_free(&arena);
    return nfaults;
}

int script_expand(const struct script_file *file, const struct script_scenario *scenario,
                  struct arena *arena, struct script_case **cases_r, size_t *ncases_r,
                  struct err *err)
{
    struct script_faults faults = {.arena = arena};
    for (size_t i = 0; i < file->nsources; i++)
        script_faults_add_source(&faults, file->sources[i].path, file->sources[i].lines,
                                 file->sources[i].nlines);
    if (script_expand_all(file, scenario, &faults, cases_r, ncases_r) == 0)
        return 0;
    script_fault_to_err(&faults, &faults.items[0], err);
    return -1;
}
