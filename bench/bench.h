/*
 * bench: how fast something is. A benchmark program is a list of cases:
 *
 *     PROGRAM                              nine runs of each case; medians, with the slowest and
 *                                          the fastest run
 *     PROGRAM --json RUNS [--quick] [CASE...]
 *                                          the same as JSON, a line for each case; --quick: a
 *                                          twentieth of the work
 *     PROGRAM CASE COUNT                   one case so many times and prints nothing: for profilers
 *                                          and for counting instructions
 *
 * A run that would take longer than two seconds does less: what is waited for may be slow.
 *
 * Runs go in rounds (the first of each case, the second of each case, ...), so that what else the
 * machine does meanwhile falls on all cases alike. Time is CPU time of this process, or the wall
 * clock's in cases that wait for others (bench_begin(), bench_end()). A line of JSON:
 *
 *     {"case": "expunge", "unit": "lines", "runs": [2600000, ...], "octets": 13, "peak_kib": 2900}
 *
 * runs: units done a second in each run. octets: worked on by one unit, 0: no measure here.
 * peak_kib: what the process has taken at most so far.
 */
#ifndef IMAPSPEC_BENCH_BENCH_H
#define IMAPSPEC_BENCH_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BENCH_NRUNS = 9, BENCH_NRUNS_MAX = 99, BENCH_NCASES_MAX = 99, BENCH_QUICK = 20 };

struct bench_case {
    const char *name;
    const char *unit;   /* of what it does: "lines" */
    size_t count;       /* calls in one run; a run should take a tenth of a second or so */
    size_t nper_call;   /* units done by one call */
    size_t nbytes_call; /* octets worked on by one call; 0: not a measure here */
    void (*work)(const struct bench_case *c, size_t count);
    const void *context;
};

