#include "script/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t file_order(const struct script_faults *faults, const char *path)
{
    size_t order = 0;
    while (order < faults->nsources && faults->sources[order].path != path)
        order++;
    return order;
}

static bool is_known(const struct script_faults *faults, struct script_place place,
                     const char *text)
{
    for (size_t i = 0; i < faults->nitems; i++) {
        const struct script_fault *f = &faults->items[i];
        if (f->place.line == place.line && f->place.col == place.col &&
            f->place.file == place.file && strcmp(f->text, text) == 0)
            return true;
    }
    return false;
}

int script_fault(struct script_faults *faults, struct script_place place, const char *format, ...)
{
    char text[sizeof((struct err){0}).text];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (faults->nitems >= SCRIPT_FAULTS_MOST || is_known(faults, place, text))
        return -1;
    faults->items = arena_grow(faults->arena, faults->items, &faults->capacity, faults->nitems + 1,
                               sizeof *faults->items);
    faults->items[faults->nitems++] = (struct script_fault){
        .place = place,
        .text = arena_text(faults->arena, span_of(text)),
        .file_order = file_order(faults, place.file),
    };
    return -1;
}

void script_faults_add_source(struct script_faults *faults, const char *path,
                              const struct script_line *lines, size_t nlines)
{
    faults->sources = arena_grow(faults->arena, faults->sources, &faults->sources_capacity,
                                 faults->nsources + 1, sizeof *faults->sources);
    faults->sources[faults->nsources++] = (struct script_source){path, lines, nlines};
}

static int compare(const void *left, const void *right)
{
    const struct script_fault *a = left;
    const struct script_fault *b = right;
    if (a->file_order != b->file_order)
        return a->file_order < b->file_order ? -1 : 1;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    if (a->place.col != b->place.col)
        return a->place.col < b->place.col ? -1 : 1;
    return strcmp(a->text, b->text);
}

void script_faults_sort(struct script_faults *faults)
{
    if (faults->nitems > 1)
        qsort(faults->items, faults->nitems, sizeof *faults->items, compare);
}

void script_fault_to_err(const struct script_faults *faults, const struct script_fault *fault,
                         struct err *err)
{
    (void)err_set(err, fault->place.file, fault->place.line, fault->place.col, "%s", fault->text);
    size_t order = file_order(faults, fault->place.file);
    if (order == faults->nsources)
        return;
    const struct script_source *source = &faults->sources[order];
    if (fault->place.line >= 1 && fault->place.line <= source->nlines)
        err_set_source(err, source->lines[fault->place.line - 1].source);
}
