/*
 * tree: the lines of a file as nested blocks. Blocks open with `{` as the last character of a
 * control line and close with `}` alone, or with `} or ... {`.
 */
#ifndef IMAPSPEC_SCRIPT_TREE_H
#define IMAPSPEC_SCRIPT_TREE_H

#include "base/base.h"
#include "script/fault.h"

enum { SCRIPT_DEPTH_MOST = 32 }; /* blocks in blocks */

struct script_node {
    const struct script_line *line;
    struct script_node *next;       /* the line after it in the same block */
    struct script_node *children;   /* of a line that opens a block */
    struct script_node *branch;     /* its `} or ... {`, which has children of its own */
    const struct script_line *more; /* the first of nmore `&` and `|` lines below it; blank lines */
    size_t nmore;                   /* between them are counted and have no meaning */
};

/* The top-level lines; reports what is not closed, never opened, or too deep. */
struct script_node *script_tree_read(const struct script_line *lines, size_t nlines,
                                     const char *path, struct script_faults *faults);

#endif
