/*
 * rng: the only source of chance. Seeded by the caller; the same seed gives the same numbers on
 * every machine (xoshiro256**, seeded through splitmix64).
 */
#ifndef IMAPSPEC_BASE_RNG_H
#define IMAPSPEC_BASE_RNG_H

#include <stdint.h>

#include "base/span.h"

struct rng {
    uint64_t state[4];
};

struct rng rng_seeded(uint64_t seed);
/* A generator of its own for one purpose: depends on the seed and the label only. */
struct rng rng_labelled(uint64_t seed, struct span label);
uint64_t rng_next(struct rng *r);
uint64_t rng_below(struct rng *r, uint64_t bound); /* 0..bound-1, evenly; bound > 0 */
uint64_t rng_hash(struct span s);                  /* FNV-1a, 64 bits */

#endif
