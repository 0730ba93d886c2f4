#include "blackbox/latency.h"

enum { KNOWN_COUNTS = 100, BUCKET_FLOOR_US = 5000 };

/* The first octet of the number's binary form that is set, and the two behind it. */
static unsigned index_of(int64_t us)
{
    uint64_t value = us < 4 ? 4 : (uint64_t)us;
    unsigned power = 0;
    while (value >> power >= 8)
        power++;
    unsigned index = power * 4 + (unsigned)(value >> power) - 4;
    return index < LATENCY_NBUCKETS ? index : LATENCY_NBUCKETS - 1;
}

static int64_t value_of(unsigned index)
{
    return (int64_t)(UINT64_C(4) + index % 4) << (index / 4);
}

void latency_add(struct latency *l, int64_t us)
{
    l->counts[index_of(us)]++;
    l->ncounts++;
}

int64_t latency_median_us(const struct latency *l)
{
    uint32_t nbelow = 0;
    if (l->ncounts < KNOWN_COUNTS)
        return 0;
    for (unsigned i = 0; i < LATENCY_NBUCKETS; i++) {
        nbelow += l->counts[i];
        if (nbelow * 2 >= l->ncounts)
            return value_of(i);
    }
    return 0;
}

bool latency_is_slow(const struct latency *l, int64_t us, double scale)
{
    if ((double)us < (double)LATENCY_FLOOR_MS * 1000.0 * (scale > 0 ? scale : 1))
        return false;
    int64_t median_us = latency_median_us(l);
    return median_us > 0 && us > LATENCY_FACTOR * median_us;
}

unsigned latency_bucket(const struct latency *l, int64_t us)
{
    if (us < BUCKET_FLOOR_US)
        return 0;
    int64_t limit_us = LATENCY_FACTOR * latency_median_us(l);
    unsigned bucket = 0;
    while (limit_us > 0 && us > limit_us && bucket < LATENCY_BUCKETS_MOST) {
        limit_us *= 2;
        bucket++;
    }
    return bucket;
}
