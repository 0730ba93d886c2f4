#include <stdio.h>
#include <stdlib.h>

#include "mutants/fault.h"

/* A change and where it belongs. */
struct spot {
    const struct mutants_change *change;
    size_t at;
};

static int compare_spots(const void *a, const void *b)
{
    const struct spot *left = a;
    const struct spot *right = b;
    return left->at < right->at ? -1 : left->at > right->at;
}

static unsigned line_of(struct span source, size_t at)
{
    unsigned line = 1;
    for (size_t i = 0; i < at; i++)
        line += source.data[i] == '\n';
    return line;
}

static int fail(const struct mutants_change *change, struct err *err, const char *text)
{
    return err_set(err, change->place.file, change->place.line, change->place.col, "%s", text);
}

/* The one place where the text stands. */
static int find(const struct mutants_fault *fault, const struct mutants_change *change,
                struct span source, size_t *at_r, struct err *err)
{
    enum { LINES_TOLD = 8 };
    struct buffer lines = {0};
    size_t n = 0;
    char text[512];
    for (size_t at = 0, found;
         (found = span_find(span_from(source, at), change->text)) != SPAN_NPOS; n++) {
        if (n == 0)
            *at_r = at + found;
        if (n < LINES_TOLD)
            buffer_printf(&lines, "%s%u", n == 0 ? "" : ", ", line_of(source, at + found));
        at += found + 1;
    }
    if (n > 1)
        (void)snprintf(text, sizeof text, "this text stands %zu times in %s (lines %.*s%s)", n,
                       fault->source, SPAN_ARG(buffer_span(&lines)), n > LINES_TOLD ? ", ..." : "");
    else if (n == 0)
        (void)snprintf(text, sizeof text, "this text does not stand in %s", fault->source);
    buffer_free(&lines);
    return n == 1 ? 0 : fail(change, err, text);
}

static int find_all(const struct mutants_fault *fault, struct span source, struct spot *spots,
                    struct err *err)
{
    for (size_t i = 0; i < fault->nchanges; i++) {
        spots[i].change = &fault->changes[i];
        if (find(fault, spots[i].change, source, &spots[i].at, err) != 0)
            return -1;
    }
    qsort(spots, fault->nchanges, sizeof *spots, compare_spots);
    for (size_t i = 1; i < fault->nchanges; i++)
        if (spots[i - 1].at + spots[i - 1].change->text.nbytes > spots[i].at)
            return fail(spots[i].change, err, "this text overlaps that of another `replace`");
    return 0;
}

int mutants_fault_apply(const struct mutants_fault *fault, struct span source, struct buffer *out,
                        struct err *err)
{
    struct spot *spots = mem_alloc(fault->nchanges * sizeof *spots);
    size_t at = 0;
    int status = find_all(fault, source, spots, err);
    for (size_t i = 0; i < fault->nchanges && status == 0; i++) {
        buffer_append(out, span_slice(source, at, spots[i].at - at));
        buffer_append(out, spots[i].change->replacement);
        at = spots[i].at + spots[i].change->text.nbytes;
    }
    if (status == 0)
        buffer_append(out, span_from(source, at));
    free(spots);
    return status;
}
