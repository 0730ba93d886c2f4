#include <stdio.h>
#include <string.h>

#include "reference/reference.h"
#include "reference/store_memory.h"
#include "shim/shim.h"
#include "target/client_peer.h"
#include "target/inside.h"
#include "target/peer.h"

enum {
    CLIENT_IDLE_MS = 30 * 60 * 1000,
    CLIENT_FEATURES_US = 30000000,
    CLIENT_END_MS = 1000,
    CLIENT_NOMINAL_PORT = 143,
    CLIENT_SHOWN_NBYTES = 600
};

/* ---- the bundled client, called by function -----------------------------------------------------
 */

static struct carrier *open_bundled_shim(void *context, struct net_loop *loop, struct err *err)
{
    struct target *t = context;
    (void)err;
    t->worker.client = client_shim_new();
    return carrier_open_peer(loop, client_peer_requests(t->worker.client));
}

static struct carrier *accept_bundled(void *context, struct net_loop *loop)
{
    struct target *t = context;
    const char *host;
    unsigned port;
    if (t->worker.client == NULL || !client_shim_wants_open(t->worker.client, &host, &port))
        return NULL;
    client_shim_opened(t->worker.client, NULL);
    return carrier_open_peer(loop, client_peer_connection(t->worker.client));
}

/* ---- a program ----------------------------------------------------------------------------------
 */

static struct net_process *start_program(struct target *t, struct net_loop *loop,
                                         enum net_stdio stdio, struct err *err)
{
    struct target_worker *w = &t->worker;
    struct arena arena = {0};
    struct net_process *program = NULL;
    const struct hook_values values = {.user = w->nroles > 0 ? w->roles[0].name : "fred"};
    struct net_process_options options = {.argv = hook_argv(t, &t->file->start, &values, &arena),
                                          .directory = t->home,
                                          .stdio = stdio};
    ENSURE(w->nprograms < sizeof w->programs / sizeof w->programs[0]);
    program = net_process_start(loop, &options, err);
    if (program != NULL)
        w->programs[w->nprograms++] = program;
    arena_free(&arena);
    return program;
}

static struct carrier *open_shim(void *context, struct net_loop *loop, struct err *err)
{
    struct net_process *program = start_program(context, loop, NET_STDIO_PIPES, err);
    return program == NULL ? NULL : carrier_open_process(program);
}

static int start_exec(void *context, struct net_loop *loop, struct err *err)
{
    return start_program(context, loop, NET_STDIO_CAPTURE, err) == NULL ? -1 : 0;
}

static bool has_exited(void *context, struct buffer *how)
{
    struct target *t = context;
    struct net_process *program = t->worker.nprograms > 0 ? t->worker.programs[0] : NULL;
    if (program == NULL || !net_process_poll(program))
        return false;
    net_process_describe(program, how);
    struct span text = span_trim(net_process_stderr(program));
    if (text.nbytes > 0)
        buffer_printf(how, ": %.*s", SPAN_ARG(span_slice(text, 0, CLIENT_SHOWN_NBYTES)));
    return true;
}

static struct carrier *accept_connection(void *context, struct net_loop *loop)
{
    struct target *t = context;
    (void)loop;
    return t->worker.listener == NULL ? NULL : carrier_accept(t->worker.listener, t->tls);
}

/* ---- both ---------------------------------------------------------------------------------------
 */

static const char *host(void *context)
{
    const struct target *t = context;
    return t->file->host;
}

static unsigned port(void *context)
{
    const struct target *t = context;
    return t->port;
}

static struct net_peer serve(void *context)
{
    struct target *t = context;
    return peer_of_session(t->worker.server);
}

static const struct run_client bundled_client = {
    .has_shim = true,
    .shim = open_bundled_shim,
    .start = start_exec,
    .has_exited = has_exited,
    .host = host,
    .port = port,
    .accept = accept_bundled,
    .serve = serve,
};

