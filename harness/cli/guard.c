#include "cli/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reports/reports.h"

/* ---- signals ---- */

static volatile sig_atomic_t caught_signal;
static pid_t abort_owner;

static void aborted(int number)
{
    if (getpid() == abort_owner)
        _exit(RESULT_EXIT_INTERNAL);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

void guard_catch_abort(void)
{
    abort_owner = getpid();
    (void)signal(SIGABRT, aborted);
}

static void note_signal(int number)
{
    caught_signal = number;
}

void guard_catch_signals(void)
{
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
}

int guard_signal(void)
{
    return caught_signal;
}

void guard_die_by(int signal_number)
{
    (void)fflush(NULL);
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

/* ---- the folder ---- */

enum {
    GUARD_LOOK_MS = 100,
    GUARD_LOOKS = 50 /* programs that are just dying may still write there */
};

struct guard {
    pid_t pid;
    int fd; /* its end tells that this process has ended */
};

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st, (void)kind, (void)where;
    (void)remove(path);
    return 0;
}

static void remove_folder(const char *folder)
{
    for (int i = 0; i < GUARD_LOOKS && access(folder, F_OK) == 0; i++) {
        (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        (void)poll(NULL, 0, GUARD_LOOK_MS);
    }
}

/* Leaves the terminal, and whoever waits for the end of our output, alone. */
static void detach(int keep_fd)
{
    (void)setsid();
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    for (int fd = 0; fd < 256; fd++)
        if (fd != keep_fd)
            (void)close(fd);
    (void)open("/dev/null", O_RDWR);
    (void)dup(0);
    (void)dup(0);
}

static void watch(int fd, const char *folder)
{
    char octet;
    ssize_t n;
    detach(fd);
    do
        n = read(fd, &octet, 1);
    while (n < 0 && errno == EINTR);
    if (n != 1)
        remove_folder(folder);
    _exit(0);
}

struct guard *guard_folder(const char *folder)
{
    int fds[2];
    if (folder == NULL || pipe2(fds, O_CLOEXEC) != 0)
        return NULL;
    (void)fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void)close(fds[1]);
        watch(fds[0], folder);
    }
    (void)close(fds[0]);
    if (pid < 0) {
        (void)close(fds[1]);
        return NULL;
    }
    struct guard *guard = mem_alloc(sizeof *guard);
    *guard = (struct guard){pid, fds[1]};
    return guard;
}

void guard_folder_gone(struct guard **guard)
{
    struct guard *g = *guard;
    *guard = NULL;
    if (g == NULL)
        return;
    ssize_t written = write(g->fd, "", 1);
    (void)written; /* it can only have ended before */
    (void)close(g->fd);
    while (waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    free(g);
}
