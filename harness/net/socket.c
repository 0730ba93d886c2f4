#include "net/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void socket_name(char *room, size_t nbytes, const char *host, unsigned port)
{
    if (strchr(host, ':') != NULL)
        (void)snprintf(room, nbytes, "[%s]:%u", host, port);
    else
        (void)snprintf(room, nbytes, "%s:%u", host, port);
}

int socket_pair(int fds[2], struct err *err)
{
    char room[96];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0)
        return 0;
    return err_set(err, NULL, 0, 0, "socketpair: %s", loop_errno_text(errno, room, sizeof room));
}

void socket_no_delay(int fd)
{
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/* The addresses of host and port, to be freed; NULL and *err. */
static struct addrinfo *resolve(const char *host, unsigned port, int flags, struct err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    char service[16], name[160];
    (void)snprintf(service, sizeof service, "%u", port);
    int status = getaddrinfo(host, service, &hints, &found);
    if (status == 0)
        return found;
    socket_name(name, sizeof name, host, port);
    (void)err_set(err, NULL, 0, 0, "%s: %s", name, gai_strerror(status));
    return NULL;
}

struct connecting {
    bool is_done;
};

static void connect_ready(uv_poll_t *poll, int status, int events)
{
    struct connecting *connecting = poll->data;
    (void)status;
    (void)events;
    connecting->is_done = true;
    (void)uv_poll_stop(poll);
}

static uv_poll_t *watch_connecting(struct net_loop *loop, int fd, struct connecting *connecting)
{
    uv_poll_t *poll = loop_new_handle(sizeof *poll);
    poll->data = connecting;
    ENSURE(uv_poll_init(loop_uv(loop), poll, fd) == 0);
    ENSURE(uv_poll_start(poll, UV_WRITABLE, connect_ready) == 0);
    return poll;
}

/* As await_connected() while the loop has nothing else to wait for: true when it is done. */
static bool await_alone(int fd, int64_t timeout_us)
{
    struct pollfd descriptor = {.fd = fd, .events = POLLOUT};
    return poll(&descriptor, 1, (int)((timeout_us + 999) / 1000)) == 1;
}

/* Waits for a connection under way: 0, or an errno. */
static int await_connected(struct net_loop *loop, int fd, int64_t deadline_us)
{
    struct connecting connecting = {0};
    uv_poll_t *poll = NULL;
    if (!loop_is_idle(loop))
        poll = watch_connecting(loop, fd, &connecting);
    int64_t left_us = 1;
    while (!connecting.is_done && left_us > 0) {
        left_us = deadline_us < 0 ? 60000000 : deadline_us - clock_now_us(&loop->clock);
        if (poll != NULL)
            (void)loop_turn(loop, left_us > 0 ? left_us : 0);
        else
            connecting.is_done = await_alone(fd, left_us > 0 ? left_us : 0);
    }
    loop_close_handle(poll);
    if (!connecting.is_done)
        return ETIMEDOUT;
    int number = 0;
    socklen_t length = sizeof number;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &length) == 0 ? number : errno;
}

/* A socket, or -1, and *errno_r: 0 when it is connected, EINPROGRESS, or why it will not be. */
static int begin_one(const struct addrinfo *address, int *errno_r)
{
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    address->ai_protocol);
    *errno_r = errno;
    if (fd >= 0)
        *errno_r = connect(fd, address->ai_addr, address->ai_addrlen) == 0 ? 0 : errno;
    return fd;
}

/* A connected socket, or -1 and *errno_r. */
static int connect_one(struct net_loop *loop, const struct addrinfo *address, int64_t deadline_us,
                       int *errno_r)
{
    int fd = begin_one(address, errno_r);
    if (fd < 0)
        return -1;
    if (*errno_r == EINPROGRESS)
        *errno_r = await_connected(loop, fd, deadline_us);
    if (*errno_r == 0)
        return fd;
    (void)close(fd);
    return -1;
}

int socket_connect(struct net_loop *loop, const char *host, unsigned port, int64_t deadline_us,
                   struct err *err)
{
    char name[160], room[96];
    struct addrinfo *found = resolve(host, port, 0, err);
    if (found == NULL)
        return -1;
    int fd = -1, number = ECONNREFUSED;
    for (struct addrinfo *address = found; address != NULL && fd < 0; address = address->ai_next)
        fd = connect_one(loop, address, deadline_us, &number);
    freeaddrinfo(found);
    if (fd >= 0) {
        socket_no_delay(fd);
        return fd;
    }
    socket_name(name, sizeof name, host, port);
    return err_set(err, NULL, 0, 0, "%s: %s", name, loop_errno_text(number, room, sizeof room));
}

int socket_begin(const char *host, unsigned port, struct err *err)
{
    char name[160], room[96];
    struct addrinfo *found = resolve(host, port, 0, err);
    if (found == NULL)
        return -1;
    int fd = -1, number = ECONNREFUSED;
    for (struct addrinfo *address = found; address != NULL && fd < 0; address = address->ai_next) {
        fd = begin_one(address, &number);
        if (fd < 0 || number == 0 || number == EINPROGRESS)
            continue;
        (void)close(fd);
        fd = -1;
    }
    freeaddrinfo(found);
    if (fd >= 0) {
        socket_no_delay(fd);
        return fd;
    }
    socket_name(name, sizeof name, host, port);
    return err_set(err, NULL, 0, 0, "%s: %s", name, loop_errno_text(number, room, sizeof room));
}

static int listen_one(const struct addrinfo *address, int *errno_r)
{
    int on = 1;
    int fd = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                    address->ai_protocol);
    *errno_r = errno;
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    socket_no_delay(fd); /* accepted sockets have it from here */
    if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 && listen(fd, 4096) == 0)
        return fd;
    *errno_r = errno;
    (void)close(fd);
    return -1;
}

int socket_listen(const char *host, unsigned port, struct err *err)
{
    char name[160], room[96];
    struct addrinfo *found = resolve(host, port, AI_PASSIVE, err);
    if (found == NULL)
        return -1;
    int fd = -1, number = EADDRNOTAVAIL;
    for (struct addrinfo *address = found; address != NULL && fd < 0; address = address->ai_next)
        fd = listen_one(address, &number);
    freeaddrinfo(found);
    if (fd >= 0)
        return fd;
    socket_name(name, sizeof name, host, port);
    return err_set(err, NULL, 0, 0, "%s: %s", name, loop_errno_text(number, room, sizeof room));
}

unsigned socket_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {0};
    socklen_t length = sizeof address;
    if (getsockname(fd, &address.any, &length) != 0)
        return 0;
    if (address.any.sa_family == AF_INET)
        return ntohs(address.v4.sin_port);
    return address.any.sa_family == AF_INET6 ? ntohs(address.v6.sin6_port) : 0;
}
