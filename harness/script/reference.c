#include <string.h>

#include "script/quote.h"

static const char *const parts[] = {"size",   "header",     "text",       "subject", "from",
                                    "sender", "reply-to",   "to",         "cc",      "bcc",
                                    "date",   "message-id", "in-reply-to"};

bool script_reference_has_part(struct span part)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (span_is(part, parts[i]))
            return true;
    return false;
}

int script_reference_read_message(const struct script_cursor *c, size_t at, struct span s,
                                  struct script_reference *r)
{
    struct arena *arena = c->faults->arena;
    struct span rest = span_from(s, 4); /* behind `msg:` */
    size_t colon = rest.nbytes;
    while (colon > 0 && rest.data[colon - 1] != ':')
        colon--;
    struct span mailbox = span_slice(rest, 0, colon == 0 ? 0 : colon - 1);
    struct span part = span_from(rest, colon);
    struct span number = span_cut(&part, '.');
    bool has_dot = span_find_byte(span_from(rest, colon), '.') != SPAN_NPOS;

    *r = (struct script_reference){.kind = REFERENCE_MESSAGE, .name = ""};
    if (number_parse_u32(number, &r->number) != 0 || r->number == 0)
        return script_cursor_fault(c, at, "`msg:` is followed by the number of a message");
    if (has_dot && !script_reference_has_part(part))
        return script_cursor_fault(
            c, at,
            "a message has no part `%.*s`; there are size, header, text, and "
            "the fields subject, from, sender, reply-to, to, cc, bcc, date, "
            "message-id and in-reply-to",
            SPAN_ARG(part));
    r->part = arena_text(arena, part);
    r->mailbox = arena_text(arena, mailbox);
    return 0;
}

/* name | name.len | name+n | name-n */
static int read_name(const struct script_cursor *c, size_t at, struct span s,
                     struct script_reference *r)
{
    size_t n = 0;
    while (n < s.nbytes && (char_is_alnum(s.data[n]) || s.data[n] == '_' || s.data[n] == '~'))
        n++;
    struct span name = span_slice(s, 0, n);
    struct span rest = span_from(s, n);
    *r = (struct script_reference){.kind = REFERENCE_NAME, .part = "", .mailbox = ""};
    if (!script_is_name(name, "_~"))
        return script_cursor_fault(c, at, "`${` is followed by a name, `#` or `msg:`");
    r->name = arena_text(c->faults->arena, name);
    if (rest.nbytes == 0)
        return 0;
    if (span_is(rest, ".len")) {
        r->kind = REFERENCE_LENGTH;
        return 0;
    }
    uint32_t add;
    if ((rest.data[0] != '+' && rest.data[0] != '-') || number_parse_u32(span_from(rest, 1), &add))
        return script_cursor_fault(c, at + n, "a name in `${}` may be followed by +N, -N or .len");
    r->add = rest.data[0] == '+' ? (int64_t)add : -(int64_t)add;
    return 0;
}

int script_reference_read(struct script_cursor *c, struct script_reference *r)
{
    size_t start = c->at;
    struct span rest = span_from(c->text, start + 2);
    size_t length = span_find_byte(rest, '}');
    if (length == SPAN_NPOS)
        return script_cursor_fault(c, start, "`${` is never closed by `}`");
    struct span inside = span_slice(rest, 0, length);
    c->at = start + 2 + length + 1;
    if (span_starts_with(inside, SPAN_LIT("msg:")))
        return script_reference_read_message(c, start + 2, inside, r);
    if (inside.nbytes == 0 || inside.data[0] != '#')
        return read_name(c, start + 2, inside, r);
    *r =
        (struct script_reference){.kind = REFERENCE_CURRENT, .name = "", .part = "", .mailbox = ""};
    if (number_parse_u32(span_from(inside, 1), &r->number) != 0 || r->number == 0)
        return script_cursor_fault(c, start + 2, "`#` is followed by the number of a message");
    return 0;
}

void script_reference_write(const struct script_reference *r, struct buffer *out)
{
    switch (r->kind) {
    case REFERENCE_NAME:
        buffer_append_text(out, r->name);
        if (r->add != 0)
            buffer_printf(out, "%+lld", (long long)r->add);
        return;
    case REFERENCE_LENGTH:
        buffer_printf(out, "%s.len", r->name);
        return;
    case REFERENCE_CURRENT:
        buffer_printf(out, "#%u", r->number);
        return;
    case REFERENCE_MESSAGE:
        buffer_append_text(out, "msg:");
        if (r->mailbox[0] != '\0')
            buffer_printf(out, "%s:", r->mailbox);
        buffer_printf(out, "%u", r->number);
        if (r->part[0] != '\0')
            buffer_printf(out, ".%s", r->part);
        return;
    }
}
