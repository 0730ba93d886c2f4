#include "floor.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 4096, EVENTS = 256, TAG_MAX = 64, ANSWER_MAX = 256 };

static void put(struct floor_connection *c, const char *octets, size_t nbytes)
{
    memcpy(c->out + c->nout, octets, nbytes);
    c->nout += nbytes;
}

static void put_text(struct floor_connection *c, const char *text)
{
    put(c, text, strlen(text));
}

void floor_greet(struct floor_connection *c)
{
    c->nin = c->nout = 0;
    c->is_closing = false;
    put_text(c, "* OK ready\r\n");
}

static void answer_line(struct floor_connection *c, const char *line, size_t nbytes)
{
    const char *blank = memchr(line, ' ', nbytes);
    size_t ntag = blank == NULL ? 0 : (size_t)(blank - line);
    if (nbytes >= 3 && memcmp(line + nbytes - 3, "}\r\n", 3) == 0) {
        put_text(c, "+ go\r\n");
        return;
    }
    if (ntag == 0 || ntag > TAG_MAX) {
        put_text(c, "* OK what\r\n");
        return;
    }
    if (nbytes - ntag > 7 && memcmp(blank, " SELECT", 7) == 0)
        put_text(c,
                 "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\n* 0 EXISTS\r\n* 0 RECENT\r\n");
    if (nbytes - ntag > 7 && memcmp(blank, " LOGOUT", 7) == 0) {
        put_text(c, "* BYE done\r\n");
        c->is_closing = true;
    }
    put(c, line, ntag);
    put_text(c, " OK done\r\n");
}

/* Octets of a line whose beginning is kept, or that ends later. */
static void keep(struct floor_connection *c, const char *octets, size_t nbytes)
{
    size_t room = FLOOR_ROOM - c->nin;
    size_t n = nbytes < room ? nbytes : room;
    memcpy(c->in + c->nin, octets, n);
    c->nin += n;
}

size_t floor_answer(struct floor_connection *c, const char *octets, size_t nbytes)
{
    size_t at = 0;
    while (at < nbytes && !c->is_closing && c->nout + ANSWER_MAX < FLOOR_ROOM) {
        const char *lf = memchr(octets + at, '\n', nbytes - at);
        size_t n = lf == NULL ? nbytes - at : (size_t)(lf + 1 - (octets + at));
        if (lf != NULL && c->nin == 0) {
            answer_line(c, octets + at, n);
        } else {
            keep(c, octets + at, n);
            if (lf != NULL) {
                answer_line(c, c->in, c->nin);
                c->nin = 0;
            }
        }
        at += n;
    }
    return at;
}

/* Sends all that is there to be sent; false: the stream is gone. */
static bool send_out(struct floor_connection *c, int fd)
{
    int status = floor_write(fd, c->out, c->nout);
    c->nout = 0;
    return status == 0;
}

/* One read and its answers; false: the connection is over. */
static bool serve_once(struct floor_connection *c, int fd)
{
    char octets[16384];
    ssize_t n = read(fd, octets, sizeof octets);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return true;
    for (size_t at = 0; n > 0 && at < (size_t)n && !c->is_closing;) {
        at += floor_answer(c, octets + at, (size_t)n - at);
        if (!send_out(c, fd))
            return false;
    }
    return n > 0 && !c->is_closing;
}

void floor_serve_stream(int fd)
{
    struct floor_connection *c = calloc(1, sizeof *c);
    if (c == NULL)
        abort();
    floor_greet(c);
    bool goes_on = send_out(c, fd);
    while (goes_on)
        goes_on = serve_once(c, fd);
    (void)close(fd);
    free(c);
}

int floor_listen(unsigned *port_r)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t nbytes = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(fd, LISTEN_BACKLOG) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &nbytes) != 0) {
        (void)close(fd);
        return -1;
    }
    *port_r = ntohs(address.sin_port);
    return fd;
}

struct client {
    int fd;
    struct floor_connection connection;
};

static void take_client(int poll, int listener)
{
    struct epoll_event event = {.events = EPOLLIN};
    int on = 1;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    struct client *client = calloc(1, sizeof *client);
    if (client == NULL)
        abort();
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    client->fd = fd;
    event.data.ptr = client;
    floor_greet(&client->connection);
    if (send_out(&client->connection, fd) && epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) == 0)
        return;
    (void)close(fd);
    free(client);
}

_Noreturn void floor_serve(int listener)
{
    struct epoll_event events[EVENTS];
    struct epoll_event own = {.events = EPOLLIN, .data.ptr = NULL};
    int poll = epoll_create1(EPOLL_CLOEXEC);
    if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &own) != 0)
        abort();
    for (;;) {
        int n = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct client *client = events[i].data.ptr;
            if (client == NULL) {
                take_client(poll, listener);
            } else if (!serve_once(&client->connection, client->fd)) {
                (void)close(client->fd);
                free(client);
            }
        }
    }
}
