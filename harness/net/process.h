/*
 * process: a program started by the harness. It runs in a process group of its own, is watched, and
 * is stopped by its own number, never by a name. If the harness dies, however it dies, the kernel
 * kills the program (Linux; its own children only if they notice).
 *
 * Works in loops of either time; times given here are real.
 */
#ifndef IMAPSPEC_NET_PROCESS_H
#define IMAPSPEC_NET_PROCESS_H

#include "net/net.h"

enum net_stdio {
    NET_STDIO_NULL,       /* stdin and stdout are /dev/null */
    NET_STDIO_CAPTURE,    /* stdin is /dev/null, stdout is kept: net_process_stdout() */
    NET_STDIO_PIPES,      /* two pipes, for carrier_open_process() */
    NET_STDIO_SOCKETPAIR, /* both are one end of a socketpair, for carrier_open_process() */
    NET_STDIO_INHERIT     /* ours */
};

struct net_process_options {
    const char *const *argv; /* NULL-terminated; argv[0] is looked for in PATH; with a slash in it,
                                from `directory` on */
    const char *const *environment; /* "NAME=value", NULL-terminated, added to ours; may be NULL */
    const char *directory;          /* working directory; NULL: ours */
    enum net_stdio stdio;
    const char *stderr_file;     /* stderr is appended there; NULL: kept, net_process_stderr() */
    size_t capture_limit_nbytes; /* of stdout and of stderr kept, each; 0: 256 KiB. The first half
                                    and the last half of a longer text are kept. */
};

/* NULL and *err when it cannot be started: "./start.sh: no such file or directory". The options are
 * borrowed for the call. Returns new. */
struct net_process *net_process_start(struct net_loop *loop,
                                      const struct net_process_options *options, struct err *err);

/* Kills the program and all of its group if it still runs. NULL is fine. */
void net_process_free(struct net_process **process);

long net_process_pid(const struct net_process *process);

/* The end of a process is noticed during net_wait() and by net_process_poll(), which does not
 * wait. */
bool net_process_poll(struct net_process *process); /* true: it has ended */
bool net_process_is_running(const struct net_process *process);
int net_process_exit_status(const struct net_process *process); /* 0..255; -1: running, or killed */
int net_process_signal(
    const struct net_process *process); /* that ended it; 0: running, or exited */

/* Appends "running", "exited with status 1" or "killed by SIGSEGV (core dumped)". */
void net_process_describe(const struct net_process *process, struct buffer *out);

/* What it wrote so far, as far as kept (see capture_limit_nbytes; "[... N octets left out ...]"
 * stands for the middle). Owned by the process, valid until the next call on this loop. */
struct span net_process_stdout(struct net_process *process);
struct span net_process_stderr(struct net_process *process);

/* Processor time used until now, in microseconds, by the program and the living members of its
 * group; -1 where the system does not tell. Two readings in a row tell spinning from waiting. */
int64_t net_process_cpu_us(const struct net_process *process);

/* Sends a signal to the program alone. */
void net_process_kill(struct net_process *process, int signal_number);

/* Sends the signal to the program, waits up to grace_ms for its end, then sends SIGKILL; at the end
 * its whole group is killed. False when SIGKILL was necessary. Carriers of the loop go on
 * meanwhile; does nothing and gives true when it has ended already. */
bool net_process_stop(struct net_process *process, int signal_number, int64_t grace_ms);

/* Waits up to timeout_ms for the end. True: it has ended. */
__attribute__((warn_unused_result)) bool net_process_wait(struct net_process *process,
                                                          int64_t timeout_ms);

struct net_process_result {
    int exit_status;        /* 0..255, -1 when ended by a signal or killed because of the timeout */
    int signal_number;      /* 0: exited */
    bool is_late;           /* did not end in time */
    struct buffer out, err; /* what it wrote, as far as kept */
};

/* Runs a program (a hook) to its end: stdin is /dev/null, stdout and stderr are kept (stdio and
 * stderr_file of the options are ignored). What is left of its group then, or at timeout_ms, is
 * killed. 0 when it ran
 * and ended, whatever its status; -1 and *err when it could not be started or was late (*result_r
 * is filled in then too). Release with net_process_result_free(). */
__attribute__((warn_unused_result)) int
net_process_run(struct net_loop *loop, const struct net_process_options *options,
                int64_t timeout_ms, struct net_process_result *result_r, struct err *err);
void net_process_result_free(struct net_process_result *result);

#endif
