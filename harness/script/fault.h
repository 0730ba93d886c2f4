/*
 * fault: what is wrong in the files being read. Readers report and go on, so that lint can show
 * every fault at once; script_read() hands out the first. Each fault knows its place, and through
 * the registered sources the line of text it points into.
 */
#ifndef IMAPSPEC_SCRIPT_FAULT_H
#define IMAPSPEC_SCRIPT_FAULT_H

#include "base/base.h"
#include "script/lexer.h"
#include "script/text.h"

struct script_source {
    const char *path;
    const struct script_line *lines;
    size_t nlines;
};

struct script_fault {
    struct script_place place;
    const char *text;
    size_t file_order; /* main file 0, included files after it */
};

struct script_faults {
    struct arena *arena;
    struct script_source *sources;
    size_t nsources, sources_capacity;
    struct script_fault *items;
    size_t nitems, capacity;
};

enum { SCRIPT_FAULTS_MOST = 200 }; /* further ones are dropped */

/* Reports a fault; the same text at the same place counts once. Always returns -1. */
int script_fault(struct script_faults *faults, struct script_place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void script_faults_add_source(struct script_faults *faults, const char *path,
                              const struct script_line *lines, size_t nlines);

/* Sorts by file, line and column. */
void script_faults_sort(struct script_faults *faults);

/* Fills *err from one fault. */
void script_fault_to_err(const struct script_faults *faults, const struct script_fault *fault,
                         struct err *err);

#endif
