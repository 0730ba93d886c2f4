/*
 * suite: the cases of a run: scenario files read, expanded by axes and orders, and selected.
 */
#ifndef IMAPSPEC_RUN_SUITE_H
#define IMAPSPEC_RUN_SUITE_H

#include "script/script.h"

struct suite_case {
    const struct script_case *script;
    size_t order;   /* index for run_play() */
    const char *id; /* "expunge.last/path=inbox[102]" */
};

struct suite {
    struct arena *arena; /* borrowed; holds everything */
    struct script_file **files;
    size_t nfiles, files_capacity;
    struct suite_case *cases; /* after suite_expand() */
    size_t ncases, cases_capacity;
    struct table scenarios; /* ID -> struct script_scenario */
};

void suite_init(struct suite *suite, struct arena *arena);
void suite_free(struct suite *suite);

/* Reads one file. -1 with *err: as script_read(), or a scenario ID that another file has. */
__attribute__((warn_unused_result)) int suite_add(struct suite *suite, struct span text,
                                                  const char *path,
                                                  const struct script_loader *loader,
                                                  struct err *err);

/* Makes the cases of all scenarios in which the harness plays the role. */
__attribute__((warn_unused_result)) int suite_expand(struct suite *suite, enum script_role role,
                                                     uint64_t seed, struct err *err);

/* True when the case fits the selector: a scenario ID, a case ID or a glob of either; `req:GLOB`
 * (it covers a requirement that fits); `level:must|should|may` (it covers one of that level); or
 * the path of its file, or of a folder around it. */
bool suite_case_fits(const struct suite_case *c, struct span selector);

/* Keeps the cases that fit one of `only` (none given: all) and none of `except`. Appends to
 * unused_r the selectors of both lists that fitted no case, one a line. */
void suite_select(struct suite *suite, const char *const *only, size_t nonly,
                  const char *const *except, size_t nexcept, struct buffer *unused_r);

#endif
