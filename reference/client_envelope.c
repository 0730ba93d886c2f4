#include "reference/client_envelope.h"

#include <stdlib.h>

/* What is handed out, with what it points into. */
struct envelope {
    struct client_envelope public;                   /* first member */
    char *octets;                                    /* owned: the value as it came */
    struct client_address *addresses[CLIENT_NLISTS]; /* owned */
};

static bool read_address(struct client_cursor *c, struct client_address *address)
{
    return client_parse_byte(c, '(') && client_parse_nstring(c, &address->name) &&
           client_parse_blanks(c) && client_parse_nstring(c, &address->route) &&
           client_parse_blanks(c) && client_parse_nstring(c, &address->mailbox) &&
           client_parse_blanks(c) && client_parse_nstring(c, &address->host) &&
           client_parse_byte(c, ')');
}

static bool read_list(struct client_cursor *c, struct envelope *envelope, enum client_list which)
{
    struct client_addresses *list = &envelope->public.lists[which];
    size_t capacity = 0;
    struct client_string nil;
    if (!client_parse_is_at(c, '(')) {
        list->is_nil = true;
        return client_parse_nstring(c, &nil) && nil.is_nil;
    }
    c->at++;
    while (!client_parse_byte(c, ')')) {
        struct client_address address;
        if (!read_address(c, &address))
            return false;
        client_parse_skip_blanks(c);
        envelope->addresses[which] =
            mem_grow(envelope->addresses[which], &capacity, list->nitems + 1, sizeof *list->items);
        envelope->addresses[which][list->nitems++] = address;
        list->items = envelope->addresses[which];
    }
    return true;
}

static bool read_fields(struct client_cursor *c, struct envelope *envelope)
{
    struct client_envelope *fields = &envelope->public;
    if (!client_parse_byte(c, '(') || !client_parse_nstring(c, &fields->date) ||
        !client_parse_blanks(c) || !client_parse_nstring(c, &fields->subject))
        return false;
    for (enum client_list i = CLIENT_FROM; i < CLIENT_NLISTS; i++)
        if (!client_parse_blanks(c) || !read_list(c, envelope, i))
            return false;
    return client_parse_blanks(c) && client_parse_nstring(c, &fields->in_reply_to) &&
           client_parse_blanks(c) && client_parse_nstring(c, &fields->message_id) &&
           client_parse_byte(c, ')') && client_parse_is_end(c);
}

static void set_nil(struct client_envelope *fields)
{
    struct client_string nil = {.is_nil = true};
    fields->date = fields->subject = fields->in_reply_to = fields->message_id = nil;
    for (enum client_list i = CLIENT_FROM; i < CLIENT_NLISTS; i++)
        fields->lists[i].is_nil = true;
}

struct client_envelope *client_envelope_read(struct span value)
{
    struct envelope *envelope = mem_alloc(sizeof *envelope);
    envelope->octets = mem_copy_text(value.data, value.nbytes);
    struct client_cursor c = {.text = span_make(envelope->octets, value.nbytes)};
    if (span_is_nocase(value, "NIL")) {
        set_nil(&envelope->public);
    } else if (!read_fields(&c, envelope)) {
        client_envelope_free(&envelope->public);
        return NULL;
    }
    return &envelope->public;
}

void client_envelope_free(struct client_envelope *envelope)
{
    if (envelope == NULL)
        return;
    struct envelope *old = (struct envelope *)envelope;
    for (size_t i = 0; i < CLIENT_NLISTS; i++)
        free(old->addresses[i]);
    free(old->octets);
    free(old);
}
