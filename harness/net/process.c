#include "net/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/capture.h"
#include "net/carrier.h"
#include "net/loop.h"
#include "net/socket.h"
#include "net/spawn.h"

enum {
    PROCESS_CAPTURE_NBYTES = 256 * 1024,
    PROCESS_KILL_MS = 10000 /* so long a killed program may take to go */
};

/*
 * A program that has ended stays in the system's table (it is waited for with WNOWAIT) until it is
 * freed: its number, which is also that of its group, cannot become another's meanwhile.
 */
struct net_process {
    struct net_loop *loop;
    struct net_process *next, *previous; /* in loop->processes */
    pid_t pid;
    bool has_ended;
    int exit_status, signal_number;
    bool has_dumped_core;
    int read_fd, write_fd; /* our ends, until a carrier takes them; -1: none */
    struct capture out, err;
};

/* The ends of what connects a program with us. -1: none. */
struct process_pipes {
    int child[3];          /* stdin, stdout, stderr */
    int read_fd, write_fd; /* for a carrier */
    int out_fd, err_fd;    /* to be captured */
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void close_child_ends(struct process_pipes *pipes)
{
    if (pipes->child[1] == pipes->child[0])
        pipes->child[1] = -1;
    for (int i = 0; i < 3; i++)
        if (pipes->child[i] > 2)
            close_fd(&pipes->child[i]);
}

static void close_our_ends(struct process_pipes *pipes)
{
    if (pipes->write_fd == pipes->read_fd)
        pipes->write_fd = -1;
    close_fd(&pipes->read_fd);
    close_fd(&pipes->write_fd);
    close_fd(&pipes->out_fd);
    close_fd(&pipes->err_fd);
}

static int open_pipe(int *read_fd, int *write_fd)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return -1;
    *read_fd = fds[0];
    *write_fd = fds[1];
    return 0;
}

static int open_stdio(enum net_stdio stdio, struct process_pipes *pipes)
{
    int fds[2];
    switch (stdio) {
    case NET_STDIO_INHERIT:
        pipes->child[0] = 0;
        pipes->child[1] = 1;
        return 0;
    case NET_STDIO_PIPES:
        return open_pipe(&pipes->child[0], &pipes->write_fd) == 0
                   ? open_pipe(&pipes->read_fd, &pipes->child[1])
                   : -1;
    case NET_STDIO_SOCKETPAIR:
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
            return -1;
        pipes->read_fd = pipes->write_fd = fds[0];
        pipes->child[0] = pipes->child[1] = fds[1];
        return 0;
    case NET_STDIO_NULL:
    case NET_STDIO_CAPTURE:
        break;
    }
    pipes->child[0] = open("/dev/null", O_RDWR | O_CLOEXEC);
    pipes->child[1] = pipes->child[0];
    if (pipes->child[0] < 0 || stdio == NET_STDIO_NULL)
        return pipes->child[0] < 0 ? -1 : 0;
    return open_pipe(&pipes->out_fd, &pipes->child[1]);
}

