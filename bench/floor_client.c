#include "floor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_NBYTES = 65536, EVENTS = 256 };

void floor_session(const char *login, const char *commands_r[FLOOR_NCOMMANDS])
{
    static const char *const behind[FLOOR_NCOMMANDS - 1] = {"a2 SELECT INBOX\r\n",
                                                            "a3 NOOP\r\n",
                                                            "a4 FETCH 1:3 (FLAGS)\r\n",
                                                            "a5 SEARCH UNSEEN\r\n",
                                                            "a6 FETCH 2 (ENVELOPE)\r\n",
                                                            "a7 CHECK\r\n",
                                                            "a8 LOGOUT\r\n"};
    commands_r[0] = login;
    memcpy(commands_r + 1, behind, sizeof behind);
}

int floor_connect(const char *host, unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1 ||
        connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        (void)close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int floor_write(int fd, const char *octets, size_t nbytes)
{
    while (nbytes > 0) {
        ssize_t n = send(fd, octets, nbytes, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        octets += n;
        nbytes -= (size_t)n;
    }
    return 0;
}

/* ---- looking for completions ---- */

/* Where a stream of lines stands. */
struct scan {
    enum { AT_TAG, IN_TAG, AT_STATUS, IN_LINE } at;
    size_t ncompletions;
    bool has_failed; /* a completion that is not OK */
};

static void scan(struct scan *s, const char *octets, size_t nbytes)
{
    const char *end = octets + nbytes;
    while (octets < end) {
        const char *lf;
        switch (s->at) {
        case AT_TAG:
            s->at = *octets == '*' || *octets == '+' ? IN_LINE : IN_TAG;
            break;
        case IN_TAG:
            s->at = *octets++ == ' ' ? AT_STATUS : IN_TAG;
            break;
        case AT_STATUS:
            s->has_failed = s->has_failed || *octets != 'O';
            s->ncompletions++;
            s->at = IN_LINE;
            break;
        case IN_LINE:
            lf = memchr(octets, '\n', (size_t)(end - octets));
            octets = lf == NULL ? end : lf + 1;
            s->at = lf == NULL ? IN_LINE : AT_TAG;
            break;
        }
    }
}

/* A completion counts when its status is seen; its line may still be on the way, and is then read
 * before the next one. */
static int read_some(int fd, struct scan *s)
{
    char octets[READ_NBYTES];
    ssize_t n;
    do
        n = read(fd, octets, sizeof octets);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return -1;
    scan(s, octets, (size_t)n);
    return 0;
}

int floor_read(int fd, size_t count)
{
    struct scan s = {0};
    while (s.ncompletions < count || s.at != AT_TAG)
        if (read_some(fd, &s) != 0)
            return -1;
    return s.has_failed ? -1 : 0;
}

int floor_read_greeting(int fd)
{
    char octet = 0;
    while (octet != '\n')
        if (read(fd, &octet, 1) != 1)
            return -1;
    return 0;
}

/* ---- one connection ---- */

int floor_lockstep(int fd, const char *command, size_t count)
{
    char line[1024];
    int n = snprintf(line, sizeof line, "b1 %s\r\n", command);
    for (size_t i = 0; i < count; i++)
        if (floor_write(fd, line, (size_t)n) != 0 || floor_read(fd, 1) != 0)
            return -1;
    return 0;
}

int floor_pipelined(int fd, const char *command, size_t count, size_t depth)
{
    char line[1024];
    size_t nline = (size_t)snprintf(line, sizeof line, "b1 %s\r\n", command);
    char *lines = malloc(nline * depth);
    int status = lines == NULL ? -1 : 0;
    for (size_t i = 0; status == 0 && i < depth; i++)
        memcpy(lines + i * nline, line, nline);
    for (size_t i = 0; status == 0 && i < count; i += depth)
        if (floor_write(fd, lines, nline * depth) != 0 || floor_read(fd, depth) != 0)
            status = -1;
    free(lines);
    return status;
}

int floor_login(int fd, const char *user, const char *password)
{
    char command[1024];
    (void)snprintf(command, sizeof command, "LOGIN %s %s", user, password);
    return floor_read_greeting(fd) == 0 && floor_lockstep(fd, command, 1) == 0
               ? floor_lockstep(fd, "SELECT INBOX", 1)
               : -1;
}

int floor_logout(int fd)
{
    char octets[1024];
    int status = floor_lockstep(fd, "LOGOUT", 1);
    while (read(fd, octets, sizeof octets) > 0)
        continue;
    return status;
}

/* ---- many connections ---- */

struct bee {
    int fd; /* -1: none */
    size_t next;
    struct scan scan;
};

struct hive {
    const struct floor_swarm *swarm;
    struct floor_count *count;
    struct bee *bees;
    int poll;
    size_t nopen;
};

static double now_s(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void open_bee(struct hive *h, struct bee *bee)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = bee};
    *bee = (struct bee){.fd = floor_connect(h->swarm->host, h->swarm->port)};
    if (bee->fd < 0 || epoll_ctl(h->poll, EPOLL_CTL_ADD, bee->fd, &event) != 0) {
        h->count->nerrors++;
        return;
    }
    h->nopen++;
    if (h->nopen > h->count->nopen)
        h->count->nopen = h->nopen;
}

static void close_bee(struct hive *h, struct bee *bee)
{
    (void)close(bee->fd);
    bee->fd = -1;
    h->nopen--;
}

static int say_next(struct hive *h, struct bee *bee)
{
    const char *command = h->swarm->commands[bee->next++];
    return floor_write(bee->fd, command, strlen(command));
}

/* Something has arrived, or the end. */
static void move_bee(struct hive *h, struct bee *bee, bool goes_on)
{
    bool is_greeted = bee->next > 0;
    bool has_ended = read_some(bee->fd, &bee->scan) != 0;
    if (!has_ended && (bee->scan.at != AT_TAG || bee->scan.ncompletions < bee->next))
        return;
    if (!has_ended && bee->next < h->swarm->ncommands)
        has_ended = say_next(h, bee) != 0;
    if (!has_ended)
        return;
    bool is_whole = is_greeted && bee->scan.ncompletions == h->swarm->ncommands;
    h->count->nsessions += is_whole;
    h->count->nerrors += !is_whole || bee->scan.has_failed;
    close_bee(h, bee);
    if (goes_on)
        open_bee(h, bee);
}

int floor_swarm(const struct floor_swarm *swarm, struct floor_count *count_r)
{
    struct epoll_event events[EVENTS];
    struct hive h = {.swarm = swarm, .count = count_r, .poll = epoll_create1(EPOLL_CLOEXEC)};
    *count_r = (struct floor_count){0};
    h.bees = calloc(swarm->nconnections, sizeof *h.bees);
    if (h.poll < 0 || h.bees == NULL) {
        free(h.bees);
        return -1;
    }
    double began_s = now_s();
    double seconds = 0;
    for (size_t i = 0; i < swarm->nconnections; i++)
        open_bee(&h, &h.bees[i]);
    while (h.nopen > 0 && seconds < swarm->seconds + 10) {
        int n = epoll_wait(h.poll, events, EVENTS, 1000);
        seconds = now_s() - began_s;
        for (int i = 0; i < n; i++)
            move_bee(&h, events[i].data.ptr, seconds < swarm->seconds);
    }
    count_r->seconds = now_s() - began_s;
    count_r->nerrors += h.nopen;
    for (size_t i = 0; i < swarm->nconnections; i++)
        if (h.bees[i].fd >= 0)
            close_bee(&h, &h.bees[i]);
    (void)close(h.poll);
    free(h.bees);
    return 0;
}
