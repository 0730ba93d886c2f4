#include "reference/client_operation.h"

#include <stdlib.h>
#include <string.h>

#define BIT(verb) (1u << (verb))
#define ALONE (BIT(CLIENT_LOGIN) | BIT(CLIENT_LOGOUT) | BIT(CLIENT_SELECT) | BIT(CLIENT_BBOARD))
#define RENUMBERS (BIT(CLIENT_NOOP) | BIT(CLIENT_CHECK) | BIT(CLIENT_EXPUNGE))
#define ALL_VERBS (~0u)

/* Besides, everything waits for ALONE. What takes numbers waits for what makes servers tell of
 * removals, or the numbers could mean others when the server comes to them (B63). */
static const struct {
    const char *word;
    unsigned waits_for;
    bool has_sequence;
} verbs[] = {
    [CLIENT_NOOP] = {"NOOP", 0, false},
    [CLIENT_LOGIN] = {"LOGIN", ALL_VERBS, false},
    [CLIENT_LOGOUT] = {"LOGOUT", ALL_VERBS, false},
    [CLIENT_SELECT] = {"SELECT", ALL_VERBS, false},
    [CLIENT_BBOARD] = {"BBOARD", ALL_VERBS, false},
    [CLIENT_FIND_MAILBOXES] = {"FIND", BIT(CLIENT_FIND_MAILBOXES) | BIT(CLIENT_FIND_BBOARDS),
                               false},
    [CLIENT_FIND_BBOARDS] = {"FIND", BIT(CLIENT_FIND_MAILBOXES) | BIT(CLIENT_FIND_BBOARDS), false},
    [CLIENT_CHECK] = {"CHECK", 0, false},
    [CLIENT_EXPUNGE] = {"EXPUNGE",
                        BIT(CLIENT_EXPUNGE) | BIT(CLIENT_COPY) | BIT(CLIENT_FETCH) |
                            BIT(CLIENT_STORE) | BIT(CLIENT_SEARCH),
                        false},
    [CLIENT_COPY] = {"COPY", RENUMBERS | BIT(CLIENT_STORE) | BIT(CLIENT_COPY), true},
    [CLIENT_FETCH] = {"FETCH", RENUMBERS | BIT(CLIENT_STORE), true},
    [CLIENT_STORE] = {"STORE",
                      RENUMBERS | BIT(CLIENT_COPY) | BIT(CLIENT_FETCH) | BIT(CLIENT_STORE) |
                          BIT(CLIENT_SEARCH),
                      true},
    [CLIENT_SEARCH] = {"SEARCH",
                       RENUMBERS | BIT(CLIENT_COPY) | BIT(CLIENT_STORE) | BIT(CLIENT_FETCH) |
                           BIT(CLIENT_SEARCH),
                       false},
};

const char *client_verb_word(enum client_verb verb)
{
    return verbs[verb].word;
}

bool client_verb_waits_for(enum client_verb verb, enum client_verb other)
{
    return ((verbs[verb].waits_for | ALONE) & BIT(other)) != 0;
}

bool client_verb_has_sequence(enum client_verb verb)
{
    return verbs[verb].has_sequence;
}

static void copy_lists(struct client_operation *operation, const struct client_request *from)
{
    struct arena *arena = &operation->arena;
    struct client_request *to = &operation->request;
    struct span *flags = arena_array(arena, from->nflags, sizeof *flags);
    struct client_criterion *criteria = arena_array(arena, from->ncriteria, sizeof *criteria);
    for (size_t i = 0; i < from->nflags; i++)
        flags[i] = arena_copy(arena, from->flags[i]);
    for (size_t i = 0; i < from->ncriteria; i++)
        criteria[i] = (struct client_criterion){
            .key = arena_copy(arena, from->criteria[i].key),
            .value = arena_copy(arena, from->criteria[i].value),
            .has_value = from->criteria[i].has_value,
        };
    to->flags = flags;
    to->criteria = criteria;
}

static void note_first(struct client_operation *operation)
{
    const struct client_set *set = &operation->sequence;
    operation->result.first = set->nranges == 0 ? 0 : set->ranges[0].first;
}

struct client_operation *client_operation_new(uint64_t id, const struct client_request *request)
{
    struct client_operation *operation = mem_alloc(sizeof *operation);
    operation->id = id;
    operation->request = *request;
    operation->request.name = arena_copy(&operation->arena, request->name);
    operation->request.password = arena_copy(&operation->arena, request->password);
    copy_lists(operation, request);
    if (client_verb_has_sequence(request->verb) &&
        !client_set_read(&operation->sequence, request->sequence))
        operation->fault = "not a sequence of message numbers";
    operation->request.sequence = (struct span){0};
    note_first(operation);
    return operation;
}

void client_operation_free(struct client_operation *operation)
{
    client_set_free(&operation->sequence);
    free(operation->numbers);
    arena_free(&operation->arena);
    free(operation);
}

void client_operation_add_number(struct client_operation *operation, uint32_t number)
{
    size_t n = operation->result.nnumbers, at = n;
    while (at > 0 && operation->numbers[at - 1] >= number)
        at--;
    if (at < n && operation->numbers[at] == number)
        return;
    operation->numbers = mem_grow(operation->numbers, &operation->numbers_capacity, n + 1,
                                  sizeof *operation->numbers);
    memmove(&operation->numbers[at + 1], &operation->numbers[at],
            (n - at) * sizeof *operation->numbers);
    operation->numbers[at] = number;
    operation->result.numbers = operation->numbers;
    operation->result.nnumbers++;
}

void client_operation_add_name(struct client_operation *operation, struct span name)
{
    size_t n = operation->result.nnames;
    operation->names = arena_grow(&operation->arena, operation->names, &operation->names_capacity,
                                  n + 1, sizeof *operation->names);
    operation->names[n] = arena_copy(&operation->arena, name);
    operation->result.names = operation->names;
    operation->result.nnames++;
}

void client_operation_expunge(struct client_operation *operation, uint32_t number)
{
    size_t nkept = 0;
    for (size_t i = 0; i < operation->result.nnumbers; i++) {
        uint32_t old = operation->numbers[i];
        if (old != number)
            operation->numbers[nkept++] = old > number ? old - 1 : old;
    }
    operation->result.nnumbers = nkept;
    client_set_expunge(&operation->sequence, number);
    note_first(operation);
    if (operation->phase == CLIENT_SENDING || operation->phase == CLIENT_SENT)
        operation->result.was_renumbered = true;
}

void client_operation_finish(struct client_operation *operation, enum client_outcome outcome,
                             struct span text)
{
    operation->phase = CLIENT_DONE;
    operation->result.outcome = outcome;
    operation->result.text = arena_copy(&operation->arena, text);
}
