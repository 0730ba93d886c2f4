/*
 * client_operation: what was begun, from begin() to end(). Private to the client.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_OPERATION_H
#define IMAPSPEC_REFERENCE_CLIENT_OPERATION_H

#include "reference/client.h"
#include "reference/client_set.h"

enum client_phase {
    CLIENT_WAITING, /* nothing was sent */
    CLIENT_SENDING, /* a literal waits for "+" */
    CLIENT_SENT,
    CLIENT_DONE
};

struct client_operation {
    uint64_t id;
    enum client_phase phase;
    bool is_forgotten;             /* goes when done */
    struct client_request request; /* spans in the arena */
    struct client_set sequence;    /* of the request, renumbered from begin() on */
    const char *fault;             /* of the request; NULL: none */
    struct span tag;               /* in the arena; empty until sent */
    uint64_t stamp;                /* cache->stamp at which it was sent */
    struct client_result result;   /* text and names in the arena; numbers owned */
    uint32_t *numbers;             /* owned: result.numbers */
    size_t numbers_capacity, names_capacity;
    struct span *names; /* in the arena: result.names */
    struct arena arena;
};

/* Returns new, with a copy of the request. */
struct client_operation *client_operation_new(uint64_t id, const struct client_request *request);
void client_operation_free(struct client_operation *operation);

/* "SELECT"; the first word only. */
const char *client_verb_word(enum client_verb verb);

/* A command of this kind has to wait while one of the other kind is outstanding (p.6). */
bool client_verb_waits_for(enum client_verb verb, enum client_verb other);

/* It takes message numbers. */
bool client_verb_has_sequence(enum client_verb verb);

void client_operation_add_number(struct client_operation *operation, uint32_t number);
void client_operation_add_name(struct client_operation *operation, struct span name);
void client_operation_expunge(struct client_operation *operation, uint32_t number);
void client_operation_finish(struct client_operation *operation, enum client_outcome outcome,
                             struct span text);

#endif
