/* pattern: a checked line as a tree: items, lists and "and others". */
#ifndef IMAPSPEC_RUN_PATTERN_H
#define IMAPSPEC_RUN_PATTERN_H

#include "script/script.h"

enum pattern_kind {
    PATTERN_ITEM, /* pieces that stand together without a blank */
    PATTERN_LIST, /* ( ... ) */
    PATTERN_REST  /* ... */
};

struct pattern_node {
    enum pattern_kind kind;
    bool has_space_before;             /* a blank stands before it */
    const struct script_piece *pieces; /* ITEM */
    size_t npieces;
    struct pattern_node *children; /* LIST */
    size_t nchildren;
};

struct pattern {
    struct pattern_node *nodes;
    size_t nnodes;
    const struct script_wire *raw; /* `S= ...`: a unit of exactly these octets; else NULL */
};

/* In the arena; borrows the line. Parentheses are balanced: script_read() has seen to it. */
struct pattern pattern_make(const struct script_wire *line, struct arena *arena);

/* The one WORD an item consists of, or the empty span. */
struct span pattern_word(const struct pattern_node *node);

/* The tag the pattern's line must carry: a PIECE_TAG first; NULL when it begins otherwise. */
const struct script_piece *pattern_tag(const struct pattern *pattern);

#endif
