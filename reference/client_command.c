#include "reference/client_command.h"

#include <stdlib.h>

#include "reference/client_flags.h"
#include "reference/client_missing.h"

void client_command_free(struct client_command *command)
{
    buffer_free(&command->octets);
    free(command->stops);
    *command = (struct client_command){0};
}

void client_command_string(struct client_command *command, struct span value)
{
    struct buffer *out = &command->octets;
    switch (client_string_form(value)) {
    case CLIENT_FORM_ATOM:
        buffer_append(out, value);
        return;
    case CLIENT_FORM_QUOTED:
        buffer_append_byte(out, '"');
        buffer_append(out, value);
        buffer_append_byte(out, '"');
        return;
    case CLIENT_FORM_LITERAL:
        buffer_printf(out, "{%zu}\r\n", value.nbytes);
        command->stops = mem_grow(command->stops, &command->capacity, command->nstops + 1,
                                  sizeof *command->stops);
        command->stops[command->nstops++] = out->nbytes;
        buffer_append(out, value);
        return;
    }
}

static void write_flags(struct buffer *out, const struct span *flags, size_t nflags)
{
    buffer_append_byte(out, '(');
    for (size_t i = 0; i < nflags; i++) {
        if (i > 0)
            buffer_append_byte(out, ' ');
        buffer_append(out, flags[i]);
    }
    buffer_append_byte(out, ')');
}

/* The grammar has no empty list (B7): all flags that there are go one by one. */
static void write_removal_of_all(struct buffer *out, const struct client_cache *cache)
{
    struct buffer flags = {0};
    buffer_append_text(&flags, "\\Answered \\Flagged \\Deleted \\Seen");
    struct span listed = buffer_span(&cache->listed);
    while (listed.nbytes > 0) {
        struct span flag = span_cut(&listed, ' ');
        if (client_flags_is_flag(flag) && !span_is_nocase(flag, "\\Recent"))
            client_flags_add(&flags, flag);
    }
    buffer_append_text(out, " -FLAGS (");
    buffer_append(out, buffer_span(&flags));
    buffer_append_byte(out, ')');
    buffer_free(&flags);
}

static const char *write_store(struct buffer *out, const struct client_request *request,
                               const struct client_cache *cache)
{
    static const char *const items[] = {[CLIENT_STORE_REPLACE] = " FLAGS ",
                                        [CLIENT_STORE_ADD] = " +FLAGS ",
                                        [CLIENT_STORE_REMOVE] = " -FLAGS "};
    for (size_t i = 0; i < request->nflags; i++)
        if (!client_flags_is_flag(request->flags[i]))
            return "not a flag";
    if (request->nflags == 0) {
        if (request->store != CLIENT_STORE_REPLACE)
            return "no flag";
        write_removal_of_all(out, cache);
        return NULL;
    }
    buffer_append_text(out, items[request->store]);
    write_flags(out, request->flags, request->nflags);
    return NULL;
}

static const char *write_items(struct buffer *out, unsigned items)
{
    static const char *const names[] = {"FLAGS",  "INTERNALDATE",  "RFC822.SIZE", "ENVELOPE",
                                        "RFC822", "RFC822.HEADER", "RFC822.TEXT"};
    if (items == CLIENT_ALL || items == CLIENT_FAST) {
        buffer_append_text(out, items == CLIENT_ALL ? " ALL" : " FAST");
        return NULL;
    }
    items = client_items_spelt_out(items);
    if (items == 0 || items > CLIENT_TEXT * 2 - 1)
        return "no item";
    bool is_list = (items & (items - 1)) != 0;
    char before = is_list ? '(' : ' ';
    if (is_list)
        buffer_append_byte(out, ' ');
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        if ((items & (1u << i)) == 0)
            continue;
        buffer_append_byte(out, before);
        buffer_append_text(out, names[i]);
        before = ' ';
    }
    if (is_list)
        buffer_append_byte(out, ')');
    return NULL;
}

static const char *write_fetch(struct client_command *command,
                               const struct client_operation *operation,
                               const struct client_cache *cache)
{
    struct buffer *out = &command->octets;
    unsigned items = operation->request.items;
    if (!operation->request.only_missing) {
        client_set_write(&operation->sequence, out);
        return write_items(out, items);
    }
    struct client_set missing = {0};
    items = client_missing(cache, &operation->sequence, items, &missing);
    client_set_write(&missing, out);
    bool is_nothing = missing.nranges == 0;
    client_set_free(&missing);
    if (is_nothing) {
        buffer_clear(out);
        return NULL;
    }
    return write_items(out, items);
}

static const char *write_arguments(struct client_command *command,
                                   const struct client_operation *operation,
                                   const struct client_cache *cache)
{
    const struct client_request *request = &operation->request;
    struct buffer *out = &command->octets;
    switch (request->verb) {
    case CLIENT_NOOP:
    case CLIENT_LOGOUT:
    case CLIENT_CHECK:
    case CLIENT_EXPUNGE:
        return NULL;
    case CLIENT_LOGIN:
        buffer_append_byte(out, ' ');
        client_command_string(command, request->name);
        buffer_append_byte(out, ' ');
        client_command_string(command, request->password);
        return NULL;
    case CLIENT_FIND_MAILBOXES:
    case CLIENT_FIND_BBOARDS:
        buffer_append_text(out, request->verb == CLIENT_FIND_MAILBOXES ? " MAILBOXES" : " BBOARDS");
        break;
    case CLIENT_SELECT:
    case CLIENT_BBOARD:
        break;
    case CLIENT_COPY:
        buffer_append_byte(out, ' ');
        client_set_write(&operation->sequence, out);
        break;
    case CLIENT_STORE:
        buffer_append_byte(out, ' ');
        client_set_write(&operation->sequence, out);
        return write_store(out, request, cache);
    case CLIENT_FETCH:
        buffer_append_byte(out, ' ');
        return write_fetch(command, operation, cache);
    case CLIENT_SEARCH:
        return client_command_search(command, request);
    }
    buffer_append_byte(out, ' ');
    client_command_string(command, request->name);
    return NULL;
}

const char *client_command_write(struct client_command *command,
                                 const struct client_operation *operation,
                                 const struct client_cache *cache)
{
    buffer_append(&command->octets, operation->tag);
    buffer_append_byte(&command->octets, ' ');
    buffer_append_text(&command->octets, client_verb_word(operation->request.verb));
    const char *fault = write_arguments(command, operation, cache);
    if (fault == NULL && command->octets.nbytes > 0)
        buffer_append(&command->octets, SPAN_LIT("\r\n"));
    return fault;
}
