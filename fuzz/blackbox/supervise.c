#include "blackbox/supervise.h"

#include <stdio.h>
#include <unistd.h>

#include "blackbox/apart.h"

enum { ENDS_MOST = 50 /* then the run ends: it is taken up again after each */ };

struct supervision {
    const struct blackbox_options *options;
    struct course_shared *shared;
};

static void attend(void *context)
{
    struct supervision *s = context;
    if (s->options->is_interrupted(s->options->context))
        s->shared->is_to_end = true;
}

static struct course_shared *begin(void)
{
    struct course_shared *shared = apart_memory(sizeof *shared);
    struct clock clock = clock_system();
    shared->began_us = clock_now_us(&clock);
    return shared;
}

/* Once, in a child. True when it is to be taken up again. Its own trouble comes back as its exit
 * status and a message in shared memory. */
static bool run_apart(const struct campaign_kind *kind, const struct supervision *s, bool resumes,
                      int *status_r, struct err *err)
{
    struct course_shared *shared = s->shared;
    int number = 0;
    pid_t pid = apart_fork(err);
    if (pid == 0) {
        int status = kind->fuzz(s->options, shared, resumes, &shared->err);
        (void)fflush(NULL);
        _exit(status == 0 ? 0 : 1);
    }
    if (pid < 0) {
        *status_r = -1;
        return false;
    }
    enum apart_end end =
        apart_wait(pid, &shared->nplays, kind->stuck_ms, attend, (void *)s, &number);
    if (end == APART_EXITED) {
        if (number != 0)
            *err = shared->err;
        *status_r = number == 0 ? 0 : -1;
        return false;
    }
    struct play_finding finding;
    apart_finding(kind->who, end, number, shared->verb, &finding);
    *status_r = kind->take_end(s->options, shared, &finding, err);
    return *status_r == 0;
}

int supervise_run(const struct campaign_kind *kind, const struct blackbox_options *options,
                  struct blackbox_summary *summary_r, struct err *err)
{
    struct supervision s = {options, begin()};
    int status = 0;
    if (target_is_in_process(options->target)) {
        bool goes_on = true;
        for (unsigned i = 0; i < ENDS_MOST && goes_on; i++)
            goes_on = run_apart(kind, &s, options->resumes || i > 0, &status, err);
    } else {
        status = kind->fuzz(options, s.shared, options->resumes, err);
    }
    *summary_r = s.shared->summary;
    apart_memory_free(s.shared, sizeof *s.shared);
    return status;
}

int supervise_shrink(const struct campaign_kind *kind, const struct blackbox_options *options,
                     struct span stream, struct err *err)
{
    struct course_shared *shared = begin();
    int status;
    if (stream.nbytes > sizeof shared->sample.bytes) {
        status =
            err_set(err, NULL, 0, 0, "the stream has over %zu octets", sizeof shared->sample.bytes);
    } else {
        sample_set(&shared->sample, stream);
        status = kind->shrink(options, shared, err);
    }
    apart_memory_free(shared, sizeof *shared);
    return status;
}
