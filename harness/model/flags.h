/*
 * flags: sets of message flags as bit masks. The names met in a run are numbered as they come, the
 * system flags first; names are the same in any case (B39). What does not fit is lumped together in
 * FLAG_OTHERS, of which nothing can be said but that there was such a flag.
 */
#ifndef IMAPSPEC_MODEL_FLAGS_H
#define IMAPSPEC_MODEL_FLAGS_H

#include "base/base.h"

#define FLAG_RECENT ((uint64_t)1)
#define FLAG_SEEN ((uint64_t)2)
#define FLAG_ANSWERED ((uint64_t)4)
#define FLAG_FLAGGED ((uint64_t)8)
#define FLAG_DELETED ((uint64_t)16)
#define FLAG_SETTABLE (FLAG_SEEN | FLAG_ANSWERED | FLAG_FLAGGED | FLAG_DELETED)
#define FLAG_OTHERS ((uint64_t)1 << 63)

enum { FLAG_NAMES_MAX = 63 };

struct flag_names {
    struct span names[FLAG_NAMES_MAX]; /* as first written; bit i is names[i] */
    size_t nnames;
    struct arena arena;
};

void flag_names_init(struct flag_names *names);
void flag_names_free(struct flag_names *names);
void flag_names_reset(struct flag_names *names); /* as from init, in the same memory */

/* The bit of a name, which is added when it is new; FLAG_OTHERS when there is no more room. */
uint64_t flag_names_bit(struct flag_names *names, struct span name);

/* Appends the names in a mask with blanks between them. */
void flag_names_write(const struct flag_names *names, uint64_t mask, struct buffer *out);

#endif
