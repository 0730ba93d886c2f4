/* matcher: what a grammar_matcher is made of. Private to this folder and its tests. */
#ifndef IMAPSPEC_GRAMMAR_MATCHER_H
#define IMAPSPEC_GRAMMAR_MATCHER_H

#include "grammar/machine.h"
#include "grammar/view.h"

struct grammar_matcher {
    const struct grammar_view *view;
    struct flat_scratch flat; /* of the flat program */
    struct machine machine;   /* for what that cannot do */
    uint64_t steps;           /* of the last match, all passes */
    const char *limit;        /* which was passed in it, or NULL */
    int *obsolete;            /* rules */
    size_t nobsolete, obsolete_capacity;
    struct grammar_memory *memory; /* borrowed; or NULL */
};

#endif
