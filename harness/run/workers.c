#include "run/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS_LIMIT_MS = 120000, WORKERS_DIAGNOSIS_NBYTES = 65536 };

/* A result goes back as its length, 8 octets in this machine's order, and its octets. */
struct worker {
    pid_t pid;
    int channel;   /* jobs out, results back; -1: no process */
    int diagnosis; /* its stderr */
    struct buffer received, written;
    bool is_busy, is_late;
    size_t job;
    int64_t deadline_us;
};

struct crew {
    const struct workers_jobs *jobs;
    struct worker *workers;
    unsigned nworkers;
    size_t next_job;
    bool is_stopping;
    bool has_bad_end; /* a worker without a job did not end well: *err says how */
    struct clock clock;
};

/* ---- the worker's side ---- */

static bool read_fully(int fd, void *to, size_t nbytes)
{
    char *at = to;
    while (nbytes > 0) {
        ssize_t n = read(fd, at, nbytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        nbytes -= (size_t)n;
    }
    return true;
}

static bool write_fully(int fd, const void *from, size_t nbytes)
{
    const char *at = from;
    while (nbytes > 0) {
        ssize_t n = send(fd, at, nbytes, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        nbytes -= (size_t)n;
    }
    return true;
}

static void work(const struct workers_jobs *jobs, unsigned worker, int channel)
{
    uint64_t job;
    struct buffer result = {0};
    if (jobs->begin != NULL)
        jobs->begin(jobs->context, worker);
    while (read_fully(channel, &job, sizeof job)) {
        buffer_clear(&result);
        jobs->play(jobs->context, (size_t)job, &result);
        uint64_t nbytes = result.nbytes;
        if (!write_fully(channel, &nbytes, sizeof nbytes) ||
            !write_fully(channel, buffer_span(&result).data, result.nbytes))
            break;
    }
    buffer_free(&result);
    if (jobs->end != NULL)
        jobs->end(jobs->context, worker);
}

/* ---- the parent's side ---- */

static int hire(struct crew *crew, unsigned index, struct err *err)
{
    struct worker *w = &crew->workers[index];
    int channel[2];
    int diagnosis[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel) != 0)
        return err_set(err, NULL, 0, 0, "no socketpair for a worker: %s", strerror(errno));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, diagnosis) != 0) {
        (void)close(channel[0]);
        (void)close(channel[1]);
        return err_set(err, NULL, 0, 0, "no socketpair for a worker: %s", strerror(errno));
    }
    (void)fflush(NULL);
    pid_t parent = getpid();
    w->pid = fork();
    if (w->pid < 0)
        return err_set(err, NULL, 0, 0, "no process for a worker: %s", strerror(errno));
    if (w->pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        (void)dup2(diagnosis[1], STDERR_FILENO);
        for (unsigned i = 0; i < crew->nworkers; i++)
            if (i != index && crew->workers[i].channel >= 0)
                (void)close(crew->workers[i].channel);
        (void)close(channel[0]);
        (void)close(diagnosis[0]);
        work(crew->jobs, index, channel[1]);
        (void)fflush(NULL);
        exit(0); /* not _exit(): leaks are looked for, and lines counted, at exit */
    }
    (void)close(channel[1]);
    (void)close(diagnosis[1]);
    w->channel = channel[0];
    w->diagnosis = diagnosis[0];
    return 0;
}

static int64_t limit_us(const struct crew *crew)
{
    return (crew->jobs->job_limit_ms > 0 ? crew->jobs->job_limit_ms : WORKERS_LIMIT_MS) * 1000;
}

static void give_job(struct crew *crew, struct worker *w)
{
    uint64_t job = crew->next_job++;
    w->job = (size_t)job;
    w->is_busy = true;
    w->is_late = false;
    w->deadline_us = clock_now_us(&crew->clock) + limit_us(crew);
    buffer_clear(&w->written);
    (void)write_fully(w->channel, &job, sizeof job); /* a dead worker is seen when it is read */
}

