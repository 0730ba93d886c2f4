#include "reference/client.h"

#include <stdlib.h>
#include <string.h>

#include "reference/client_inside.h"

enum { LINE_LIMIT = 1024 * 1024, LITERAL_LIMIT = 64 * 1024 * 1024 };

struct reference_client *reference_client_new(const struct reference_client_config *config)
{
    struct reference_client *client = mem_alloc(sizeof *client);
    struct client_reader *reader = &client->reader;
    if (config != NULL) {
        reader->line_limit_nbytes = config->line_limit_nbytes;
        reader->literal_limit_nbytes = config->literal_limit_nbytes;
    }
    if (reader->line_limit_nbytes == 0)
        reader->line_limit_nbytes = LINE_LIMIT;
    if (reader->literal_limit_nbytes == 0)
        reader->literal_limit_nbytes = LITERAL_LIMIT;
    return client;
}

void reference_client_free(struct reference_client **client)
{
    struct reference_client *old = *client;
    *client = NULL;
    if (old == NULL)
        return;
    for (size_t i = 0; i < old->noperations; i++)
        client_operation_free(old->operations[i]);
    free(old->operations);
    client_cache_clear(&old->cache);
    client_command_free(&old->command);
    client_notes_clear(&old->notes);
    client_reader_free(&old->reader);
    buffer_free(&old->output);
    free(old);
}

/* ---- octets ---- */

static void drop_forgotten(struct reference_client *client)
{
    size_t nkept = 0;
    for (size_t i = 0; i < client->noperations; i++) {
        struct client_operation *operation = client->operations[i];
        if (operation->is_forgotten && operation->phase == CLIENT_DONE)
            client_operation_free(operation);
        else
            client->operations[nkept++] = operation;
    }
    client->noperations = nkept;
}

void reference_client_receive(struct reference_client *client, struct span octets)
{
    if (client->is_closing)
        return;
    client_reader_receive(&client->reader, octets);
    while (!client->is_closing) {
        enum client_reader_result result = client_reader_next(&client->reader);
        if (result == CLIENT_READER_WAITING)
            break;
        if (result == CLIENT_READER_FAULTY) {
            client_fail(client, client->reader.fault, (struct span){0});
            break;
        }
        client_take_response(client, client_reader_text(&client->reader));
        client_reader_drop(&client->reader);
        client_send(client);
    }
    drop_forgotten(client);
}

void reference_client_receive_eof(struct reference_client *client)
{
    if (client->is_closing)
        return;
    buffer_clear(&client->output);
    client_finish(client, "the connection is closed");
    drop_forgotten(client);
}

struct span reference_client_output(const struct reference_client *client)
{
    return buffer_span(&client->output);
}

void reference_client_sent(struct reference_client *client, size_t nbytes)
{
    buffer_consume(&client->output, nbytes);
}

bool reference_client_is_closing(const struct reference_client *client)
{
    return client->is_closing;
}

/* ---- operations ---- */

static struct client_operation *find(const struct reference_client *client, uint64_t id)
{
    for (size_t i = client->noperations; i > 0; i--)
        if (client->operations[i - 1]->id == id)
            return client->operations[i - 1];
    NEVER("an operation that was ended, or never begun");
}

uint64_t reference_client_begin(struct reference_client *client,
                                const struct client_request *request)
{
    client->operations = mem_grow(client->operations, &client->capacity, client->noperations + 1,
                                  sizeof(struct client_operation *));
    struct client_operation *operation = client_operation_new(++client->last_id, request);
    client->operations[client->noperations++] = operation;
    if (client->state == CLIENT_CLOSED || client->state == CLIENT_LEAVING)
        client_operation_finish(operation, CLIENT_REFUSED, SPAN_LIT("the connection is over"));
    client_send(client);
    return operation->id;
}

const struct client_result *reference_client_result(const struct reference_client *client,
                                                    uint64_t id)
{
    return &find(client, id)->result;
}

void reference_client_end(struct reference_client *client, uint64_t id)
{
    find(client, id)->is_forgotten = true;
    drop_forgotten(client);
}

/* ---- what the client believes ---- */

enum client_state reference_client_state(const struct reference_client *client)
{
    return client->state;
}

bool reference_client_view(const struct reference_client *client, struct client_view *view_r)
{
    const struct client_cache *cache = &client->cache;
    *view_r = (struct client_view){0};
    if (!cache->is_open)
        return false;
    *view_r = (struct client_view){
        .is_pending = cache->is_pending,
        .has_exists = cache->has_exists,
        .exists = cache->exists,
        .recent = client_cache_recent_count(cache),
        .name = buffer_span(&cache->name),
        .is_board = cache->is_board,
        .flags = buffer_span(&cache->listed),
        .access = cache->access,
    };
    return true;
}

const struct client_message *reference_client_message(const struct reference_client *client,
                                                      uint32_t number)
{
    const struct client_entry *entry = client_cache_find(&client->cache, number);
    return entry == NULL || entry->message.known == 0 ? NULL : &entry->message;
}

size_t reference_client_nknown(const struct reference_client *client)
{
    return client->cache.nentries;
}

const struct client_message *reference_client_known(const struct reference_client *client,
                                                    size_t place)
{
    ENSURE(place < client->cache.nentries);
    return &client->cache.entries[place]->message;
}

/* ---- notes ---- */

size_t reference_client_nnotes(const struct reference_client *client)
{
    return client->notes.nitems;
}

struct client_note reference_client_note(const struct reference_client *client, size_t place)
{
    return client_notes_get(&client->notes, place);
}

void reference_client_clear_notes(struct reference_client *client)
{
    client_notes_clear(&client->notes);
}
