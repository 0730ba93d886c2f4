/*
 * corpus: the streams that were worth while, and which of them to go on with. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_CORPUS_H
#define IMAPSPEC_BLACKBOX_CORPUS_H

#include "base/base.h"

enum { CORPUS_MOST = 8192 };

struct corpus_entry {
    struct span stream; /* in the corpus's arena */
    uint32_t nchosen, nnew;
};

struct corpus {
    struct arena arena;
    struct table known; /* by content */
    struct corpus_entry *items;
    size_t nitems, capacity;
    size_t nsaved; /* the first ones are in the folder already */
};

void corpus_free(struct corpus *corpus);
/* Copies the stream, unless it is known or there are too many. */
void corpus_add(struct corpus *corpus, struct span stream, size_t nnew);
/* One to go on with: young ones and those that were chosen seldom more often. nitems > 0. */
struct span corpus_choose(struct corpus *corpus, struct rng *rng);

/* The files of `folder`/corpus, named by their content. */
__attribute__((warn_unused_result)) int corpus_save(struct corpus *corpus, const char *folder,
                                                    struct err *err);
__attribute__((warn_unused_result)) int corpus_load(struct corpus *corpus, const char *folder,
                                                    struct err *err);

#endif
