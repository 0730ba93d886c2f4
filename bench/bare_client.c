/*
 * bare_client: the client of floor.h. Prints one line of JSON.
 *
 *     bare_client HOST PORT USER PASSWORD lockstep COUNT COMMAND
 *     bare_client HOST PORT USER PASSWORD pipelined COUNT COMMAND     a hundred in one write
 *         {"rate": commands a second}
 *     bare_client HOST PORT USER PASSWORD sessions CONNECTIONS SECONDS
 *         {"rate": sessions a second, "sessions": ..., "errors": ..., "open": ...}
 *
 * A session is LOGIN, SELECT, five commands that change nothing, and LOGOUT.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "floor.h"

enum { DEPTH = 100 };

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int talk(char **argv)
{
    size_t count = strtoul(argv[6], NULL, 10);
    double began_s = now_s();
    int fd = floor_connect(argv[1], (unsigned)strtoul(argv[2], NULL, 10));
    if (fd < 0 || floor_login(fd, argv[3], argv[4]) != 0) {
        (void)fprintf(stderr, "bare_client: cannot log in\n");
        return 1;
    }
    bool is_pipelined = strcmp(argv[5], "pipelined") == 0;
    int status = is_pipelined ? floor_pipelined(fd, argv[7], count, DEPTH)
                              : floor_lockstep(fd, argv[7], count);
    if (status != 0 || floor_logout(fd) != 0) {
        (void)fprintf(stderr, "bare_client: no OK\n");
        return 1;
    }
    (void)close(fd);
    (void)printf("{\"rate\": %.6g}\n", (double)count / (now_s() - began_s));
    return 0;
}

static int sessions(char **argv)
{
    char login[1024];
    struct rlimit limit;
    struct floor_count count;
    const char *commands[FLOOR_NCOMMANDS];
    struct floor_swarm swarm = {.host = argv[1],
                                .port = (unsigned)strtoul(argv[2], NULL, 10),
                                .nconnections = strtoul(argv[6], NULL, 10),
                                .commands = commands,
                                .ncommands = FLOOR_NCOMMANDS,
                                .seconds = strtod(argv[7], NULL)};
    (void)snprintf(login, sizeof login, "a1 LOGIN %s %s\r\n", argv[3], argv[4]);
    floor_session(login, commands);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    if (floor_swarm(&swarm, &count) != 0) {
        (void)fprintf(stderr, "bare_client: cannot begin\n");
        return 1;
    }
    (void)printf("{\"rate\": %.6g, \"sessions\": %zu, \"errors\": %zu, \"open\": %zu}\n",
                 (double)count.nsessions / count.seconds, count.nsessions, count.nerrors,
                 count.nopen);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 8 && (strcmp(argv[5], "lockstep") == 0 || strcmp(argv[5], "pipelined") == 0))
        return talk(argv);
    if (argc == 8 && strcmp(argv[5], "sessions") == 0)
        return sessions(argv);
    (void)fprintf(stderr, "usage: bare_client HOST PORT USER PASSWORD "
                          "lockstep|pipelined COUNT COMMAND | sessions CONNECTIONS SECONDS\n");
    return 2;
}
