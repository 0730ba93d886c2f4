#include "reference/client_flags.h"
#include "reference/client_inside.h"

struct client_operation *client_outstanding(const struct reference_client *client,
                                            enum client_verb verb)
{
    for (size_t i = 0; i < client->noperations; i++) {
        struct client_operation *operation = client->operations[i];
        bool is_out = operation->phase == CLIENT_SENT || operation->phase == CLIENT_SENDING;
        if (is_out && operation->request.verb == verb)
            return operation;
    }
    return NULL;
}

static struct client_operation *find_by_tag(const struct reference_client *client, struct span tag)
{
    for (size_t i = 0; i < client->noperations; i++) {
        struct client_operation *operation = client->operations[i];
        bool is_out = operation->phase == CLIENT_SENT || operation->phase == CLIENT_SENDING;
        if (is_out && span_equal(operation->tag, tag))
            return operation;
    }
    return NULL;
}

/* The marker stands at the start of the text (p.11). */
static enum client_access access_of(struct span text)
{
    if (span_starts_with_nocase(text, SPAN_LIT("[READ-ONLY]")))
        return CLIENT_READ_ONLY;
    if (span_starts_with_nocase(text, SPAN_LIT("[READ-WRITE]")))
        return CLIENT_READ_WRITE;
    return CLIENT_ACCESS_UNKNOWN;
}

static void complete_select(struct reference_client *client, enum client_outcome outcome,
                            struct span text)
{
    if (outcome != CLIENT_OK) {
        client_cache_clear(&client->cache);
        return;
    }
    client->cache.is_pending = false;
    /* Without any EXISTS the mailbox is empty, and what was told of messages is void. */
    (void)client_cache_exists(&client->cache, client->cache.exists);
    client->cache.access = access_of(text);
    client->state = CLIENT_SELECTED;
}

static void change_flags(struct client_entry *entry, const struct client_request *request)
{
    struct buffer flags = {0};
    bool is_recent = client_flags_have(entry->message.flags, SPAN_LIT("\\Recent"));
    if (request->store != CLIENT_STORE_REPLACE)
        buffer_append(&flags, entry->message.flags);
    for (size_t i = 0; i < request->nflags; i++) {
        if (span_is_nocase(request->flags[i], "\\Recent"))
            continue; /* not to be stored (B106) */
        if (request->store == CLIENT_STORE_REMOVE)
            client_flags_remove(&flags, request->flags[i]);
        else
            client_flags_add(&flags, request->flags[i]);
    }
    if (is_recent)
        client_flags_add(&flags, SPAN_LIT("\\Recent"));
    client_entry_set_flags(entry, buffer_span(&flags));
    buffer_free(&flags);
}

/* The server need not tell the result (B25): what it did not tell follows from its OK, or is not
 * known any more when the numbers are in doubt. */
static void complete_store(struct reference_client *client,
                           const struct client_operation *operation)
{
    const struct client_set *set = &operation->sequence;
    for (size_t r = 0; r < set->nranges; r++) {
        size_t i = client_cache_place(&client->cache, set->ranges[r].first);
        for (; i < client->cache.nentries; i++) {
            struct client_entry *entry = client->cache.entries[i];
            if (entry->message.number > set->ranges[r].last)
                break;
            if (!(entry->message.known & CLIENT_FLAGS) || entry->flags_stamp >= operation->stamp)
                continue;
            if (operation->result.was_renumbered)
                client_entry_forget_flags(entry);
            else
                change_flags(entry, &operation->request);
            entry->flags_stamp = operation->stamp;
        }
    }
}

static void apply(struct reference_client *client, const struct client_operation *operation,
                  enum client_outcome outcome, struct span text)
{
    switch (operation->request.verb) {
    case CLIENT_LOGIN:
        if (outcome == CLIENT_OK)
            client->state = CLIENT_AUTHENTICATED;
        break;
    case CLIENT_SELECT:
        complete_select(client, outcome, text);
        break;
    case CLIENT_BBOARD:
        complete_select(client, outcome, text);
        if (outcome == CLIENT_BAD)
            client->unsupported |= 1u << CLIENT_BBOARD;
        break;
    case CLIENT_FIND_MAILBOXES:
    case CLIENT_FIND_BBOARDS:
        if (outcome == CLIENT_BAD)
            client->unsupported |= 1u << operation->request.verb;
        break;
    case CLIENT_STORE:
        if (outcome == CLIENT_OK)
            complete_store(client, operation);
        break;
    case CLIENT_NOOP:
    case CLIENT_LOGOUT:
    case CLIENT_CHECK:
    case CLIENT_EXPUNGE:
    case CLIENT_COPY:
    case CLIENT_FETCH:
    case CLIENT_SEARCH:
        break;
    }
}

/* OK, NO or BAD; CLIENT_RUNNING: none of them. */
static enum client_outcome outcome_of(struct span word)
{
    if (span_is_nocase(word, "OK"))
        return CLIENT_OK;
    if (span_is_nocase(word, "NO"))
        return CLIENT_NO;
    return span_is_nocase(word, "BAD") ? CLIENT_BAD : CLIENT_RUNNING;
}

void client_take_completion(struct reference_client *client, struct span response)
{
    struct span text = response;
    struct client_operation *operation = find_by_tag(client, span_cut(&text, ' '));
    enum client_outcome outcome = outcome_of(span_cut(&text, ' '));
    if (operation == NULL || outcome == CLIENT_RUNNING) {
        client_notes_add(&client->notes, CLIENT_NOTE_IGNORED,
                         operation == NULL ? "no command has this tag" : "neither OK, NO nor BAD",
                         response);
        return;
    }
    if (operation->phase == CLIENT_SENDING) {
        /* In place of "+": the rest of the command is not sent (p.21, B21). */
        client_send_abandon(client);
        if (outcome == CLIENT_OK)
            outcome = CLIENT_REFUSED;
    }
    apply(client, operation, outcome, text);
    client_operation_finish(operation, outcome, text);
    if (operation->request.verb == CLIENT_LOGOUT)
        client_finish(client, "logged out");
}
