#include "net/listener.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/carrier.h"
#include "net/socket.h"

enum { LISTENER_PAUSE_MS = 100 };

static void unwatch(struct net_listener *listener)
{
    (void)uv_poll_stop(listener->poll);
    listener->is_watched = false;
}

static void listener_ready(uv_poll_t *poll, int status, int events)
{
    struct net_listener *listener = poll->data;
    (void)events;
    if (status < 0) /* libuv has stopped it */
        listener->is_watched = false;
    if (listener->on_ready != NULL) {
        listener->on_ready(listener->context);
        return;
    }
    /* The socket stays ready until the connection is taken. */
    unwatch(listener);
    listener->loop->has_news = true;
}

static void watch(struct net_listener *listener)
{
    if (!listener->is_watched)
        ENSURE(uv_poll_start(listener->poll, UV_READABLE, listener_ready) == 0);
    listener->is_watched = true;
}

struct net_listener *net_listener_open(struct net_loop *loop, const char *host, unsigned port,
                                       struct err *err)
{
    char address[160];
    if (loop_refuses(loop, "listening", err))
        return NULL;
    int fd = socket_listen(host, port, err);
    if (fd < 0)
        return NULL;
    struct net_listener *listener = mem_alloc(sizeof *listener);
    listener->loop = loop;
    loop->nwatched++;
    listener->fd = fd;
    socket_name(address, sizeof address, host, socket_port(fd));
    (void)snprintf(listener->name, sizeof listener->name, "accepted at %s", address);
    listener->poll = loop_new_handle(sizeof *listener->poll);
    listener->poll->data = listener;
    ENSURE(uv_poll_init(loop_uv(loop), listener->poll, fd) == 0);
    watch(listener);
    listener->pause = loop_new_handle(sizeof *listener->pause);
    listener->pause->data = listener;
    ENSURE(uv_timer_init(loop_uv(loop), listener->pause) == 0);
    return listener;
}

unsigned net_listener_port(const struct net_listener *listener)
{
    return socket_port(listener->fd);
}

void net_listener_close(struct net_listener **listener)
{
    struct net_listener *l = *listener;
    if (l == NULL)
        return;
    l->loop->nwatched--;
    loop_close_handle(l->poll);
    loop_close_handle(l->pause);
    (void)close(l->fd);
    free(l);
    *listener = NULL;
}

static void pause_over(uv_timer_t *timer)
{
    watch(timer->data);
}

int listener_take(struct net_listener *listener)
{
    int fd;
    do
        fd = accept4(listener->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (fd < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (fd < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        /* No descriptors, no memory: the connection waits in the system's queue. */
        unwatch(listener);
        ENSURE(uv_timer_start(listener->pause, pause_over, LISTENER_PAUSE_MS, 0) == 0);
        return -1;
    }
    watch(listener);
    return fd;
}

struct carrier *carrier_accept(struct net_listener *listener, struct net_tls *tls)
{
    int fd = listener_take(listener);
    if (fd < 0)
        return NULL;
    if (tls != NULL)
        return carrier_open_tls_fd(listener->loop, fd, tls, NULL, listener->name);
    return carrier_open_fds(listener->loop, fd, fd, listener->name);
}
