/* memory: what a grammar_memory is made of. Private to this folder and its tests. */
#ifndef IMAPSPEC_GRAMMAR_MEMORY_H
#define IMAPSPEC_GRAMMAR_MEMORY_H

#include "grammar/grammar.h"

struct memory_question {
    int rule;
    enum grammar_extent extent; /* not GRAMMAR_PREFIX */
    struct grammar_input input;
    uint64_t hash; /* filled by memory_find() */
};

/* NULL, or the steps that the match took; then *match_r is what it said. */
const uint64_t *memory_find(const struct grammar_memory *memory, struct memory_question *ask,
                            struct grammar_match *match_r);

/* What came out, in the place of something else; after memory_find(). */
void memory_keep(struct grammar_memory *memory, const struct memory_question *ask,
                 const struct grammar_match *match, uint64_t steps);

#endif
