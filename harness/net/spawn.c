#include "net/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "net/loop.h"

enum { SPAWN_CHDIR_FAILED = 1, SPAWN_EXEC_FAILED = 2 };

/* What the child tells through a pipe when it cannot become the program. */
struct spawn_failure {
    int step, number;
};

static size_t count(const char *const *texts)
{
    size_t n = 0;
    while (texts != NULL && texts[n] != NULL)
        n++;
    return n;
}

static bool has_same_name(const char *a, const char *b)
{
    const char *end = strchr(a, '=');
    return end != NULL && strncmp(a, b, (size_t)(end - a) + 1) == 0;
}

/* Our environment with the additions in place of what they replace. Returns new (the array alone).
 */
static const char **merge_environment(const char *const *added)
{
    const char *const *ours = (const char *const *)environ;
    const char **merged = mem_alloc((count(ours) + count(added) + 1) * sizeof *merged);
    size_t n = 0;
    for (size_t i = 0; i < count(ours); i++) {
        bool is_replaced = false;
        for (size_t k = 0; k < count(added); k++)
            is_replaced = is_replaced || has_same_name(ours[i], added[k]);
        if (!is_replaced)
            merged[n++] = ours[i];
    }
    for (size_t k = 0; k < count(added); k++)
        merged[n++] = added[k];
    return merged;
}

static void fail_in_child(int report_fd, int step)
{
    struct spawn_failure failure = {step, errno};
    ssize_t ignored = write(report_fd, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

/* In the child, where only functions that are safe in signal handlers may be called. */
static void become(const struct net_process_options *options, const char **environment,
                   const int fds[3], int report_fd, pid_t parent)
{
    sigset_t none;
    int safe[3];
    (void)setpgid(0, 0);
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent)
        _exit(127);
    for (int number = 1; number < 32; number++)
        (void)signal(number, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 0; i < 3; i++)
        safe[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
    for (int i = 0; i < 3; i++)
        (void)dup2(safe[i], i);
    if (options->directory != NULL && chdir(options->directory) != 0)
        fail_in_child(report_fd, SPAWN_CHDIR_FAILED);
    (void)execvpe(options->argv[0], (char *const *)options->argv, (char *const *)environment);
    fail_in_child(report_fd, SPAWN_EXEC_FAILED);
}

/* Waits until the child has become the program, or has told why not. */
static int read_report(const struct net_process_options *options, int report_fd, pid_t pid,
                       struct err *err)
{
    struct spawn_failure failure;
    char room[96];
    ssize_t n;
    do
        n = read(report_fd, &failure, sizeof failure);
    while (n < 0 && errno == EINTR);
    if (n != (ssize_t)sizeof failure)
        return 0;
    (void)waitpid(pid, NULL, 0);
    const char *what = failure.step == SPAWN_CHDIR_FAILED ? options->directory : options->argv[0];
    return err_set(err, NULL, 0, 0, "%s: %s", what,
                   loop_errno_text(failure.number, room, sizeof room));
}

static pid_t spawn_failed(const struct net_process_options *options, struct err *err)
{
    char room[96];
    return err_set(err, NULL, 0, 0, "%s: %s", options->argv[0],
                   loop_errno_text(errno, room, sizeof room));
}

pid_t spawn(const struct net_process_options *options, const int fds[3], struct err *err)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0)
        return spawn_failed(options, err);
    const char **environment = merge_environment(options->environment);
    pid_t parent = getpid();
    sigset_t all, before;
    /* Until it has dropped them, our handlers must not run in the child: they share our pipes. */
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0)
        become(options, environment, fds, report[1], parent);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(environment);
    (void)close(report[1]);
    if (pid < 0)
        pid = spawn_failed(options, err);
    else if (read_report(options, report[0], pid, err) != 0)
        pid = -1;
    (void)close(report[0]);
    return pid;
}
