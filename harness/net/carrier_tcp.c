#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/carrier.h"
#include "net/socket.h"

struct carrier *carrier_open_tcp(struct net_loop *loop, const char *host, unsigned port,
                                 int64_t deadline_us, struct err *err)
{
    char address[160], name[168];
    if (loop_refuses(loop, "TCP", err))
        return NULL;
    int fd = socket_connect(loop, host, port, deadline_us, err);
    if (fd < 0)
        return NULL;
    socket_name(address, sizeof address, host, port);
    (void)snprintf(name, sizeof name, "tcp %s", address);
    return carrier_open_socket(loop, fd, name);
}

struct carrier *carrier_begin_tcp(struct net_loop *loop, const char *host, unsigned port,
                                  struct net_tls *tls, struct err *err)
{
    char address[160], name[168];
    if (loop_refuses(loop, tls == NULL ? "TCP" : "TLS", err))
        return NULL;
    int fd = socket_begin(host, port, err);
    if (fd < 0)
        return NULL;
    socket_name(address, sizeof address, host, port);
    (void)snprintf(name, sizeof name, "%s %s", tls == NULL ? "tcp" : "tls", address);
    if (tls == NULL)
        return carrier_open_fds(loop, fd, fd, name);
    return carrier_open_tls_fd(loop, fd, tls, host, name);
}

/* Runs the handshake: 0, or -1 and *err. */
static int await_tls(struct net_loop *loop, struct carrier *c, int64_t deadline_us, struct err *err)
{
    while (!carrier_tls_is_ready(c) && !carrier_at_eof(c)) {
        int64_t left_us = deadline_us < 0 ? 60000000 : deadline_us - clock_now_us(&loop->clock);
        if (left_us <= 0)
            return err_set(err, NULL, 0, 0, "%s: TLS handshake: no answer in time", c->name);
        (void)loop_turn(loop, left_us);
    }
    if (carrier_tls_is_ready(c))
        return 0;
    return err_set(err, NULL, 0, 0, "%s: TLS handshake: %s", c->name,
                   c->error[0] == '\0' ? "connection closed" : c->error);
}

struct carrier *carrier_open_tls(struct net_loop *loop, const char *host, unsigned port,
                                 struct net_tls *tls, int64_t deadline_us, struct err *err)
{
    char address[160], name[168];
    if (loop_refuses(loop, "TLS", err))
        return NULL;
    int fd = socket_connect(loop, host, port, deadline_us, err);
    if (fd < 0)
        return NULL;
    socket_name(address, sizeof address, host, port);
    (void)snprintf(name, sizeof name, "tls %s", address);
    struct carrier *c = carrier_open_tls_fd(loop, fd, tls, host, name);
    if (await_tls(loop, c, deadline_us, err) != 0)
        carrier_close(&c);
    return c;
}

unsigned net_free_port(void)
{
    struct err err;
    int fd = socket_listen("127.0.0.1", 0, &err);
    if (fd < 0)
        return 0;
    unsigned port = socket_port(fd);
    (void)close(fd);
    return port;
}