static const struct run_client shim_client = {
    .has_shim = true,
    .shim = open_shim,
    .start = start_exec,
    .has_exited = has_exited,
    .host = host,
    .port = port,
    .accept = accept_connection,
    .serve = serve,
};

static const struct run_client exec_client = {
    .has_shim = false,
    .shim = open_shim,
    .start = start_exec,
    .has_exited = has_exited,
    .host = host,
    .port = port,
    .accept = accept_connection,
    .serve = serve,
};

/* ---- the model server's mail --------------------------------------------------------------------
 */

/* The user whom the target file names is the one that scenarios call fred. */
static const char *user_name(void *context, const char *role)
{
    const struct target *t = context;
    bool is_named = strcmp(role, "fred") == 0 && strstr(t->file->user_pattern, "{n}") == NULL;
    return is_named ? t->file->user_pattern : role;
}

static int fill_model(struct target *t, struct net_loop *loop, const struct run_setup *setup,
                      struct buffer *why)
{
    struct target_worker *w = &t->worker;
    const struct reference_config config = {
        .clock = net_loop_clock(loop), .host = "model.example", .idle_timeout_ms = CLIENT_IDLE_MS};
    w->store = mail_store_memory_new();
    w->server = reference_server_new(&config, w->store);
    for (size_t i = 0; i < setup->nusers; i++)
        reference_server_add_user(w->server, user_name(t, setup->users[i]), t->file->password);
    for (size_t i = 0; i < setup->nmailboxes; i++) {
        const struct fixture_mailbox *mailbox = &setup->mailboxes[i];
        if (store_fill(w->store, user_name(t, mailbox->user), mailbox, why) != 0)
            return -1;
    }
    return 0;
}

static void take_role(struct target *t, const struct run_setup *setup)
{
    struct target_role *role = &t->worker.roles[0];
    t->worker.nroles = 1;
    role->role = setup->users[0];
    (void)snprintf(role->name, sizeof role->name, "%s", user_name(t, setup->users[0]));
}

static int listen_for_it(struct target *t, struct net_loop *loop, struct buffer *why)
{
    struct err err;
    if (t->way == TARGET_IN_PROCESS) { /* nothing listens; but a port has to be told */
        t->port = CLIENT_NOMINAL_PORT;
        return 0;
    }
    t->worker.listener = net_listener_open(loop, t->file->host, t->file->port, &err);
    if (t->worker.listener == NULL) {
        buffer_append_text(why, err.text);
        return -1;
    }
    t->port = net_listener_port(t->worker.listener);
    return 0;
}

static void end_case(struct target *t)
{
    struct target_worker *w = &t->worker;
    while (w->nprograms > 0)
        net_process_free(&w->programs[--w->nprograms]);
    net_listener_close(&w->listener);
    client_shim_free(&w->client);
    detach_bundled(t);
    w->nroles = 0;
}

static enum run_readiness prepare(void *context, struct net_loop *loop,
                                  const struct run_setup *setup, struct buffer *why)
{
    struct target *t = context;
    if (t->missing != NULL) {
        buffer_append_text(why, t->missing);
        return RUN_SKIP;
    }
    take_role(t, setup);
    watch_begin(t);
    if (fill_model(t, loop, setup, why) == 0 && listen_for_it(t, loop, why) == 0)
        return RUN_READY;
    end_case(t);
    return RUN_BROKEN;
}

static int deliver(void *context, struct net_loop *loop, const char *user, const char *mailbox,
                   const struct fixture_message *message, struct err *err)
{
    struct target *t = context;
    (void)loop;
    return store_deliver(t->worker.store, user_name(t, user), mailbox, user[0] == '\0', message,
                         true, err);
}

static void finish(void *context, struct net_loop *loop)
{
    (void)loop;
    end_case(context);
}

static bool is_exec(const struct target *t)
{
    return t->way == TARGET_CLIENT && features_answer(t, "exec") == RUN_YES;
}

