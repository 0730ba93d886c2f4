#include <stdlib.h>

#include "watch/link.h"

/* So many connections in a row, each begun so soon after one that BYE ended, are a tight loop. */
enum { PROXY_RECONNECTS_MAX = 4, PROXY_SOON_US = 1000 * 1000 };

struct watch_proxy {
    struct net_loop *loop;
    struct watch_proxy_options options;
    struct net_listener *listener;
    unsigned port;
    struct watch_link *links;
    size_t nopen;
    unsigned naccepted;
    int64_t dismissed_us; /* when BYE ended a connection last; 0: never */
    unsigned nreconnects;
};

struct watch_proxy *watch_proxy_open(struct net_loop *loop,
                                     const struct watch_proxy_options *options, struct err *err)
{
    struct net_listener *listener =
        net_listener_open(loop, options->listen_host, options->listen_port, err);
    if (listener == NULL)
        return NULL;
    struct watch_proxy *proxy = mem_alloc(sizeof *proxy);
    proxy->loop = loop;
    proxy->options = *options;
    proxy->listener = listener;
    proxy->port = net_listener_port(listener);
    return proxy;
}

unsigned watch_proxy_port(const struct watch_proxy *proxy)
{
    return proxy->port;
}

size_t watch_proxy_nopen(const struct watch_proxy *proxy)
{
    return proxy->nopen;
}

bool watch_proxy_is_over(const struct watch_proxy *proxy)
{
    return proxy->options.is_once && proxy->naccepted > 0 && proxy->nopen == 0;
}

/* ---- connections ---------------------------------------------------------------------------- */

/* E16: whoever was sent away does not come back at once, again and again. */
static void check_reconnect(struct watch_proxy *proxy, struct watch_link *link)
{
    bool is_soon = proxy->dismissed_us != 0 &&
                   clock_now_us(net_loop_clock(proxy->loop)) - proxy->dismissed_us < PROXY_SOON_US;
    proxy->nreconnects = is_soon ? proxy->nreconnects + 1 : 0;
    if (proxy->nreconnects != PROXY_RECONNECTS_MAX || (proxy->options.judged & WATCH_CLIENT) == 0)
        return;
    const struct finding finding = {
        .requirement = "resp.client-bye",
        .rule = "E16",
        .level = FINDING_OBSERVE,
        .text = "one connection after the other is opened at once when BYE ended the last"};
    link_found(link, &(struct watch_found){WATCH_CLIENT, &finding, {"", 0}});
}

static void accept_one(struct watch_proxy *proxy, struct carrier *client)
{
    const struct watch_proxy_options *o = &proxy->options;
    struct err err;
    struct carrier *server =
        carrier_begin_tcp(proxy->loop, o->to_host, o->to_port, o->tls_to, &err);
    bool is_refused = server == NULL;
    struct watch_link *link =
        link_new(o, net_loop_clock(proxy->loop), ++proxy->naccepted, client, server);
    o->opened(o->context, &link->record);
    check_reconnect(proxy, link);
    if (is_refused) {
        link_trouble(link, err.text);
        carrier_reset(client);
        o->closed(o->context, &link->record);
        link_free(&link);
        return;
    }
    link->next = proxy->links;
    proxy->links = link;
    proxy->nopen++;
}

static void accept_all(struct watch_proxy *proxy)
{
    struct carrier *client;
    while (proxy->listener != NULL &&
           (client = carrier_accept(proxy->listener, proxy->options.tls_listen)) != NULL) {
        accept_one(proxy, client);
        if (proxy->options.is_once)
            net_listener_close(&proxy->listener);
    }
}

static void close_link(struct watch_proxy *proxy, struct watch_link **at)
{
    struct watch_link *link = *at;
    int64_t now_us = clock_now_us(net_loop_clock(proxy->loop));
    *at = link->next;
    proxy->nopen--;
    if (watch_connection_was_dismissed(link->judge))
        proxy->dismissed_us = now_us;
    link->record.ms = (double)(now_us - link->began_us) / 1000;
    proxy->options.closed(proxy->options.context, &link->record);
    link_free(&link);
}

int64_t watch_proxy_carry(struct watch_proxy *proxy)
{
    int64_t deadline_us = -1;
    accept_all(proxy);
    for (struct watch_link **at = &proxy->links; *at != NULL;) {
        struct watch_link *link = *at;
        link_carry(link);
        if (link_is_over(link)) {
            close_link(proxy, at);
            continue;
        }
        if (link->reset_at_us != 0 && (deadline_us < 0 || link->reset_at_us < deadline_us))
            deadline_us = link->reset_at_us;
        at = &link->next;
    }
    return deadline_us;
}

void watch_proxy_close(struct watch_proxy **proxy)
{
    struct watch_proxy *p = *proxy;
    if (p == NULL)
        return;
    net_listener_close(&p->listener);
    while (p->links != NULL)
        close_link(p, &p->links);
    free(p);
    *proxy = NULL;
}
