/*
 * content: what is remembered of a message text (RFC822 and its parts) without keeping it: its
 * length and a hash that can be computed of two parts' hashes, so that the header and the text can
 * be held against the whole in whatever order they come.
 */
#ifndef IMAPSPEC_MODEL_CONTENT_H
#define IMAPSPEC_MODEL_CONTENT_H

#include "base/base.h"

struct content {
    uint64_t nbytes, hash;
    uint32_t unit; /* server unit that last carried it */
    bool is_known;
    bool is_whole; /* all octets were seen: the hash counts */
};

/* nbytes: length in truth; hash and is_whole follow from whether octets are all of it. */
struct content content_of(struct span octets, uint64_t nbytes);
bool content_equal(const struct content *a, const struct content *b);
/* Whether `whole` can be `head` followed by `tail`. */
bool content_joins(const struct content *whole, const struct content *head,
                   const struct content *tail);

#endif
