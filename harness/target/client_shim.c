#include "target/client_shim.h"

#include <stdlib.h>

#include "target/client_shim_inside.h"

struct client_shim *client_shim_new(void)
{
    struct client_shim *shim = mem_alloc(sizeof *shim);
    shim->end = &shim->first;
    return shim;
}

static void drop_first(struct client_shim *shim)
{
    struct client_shim_task *task = shim->first;
    shim->first = task->next;
    if (shim->first == NULL)
        shim->end = &shim->first;
    if (task->is_begun)
        reference_client_end(shim->client, task->id);
    arena_free(&task->arena);
    free(task);
}

void client_shim_free(struct client_shim **shim)
{
    struct client_shim *old = *shim;
    *shim = NULL;
    if (old == NULL)
        return;
    while (old->first != NULL)
        drop_first(old);
    reference_client_free(&old->client);
    buffer_free(&old->requests);
    buffer_free(&old->answers);
    free(old->host);
    free(old);
}

/* ---- beginning ---- */

static void refuse(struct client_shim_task *task, const char *text)
{
    task->is_faulty = true;
    task->text = arena_copy(&task->arena, span_of(text));
}

static void begin(struct client_shim *shim, struct client_shim_task *task)
{
    struct client_request request;
    if (shim->client == NULL) {
        refuse(task, "not connected");
        return;
    }
    const char *fault = client_shim_read(task, &task->arena, &request);
    if (fault != NULL) {
        refuse(task, fault);
        return;
    }
    task->id = reference_client_begin(shim->client, &request);
    task->is_begun = true;
}

/* Begins what talks to the server, up to the first request that does not. */
static void begin_all(struct client_shim *shim)
{
    for (struct client_shim_task *task = shim->first; task != NULL; task = task->next) {
        if (!task->is_known || task->is_faulty || task->is_begun)
            continue;
        if (!shim_verb_info(task->verb)->is_operation)
            return;
        begin(shim, task);
    }
}

/* ---- answering ---- */

static void answer(struct client_shim *shim, enum shim_status status, const char *text)
{
    shim_write_status(&shim->answers, status, span_of(text));
    drop_first(shim);
}

static void answer_operation(struct client_shim *shim, const struct client_result *result)
{
    static const enum shim_status statuses[] = {
        [CLIENT_RUNNING] = SHIM_FAILED, [CLIENT_OK] = SHIM_OK,
        [CLIENT_NO] = SHIM_NO,          [CLIENT_BAD] = SHIM_BAD,
        [CLIENT_REFUSED] = SHIM_FAILED, [CLIENT_LOST] = SHIM_FAILED};
    client_shim_write_data(shim->first, shim->client, result, &shim->answers);
    /* The text is that of the server, and no text at all is meant by a plain `ok`. */
    struct span text = result->outcome == CLIENT_OK ? (struct span){0} : result->text;
    shim_write_status(&shim->answers, statuses[result->outcome], text);
    drop_first(shim);
}

static void start_open(struct client_shim *shim)
{
    const struct shim_line *line = &shim->first->line;
    uint32_t port;
    if (number_parse_u32(line->words[2].value, &port) != 0 || port == 0 || port > 65535) {
        answer(shim, SHIM_FAILED, "not a port");
        return;
    }
    if (shim->is_connected) {
        answer(shim, SHIM_FAILED, "connected already");
        return;
    }
    free(shim->host);
    shim->host = mem_copy_text(line->words[1].value.data, line->words[1].value.nbytes);
    shim->port = (unsigned)port;
    shim->is_opening = true;
}

static void answer_features(struct client_shim *shim)
{
    for (enum shim_verb i = SHIM_OPEN; i < SHIM_NVERBS; i++)
        buffer_printf(&shim->answers, "feature %s\n", shim_verb_info(i)->name);
    buffer_append_text(&shim->answers, "feature overlap\n");
    answer(shim, SHIM_OK, "");
}

/* The first request, which is no operation. False: it cannot be answered yet. */
static bool answer_at_once(struct client_shim *shim)
{
    enum shim_verb verb = shim->first->verb;
    if (verb == SHIM_OPEN) {
        if (shim->is_connected && reference_client_is_closing(shim->client))
            return false; /* the last connection has to be closed first */
        if (!shim->is_opening)
            start_open(shim);
        return !shim->is_opening;
    }
    if (verb == SHIM_FEATURES) {
        answer_features(shim);
        return true;
    }
    if (verb == SHIM_CACHE)
        client_shim_write_cache(shim->client, &shim->answers);
    else if (verb == SHIM_LOG)
        client_shim_write_log(shim->client, &shim->answers);
    else
        shim->wants_close = shim->is_connected;
    shim->is_finished = verb == SHIM_QUIT;
    answer(shim, SHIM_OK, "");
    return true;
}

