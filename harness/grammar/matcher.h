/* matcher: what a grammar_matcher is made of. Private to this folder and its tests. */
#ifndef IMAPSPEC_GRAMMAR_MATCHER_H
#define IMAPSPEC_GRAMMAR_MATCHER_H

#include "grammar/machine.h"

struct grammar_matcher {
    struct machine machine;
    uint64_t steps;    /* of the last match, all passes */
    const char *limit; /* which was passed in it, or NULL */
    int *obsolete;     /* rules */
    size_t nobsolete, obsolete_capacity;
};

#endif
