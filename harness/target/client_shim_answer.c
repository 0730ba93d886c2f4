#include <stdio.h>

#include "target/client_shim_inside.h"

static void write_words(struct buffer *out, struct span words)
{
    while (words.nbytes > 0)
        shim_write_bare(out, span_cut(&words, ' '));
}

static void write_noun(struct buffer *out, const char *noun, uint32_t number)
{
    shim_write_bare(out, span_of(noun));
    if (number > 0)
        shim_write_number(out, number);
}

static void write_nstring(struct buffer *out, struct client_string value)
{
    if (value.is_nil)
        shim_write_bare(out, SPAN_LIT("NIL"));
    else
        shim_write_string(out, value.value);
}

static void write_address(struct buffer *out, const struct client_address *address)
{
    write_nstring(out, address->name);
    write_nstring(out, address->route);
    write_nstring(out, address->mailbox);
    write_nstring(out, address->host);
    shim_write_end(out);
}

/* ---- data of an operation ---- */

static void write_found(const struct client_result *result, struct buffer *out)
{
    shim_write_bare(out, SPAN_LIT("found"));
    for (size_t i = 0; i < result->nnumbers; i++)
        shim_write_number(out, result->numbers[i]);
    shim_write_end(out);
}

static void write_text(const struct client_message *message, struct buffer *out)
{
    if (message == NULL || !(message->known & CLIENT_TEXT))
        return;
    shim_write_bare(out, SPAN_LIT("text"));
    shim_write_string(out, message->text);
    shim_write_end(out);
}

static void write_recipients(const struct client_message *message, struct buffer *out)
{
    if (message == NULL || message->envelope == NULL)
        return;
    const struct client_addresses *list = &message->envelope->lists[CLIENT_REPLY_TO];
    for (size_t i = 0; i < list->nitems; i++) {
        shim_write_bare(out, SPAN_LIT("to"));
        write_address(out, &list->items[i]);
    }
}

static void write_names(const char *noun, const struct client_result *result, struct buffer *out)
{
    for (size_t i = 0; i < result->nnames; i++) {
        shim_write_bare(out, span_of(noun));
        shim_write_string(out, result->names[i]);
        shim_write_end(out);
    }
}

void client_shim_write_data(const struct client_shim_task *task,
                            const struct reference_client *client,
                            const struct client_result *result, struct buffer *out)
{
    const struct client_message *message = NULL;
    if (result->outcome != CLIENT_OK)
        return;
    if (result->first > 0)
        message = reference_client_message(client, result->first);
    if (task->verb == SHIM_SEARCH)
        write_found(result, out);
    else if (task->verb == SHIM_FIND)
        write_names(span_is_nocase(task->line.words[1].value, "bboards") ? "bboard" : "mailbox",
                    result, out);
    else if (task->verb == SHIM_FETCH_TEXT)
        write_text(message, out);
    else if (task->verb == SHIM_REPLY)
        write_recipients(message, out);
}

/* ---- the cache ---- */

static void write_date(const struct client_message *message, struct buffer *out)
{
    const struct client_date *date = &message->internal_date;
    char text[64];
    int zone = date->zone_minutes < 0 ? -date->zone_minutes : date->zone_minutes;
    write_noun(out, "date", message->number);
    if (date->is_valid) {
        (void)snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d", date->when.year,
                       date->when.month, date->when.day, date->when.hour, date->when.minute,
                       date->when.second);
        size_t end = span_of(text).nbytes;
        if (date->has_zone)
            (void)snprintf(text + end, sizeof text - end, " %c%02d%02d",
                           date->zone_minutes < 0 ? '-' : '+', zone / 60, zone % 60);
        shim_write_string(out, span_of(text));
    } else {
        shim_write_bare(out, SPAN_LIT("NIL"));
    }
    shim_write_string(out, date->text);
    shim_write_end(out);
}

static void write_field(uint32_t number, const char *field, struct client_string value,
                        struct buffer *out)
{
    write_noun(out, "envelope", number);
    shim_write_bare(out, span_of(field));
    write_nstring(out, value);
    shim_write_end(out);
}

