#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "client_helper.h"

/* One engine with two ends: the shim's and the connection's. */
struct engine {
    struct client *client;
    struct buffer requests, answers;         /* of the shim */
    struct buffer output;                    /* to the server */
    struct buffer said;                      /* by the server, and not reacted to */
    const struct client_request *pending[8]; /* requests not answered, in their order */
    size_t npending;
    bool wants_open, is_open, is_closing, has_quit;
    unsigned nopened;
};

/* A connection that is over must not harm the next one. */
struct connection {
    struct engine *engine;
    unsigned number;
};

static struct engine *engine; /* of the case being played */

/* ---- the shim ---- */

static bool has_said(const struct engine *e, const char *text)
{
    return span_find(buffer_span(&e->said), span_of(text)) != SPAN_NPOS;
}

static void answer_if_due(struct engine *e)
{
    while (e->npending > 0 && e->pending[0]->answer != NULL && has_said(e, e->pending[0]->until)) {
        buffer_append_text(&e->answers, e->pending[0]->answer);
        memmove(e->pending, e->pending + 1, --e->npending * sizeof(void *));
    }
}

static void answer_request(struct engine *e, struct span line)
{
    buffer_append(&e->client->asked, line);
    buffer_append_text(&e->client->asked, "\n");
    if (span_starts_with(line, SPAN_LIT("open "))) {
        e->wants_open = true;
        buffer_append_text(&e->answers, "ok\n");
        return;
    }
    if (span_is(line, "quit")) {
        e->has_quit = true;
        buffer_append_text(&e->answers, "ok\n");
        return;
    }
    for (const struct client_request *r = e->client->requests; r != NULL && r->words != NULL; r++) {
        if (!span_starts_with(line, span_of(r->words)))
            continue;
        if (e->npending == 0)
            buffer_clear(&e->said);
        buffer_append_text(&e->output, r->says);
        assert_true(e->npending < sizeof e->pending / sizeof e->pending[0]);
        e->pending[e->npending++] = r;
        answer_if_due(e);
        return;
    }
    buffer_append_text(&e->answers, "unsupported\n");
}

static void take_requests(void *context, struct span octets)
{
    struct engine *e = context;
    size_t end;
    buffer_append(&e->requests, octets);
    while ((end = span_find_byte(buffer_span(&e->requests), '\n')) != SPAN_NPOS) {
        struct buffer line = {0};
        buffer_append(&line, span_slice(buffer_span(&e->requests), 0, end));
        buffer_consume(&e->requests, end + 1);
        answer_request(e, buffer_span(&line));
        buffer_free(&line);
    }
}

static struct span answers(void *context)
{
    const struct engine *e = context;
    return buffer_span(&e->answers);
}

static void answered(void *context, size_t nbytes)
{
    struct engine *e = context;
    buffer_consume(&e->answers, nbytes);
}

static bool has_quit(void *context)
{
    const struct engine *e = context;
    return e->has_quit;
}

/* ---- the connection ---- */

static void react(struct engine *e)
{
    for (const struct client_reaction *r = e->client->reactions; r != NULL && r->heard != NULL;
         r++) {
        if (!has_said(e, r->heard))
            continue;
        buffer_clear(&e->said);
        buffer_append_text(&e->output, r->says);
        e->is_closing = e->is_closing || r->closes;
        return;
    }
}

static void take_responses(void *context, struct span octets)
{
    struct engine *e = ((const struct connection *)context)->engine;
    buffer_append(&e->client->heard, octets);
    buffer_append_text(&e->client->heard, "|");
    buffer_append(&e->said, octets);
    answer_if_due(e);
    react(e);
}

static void take_responses_end(void *context)
{
    struct engine *e = ((const struct connection *)context)->engine;
    e->is_closing = true;
}

static struct span output(void *context)
{
    const struct engine *e = ((const struct connection *)context)->engine;
    return buffer_span(&e->output);
}

static void sent(void *context, size_t nbytes)
{
    struct engine *e = ((const struct connection *)context)->engine;
    buffer_consume(&e->output, nbytes);
}

