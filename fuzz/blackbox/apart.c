#include "blackbox/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "blackbox/death.h"

enum { LOOK_MS = 10, PLAY_LIMIT_MS = 3000 };

void *apart_memory(size_t nbytes)
{
    void *memory = mmap(NULL, nbytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ENSURE(memory != MAP_FAILED);
    return memory;
}

void apart_memory_free(void *memory, size_t nbytes)
{
    (void)munmap(memory, nbytes);
}

pid_t apart_fork(struct err *err)
{
    (void)fflush(NULL);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return err_set(err, NULL, 0, 0, "cannot fork: %s", strerror(errno));
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            _exit(1);
        (void)signal(SIGABRT, SIG_DFL);
    }
    return pid;
}

/* True when it has ended. */
static bool has_ended(pid_t pid, enum apart_end *end_r, int *status_r)
{
    int status;
    if (waitpid(pid, &status, WNOHANG) != pid)
        return false;
    *end_r = WIFSIGNALED(status) ? APART_DIED : APART_EXITED;
    *status_r = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

enum apart_end apart_wait(pid_t pid, const volatile uint64_t *beat, int64_t limit_ms,
                          void (*attend)(void *context), void *context, int *status_r)
{
    struct clock clock = clock_system();
    uint64_t last = *beat;
    int64_t since_us = clock_now_us(&clock);
    enum apart_end end;
    int pause_ms = 1;
    while (!has_ended(pid, &end, status_r)) {
        (void)poll(NULL, 0, pause_ms);
        pause_ms = pause_ms < LOOK_MS ? pause_ms + 1 : LOOK_MS;
        if (attend != NULL)
            attend(context);
        if (*beat != last) {
            last = *beat;
            since_us = clock_now_us(&clock);
        }
        if (clock_now_us(&clock) - since_us < limit_ms * 1000)
            continue;
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, status_r, 0);
        return APART_STUCK;
    }
    return end;
}

/* "killed by Aborted": how a process came to its end; sanitizers end it with a status. */
static const char *end_name(enum apart_end end, int status, char room[static 64])
{
    if (end == APART_STUCK)
        return "no end";
    if (end == APART_DIED)
        (void)snprintf(room, 64, "killed by %s", strsignal(status));
    else
        (void)snprintf(room, 64, "ended with status %d", status);
    return room;
}

void apart_finding(const char *who, enum apart_end end, int status, unsigned verb,
                   struct play_finding *finding_r)
{
    const char *name = feedback_verb_name(verb);
    char room[64];
    const char *how = end_name(end, status, room);
    *finding_r = (struct play_finding){.requirement = ""};
    (void)snprintf(finding_r->oracle, sizeof finding_r->oracle,
                   end == APART_STUCK ? "hang" : "crash");
    (void)snprintf(finding_r->signature, sizeof finding_r->signature, "%s at %s", how,
                   strcmp(name, "BBOARD") == 0 ? "SELECT" : name);
    if (end == APART_STUCK)
        (void)snprintf(finding_r->text, sizeof finding_r->text, "the %s does not come back, at %s",
                       who, name);
    else
        (void)snprintf(finding_r->text, sizeof finding_r->text,
                       "the process that holds the %s: %s, at %s", who, how, name);
}

/* Names what it died of, when it has said so. */
static void take_said(int fd, unsigned verb, struct play_finding *finding)
{
    static char said[64 * 1024];
    ssize_t n = pread(fd, said, sizeof said, 0);
    struct span report = span_make(said, n > 0 ? (size_t)n : 0);
    death_name(report, finding->signature, feedback_verb_name(verb), finding);
}

void apart_play(const char *who, void (*play)(void *context, struct play_result *result_r),
                void *context, const volatile unsigned *verb, struct play_result *result_r)
{
    struct shared {
        struct play_result result;
        volatile uint64_t beat;
    } *shared = apart_memory(sizeof *shared);
    struct err err;
    int status = 0;
    int said = memfd_create("stderr", MFD_CLOEXEC);
    ENSURE(said >= 0);
    pid_t pid = apart_fork(&err);
    if (pid == 0) {
        (void)dup2(said, STDERR_FILENO);
        play(context, &shared->result);
        _exit(0);
    }
    ENSURE(pid > 0);
    enum apart_end end = apart_wait(pid, &shared->beat, PLAY_LIMIT_MS, NULL, NULL, &status);
    *result_r = shared->result;
    if (end != APART_EXITED || status != 0) {
        result_r->has_finding = true;
        apart_finding(who, end, status, *verb, &result_r->finding);
        if (end != APART_STUCK)
            take_said(said, *verb, &result_r->finding);
    }
    (void)close(said);
    apart_memory_free(shared, sizeof *shared);
}