static void write_envelope(const struct client_message *message, struct buffer *out)
{
    static const char *const lists[CLIENT_NLISTS] = {
        [CLIENT_FROM] = "from", [CLIENT_SENDER] = "sender", [CLIENT_REPLY_TO] = "reply-to",
        [CLIENT_TO] = "to",     [CLIENT_CC] = "cc",         [CLIENT_BCC] = "bcc"};
    const struct client_envelope *envelope = message->envelope;
    write_field(message->number, "date", envelope->date, out);
    write_field(message->number, "subject", envelope->subject, out);
    for (size_t i = 0; i < CLIENT_NLISTS; i++) {
        const struct client_addresses *list = &envelope->lists[i];
        if (list->is_nil)
            write_field(message->number, lists[i], (struct client_string){.is_nil = true}, out);
        for (size_t j = 0; j < list->nitems; j++) {
            write_noun(out, "envelope", message->number);
            shim_write_bare(out, span_of(lists[i]));
            write_address(out, &list->items[j]);
        }
    }
    write_field(message->number, "in-reply-to", envelope->in_reply_to, out);
    write_field(message->number, "message-id", envelope->message_id, out);
}

static void write_held(const struct client_message *message, struct buffer *out)
{
    const struct {
        enum client_items item;
        const char *name;
        struct span text;
    } texts[] = {{CLIENT_RFC822, "RFC822", message->rfc822},
                 {CLIENT_HEADER, "RFC822.HEADER", message->header},
                 {CLIENT_TEXT, "RFC822.TEXT", message->text}};
    for (size_t i = 0; i < 3; i++) {
        if (!(message->known & (unsigned)texts[i].item))
            continue;
        write_noun(out, "holds", message->number);
        shim_write_bare(out, span_of(texts[i].name));
        shim_write_number(out, texts[i].text.nbytes);
        shim_write_end(out);
    }
}

static void write_message(const struct client_message *message, struct buffer *out)
{
    if (message->known & CLIENT_FLAGS) {
        write_noun(out, "flags", message->number);
        write_words(out, message->flags);
        shim_write_end(out);
    }
    if (message->known & CLIENT_SIZE) {
        write_noun(out, "size", message->number);
        shim_write_number(out, message->size_nbytes);
        shim_write_end(out);
    }
    if (message->known & CLIENT_INTERNALDATE)
        write_date(message, out);
    if (message->known & CLIENT_ENVELOPE)
        write_envelope(message, out);
    write_held(message, out);
}

static void write_mailbox(const struct client_view *view, struct buffer *out)
{
    static const char *const accesses[] = {[CLIENT_ACCESS_UNKNOWN] = "unknown",
                                           [CLIENT_READ_WRITE] = "read-write",
                                           [CLIENT_READ_ONLY] = "read-only"};
    shim_write_bare(out, span_of(view->is_board ? "bboard" : "mailbox"));
    shim_write_string(out, view->name);
    shim_write_end(out);
    shim_write_bare(out, SPAN_LIT("access"));
    shim_write_bare(out, span_of(accesses[view->access]));
    shim_write_end(out);
    shim_write_bare(out, SPAN_LIT("listed"));
    write_words(out, view->flags);
    shim_write_end(out);
}

void client_shim_write_cache(const struct reference_client *client, struct buffer *out)
{
    struct client_view view = {0};
    if (client != NULL && reference_client_view(client, &view))
        write_mailbox(&view, out);
    buffer_printf(out, "exists %u\nrecent %u\n", (unsigned)view.exists, (unsigned)view.recent);
    size_t nknown = client == NULL ? 0 : reference_client_nknown(client);
    for (size_t i = 0; i < nknown; i++)
        write_message(reference_client_known(client, i), out);
}

void client_shim_write_log(struct reference_client *client, struct buffer *out)
{
    static const char *const kinds[] = {
        [CLIENT_NOTE_OK] = "ok",           [CLIENT_NOTE_NO] = "no",
        [CLIENT_NOTE_BAD] = "bad",         [CLIENT_NOTE_BYE] = "bye",
        [CLIENT_NOTE_IGNORED] = "ignored", [CLIENT_NOTE_FAULT] = "fault"};
    if (client == NULL)
        return;
    for (size_t i = 0; i < reference_client_nnotes(client); i++) {
        struct client_note note = reference_client_note(client, i);
        shim_write_bare(out, SPAN_LIT("note"));
        shim_write_bare(out, span_of(kinds[note.kind]));
        shim_write_string(out, note.text);
        shim_write_end(out);
    }
    reference_client_clear_notes(client);
}
