#include "reference/header.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Octets of the first line, its CR LF included. */
static size_t line_nbytes(struct span s)
{
    for (size_t from = 0;;) {
        size_t lf = span_find_byte(span_from(s, from), '\n');
        if (lf == SPAN_NPOS)
            return s.nbytes;
        lf += from;
        if (lf > 0 && s.data[lf - 1] == '\r')
            return lf + 1;
        from = lf + 1;
    }
}

/* A field of the header: its first line and the continuation lines. */
static size_t folded_nbytes(struct span s)
{
    size_t nbytes = line_nbytes(s);
    while (nbytes < s.nbytes && is_blank(s.data[nbytes]))
        nbytes += line_nbytes(span_from(s, nbytes));
    return nbytes;
}

static bool starts_with_empty_line(struct span s)
{
    return s.nbytes >= 2 && s.data[0] == '\r' && s.data[1] == '\n';
}

size_t mail_header_nbytes(struct span message)
{
    size_t nbytes = 0;
    while (nbytes < message.nbytes) {
        struct span rest = span_from(message, nbytes);
        if (starts_with_empty_line(rest))
            return nbytes + 2;
        nbytes += line_nbytes(rest);
    }
    return nbytes;
}

static bool is_field_name(struct span name)
{
    for (size_t i = 0; i < name.nbytes; i++)
        if (!char_is_print(name.data[i]) || name.data[i] == ' ')
            return false;
    return name.nbytes > 0;
}

static bool split_field(struct span line, struct mail_header_field *field_r)
{
    size_t colon = span_find_byte(line, ':');
    if (colon == SPAN_NPOS || colon >= line_nbytes(line))
        return false;
    struct span name = span_slice(line, 0, colon);
    while (name.nbytes > 0 && is_blank(name.data[name.nbytes - 1]))
        name.nbytes--;
    struct span body = span_from(line, colon + 1);
    if (span_ends_with(body, SPAN_LIT("\r\n")))
        body.nbytes -= 2;
    *field_r = (struct mail_header_field){.name = name, .body = body};
    return is_field_name(name);
}

bool mail_header_next(struct span *rest, struct mail_header_field *field_r)
{
    while (rest->nbytes > 0 && !starts_with_empty_line(*rest)) {
        struct span line = span_slice(*rest, 0, folded_nbytes(*rest));
        *rest = span_from(*rest, line.nbytes);
        if (split_field(line, field_r))
            return true;
    }
    *rest = (struct span){0};
    return false;
}

/* Blanks from the front of s, at most to its end. */
static size_t blanks(struct span s)
{
    size_t n = 0;
    while (n < s.nbytes && is_blank(s.data[n]))
        n++;
    return n;
}

/* Octets that are written as they are: up to a line end, a CR of any kind or a tab. */
static size_t plain_nbytes(struct span s)
{
    size_t n = 1;
    while (n < s.nbytes && s.data[n] != '\r' && s.data[n] != '\t')
        n++;
    return n;
}

void mail_header_unfold(struct buffer *out, struct span body)
{
    body = span_trim(body);
    for (size_t i = 0; i < body.nbytes;) {
        struct span rest = span_from(body, i);
        if (starts_with_empty_line(rest)) {
            buffer_append_byte(out, ' ');
            i += 2 + blanks(span_from(rest, 2));
        } else if (*rest.data == '\t') {
            buffer_append_byte(out, ' ');
            i++;
        } else {
            size_t n = plain_nbytes(rest);
            buffer_append(out, span_slice(rest, 0, n));
            i += n;
        }
    }
}
