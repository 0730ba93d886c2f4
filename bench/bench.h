/*
 * bench: how fast something is, by CPU time of this process. A benchmark is a list of cases. Called
 * without arguments its program measures all of them and prints the median of several runs with
 * the slowest and the fastest; called as `PROGRAM CASE COUNT` it does one case so many times and
 * prints nothing, for profilers and for counting instructions.
 */
#ifndef IMAPSPEC_BENCH_BENCH_H
#define IMAPSPEC_BENCH_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BENCH_NRUNS = 9 };

struct bench_case {
    const char *name;
    const char *unit;   /* of what it does: "lines" */
    size_t count;       /* calls in one run; a run should take a tenth of a second or so */
    size_t nper_call;   /* units done by one call */
    size_t nbytes_call; /* octets worked on by one call; 0: not a measure here */
    void (*work)(const struct bench_case *c, size_t count);
    const void *context;
};

static inline double bench_cpu_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline int bench_order(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline void bench_measure(const struct bench_case *c)
{
    double rates[BENCH_NRUNS];
    c->work(c, c->count / 8 + 1);
    for (size_t i = 0; i < BENCH_NRUNS; i++) {
        double since = bench_cpu_s();
        c->work(c, c->count);
        rates[i] = (double)(c->count * c->nper_call) / (bench_cpu_s() - since);
    }
    qsort(rates, BENCH_NRUNS, sizeof *rates, bench_order);
    double median = rates[BENCH_NRUNS / 2];
    (void)printf("%-24s %12.0f %s/s  (%.0f to %.0f)", c->name, median, c->unit, rates[0],
                 rates[BENCH_NRUNS - 1]);
    if (c->nbytes_call > 0)
        (void)printf("  %.0f MB/s", median / (double)c->nper_call * (double)c->nbytes_call / 1e6);
    (void)printf("\n");
}

/* The exit code. */
static inline int bench_main(const struct bench_case *cases, size_t ncases, int argc, char **argv)
{
    bool is_known = false;
    if (argc != 1 && argc != 3) {
        (void)fprintf(stderr, "usage: %s [CASE COUNT]\n", argv[0]);
        return 2;
    }
    for (size_t i = 0; i < ncases; i++) {
        if (argc == 1) {
            bench_measure(&cases[i]);
        } else if (strcmp(cases[i].name, argv[1]) == 0) {
            is_known = true;
            cases[i].work(&cases[i], strtoul(argv[2], NULL, 10));
        }
    }
    if (argc == 1 || is_known)
        return 0;
    (void)fprintf(stderr, "%s: no case \"%s\"\n", argv[0], argv[1]);
    return 2;
}

#endif
