/*
 * workers: plays jobs in several processes at a time. A job that kills its process, or does not
 * come back, harms no other: the parent notes it and goes on with a new process.
 */
#ifndef IMAPSPEC_RUN_WORKERS_H
#define IMAPSPEC_RUN_WORKERS_H

#include "base/base.h"

struct workers_jobs {
    void *context;
    size_t njobs;
    unsigned nworkers;    /* processes at a time; 0 counts as 1 */
    int64_t job_limit_ms; /* a job that takes longer is killed; 0: two minutes */

    /* In the worker: once before its first job, and once after its last. May be NULL. */
    void (*begin)(void *context, unsigned worker);
    void (*end)(void *context, unsigned worker);
    /* In the worker: plays a job and appends its result. */
    void (*play)(void *context, size_t job, struct buffer *result);

    /* In the parent: a job's result has come. False: start no more jobs. */
    bool (*done)(void *context, size_t job, struct span result);
    /* In the parent: the worker died in the job, by a signal (0: it exited with `status`), or was
     * killed because it was late. `diagnosis` is what it wrote to stderr, as far as kept. As
     * done(). */
    bool (*died)(void *context, size_t job, int signal_number, int status, bool is_late,
                 struct span diagnosis);
    /* In the parent, some times a second and after every signal: true: kill the workers, forget the
     * jobs under way and come back. May be NULL. */
    bool (*is_interrupted)(void *context);
};

/* 0 when every job that was started has ended; -1 with *err when processes cannot be made, or when
 * a worker that had no job left ended by a signal, with a status other than 0 or not in time: a bug
 * of ours. Ends early, after the jobs under way, when done() or died() says so. */
__attribute__((warn_unused_result)) int workers_run(const struct workers_jobs *jobs,
                                                    struct err *err);

#endif
