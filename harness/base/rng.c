#include "base/rng.h"

#include "base/memory.h"

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct rng rng_seeded(uint64_t seed)
{
    struct rng r;
    for (int i = 0; i < 4; i++)
        r.state[i] = splitmix(&seed);
    return r;
}

uint64_t rng_hash(struct span s)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.nbytes; i++)
        hash = (hash ^ (unsigned char)s.data[i]) * 0x100000001b3u;
    return hash;
}

struct rng rng_labelled(uint64_t seed, struct span label)
{
    return rng_seeded(seed ^ rng_hash(label));
}

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

uint64_t rng_next(struct rng *r)
{
    uint64_t *s = r->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

uint64_t rng_below(struct rng *r, uint64_t bound)
{
    ENSURE(bound > 0);
    uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    uint64_t value = rng_next(r);
    while (value >= limit)
        value = rng_next(r);
    return value % bound;
}
