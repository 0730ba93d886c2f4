#include <stdio.h>

#include "reference/client_inside.h"

/* What a command needs before it may be sent, and why it is not when it has not. */
static const char *refused_by_state(const struct reference_client *client, enum client_verb verb)
{
    switch (verb) {
    case CLIENT_LOGOUT:
        return NULL;
    case CLIENT_LOGIN:
        return client->state == CLIENT_GREETED ? NULL : "logged in already";
    case CLIENT_NOOP:
    case CLIENT_SELECT:
    case CLIENT_BBOARD:
    case CLIENT_FIND_MAILBOXES:
    case CLIENT_FIND_BBOARDS:
        return client->state == CLIENT_GREETED ? "not logged in" : NULL;
    case CLIENT_CHECK:
    case CLIENT_EXPUNGE:
    case CLIENT_COPY:
    case CLIENT_FETCH:
    case CLIENT_STORE:
    case CLIENT_SEARCH:
        if (client->state == CLIENT_GREETED)
            return "not logged in";
        return client->state == CLIENT_SELECTED ? NULL : "no mailbox is selected";
    }
    return NULL;
}

static const char *refused(const struct reference_client *client,
                           const struct client_operation *operation)
{
    enum client_verb verb = operation->request.verb;
    const char *fault = refused_by_state(client, verb);
    if (fault != NULL)
        return fault;
    if (operation->fault != NULL)
        return operation->fault;
    if (client->unsupported & (1u << verb))
        return "the server does not have this command";
    bool changes = verb == CLIENT_STORE || verb == CLIENT_EXPUNGE;
    if (changes && client->cache.access == CLIENT_READ_ONLY)
        return "the mailbox is read-only";
    if (!client_verb_has_sequence(verb))
        return NULL;
    if (operation->sequence.nranges == 0)
        return "the messages are gone";
    if (client_set_max(&operation->sequence) > client->cache.exists)
        return "there are no such messages";
    return NULL;
}

static void leave_mailbox(struct reference_client *client)
{
    for (size_t i = 0; i < client->noperations; i++) {
        client->operations[i]->result.numbers = NULL;
        client->operations[i]->result.nnumbers = 0;
    }
    client_cache_clear(&client->cache);
}

/* What changes as soon as the command is under way. */
static void note_start(struct reference_client *client, const struct client_operation *operation)
{
    enum client_verb verb = operation->request.verb;
    if (verb == CLIENT_SELECT || verb == CLIENT_BBOARD) {
        leave_mailbox(client);
        client_cache_open(&client->cache, operation->request.name, verb == CLIENT_BBOARD);
        client->state = CLIENT_AUTHENTICATED;
    } else if (verb == CLIENT_LOGOUT) {
        client->state = CLIENT_LEAVING;
    }
}

/* The command's octets from the last stop to the next one, or to its end. */
static void send_piece(struct reference_client *client, struct client_operation *operation)
{
    struct client_command *command = &client->command;
    size_t from = client->next_stop == 0 ? 0 : command->stops[client->next_stop - 1];
    bool is_last = client->next_stop == command->nstops;
    size_t to = is_last ? command->octets.nbytes : command->stops[client->next_stop];
    buffer_append(&client->output, span_slice(buffer_span(&command->octets), from, to - from));
    client->next_stop++;
    operation->phase = is_last ? CLIENT_SENT : CLIENT_SENDING;
    if (is_last)
        client_send_abandon(client);
}

void client_send_abandon(struct reference_client *client)
{
    client_command_free(&client->command);
    client->next_stop = 0;
}

static void set_tag(const struct reference_client *client, struct client_operation *operation)
{
    char tag[32];
    (void)snprintf(tag, sizeof tag, "A%04lu", client->last_tag + 1);
    operation->tag = arena_copy(&operation->arena, span_of(tag));
}

static void start(struct reference_client *client, struct client_operation *operation)
{
    const char *fault = refused(client, operation);
    if (fault == NULL) {
        set_tag(client, operation);
        fault = client_command_write(&client->command, operation, &client->cache);
    }
    if (fault != NULL || client->command.octets.nbytes == 0) {
        client_send_abandon(client);
        if (fault != NULL)
            client_operation_finish(operation, CLIENT_REFUSED, span_of(fault));
        else
            client_operation_finish(operation, CLIENT_OK, SPAN_LIT("known already"));
        return;
    }
    client->last_tag++;
    operation->stamp = ++client->cache.stamp;
    operation->result.was_sent = true;
    note_start(client, operation);
    send_piece(client, operation);
}

static bool has_to_wait(const struct reference_client *client, size_t place)
{
    enum client_verb verb = client->operations[place]->request.verb;
    for (size_t i = 0; i < place; i++) {
        const struct client_operation *other = client->operations[i];
        if (other->phase == CLIENT_SENDING)
            return true;
        if (other->phase == CLIENT_SENT && client_verb_waits_for(verb, other->request.verb))
            return true;
    }
    return false;
}

void client_send(struct reference_client *client)
{
    if (client->state == CLIENT_OPENING || client->state == CLIENT_LEAVING)
        return;
    for (size_t i = 0; i < client->noperations; i++) {
        struct client_operation *operation = client->operations[i];
        if (operation->phase != CLIENT_WAITING)
            continue;
        /* In order: nothing overtakes. */
        if (client->state == CLIENT_CLOSED || client->state == CLIENT_LEAVING ||
            has_to_wait(client, i))
            return;
        start(client, operation);
    }
}

bool client_send_literal(struct reference_client *client)
{
    /* What has not even left yet cannot have been asked for. */
    if (client->output.nbytes > 0)
        return false;
    for (size_t i = 0; i < client->noperations; i++) {
        if (client->operations[i]->phase != CLIENT_SENDING)
            continue;
        send_piece(client, client->operations[i]);
        return true;
    }
    return false;
}
