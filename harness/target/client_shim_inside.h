/* client_shim_inside: what the parts of a client_shim share. */
#ifndef IMAPSPEC_TARGET_CLIENT_SHIM_INSIDE_H
#define IMAPSPEC_TARGET_CLIENT_SHIM_INSIDE_H

#include "shim/shim.h"
#include "target/client_shim.h"

struct client_shim_task {
    struct client_shim_task *next;
    enum shim_verb verb;
    bool is_known;  /* the verb */
    bool is_faulty; /* the request: text says what is wrong */
    bool is_begun;  /* id is an operation of the client */
    uint64_t id;
    struct shim_line line; /* in the arena */
    struct span text;      /* in the arena */
    struct arena arena;
};

struct client_shim {
    struct reference_client *client; /* NULL: never connected */
    bool is_connected;
    bool is_opening;  /* the first task is `open` and waits for client_shim_opened() */
    bool wants_close; /* by `close` */
    bool is_finished;
    char *host; /* owned */
    unsigned port;
    struct client_shim_task *first, **end; /* requests not answered; owned */
    struct buffer requests, answers;
};

/* client_shim_request.c: the operation that a request asks for. NULL, or why it is none. Lists go
 * into the arena. */
const char *client_shim_read(const struct client_shim_task *task, struct arena *arena,
                             struct client_request *request_r);

/* client_shim_answer.c: data lines. */
void client_shim_write_data(const struct client_shim_task *task,
                            const struct reference_client *client,
                            const struct client_result *result, struct buffer *out);
void client_shim_write_cache(const struct reference_client *client, struct buffer *out);
void client_shim_write_log(struct reference_client *client, struct buffer *out);

#endif
