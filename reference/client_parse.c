#include "reference/client_parse.h"

bool client_parse_is_end(const struct client_cursor *c)
{
    return c->at >= c->text.nbytes;
}

bool client_parse_is_at(const struct client_cursor *c, char byte)
{
    return c->at < c->text.nbytes && c->text.data[c->at] == byte;
}

bool client_parse_byte(struct client_cursor *c, char byte)
{
    if (!client_parse_is_at(c, byte))
        return false;
    c->at++;
    return true;
}

void client_parse_skip_blanks(struct client_cursor *c)
{
    while (client_parse_is_at(c, ' '))
        c->at++;
}

bool client_parse_blanks(struct client_cursor *c)
{
    if (!client_parse_is_at(c, ' '))
        return false;
    client_parse_skip_blanks(c);
    return true;
}

static bool ends_word(char c)
{
    return c == ' ' || c == '(' || c == ')' || c == '"' || c == '{' || (unsigned char)c < 0x20;
}

bool client_parse_word(struct client_cursor *c, struct span *word_r)
{
    size_t from = c->at;
    while (c->at < c->text.nbytes && !ends_word(c->text.data[c->at]))
        c->at++;
    *word_r = span_slice(c->text, from, c->at - from);
    return c->at > from;
}

bool client_parse_number(struct client_cursor *c, uint32_t *value_r)
{
    struct span word;
    return client_parse_word(c, &word) && number_parse_u32(word, value_r) == 0;
}

static bool parse_quoted(struct client_cursor *c, struct span *value_r)
{
    struct span rest = span_from(c->text, c->at + 1);
    size_t nbytes = span_find_byte(rest, '"');
    if (nbytes == SPAN_NPOS)
        return false;
    *value_r = span_slice(rest, 0, nbytes);
    c->at += nbytes + 2;
    return true;
}

/* The reader has seen to it that the octets are there; a count of any other place fails here. */
static bool parse_literal(struct client_cursor *c, struct span *value_r)
{
    struct span rest = span_from(c->text, c->at + 1);
    struct span digits = span_slice(rest, 0, number_digits(rest));
    uint64_t count;
    if (number_parse_u64(digits, &count) != 0)
        return false;
    c->at += 1 + digits.nbytes;
    if (!client_parse_byte(c, '}'))
        return false;
    (void)client_parse_byte(c, '\r');
    if (!client_parse_byte(c, '\n') || count > c->text.nbytes - c->at)
        return false;
    *value_r = span_slice(c->text, c->at, (size_t)count);
    c->at += (size_t)count;
    return true;
}

bool client_parse_string(struct client_cursor *c, struct span *value_r)
{
    if (client_parse_is_at(c, '"'))
        return parse_quoted(c, value_r);
    return client_parse_is_at(c, '{') && parse_literal(c, value_r);
}

bool client_parse_nstring(struct client_cursor *c, struct client_string *value_r)
{
    *value_r = (struct client_string){0};
    if (client_parse_is_at(c, '"') || client_parse_is_at(c, '{'))
        return client_parse_string(c, &value_r->value);
    if (!client_parse_word(c, &value_r->value))
        return false;
    if (span_is_nocase(value_r->value, "NIL"))
        *value_r = (struct client_string){.is_nil = true};
    return true;
}

bool client_parse_skip(struct client_cursor *c)
{
    size_t depth = 0;
    do {
        struct client_string value;
        if (client_parse_byte(c, '(')) {
            depth++;
        } else if (depth > 0 && client_parse_byte(c, ')')) {
            depth--;
        } else if (depth > 0 && client_parse_blanks(c)) {
            continue;
        } else if (!client_parse_nstring(c, &value)) {
            return false;
        }
    } while (depth > 0);
    return true;
}

bool client_parse_flags(struct client_cursor *c, struct buffer *flags)
{
    if (!client_parse_byte(c, '('))
        return false;
    for (;;) {
        struct span flag;
        client_parse_skip_blanks(c);
        if (client_parse_byte(c, ')'))
            return true;
        if (!client_parse_word(c, &flag))
            return false;
        if (flags->nbytes > 0)
            buffer_append_byte(flags, ' ');
        buffer_append(flags, flag);
    }
}
