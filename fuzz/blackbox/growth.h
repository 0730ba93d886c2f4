/*
 * growth: whether the memory of the target's process grows and grows. What it holds is looked at
 * every so many scenarios; the first ones, which fill caches, do not count. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_GROWTH_H
#define IMAPSPEC_BLACKBOX_GROWTH_H

#include "base/base.h"
#include "blackbox/plan.h"

enum {
    GROWTH_STEP = 50,      /* scenarios from one look to the next */
    GROWTH_NLOOKS = 21,    /* 1,000 scenarios */
    GROWTH_WARM_UP = 1000, /* scenarios */
    GROWTH_NKEPT = 64,
    GROWTH_KEPT_NBYTES = 4096
};

/* A scenario as it was played. */
struct growth_sample {
    struct plan_mode mode;
    size_t nbytes;
    uint64_t number;
    char bytes[GROWTH_KEPT_NBYTES];
};

/* Zeroed is empty. */
struct growth {
    uint64_t nscenarios;           /* since it began */
    uint64_t looks[GROWTH_NLOOKS]; /* octets, oldest first */
    size_t nlooks;
    struct growth_sample *kept; /* the last ones that store nothing; NULL: none yet */
    size_t nkept;               /* all that were kept, also those written over */
    bool is_told;
};

void growth_free(struct growth *growth);
/* Begins again: it is another process. */
void growth_forget(struct growth *growth);

/* Octets of memory that the process has in use; 0: cannot be told. */
uint64_t growth_memory(long pid);

/* Counts a scenario, and keeps it unless it makes mailboxes larger. */
void growth_keep(struct growth *growth, struct span stream, const struct plan_mode *mode,
                 uint64_t number);
/* Whether it is time to look. */
bool growth_is_due(const struct growth *growth);
void growth_look(struct growth *growth, uint64_t nbytes);

/* The growth over all looks, in octets, when every quarter of them holds more than the one before
 * and it is a lot; else 0. */
uint64_t growth_judge(const uint64_t *looks, size_t nlooks);
uint64_t growth_suspect(const struct growth *growth);

#endif