static bool is_closing(void *context)
{
    const struct engine *e = ((const struct connection *)context)->engine;
    return e->is_closing;
}

static void connection_gone(void *context)
{
    struct connection *connection = context;
    struct engine *e = connection->engine;
    if (connection->number == e->nopened) {
        e->is_open = e->is_closing = false;
        buffer_clear(&e->output);
        buffer_clear(&e->said);
    }
    free(connection);
}

/* ---- both ---- */

static void nothing(void *context)
{
    (void)context;
}

static bool always(void *context)
{
    (void)context;
    return true;
}

static int64_t never(void *context)
{
    (void)context;
    return -1;
}

static const struct net_peer_ops shim_ops = {.receive = take_requests,
                                             .receive_eof = nothing,
                                             .output = answers,
                                             .sent = answered,
                                             .is_closing = has_quit,
                                             .wants_input = always,
                                             .deadline_us = never,
                                             .tick = nothing,
                                             .free = nothing};

static const struct net_peer_ops connection_ops = {.receive = take_responses,
                                                   .receive_eof = take_responses_end,
                                                   .output = output,
                                                   .sent = sent,
                                                   .is_closing = is_closing,
                                                   .wants_input = always,
                                                   .deadline_us = never,
                                                   .tick = nothing,
                                                   .free = connection_gone};

/* ---- the target ---- */

static struct carrier *open_shim(void *context, struct net_loop *loop, struct err *err)
{
    (void)context, (void)err;
    return carrier_open_peer(loop, (struct net_peer){&shim_ops, engine});
}

static int start(void *context, struct net_loop *loop, struct err *err)
{
    (void)context, (void)loop, (void)err;
    engine->wants_open = true;
    return 0;
}

static bool has_exited(void *context, struct buffer *how)
{
    const struct client *client = engine->client;
    (void)context;
    if ((engine->is_open && !engine->is_closing) || engine->nopened < client->nconnections)
        return false;
    buffer_append_text(how, "exited with status 0");
    return true;
}

static const char *host(void *context)
{
    (void)context;
    return "nowhere";
}

static unsigned port(void *context)
{
    (void)context;
    return 143;
}

static struct carrier *accept_connection(void *context, struct net_loop *loop)
{
    struct engine *e = engine;
    const struct client *client = e->client;
    (void)context;
    if (!e->wants_open || (e->is_open && !e->is_closing))
        return NULL;
    struct connection *connection = mem_alloc(sizeof *connection);
    *connection = (struct connection){e, ++e->nopened};
    e->is_closing = false;
    buffer_clear(&e->said);
    e->wants_open = e->nopened < client->nconnections;
    e->is_open = true;
    if (client->greets != NULL)
        buffer_append_text(&e->output, client->greets);
    return carrier_open_peer(loop, (struct net_peer){&connection_ops, connection});
}

static struct net_peer serve(void *context)
{
    return fake_peer(context);
}

struct result_case *client_play(struct client *client, const char *scenario, struct arena *arena)
{
    struct engine e = {.client = client};
    client->model.features = client->features;
    client->model.is_dead = client->is_dead;
    const struct run_client ops = {.has_shim = client->nconnections == 0,
                                   .shim = open_shim,
                                   .start = start,
                                   .has_exited = has_exited,
                                   .host = host,
                                   .port = port,
                                   .accept = accept_connection,
                                   .serve = serve};
    struct run_target target = fake_target(&client->model); /* the model server's */
    target.client = &ops;
    const struct run_options options = {
        .seed = 7, .vary = client->vary, .imapspec = "imapspec", .target_argument = "fake"};
    struct result_case *result;
    engine = &e;
    run_play(&options, &target, fake_read_case(scenario, arena), 0, arena, &result);
    engine = NULL;
    buffer_free(&e.requests);
    buffer_free(&e.answers);
    buffer_free(&e.output);
    buffer_free(&e.said);
    return result;
}

void client_free(struct client *client)
{
    buffer_free(&client->heard);
    buffer_free(&client->asked);
    fake_free(&client->model);
}
