/*
 * fault: a seeded fault, read from its file: one small mistake put into one source of the bundled
 * implementation. docs/faults.md is the reference of the format for users.
 *
 *     fault    expunge.old-numbers "EXPUNGE tells the numbers of before the command"
 *     breaks   expunge.renumber-immediate expunge.response-each
 *     file     reference/expunge.c
 *     replace
 *      | number - gone
 *     by
 *      | number
 *
 * Lines, comments and strings are those of scenario files (script/lexer.h), and so are errors: each
 * has file, line and column.
 */
#ifndef IMAPSPEC_MUTANTS_FAULT_H
#define IMAPSPEC_MUTANTS_FAULT_H

#include "base/base.h"
#include "script/target.h"
#include "script/text.h"

/* One text of the source, and what stands there instead. */
struct mutants_change {
    struct span text, replacement; /* lines joined by LF; the replacement may be empty */
    struct script_place place;     /* of its `replace` */
};

struct mutants_fault {
    const char *id;     /* "expunge.old-numbers" */
    const char *claim;  /* what the implementation does wrong, one line */
    const char *path;   /* of the fault's own file */
    const char *source; /* the file changed, from the tree's root: "reference/expunge.c" */
    struct script_place place;
    struct script_names breaks; /* requirements, the most telling first */
    enum script_role_side side; /* of the implementation that has it */
    const char *target;         /* the bundled target that shows it: "reference" */
    bool is_graded_warn;        /* breaks a SHOULD only: a warning kills it */
    struct mutants_change *changes;
    size_t nchanges; /* at least one */
};

/* Reads a fault's file. Appends everything that is wrong to `errors`, as err_print() does, and
 * returns how many that is; *fault_r is whole only when it is 0. All in the arena. */
__attribute__((warn_unused_result)) size_t mutants_fault_read(struct span text, const char *path,
                                                              struct arena *arena,
                                                              struct mutants_fault **fault_r,
                                                              struct buffer *errors);

/* Appends the source with all changes made. -1 with *err, which points into the fault's file, when
 * a text does not stand there exactly once, or two of them overlap; nothing is appended then. */
__attribute__((warn_unused_result)) int mutants_fault_apply(const struct mutants_fault *fault,
                                                            struct span source, struct buffer *out,
                                                            struct err *err);

#endif
