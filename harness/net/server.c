#include "net/server.h"

#include <stdlib.h>
#include <unistd.h>

#include "net/carrier.h"
#include "net/host.h"
#include "net/listener.h"

enum { SERVER_ACCEPTS = 64 }; /* in a row, before those accepted have their turn */

struct net_server {
    struct net_server_options options;
    struct net_loop *loop;
    struct net_listener *listener;
    struct host *host;
};

static void host_one(struct net_server *server, int fd)
{
    const struct net_server_options *options = &server->options;
    const char *name = server->listener->name;
    struct carrier *carrier = options->tls == NULL
                                  ? carrier_open_fds(server->loop, fd, fd, name)
                                  : carrier_open_tls_fd(server->loop, fd, options->tls, NULL, name);
    struct net_connection *connection = host_add_connection(server->host, carrier);
    struct net_peer peer;
    if (options->accept(options->context, connection, &peer))
        host_set_peer(connection, peer, NULL);
    else
        host_break_connection(connection);
}

static void somebody_wants_in(void *context)
{
    struct net_server *server = context;
    size_t most = server->options.max_connections;
    int fd;
    for (int i = 0; i < SERVER_ACCEPTS && (fd = listener_take(server->listener)) >= 0; i++)
        if (most > 0 && host_nconnections(server->host) >= most)
            (void)close(fd);
        else
            host_one(server, fd);
}

struct net_server *net_server_listen(struct net_loop *loop,
                                     const struct net_server_options *options, struct err *err)
{
    const char *host = options->host == NULL ? "127.0.0.1" : options->host;
    struct net_listener *listener = net_listener_open(loop, host, options->port, err);
    if (listener == NULL)
        return NULL;
    struct net_server *server = mem_alloc(sizeof *server);
    server->options = *options;
    server->loop = loop;
    server->listener = listener;
    server->host = host_new(loop, options->is_shared);
    listener->on_ready = somebody_wants_in;
    listener->context = server;
    return server;
}

unsigned net_server_port(const struct net_server *server)
{
    return net_listener_port(server->listener);
}

size_t net_server_nconnections(const struct net_server *server)
{
    return host_nconnections(server->host);
}

void net_server_close(struct net_server **server)
{
    struct net_server *s = *server;
    if (s == NULL)
        return;
    net_listener_close(&s->listener);
    host_free(&s->host);
    free(s);
    *server = NULL;
}