static inline double bench_now_s(bool is_wall)
{
    struct timespec t;
    (void)clock_gettime(is_wall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* By work of which only a part is measured, or the wall clock counts, since it waits for others. */
static struct {
    double began_s, ended_s; /* 0: not called */
} bench_part;

static inline void bench_begin(bool is_wall)
{
    bench_part.began_s = bench_now_s(is_wall);
}

static inline void bench_end(bool is_wall)
{
    bench_part.ended_s = bench_now_s(is_wall);
}

static inline int bench_order(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of this process so far; 0: the system does not tell. */
static inline long bench_peak_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (file != NULL)
        (void)fclose(file);
    return kib;
}

/* Units a second. */
static inline double bench_run(const struct bench_case *c, size_t count)
{
    double began_s = bench_now_s(false);
    bench_part.began_s = bench_part.ended_s = 0;
    c->work(c, count);
    double seconds = bench_now_s(false) - began_s;
    if (bench_part.ended_s > 0)
        seconds = bench_part.ended_s - bench_part.began_s;
    return (double)(count * c->nper_call) / (seconds > 0 ? seconds : 1e-9);
}

static inline void bench_print(const struct bench_case *c, double *runs, size_t nruns)
{
    qsort(runs, nruns, sizeof *runs, bench_order);
    double median = runs[nruns / 2];
    (void)printf("%-24s %12.0f %s/s  (%.0f to %.0f)", c->name, median, c->unit, runs[0],
                 runs[nruns - 1]);
    if (c->nbytes_call > 0)
        (void)printf("  %.0f MB/s", median / (double)c->nper_call * (double)c->nbytes_call / 1e6);
    (void)printf("\n");
}

static inline void bench_print_json(const struct bench_case *c, const double *runs, size_t nruns)
{
    (void)printf("{\"case\": \"%s\", \"unit\": \"%s\", \"runs\": [", c->name, c->unit);
    for (size_t i = 0; i < nruns; i++)
        (void)printf("%s%.6g", i == 0 ? "" : ", ", runs[i]);
    (void)printf("], \"octets\": %.6g, \"peak_kib\": %ld}\n",
                 (double)c->nbytes_call / (double)c->nper_call, bench_peak_kib());
}

struct bench_request {
    size_t nruns;
    bool is_json, is_quick;
    char **names; /* of the cases wanted; none: all */
    int nnames;
};

static inline bool bench_is_wanted(const struct bench_request *r, const struct bench_case *c)
{
    for (int i = 0; i < r->nnames; i++)
        if (strcmp(r->names[i], c->name) == 0)
            return true;
    return r->nnames == 0;
}

/* Warms up; the calls of one run, as many as are asked for or as two seconds are enough for. */
static inline size_t bench_warm_up(const struct bench_case *c, size_t count)
{
    const double most_s = 2;
    double per_s = 0;
    double seconds = 0;
    for (size_t part = 64; part >= 8 && seconds < most_s / 16; part /= 8) {
        per_s = bench_run(c, count / part + 1) / (double)c->nper_call;
        seconds = (double)(count / part + 1) / per_s;
    }
    return per_s * most_s < (double)count ? (size_t)(per_s * most_s) + 1 : count;
}

static inline void bench_measure(const struct bench_request *r, const struct bench_case *cases,
                                 size_t ncases)
{
    static double runs[BENCH_NCASES_MAX][BENCH_NRUNS_MAX];
    static size_t counts[BENCH_NCASES_MAX];
    for (size_t round = 0; round < r->nruns; round++)
        for (size_t i = 0; i < ncases; i++) {
            const struct bench_case *c = &cases[i];
            if (!bench_is_wanted(r, c))
                continue;
            if (round == 0)
                counts[i] = bench_warm_up(c, r->is_quick ? c->count / BENCH_QUICK + 1 : c->count);
            runs[i][round] = bench_run(c, counts[i]);
        }
    for (size_t i = 0; i < ncases; i++)
        if (bench_is_wanted(r, &cases[i]) && r->is_json)
            bench_print_json(&cases[i], runs[i], r->nruns);
        else if (bench_is_wanted(r, &cases[i]))
            bench_print(&cases[i], runs[i], r->nruns);
}

static inline int bench_usage(const char *program)
{
    (void)fprintf(stderr, "usage: %s [CASE COUNT | --json RUNS [--quick] [CASE...]]\n", program);
    return 2;
}

static inline const struct bench_case *bench_find(const struct bench_case *cases, size_t ncases,
                                                  const char *name)
{
    for (size_t i = 0; i < ncases; i++)
        if (strcmp(cases[i].name, name) == 0)
            return &cases[i];
    (void)fprintf(stderr, "bench: no case \"%s\"\n", name);
    return NULL;
}

/* The exit code. */
static inline int bench_main(const struct bench_case *cases, size_t ncases, int argc, char **argv)
{
    struct bench_request r = {.nruns = BENCH_NRUNS};
    if (ncases > BENCH_NCASES_MAX)
        abort();
    if (argc >= 3 && strcmp(argv[1], "--json") == 0) {
        r.is_json = true;
        r.nruns = strtoul(argv[2], NULL, 10);
        r.is_quick = argc > 3 && strcmp(argv[3], "--quick") == 0;
        r.names = argv + (r.is_quick ? 4 : 3);
        r.nnames = argc - (r.is_quick ? 4 : 3);
        for (int i = 0; i < r.nnames; i++)
            if (bench_find(cases, ncases, r.names[i]) == NULL)
                return 2;
    } else if (argc == 3) {
        const struct bench_case *c = bench_find(cases, ncases, argv[1]);
        if (c == NULL)
            return 2;
        c->work(c, strtoul(argv[2], NULL, 10));
        return 0;
    } else if (argc != 1) {
        return bench_usage(argv[0]);
    }
    if (r.nruns == 0 || r.nruns > BENCH_NRUNS_MAX)
        return bench_usage(argv[0]);
    bench_measure(&r, cases, ncases);
    return 0;
}

#endif
