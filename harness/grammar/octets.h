/* octets: a set of octets and of the end of the input, which counts as symbol 256. */
#ifndef IMAPSPEC_GRAMMAR_OCTETS_H
#define IMAPSPEC_GRAMMAR_OCTETS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/chars.h"

enum { OCTETS_END = 256, OCTETS_NSYMBOLS = 257 };

struct octets {
    uint64_t word[5];
};

static inline bool octets_has(const struct octets *s, unsigned symbol)
{
    return (s->word[symbol >> 6] >> (symbol & 63) & 1) != 0;
}

static inline void octets_add(struct octets *s, unsigned symbol)
{
    s->word[symbol >> 6] |= (uint64_t)1 << (symbol & 63);
}

static inline void octets_add_letter(struct octets *s, char c, bool any_case)
{
    octets_add(s, (unsigned char)c);
    if (any_case) {
        octets_add(s, (unsigned char)char_lower(c));
        octets_add(s, (unsigned char)char_upper(c));
    }
}

/* True when s has grown. */
static inline bool octets_unite(struct octets *s, const struct octets *more)
{
    bool grown = false;
    for (int i = 0; i < 5; i++) {
        grown = grown || (more->word[i] & ~s->word[i]) != 0;
        s->word[i] |= more->word[i];
    }
    return grown;
}

static inline bool octets_meet(const struct octets *a, const struct octets *b)
{
    bool common = false;
    for (int i = 0; i < 5; i++)
        common = common || (a->word[i] & b->word[i]) != 0;
    return common;
}

static inline unsigned octets_count(const struct octets *s)
{
    unsigned count = 0;
    for (int i = 0; i < 4; i++)
        for (uint64_t left = s->word[i]; left != 0; left &= left - 1)
            count++;
    return count;
}

#endif
