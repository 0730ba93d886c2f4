/*
 * pattern: a checked line as a tree: items, lists and "and others", with what matching wants to
 * know of each part found out beforehand. script_expand() makes that of every checked line.
 */
#ifndef IMAPSPEC_SCRIPT_PATTERN_H
#define IMAPSPEC_SCRIPT_PATTERN_H

#include "script/script.h"

enum pattern_kind {
    PATTERN_ITEM, /* pieces that stand together without a blank */
    PATTERN_LIST, /* ( ... ) */
    PATTERN_REST  /* ... */
};

/* How the elements of a list are compared; what stands before it tells. */
enum pattern_order {
    PATTERN_ORDERED,    /* one by one, and exactly */
    PATTERN_PROPERTIES, /* behind FETCH and STORE: names with values, in any order */
    PATTERN_SET         /* behind FLAGS: in any order */
};

struct pattern_node {
    enum pattern_kind kind;
    bool has_space_before;             /* a blank stands before it */
    const struct script_piece *pieces; /* ITEM */
    size_t npieces;
    struct pattern_node *children; /* LIST */
    size_t nchildren;
    struct span word;         /* the one WORD an ITEM consists of, or the empty span */
    enum pattern_order after; /* of a list that follows this node */
    bool is_text_line;        /* an ITEM that is `<text-line>` */
};

struct pattern {
    struct pattern_node *nodes;
    size_t nnodes;
    const struct script_wire *raw;  /* `S= ...`: a unit of exactly these octets; else NULL */
    const struct script_piece *tag; /* `@` at its beginning; NULL when it begins otherwise */
    bool is_search;                 /* `* SEARCH ...` */
    /* It takes no value and asks for none that the scenario takes or that a session's numbers give:
     * whether a unit matches depends on the unit and on tags alone. */
    bool is_constant;
};

/* The first parenthesis without its counterpart, or NULL. A bare announcement may end the line
 * inside a list. */
const struct script_piece *pattern_unbalanced(const struct script_text *text);

/* In the arena; borrows the line, whose parentheses are balanced: script_expand() sees to it. */
struct pattern pattern_make(const struct script_wire *line, struct arena *arena);

#endif
