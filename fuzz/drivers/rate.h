/*
 * rate: what a program of an engine has done when it ends, on standard error, if IMAPSPEC_FUZZ_RATE
 * is in its environment:
 *     rate: 200000 inputs, 1500000 commands, 12.34 s of CPU time
 * from its first input on; the engine's own work is in it.
 */
#ifndef IMAPSPEC_DRIVERS_RATE_H
#define IMAPSPEC_DRIVERS_RATE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/base.h"

static struct {
    uint64_t ninputs, ncommands;
    double since_s;
} rate;

static inline double rate_cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline void rate_print(void)
{
    (void)fprintf(stderr, "rate: %llu inputs, %llu commands, %.2f s of CPU time\n",
                  (unsigned long long)rate.ninputs, (unsigned long long)rate.ncommands,
                  rate_cpu_s() - rate.since_s);
}

/* Before the first input. */
static inline void rate_begin(void)
{
    rate.since_s = rate_cpu_s();
    if (getenv("IMAPSPEC_FUZZ_RATE") != NULL)
        (void)atexit(rate_print);
}

#endif