static int open_stderr(const struct net_process_options *options, struct process_pipes *pipes)
{
    if (options->stderr_file == NULL)
        return open_pipe(&pipes->err_fd, &pipes->child[2]);
    pipes->child[2] = open(options->stderr_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return pipes->child[2] < 0 ? -1 : 0;
}

static int open_pipes(const struct net_process_options *options, struct process_pipes *pipes,
                      struct err *err)
{
    char room[96];
    *pipes = (struct process_pipes){{-1, -1, -1}, -1, -1, -1, -1};
    if (open_stdio(options->stdio, pipes) == 0 && open_stderr(options, pipes) == 0)
        return 0;
    (void)err_set(err, NULL, 0, 0, "%s: %s",
                  options->stderr_file == NULL ? options->argv[0] : options->stderr_file,
                  loop_errno_text(errno, room, sizeof room));
    close_child_ends(pipes);
    close_our_ends(pipes);
    return -1;
}

static void child_changed(uv_signal_t *handle, int number)
{
    struct net_loop *loop = handle->data;
    (void)number;
    for (struct net_process *p = loop->processes; p != NULL; p = p->next)
        (void)net_process_poll(p);
}

static void watch_children(struct net_loop *loop)
{
    if (loop->child_signal != NULL)
        return;
    loop->child_signal = loop_new_handle(sizeof *loop->child_signal);
    loop->child_signal->data = loop;
    ENSURE(uv_signal_init(loop_uv(loop), loop->child_signal) == 0);
    ENSURE(uv_signal_start(loop->child_signal, child_changed, SIGCHLD) == 0);
}

struct net_process *net_process_start(struct net_loop *loop,
                                      const struct net_process_options *options, struct err *err)
{
    struct process_pipes pipes;
    size_t limit = options->capture_limit_nbytes;
    if (limit == 0)
        limit = PROCESS_CAPTURE_NBYTES;
    bool is_carried = options->stdio == NET_STDIO_PIPES || options->stdio == NET_STDIO_SOCKETPAIR;
    if (is_carried && loop_refuses(loop, options->argv[0], err))
        return NULL;
    watch_children(loop);
    if (open_pipes(options, &pipes, err) != 0)
        return NULL;
    pid_t pid = spawn(options, pipes.child, err);
    close_child_ends(&pipes);
    if (pid < 0) {
        close_our_ends(&pipes);
        return NULL;
    }
    struct net_process *process = mem_alloc(sizeof *process);
    *process = (struct net_process){.loop = loop,
                                    .next = loop->processes,
                                    .pid = pid,
                                    .exit_status = -1,
                                    .read_fd = pipes.read_fd,
                                    .write_fd = pipes.write_fd,
                                    .out = {.fd = -1},
                                    .err = {.fd = -1}};
    if (process->next != NULL)
        process->next->previous = process;
    loop->processes = process;
    loop->nwatched++;
    if (pipes.out_fd >= 0)
        capture_start(&process->out, loop, pipes.out_fd, limit);
    if (pipes.err_fd >= 0)
        capture_start(&process->err, loop, pipes.err_fd, limit);
    return process;
}

struct carrier *carrier_open_process(struct net_process *process)
{
    char name[40];
    ENSURE(process->read_fd >= 0);
    (void)snprintf(name, sizeof name, "process %ld", (long)process->pid);
    struct carrier *c = carrier_open_fds(process->loop, process->read_fd, process->write_fd, name);
    process->read_fd = process->write_fd = -1;
    return c;
}

static void note_end(struct net_process *process, const siginfo_t *info)
{
    process->has_ended = true;
    if (info->si_code == CLD_EXITED)
        process->exit_status = info->si_status;
    else
        process->signal_number = info->si_status;
    process->has_dumped_core = info->si_code == CLD_DUMPED;
    capture_drain(&process->out);
    capture_drain(&process->err);
    process->loop->has_news = true;
}

bool net_process_poll(struct net_process *process)
{
    siginfo_t info = {0};
    if (!process->has_ended &&
        waitid(P_PID, (id_t)process->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        info.si_pid == process->pid)
        note_end(process, &info);
    return process->has_ended;
}

void net_process_free(struct net_process **process)
{
    struct net_process *p = *process;
    if (p == NULL)
        return;
    (void)kill(-p->pid, SIGKILL);
    (void)kill(p->pid, SIGKILL);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    p->loop->nwatched--;
    if (p->next != NULL)
        p->next->previous = p->previous;
    if (p->previous != NULL)
        p->previous->next = p->next;
    else
        p->loop->processes = p->next;
    if (p->write_fd == p->read_fd)
        p->write_fd = -1;
    close_fd(&p->read_fd);
    close_fd(&p->write_fd);
    capture_stop(&p->out);
    capture_stop(&p->err);
    free(p);
    *process = NULL;
}

long net_process_pid(const struct net_process *process)
{
    return process->pid;
}

bool net_process_is_running(const struct net_process *process)
{
    return !process->has_ended;
}

int net_process_exit_status(const struct net_process *process)
{
    return process->exit_status;
}

int net_process_signal(const struct net_process *process)
{
    return process->signal_number;
}

void net_process_describe(const struct net_process *process, struct buffer *out)
{
    const char *name = sigabbrev_np(process->signal_number);
    if (!process->has_ended)
        buffer_append_text(out, "running");
    else if (process->signal_number == 0)
        buffer_printf(out, "exited with status %d", process->exit_status);
    else if (name != NULL)
        buffer_printf(out, "killed by SIG%s", name);
    else
        buffer_printf(out, "killed by signal %d", process->signal_number);
    if (process->has_dumped_core)
        buffer_append_text(out, " (core dumped)");
}

struct span net_process_stdout(struct net_process *process)
{
    return capture_text(&process->out);
}

struct span net_process_stderr(struct net_process *process)
{
    return capture_text(&process->err);
}

void net_process_kill(struct net_process *process, int signal_number)
{
    (void)kill(process->pid, signal_number);
}

bool net_process_wait(struct net_process *process, int64_t timeout_ms)
{
    int64_t until_us = loop_real_us() + timeout_ms * 1000;
    while (!net_process_poll(process)) {
        int64_t left_us = until_us - loop_real_us();
        if (left_us <= 0)
            return false;
        (void)loop_turn(process->loop, left_us);
    }
    return true;
}

bool net_process_stop(struct net_process *process, int signal_number, int64_t grace_ms)
{
    if (net_process_poll(process))
        return true;
    net_process_kill(process, signal_number);
    bool has_obeyed = net_process_wait(process, grace_ms);
    (void)kill(-process->pid, SIGKILL);
    return net_process_wait(process, PROCESS_KILL_MS) && has_obeyed;
}