void attach_client(struct target *t, struct run_target *run_r)
{
    run_r->client = t->way == TARGET_IN_PROCESS ? &bundled_client
                    : is_exec(t)                ? &exec_client
                                                : &shim_client;
    run_r->is_in_process = t->way == TARGET_IN_PROCESS;
    run_r->prepare = prepare;
    run_r->deliver = deliver;
    run_r->user_name = user_name;
    run_r->finish = finish;
}

void detach_client(struct target *t)
{
    net_listener_close(&t->worker.listener);
    client_shim_free(&t->worker.client);
}

/* ---- what the shim says it can ------------------------------------------------------------------
 */

/* `feature find bboards` as find.bboards. */
static const char *feature_name(struct target *t, const struct shim_line *line)
{
    struct buffer name = {0};
    for (size_t i = 1; i < line->nwords; i++) {
        if (i > 1)
            buffer_append_byte(&name, '.');
        buffer_append(&name, line->words[i].value);
    }
    const char *text = arena_text(&t->arena, buffer_span(&name));
    buffer_free(&name);
    return text;
}

static void note_features(struct target *t, const struct shim_answer *answer)
{
    size_t capacity = 0;
    for (size_t i = 0; i < answer->nlines; i++) {
        const struct shim_line *line = &answer->lines[i];
        if (line->nwords < 2 || !span_is(line->words[0].value, "feature"))
            continue;
        t->verbs.items = arena_grow(&t->arena, t->verbs.items, &capacity, t->verbs.nitems + 1,
                                    sizeof *t->verbs.items);
        t->verbs.items[t->verbs.nitems++] = feature_name(t, line);
    }
    t->has_told_verbs = answer->is_complete && answer->status == SHIM_OK;
}

static void ask(struct target *t, struct net_loop *loop, struct carrier *carrier)
{
    struct shim_answer answer = {0};
    struct err err;
    int64_t until_us = clock_now_us(net_loop_clock(loop)) + CLIENT_FEATURES_US;
    carrier_send(carrier, SPAN_LIT("features\n"));
    bool is_good = true;
    while (is_good && !answer.is_complete) {
        struct buffer *input = carrier_input(carrier);
        size_t nused;
        is_good = shim_answer_receive(&answer, buffer_span(input), &nused, &err) == 0;
        buffer_consume(input, nused);
        if (is_good && !answer.is_complete)
            is_good = !carrier_at_eof(carrier) && net_wait(loop, until_us);
    }
    note_features(t, &answer);
    shim_answer_free(&answer);
}

/* A shim that has ended with the status that says it cannot run on this machine: what it wrote is
 * why everything is skipped. */
static void note_missing(struct target *t)
{
    struct net_process *program = t->worker.nprograms > 0 ? t->worker.programs[0] : NULL;
    if (program == NULL || !net_process_wait(program, CLIENT_END_MS) ||
        net_process_exit_status(program) != HOOK_NOT_SUPPORTED)
        return;
    struct span why = span_trim(net_process_stderr(program));
    t->missing = why.nbytes == 0 ? "cannot be run on this machine" : arena_text(&t->arena, why);
}

void client_ask_features(struct target *t, struct net_loop *loop)
{
    struct err err;
    if (is_exec(t) || t->has_told_verbs)
        return;
    struct carrier *carrier =
        t->way == TARGET_IN_PROCESS ? open_bundled_shim(t, loop, &err) : open_shim(t, loop, &err);
    if (carrier != NULL)
        ask(t, loop, carrier);
    if (carrier != NULL && carrier_at_eof(carrier))
        note_missing(t);
    carrier_close(&carrier);
    end_case(t);
}

const struct script_names *target_verbs(const struct target *t)
{
    return &t->verbs;
}

bool target_is_exec(const struct target *t)
{
    return !target_is_server(t) && is_exec(t);
}
