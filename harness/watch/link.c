#include "watch/link.h"

#include <stdio.h>
#include <stdlib.h>

static void found(void *context, const struct watch_found *what)
{
    link_found(context, what);
}

void link_found(struct watch_link *link, const struct watch_found *what)
{
    record_add(&link->record, what);
    link->options->found(link->options->context, &link->record, what);
}

struct watch_link *link_new(const struct watch_proxy_options *options, const struct clock *clock,
                            unsigned number, struct carrier *client, struct carrier *server)
{
    struct watch_link *link = mem_alloc(sizeof *link);
    struct watch_setup setup = {.dialect = options->dialect,
                                .judged = options->judged,
                                .may_cross = true,
                                .found = found,
                                .context = link};
    link->options = options;
    link->clock = clock;
    link->began_us = clock_now_us(clock);
    link->client.carrier = client;
    link->server.carrier = server;
    link->judge = watch_connection_new(&setup);
    link->record.number = number;
    link->record.trouble = "";
    if (options->log_nbytes > 0)
        link->record.log = wire_log_new(options->log_nbytes);
    return link;
}

void link_free(struct watch_link **link)
{
    struct watch_link *l = *link;
    carrier_close(&l->client.carrier);
    carrier_close(&l->server.carrier);
    watch_connection_free(&l->judge);
    wire_log_free(&l->record.log);
    arena_free(&l->record.arena);
    free(l);
    *link = NULL;
}

/* ---- telling -------------------------------------------------------------------------------- */

static void log_event(struct watch_link *link, const char *text)
{
    if (link->record.log != NULL)
        wire_log_event(link->record.log, "", text, clock_now_us(link->clock) - link->began_us);
}

void link_trouble(struct watch_link *link, const char *text)
{
    link->record.trouble = arena_text(&link->record.arena, span_of(text));
    log_event(link, text);
}

static void tell(struct watch_link *link, enum watch_side side, struct span octets)
{
    link->record.noctets[side] += octets.nbytes;
    if (link->record.log != NULL)
        wire_log_octets(link->record.log, "", side == WATCH_CLIENT ? 'C' : 'S', octets,
                        clock_now_us(link->clock) - link->began_us);
    if (side == WATCH_CLIENT)
        watch_connection_client(link->judge, octets);
    else
        watch_connection_server(link->judge, octets);
}

static void tell_end(struct watch_link *link, enum watch_side side, bool is_reset)
{
    static const char *const texts[][2] = {
        [WATCH_SERVER] = {"the server sends no more", "reset by the server"},
        [WATCH_CLIENT] = {"the client sends no more", "reset by the client"}};
    log_event(link, texts[side][is_reset]);
    if (side == WATCH_CLIENT)
        watch_connection_client_ended(link->judge, is_reset);
    else
        watch_connection_server_ended(link->judge, is_reset);
}

/* ---- carrying ------------------------------------------------------------------------------- */

static void carry_octets(struct watch_link *link, enum watch_side side, struct carrier *from,
                         struct carrier *to)
{
    struct buffer *input = carrier_input(from);
    while (input->nbytes > 0 && carrier_nunsent(to) < LINK_QUEUE_NBYTES) {
        struct span piece = span_slice(buffer_span(input), 0, LINK_QUEUE_NBYTES);
        carrier_send(to, piece);
        tell(link, side, piece);
        buffer_consume(input, piece.nbytes);
    }
}

static void note_refusal(struct watch_link *link, enum watch_side side)
{
    if (side != WATCH_SERVER || link->record.noctets[WATCH_SERVER] > 0)
        return;
    char text[512];
    (void)snprintf(text, sizeof text, "no connection to the server: %s",
                   carrier_error(link->server.carrier));
    link_trouble(link, text);
}

/* Once for each side, when all that it sent has been passed on. */
static void carry_end(struct watch_link *link, enum watch_side side, struct link_end *from,
                      struct carrier *to)
{
    bool is_reset = carrier_was_reset(from->carrier) && !carrier_was_cut(from->carrier);
    from->is_over = true;
    if (is_reset)
        note_refusal(link, side);
    tell_end(link, side, is_reset);
    if (is_reset)
        link->reset_at_us = clock_now_us(link->clock) + LINK_RESET_US;
    else
        carrier_half_close(to);
}

static void carry_side(struct watch_link *link, enum watch_side side, struct link_end *from,
                       struct link_end *to)
{
    carry_octets(link, side, from->carrier, to->carrier);
    if (!from->is_over && carrier_at_eof(from->carrier) &&
        carrier_input(from->carrier)->nbytes == 0)
        carry_end(link, side, from, to->carrier);
}

/* What is sent to it is lost, and its own end has been passed on: its peer learns that too. */
static bool is_deaf(const struct link_end *end)
{
    return end->is_over && carrier_send_failed(end->carrier);
}

static bool is_sent(const struct watch_link *link)
{
    return carrier_nunsent(link->client.carrier) == 0 && carrier_nunsent(link->server.carrier) == 0;
}

void link_carry(struct watch_link *link)
{
    if (link->is_broken)
        return;
    /* The client's first: what it has sent by now it sent without what follows from the server. */
    carry_side(link, WATCH_CLIENT, &link->client, &link->server);
    carry_side(link, WATCH_SERVER, &link->server, &link->client);
    bool is_reset =
        link->reset_at_us != 0 && (is_sent(link) || clock_now_us(link->clock) >= link->reset_at_us);
    bool is_half_deaf = (is_deaf(&link->server) && !link->client.is_over) ||
                        (is_deaf(&link->client) && !link->server.is_over);
    if (!is_reset && !is_half_deaf)
        return;
    carrier_reset(link->client.carrier);
    carrier_reset(link->server.carrier);
    link->is_broken = true;
}

bool link_is_over(const struct watch_link *link)
{
    return link->is_broken || (link->client.is_over && link->server.is_over &&
                               link->reset_at_us == 0 && is_sent(link));
}
