#include "reference/client_fetch.h"

#include "reference/client_date.h"

static bool take_flags(struct client_cursor *c, struct client_entry *entry)
{
    struct buffer flags = {0};
    bool is_list = client_parse_flags(c, &flags);
    if (is_list)
        client_entry_set_flags(entry, buffer_span(&flags));
    buffer_free(&flags);
    return is_list;
}

static bool take_date(struct client_cursor *c, struct client_entry *entry)
{
    struct client_string value;
    if (!client_parse_nstring(c, &value) || value.is_nil)
        return false;
    buffer_clear(&entry->date);
    buffer_append(&entry->date, value.value);
    entry->message.internal_date = client_date_read(buffer_span(&entry->date));
    return true;
}

static bool take_size(struct client_cursor *c, struct client_entry *entry)
{
    return client_parse_number(c, &entry->message.size_nbytes);
}

static bool take_envelope(struct client_cursor *c, struct client_entry *entry)
{
    size_t from = c->at;
    if (!client_parse_skip(c))
        return false;
    struct client_envelope *envelope =
        client_envelope_read(span_slice(c->text, from, c->at - from));
    if (envelope == NULL)
        return false;
    client_envelope_free(entry->envelope);
    entry->envelope = envelope;
    entry->message.envelope = envelope;
    return true;
}

/* NIL is the empty text (B105). */
static bool take_text(struct client_cursor *c, struct buffer *text, struct span *text_r)
{
    struct client_string value;
    if (!client_parse_nstring(c, &value))
        return false;
    buffer_free(text);
    buffer_append(text, value.value);
    *text_r = buffer_span(text);
    return true;
}

static bool take_rfc822(struct client_cursor *c, struct client_entry *entry)
{
    return take_text(c, &entry->texts[0], &entry->message.rfc822);
}

static bool take_header(struct client_cursor *c, struct client_entry *entry)
{
    return take_text(c, &entry->texts[1], &entry->message.header);
}

static bool take_body(struct client_cursor *c, struct client_entry *entry)
{
    return take_text(c, &entry->texts[2], &entry->message.text);
}

static const struct {
    const char *name;
    enum client_items item;
    bool (*take)(struct client_cursor *c, struct client_entry *entry);
    const char *fault;
} properties[] = {
    {"FLAGS", CLIENT_FLAGS, take_flags, "FLAGS has no list of flags"},
    {"INTERNALDATE", CLIENT_INTERNALDATE, take_date, "INTERNALDATE has no date"},
    {"RFC822.SIZE", CLIENT_SIZE, take_size, "RFC822.SIZE has no number"},
    {"ENVELOPE", CLIENT_ENVELOPE, take_envelope, "ENVELOPE has not its ten fields"},
    {"RFC822", CLIENT_RFC822, take_rfc822, "RFC822 has no string"},
    {"RFC822.HEADER", CLIENT_HEADER, take_header, "RFC822.HEADER has no string"},
    {"RFC822.TEXT", CLIENT_TEXT, take_body, "RFC822.TEXT has no string"},
};

enum { NPROPERTIES = sizeof properties / sizeof *properties };

bool client_fetch_is_well_formed(struct client_cursor c)
{
    if (!client_parse_byte(&c, '('))
        return false;
    client_parse_skip_blanks(&c);
    while (!client_parse_byte(&c, ')')) {
        struct span name;
        if (!client_parse_word(&c, &name) || !client_parse_blanks(&c) || !client_parse_skip(&c))
            return false;
        client_parse_skip_blanks(&c);
    }
    client_parse_skip_blanks(&c);
    return client_parse_is_end(&c);
}

/* One property, the cursor at its value. */
static const char *apply_one(struct span name, struct client_cursor value,
                             struct client_entry *entry)
{
    for (size_t i = 0; i < NPROPERTIES; i++) {
        if (!span_is_nocase(name, properties[i].name))
            continue;
        if (!properties[i].take(&value, entry))
            return properties[i].fault;
        entry->message.known |= (unsigned)properties[i].item;
        return NULL;
    }
    return NULL;
}

const char *client_fetch_apply(struct client_cursor *c, struct client_entry *entry, uint64_t stamp)
{
    const char *fault = NULL;
    ENSURE(client_parse_byte(c, '('));
    client_parse_skip_blanks(c);
    while (!client_parse_byte(c, ')')) {
        struct span name;
        ENSURE(client_parse_word(c, &name) && client_parse_blanks(c));
        struct client_cursor value = *c;
        ENSURE(client_parse_skip(c));
        value.text = span_slice(c->text, 0, c->at);
        const char *why = apply_one(name, value, entry);
        if (why != NULL)
            fault = why;
        if (span_is_nocase(name, "FLAGS") && why == NULL)
            entry->flags_stamp = stamp;
        client_parse_skip_blanks(c);
    }
    return fault;
}
