/*
 * What is possible at all: the bare client and the null server by function call, over a socketpair
 * and over TCP. A session is LOGIN, SELECT, five commands and LOGOUT on a connection of its own.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "floor.h"

enum { DEPTH = 100 };

struct ways {
    const char *command;
    bool is_tcp;
    bool is_pipelined;
};

static unsigned port;

_Noreturn static void fail(const char *what)
{
    (void)fprintf(stderr, "bench: %s\n", what);
    exit(1);
}

/* ---- by function call ---- */

static const char *commands[FLOOR_NCOMMANDS];

static void call_sessions(const struct bench_case *c, size_t count)
{
    static struct floor_connection connection;
    (void)c;
    for (size_t i = 0; i < count; i++) {
        floor_greet(&connection);
        for (size_t k = 0; k < FLOOR_NCOMMANDS; k++) {
            connection.nout = 0;
            (void)floor_answer(&connection, commands[k], strlen(commands[k]));
            if (memchr(connection.out, '\n', connection.nout) == NULL)
                fail("no answer");
        }
    }
}

static void call_commands(const struct bench_case *c, size_t count)
{
    static struct floor_connection connection;
    (void)c;
    floor_greet(&connection);
    for (size_t i = 0; i < count; i++) {
        connection.nout = 0;
        (void)floor_answer(&connection, "b1 NOOP\r\n", 9);
        if (memchr(connection.out, '\n', connection.nout) == NULL)
            fail("no answer");
    }
}

/* ---- over a stream ---- */

static int connect_pair(pid_t *pid_r)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        fail("no socketpair");
    *pid_r = fork();
    if (*pid_r == 0) {
        (void)close(pair[0]);
        floor_serve_stream(pair[1]);
        _exit(0);
    }
    (void)close(pair[1]);
    return pair[0];
}

static void say(const struct bench_case *c, size_t count)
{
    const struct ways *ways = c->context;
    pid_t pid = 0;
    int fd = ways->is_tcp ? floor_connect("127.0.0.1", port) : connect_pair(&pid);
    bench_begin(true);
    if (fd < 0 || floor_login(fd, "fred", "secret") != 0)
        fail("cannot log in");
    int status = ways->is_pipelined ? floor_pipelined(fd, ways->command, count * DEPTH, DEPTH)
                                    : floor_lockstep(fd, ways->command, count);
    if (status != 0)
        fail("no OK");
    bench_end(true);
    (void)floor_logout(fd);
    (void)close(fd);
    if (pid > 0)
        (void)waitpid(pid, NULL, 0);
}

static void say_sessions(const struct bench_case *c, size_t count)
{
    (void)c;
    bench_begin(true);
    for (size_t i = 0; i < count; i++) {
        int fd = floor_connect("127.0.0.1", port);
        if (fd < 0 || floor_read_greeting(fd) != 0)
            fail("no greeting");
        for (size_t k = 0; k < FLOOR_NCOMMANDS; k++)
            if (floor_write(fd, commands[k], strlen(commands[k])) != 0 || floor_read(fd, 1) != 0)
                fail("no OK");
        (void)close(fd);
    }
    bench_end(true);
}

int main(int argc, char **argv)
{
    static const struct ways ways[] = {
        {"NOOP", false, false}, {"NOOP", false, true}, {"NOOP", true, false}, {"NOOP", true, true}};
    const struct bench_case cases[] = {
        {"call", "commands", 3000000, 1, 0, call_commands, NULL},
        {"call sessions", "sessions", 400000, 1, 0, call_sessions, NULL},
        {"socketpair lockstep", "commands", 6000, 1, 0, say, &ways[0]},
        {"socketpair pipelined", "commands", 1000, DEPTH, 0, say, &ways[1]},
        {"tcp lockstep", "commands", 4000, 1, 0, say, &ways[2]},
        {"tcp pipelined", "commands", 800, DEPTH, 0, say, &ways[3]},
        {"tcp sessions", "sessions", 400, 1, 0, say_sessions, NULL},
    };
    floor_session("a1 LOGIN fred secret\r\n", commands);
    int listener = floor_listen(&port);
    pid_t pid = fork();
    if (listener < 0 || pid < 0)
        fail("cannot listen");
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        floor_serve(listener);
    }
    (void)close(listener);
    int status = bench_main(cases, sizeof cases / sizeof *cases, argc, argv);
    (void)kill(pid, SIGKILL);
    return status;
}
