#include "reference/envelope.h"

#include "reference/address.h"
#include "reference/header.h"
#include "reference/string.h"

enum { NFIELDS = MAIL_ENVELOPE_MESSAGE_ID + 1 };

static const struct field {
    const char *name;
    bool is_address;
} fields[NFIELDS] = {
    [MAIL_ENVELOPE_DATE] = {"Date", false},
    [MAIL_ENVELOPE_SUBJECT] = {"Subject", false},
    [MAIL_ENVELOPE_FROM] = {"From", true},
    [MAIL_ENVELOPE_SENDER] = {"Sender", true},
    [MAIL_ENVELOPE_REPLY_TO] = {"Reply-To", true},
    [MAIL_ENVELOPE_TO] = {"To", true},
    [MAIL_ENVELOPE_CC] = {"cc", true},
    [MAIL_ENVELOPE_BCC] = {"bcc", true},
    [MAIL_ENVELOPE_IN_REPLY_TO] = {"In-Reply-To", false},
    [MAIL_ENVELOPE_MESSAGE_ID] = {"Message-ID", false},
};

struct envelope {
    struct arena arena;
    struct {
        bool is_present;
        struct span text;
        struct mail_address_list addresses;
    } fields[NFIELDS];
};

/* Index of the field of that name, or -1. */
static int find_field(struct span name)
{
    for (int i = 0; i < NFIELDS; i++)
        if (span_is_nocase(name, fields[i].name))
            return i;
    return -1;
}

enum { ALL_FIELDS = (1 << NFIELDS) - 1 };

/* Reads the fields whose bits, 1 << enum mail_envelope_field, are wanted. */
static void envelope_read(struct envelope *e, struct span header, unsigned wanted)
{
    struct buffer text = {0};
    struct mail_header_field line;
    while (mail_header_next(&header, &line)) {
        int i = find_field(line.name);
        if (i < 0 || (wanted >> i & 1) == 0 || (!fields[i].is_address && e->fields[i].is_present))
            continue;
        buffer_clear(&text);
        mail_header_unfold(&text, line.body);
        e->fields[i].is_present = true;
        if (fields[i].is_address)
            mail_address_parse(&e->fields[i].addresses, &e->arena, buffer_span(&text));
        else
            e->fields[i].text = arena_copy(&e->arena, buffer_span(&text));
    }
    buffer_free(&text);
    const struct mail_address_list *from = &e->fields[MAIL_ENVELOPE_FROM].addresses;
    if (e->fields[MAIL_ENVELOPE_SENDER].addresses.count == 0)
        e->fields[MAIL_ENVELOPE_SENDER].addresses = *from;
    if (e->fields[MAIL_ENVELOPE_REPLY_TO].addresses.count == 0)
        e->fields[MAIL_ENVELOPE_REPLY_TO].addresses = *from;
}

static void write_addresses(struct buffer *out, const struct mail_address_list *list)
{
    if (list->count == 0) {
        buffer_append_text(out, "NIL");
        return;
    }
    buffer_append_byte(out, '(');
    for (size_t i = 0; i < list->count; i++) {
        const struct mail_address *a = &list->items[i];
        const struct span parts[] = {a->name, a->route, a->mailbox, a->host};
        for (size_t k = 0; k < 4; k++) {
            buffer_append_byte(out, k == 0 ? '(' : ' ');
            mail_nstring_write(out, parts[k], parts[k].nbytes > 0);
        }
        buffer_append_byte(out, ')');
    }
    buffer_append_byte(out, ')');
}

void mail_envelope_write(struct buffer *out, struct span header)
{
    struct envelope e = {0};
    envelope_read(&e, header, ALL_FIELDS);
    for (int i = 0; i < NFIELDS; i++) {
        buffer_append_byte(out, i == 0 ? '(' : ' ');
        if (fields[i].is_address)
            write_addresses(out, &e.fields[i].addresses);
        else
            mail_nstring_write(out, e.fields[i].text, e.fields[i].is_present);
    }
    buffer_append_byte(out, ')');
    arena_free(&e.arena);
}

static void append_addr_spec(struct buffer *out, const struct mail_address *a)
{
    if (a->route.nbytes > 0) {
        buffer_append(out, a->route);
        buffer_append_byte(out, ':');
    }
    buffer_append(out, a->mailbox);
    if (a->host.nbytes > 0) {
        buffer_append_byte(out, '@');
        buffer_append(out, a->host);
    }
}

static void append_address_text(struct buffer *out, const struct mail_address *a)
{
    if (a->name.nbytes == 0 && a->route.nbytes == 0) {
        append_addr_spec(out, a);
        return;
    }
    if (a->name.nbytes > 0) {
        buffer_append(out, a->name);
        buffer_append_byte(out, ' ');
    }
    buffer_append_byte(out, '<');
    append_addr_spec(out, a);
    buffer_append_byte(out, '>');
}

void mail_envelope_field_text(struct buffer *out, struct span header,
                              enum mail_envelope_field field)
{
    ENSURE((unsigned)field < NFIELDS);
    struct envelope e = {0};
    unsigned wanted = 1U << field;
    if (field == MAIL_ENVELOPE_SENDER || field == MAIL_ENVELOPE_REPLY_TO)
        wanted |= 1U << MAIL_ENVELOPE_FROM;
    envelope_read(&e, header, wanted);
    buffer_append(out, e.fields[field].text);
    const struct mail_address_list *list = &e.fields[field].addresses;
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            buffer_append_text(out, ", ");
        append_address_text(out, &list->items[i]);
    }
    arena_free(&e.arena);
}