/* Reads what is there; false at the end of the stream. */
static bool receive(int fd, struct buffer *into)
{
    enum { CHUNK = 65536 };
    ssize_t n = recv(fd, buffer_reserve(into, CHUNK), CHUNK, MSG_DONTWAIT);
    if (n > 0)
        buffer_advance(into, (size_t)n);
    return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

static void receive_diagnosis(struct worker *w)
{
    while (w->diagnosis >= 0) {
        size_t before = w->written.nbytes;
        if (!receive(w->diagnosis, &w->written) || w->written.nbytes == before)
            break;
    }
    if (w->written.nbytes > WORKERS_DIAGNOSIS_NBYTES)
        buffer_consume(&w->written, w->written.nbytes - WORKERS_DIAGNOSIS_NBYTES);
}

/* Waits for the end of a worker, taking what it still writes; kills it when it is late. */
static int await_end(const struct crew *crew, struct worker *w)
{
    int status = 0;
    int64_t deadline_us = clock_now_us(&crew->clock) + limit_us(crew);
    pid_t ended;
    while ((ended = waitpid(w->pid, &status, WNOHANG)) == 0 || (ended < 0 && errno == EINTR)) {
        struct pollfd polled = {.fd = w->diagnosis, .events = POLLIN};
        size_t before = w->written.nbytes;
        if (clock_now_us(&crew->clock) >= deadline_us)
            (void)kill(w->pid, SIGKILL);
        (void)poll(&polled, 1, 50);
        receive_diagnosis(w);
        if (w->written.nbytes == before && polled.revents != 0) /* at its end: not quite dead yet */
            (void)poll(NULL, 0, 1);
    }
    receive_diagnosis(w);
    return status;
}

/* Lets a worker go; gives how it ended, as waitpid() does. */
static int dismiss(const struct crew *crew, struct worker *w)
{
    if (w->channel < 0)
        return 0;
    (void)close(w->channel);
    int status = await_end(crew, w);
    (void)close(w->diagnosis);
    w->channel = -1;
    w->is_busy = false;
    buffer_clear(&w->received);
    return status;
}

/* A worker for which there is no job left goes; it should have nothing to say. */
static void dismiss_idle(struct crew *crew, struct worker *w, struct err *err)
{
    int status = dismiss(crew, w);
    (void)fwrite(buffer_span(&w->written).data, 1, w->written.nbytes, stderr);
    buffer_clear(&w->written);
    if (status == 0 || crew->has_bad_end)
        return;
    crew->has_bad_end = true;
    if (WIFSIGNALED(status))
        (void)err_set(err, NULL, 0, 0, "a worker was killed by %s when its jobs were done",
                      strsignal(WTERMSIG(status)));
    else
        (void)err_set(err, NULL, 0, 0, "a worker ended with status %d when its jobs were done",
                      WEXITSTATUS(status));
}

static void take_results(struct crew *crew, struct worker *w)
{
    uint64_t nbytes;
    while (w->received.nbytes >= sizeof nbytes) {
        struct span all = buffer_span(&w->received);
        memcpy(&nbytes, all.data, sizeof nbytes);
        if (all.nbytes - sizeof nbytes < nbytes)
            return;
        w->is_busy = false;
        receive_diagnosis(w);
        /* what a worker says on stderr without dying is for the user */
        (void)fwrite(buffer_span(&w->written).data, 1, w->written.nbytes, stderr);
        buffer_clear(&w->written);
        if (!crew->jobs->done(crew->jobs->context, w->job,
                              span_slice(all, sizeof nbytes, (size_t)nbytes)))
            crew->is_stopping = true;
        buffer_consume(&w->received, sizeof nbytes + (size_t)nbytes);
    }
}

static int bury(struct crew *crew, unsigned index, struct err *err)
{
    struct worker *w = &crew->workers[index];
    bool was_busy = w->is_busy;
    int status = dismiss(crew, w);
    if (was_busy &&
        !crew->jobs->died(crew->jobs->context, w->job, WIFSIGNALED(status) ? WTERMSIG(status) : 0,
                          WIFEXITED(status) ? WEXITSTATUS(status) : 0, w->is_late,
                          buffer_span(&w->written)))
        crew->is_stopping = true;
    if (crew->is_stopping || crew->next_job >= crew->jobs->njobs)
        return 0;
    return hire(crew, index, err);
}

static void kill_late(struct crew *crew)
{
    int64_t now = clock_now_us(&crew->clock);
    for (unsigned i = 0; i < crew->nworkers; i++) {
        struct worker *w = &crew->workers[i];
        if (w->channel >= 0 && w->is_busy && !w->is_late && now >= w->deadline_us) {
            w->is_late = true;
            (void)kill(w->pid, SIGKILL);
        }
    }
}

/* Gives jobs to whoever has none; dismisses those for whom there is none left. */
static bool assign_jobs(struct crew *crew, struct err *err)
{
    bool busy = false;
    for (unsigned i = 0; i < crew->nworkers; i++) {
        struct worker *w = &crew->workers[i];
        if (w->channel < 0)
            continue;
        if (!w->is_busy && !crew->is_stopping && crew->next_job < crew->jobs->njobs)
            give_job(crew, w);
        if (!w->is_busy)
            dismiss_idle(crew, w, err);
        busy = busy || w->is_busy;
    }
    return busy;
}

static int listen_to_workers(struct crew *crew, struct pollfd *polls, struct err *err)
{
    for (unsigned i = 0; i < crew->nworkers; i++) {
        polls[2 * i] = (struct pollfd){.fd = crew->workers[i].channel, .events = POLLIN};
        polls[2 * i + 1] = (struct pollfd){
            .fd = crew->workers[i].channel < 0 ? -1 : crew->workers[i].diagnosis, .events = POLLIN};
    }
    if (poll(polls, 2 * crew->nworkers, 200) <= 0)
        return 0;
    for (unsigned i = 0; i < crew->nworkers; i++) {
        struct worker *w = &crew->workers[i];
        if (polls[2 * i + 1].revents != 0)
            receive_diagnosis(w);
        if (polls[2 * i].revents == 0)
            continue;
        bool open = receive(w->channel, &w->received);
        take_results(crew, w);
        if (!open && bury(crew, i, err) != 0)
            return -1;
    }
    return 0;
}

static bool is_interrupted(const struct crew *crew)
{
    return crew->jobs->is_interrupted != NULL && crew->jobs->is_interrupted(crew->jobs->context);
}

int workers_run(const struct workers_jobs *jobs, struct err *err)
{
    struct crew crew = {.jobs = jobs, .clock = clock_system()};
    crew.nworkers = jobs->nworkers == 0 ? 1 : jobs->nworkers;
    if (crew.nworkers > jobs->njobs)
        crew.nworkers = (unsigned)jobs->njobs;
    crew.workers = mem_alloc(crew.nworkers * sizeof *crew.workers);
    struct pollfd *polls = mem_alloc(2 * (crew.nworkers + 1) * sizeof *polls);
    int status = 0;
    for (unsigned i = 0; i < crew.nworkers; i++)
        crew.workers[i].channel = -1;
    for (unsigned i = 0; i < crew.nworkers && status == 0; i++)
        status = hire(&crew, i, err);
    while (status == 0 && !is_interrupted(&crew) && assign_jobs(&crew, err)) {
        status = listen_to_workers(&crew, polls, err);
        kill_late(&crew);
    }
    for (unsigned i = 0; i < crew.nworkers; i++) {
        if (crew.workers[i].channel >= 0 && crew.workers[i].is_busy)
            (void)kill(crew.workers[i].pid, SIGKILL);
        (void)dismiss(&crew, &crew.workers[i]);
        buffer_free(&crew.workers[i].received);
        buffer_free(&crew.workers[i].written);
    }
    free(crew.workers);
    free(polls);
    return status == 0 && crew.has_bad_end ? -1 : status;
}
