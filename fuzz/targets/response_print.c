#include "targets/response_print.h"

static void print_string(struct span value, struct buffer *out)
{
    bool is_quotable = value.nbytes > 0;
    for (size_t i = 0; i < value.nbytes; i++)
        if (!char_is_print(value.data[i]) || value.data[i] == '"' || value.data[i] == '\\')
            is_quotable = false;
    if (is_quotable)
        buffer_printf(out, "\"%.*s\"", SPAN_ARG(value));
    else
        buffer_printf(out, "{%zu}\r\n", value.nbytes);
    if (!is_quotable)
        buffer_append(out, value);
}

static void print_nstring(const struct client_string *value, struct buffer *out)
{
    if (value->is_nil)
        buffer_append_text(out, "NIL");
    else
        print_string(value->value, out);
}

static void print_addresses(const struct client_addresses *list, struct buffer *out)
{
    if (list->is_nil) {
        buffer_append_text(out, "NIL");
        return;
    }
    buffer_append_byte(out, '(');
    for (size_t i = 0; i < list->nitems; i++) {
        const struct client_address *address = &list->items[i];
        buffer_append_byte(out, '(');
        print_nstring(&address->name, out);
        buffer_append_byte(out, ' ');
        print_nstring(&address->route, out);
        buffer_append_byte(out, ' ');
        print_nstring(&address->mailbox, out);
        buffer_append_byte(out, ' ');
        print_nstring(&address->host, out);
        buffer_append_byte(out, ')');
    }
    buffer_append_byte(out, ')');
}

static void print_envelope(const struct client_envelope *envelope, struct buffer *out)
{
    buffer_append_text(out, " ENVELOPE (");
    print_nstring(&envelope->date, out);
    buffer_append_byte(out, ' ');
    print_nstring(&envelope->subject, out);
    for (enum client_list i = CLIENT_FROM; i < CLIENT_NLISTS; i++) {
        buffer_append_byte(out, ' ');
        print_addresses(&envelope->lists[i], out);
    }
    buffer_append_byte(out, ' ');
    print_nstring(&envelope->in_reply_to, out);
    buffer_append_byte(out, ' ');
    print_nstring(&envelope->message_id, out);
    buffer_append_byte(out, ')');
}

static void print_message(const struct client_message *message, struct buffer *out)
{
    const struct {
        unsigned item;
        const char *name;
        struct span value;
    } strings[] = {{CLIENT_INTERNALDATE, "INTERNALDATE", message->internal_date.text},
                   {CLIENT_RFC822, "RFC822", message->rfc822},
                   {CLIENT_HEADER, "RFC822.HEADER", message->header},
                   {CLIENT_TEXT, "RFC822.TEXT", message->text}};
    struct buffer pairs = {0};
    if ((message->known & CLIENT_FLAGS) != 0)
        buffer_printf(&pairs, " FLAGS (%.*s)", SPAN_ARG(message->flags));
    if ((message->known & CLIENT_SIZE) != 0)
        buffer_printf(&pairs, " RFC822.SIZE %u", (unsigned)message->size_nbytes);
    if (message->envelope != NULL)
        print_envelope(message->envelope, &pairs);
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        if ((message->known & strings[i].item) == 0)
            continue;
        buffer_printf(&pairs, " %s ", strings[i].name);
        print_string(strings[i].value, &pairs);
    }
    buffer_printf(out, "* %u FETCH (", (unsigned)message->number);
    buffer_append(out, span_from(buffer_span(&pairs), 1));
    buffer_append_text(out, ")\r\n");
    buffer_free(&pairs);
}

void response_print(const struct reference_client *client, struct buffer *out)
{
    struct client_view view;
    if (!reference_client_view(client, &view))
        return;
    buffer_printf(out, "* FLAGS (%.*s)\r\n", SPAN_ARG(view.flags));
    buffer_printf(out, "* %u EXISTS\r\n", (unsigned)view.exists);
    buffer_printf(out, "* %u RECENT\r\n", (unsigned)view.recent);
    for (size_t i = 0; i < reference_client_nknown(client); i++) {
        const struct client_message *message = reference_client_known(client, i);
        if (message->known != 0)
            print_message(message, out);
    }
}
