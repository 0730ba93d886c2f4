#include "net/carrier.h"

#include <stdio.h>
#include <stdlib.h>

void *carrier_new(struct net_loop *loop, size_t nbytes, const struct carrier_ops *ops)
{
    struct carrier *c = mem_alloc(nbytes);
    c->ops = ops;
    c->loop = loop;
    c->input_limit = NET_INPUT_LIMIT;
    c->next = loop->carriers;
    if (c->next != NULL)
        c->next->previous = c;
    loop->carriers = c;
    return c;
}

static void leave_loop(struct carrier *c)
{
    if (c->on_change != NULL)
        return;
    if (c->next != NULL)
        c->next->previous = c->previous;
    if (c->previous != NULL)
        c->previous->next = c->next;
    else
        c->loop->carriers = c->next;
}

void carrier_make_hosted(struct carrier *c, void (*on_change)(void *context), void *context)
{
    leave_loop(c);
    c->on_change = on_change;
    c->context = context;
}

void carrier_go_on(struct carrier *c)
{
    if (c->ops->pump != NULL)
        (void)c->ops->pump(c);
    if (c->ops->arm != NULL)
        c->ops->arm(c);
}

void carrier_changed(struct carrier *c)
{
    if (c->on_change != NULL)
        c->on_change(c->context);
    else
        c->loop->has_news = true;
}

bool carrier_has_room(const struct carrier *c)
{
    return !c->at_eof && c->input.nbytes < c->input_limit;
}

void carrier_ended(struct carrier *c)
{
    c->at_eof = true;
}

void carrier_broke(struct carrier *c, const char *what, const char *why)
{
    c->at_eof = true;
    c->was_reset = true;
    if (c->error[0] == '\0')
        (void)snprintf(c->error, sizeof c->error, "%s: %s", what, why);
}

void carrier_cannot_send(struct carrier *c, const char *why)
{
    c->send_failed = true;
    if (c->error[0] == '\0')
        (void)snprintf(c->error, sizeof c->error, "write: %s", why);
}

void carrier_send(struct carrier *c, struct span octets)
{
    if (octets.nbytes > 0 && !c->has_ended_sending && !c->send_failed)
        c->ops->send(c, octets);
}

size_t carrier_nunsent(const struct carrier *c)
{
    return c->ops->nunsent(c);
}

struct buffer *carrier_input(struct carrier *c)
{
    return &c->input;
}

bool carrier_at_eof(const struct carrier *c)
{
    return c->at_eof;
}

bool carrier_was_reset(const struct carrier *c)
{
    return c->was_reset;
}

bool carrier_was_cut(const struct carrier *c)
{
    return c->was_cut;
}

bool carrier_send_failed(const struct carrier *c)
{
    return c->send_failed;
}

const char *carrier_error(const struct carrier *c)
{
    return c->error;
}

const char *carrier_name(const struct carrier *c)
{
    return c->name;
}

void carrier_half_close(struct carrier *c)
{
    if (c->has_ended_sending)
        return;
    c->has_ended_sending = true;
    c->ops->half_close(c);
}

void carrier_reset(struct carrier *c)
{
    c->has_ended_sending = true;
    c->at_eof = true;
    c->ops->reset(c);
}

void carrier_close(struct carrier **carrier)
{
    struct carrier *c = *carrier;
    if (c == NULL)
        return;
    *carrier = NULL;
    leave_loop(c);
    c->ops->close(c);
    buffer_free(&c->input);
    free(c);
}