/* False: the first request is under way. */
static bool answer_first(struct client_shim *shim)
{
    const struct client_shim_task *task = shim->first;
    if (!task->is_known) {
        answer(shim, SHIM_UNSUPPORTED, "");
        return true;
    }
    if (task->is_faulty) {
        shim_write_status(&shim->answers, SHIM_FAILED, task->text);
        drop_first(shim);
        return true;
    }
    if (!task->is_begun)
        return answer_at_once(shim);
    const struct client_result *result = reference_client_result(shim->client, task->id);
    if (result->outcome == CLIENT_RUNNING)
        return false;
    answer_operation(shim, result);
    return true;
}

static void run(struct client_shim *shim)
{
    do
        begin_all(shim);
    while (!shim->is_finished && !shim->wants_close && shim->first != NULL && answer_first(shim));
}

/* ---- the harness's side ---- */

static void add_task(struct client_shim *shim, struct span text)
{
    struct client_shim_task *task = mem_alloc(sizeof *task);
    struct err err;
    *shim->end = task;
    shim->end = &task->next;
    task->is_known = true;
    if (shim_line_read(&task->arena, text, &task->line, &err) != 0) {
        refuse(task, err.text);
        return;
    }
    int status = shim_request_check(&task->line, &task->verb, &err);
    task->is_known = status <= 0;
    if (status < 0)
        refuse(task, err.text);
}

void client_shim_request(struct client_shim *shim, struct span octets)
{
    buffer_append(&shim->requests, octets);
    for (;;) {
        struct span all = buffer_span(&shim->requests);
        size_t lf = span_find_byte(all, '\n');
        if (lf == SPAN_NPOS)
            break;
        add_task(shim, span_slice(all, 0, lf));
        buffer_consume(&shim->requests, lf + 1);
    }
    run(shim);
}

void client_shim_request_eof(struct client_shim *shim)
{
    add_task(shim, SPAN_LIT("quit"));
    run(shim);
}

struct span client_shim_answers(const struct client_shim *shim)
{
    return buffer_span(&shim->answers);
}

void client_shim_answered(struct client_shim *shim, size_t nbytes)
{
    buffer_consume(&shim->answers, nbytes);
}

bool client_shim_is_finished(const struct client_shim *shim)
{
    return shim->is_finished;
}

/* ---- the server's side ---- */

bool client_shim_wants_open(const struct client_shim *shim, const char **host_r, unsigned *port_r)
{
    *host_r = shim->host;
    *port_r = shim->port;
    return shim->is_opening;
}

void client_shim_opened(struct client_shim *shim, const char *why_not)
{
    ENSURE(shim->is_opening);
    shim->is_opening = false;
    if (why_not == NULL) {
        /* A connection begins with nothing from the one before (p.5). */
        reference_client_free(&shim->client);
        shim->client = reference_client_new(NULL);
        shim->is_connected = true;
    }
    answer(shim, why_not == NULL ? SHIM_OK : SHIM_FAILED, why_not);
    run(shim);
}

void client_shim_receive(struct client_shim *shim, struct span octets)
{
    if (!shim->is_connected)
        return;
    reference_client_receive(shim->client, octets);
    run(shim);
}

void client_shim_receive_eof(struct client_shim *shim)
{
    if (!shim->is_connected)
        return;
    reference_client_receive_eof(shim->client);
    run(shim);
}

struct span client_shim_output(const struct client_shim *shim)
{
    return shim->is_connected ? reference_client_output(shim->client) : (struct span){0};
}

void client_shim_sent(struct client_shim *shim, size_t nbytes)
{
    if (shim->is_connected)
        reference_client_sent(shim->client, nbytes);
}

bool client_shim_wants_close(const struct client_shim *shim)
{
    if (!shim->is_connected)
        return false;
    return shim->wants_close || (reference_client_is_closing(shim->client) &&
                                 reference_client_output(shim->client).nbytes == 0);
}

void client_shim_closed(struct client_shim *shim)
{
    shim->wants_close = false;
    if (!shim->is_connected)
        return;
    shim->is_connected = false;
    reference_client_receive_eof(shim->client);
    run(shim);
}

struct reference_client *client_shim_client(struct client_shim *shim)
{
    return shim->client;
}
