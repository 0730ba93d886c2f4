/*
 * latency: how long answers usually take, and which one took far longer. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_LATENCY_H
#define IMAPSPEC_BLACKBOX_LATENCY_H

#include "base/base.h"

enum { LATENCY_NBUCKETS = 128, LATENCY_BUCKETS_MOST = 12 };

/* Counts by quarters of powers of two. Zeroed is empty. */
struct latency {
    uint32_t counts[LATENCY_NBUCKETS];
    uint32_t ncounts;
};

void latency_add(struct latency *latency, int64_t us);
int64_t latency_median_us(const struct latency *latency); /* 0: not known yet */

/* Over eight times the median, and so long that no scheduling explains it: LATENCY_FLOOR_MS times
 * the scale (0: 1). */
enum { LATENCY_FACTOR = 8, LATENCY_FLOOR_MS = 300 };
bool latency_is_slow(const struct latency *latency, int64_t us, double scale);

/* For feedback: 0 up to eight times the median, then one more each time it doubles. */
unsigned latency_bucket(const struct latency *latency, int64_t us);

#endif
