#include "model/fixture.h"

#include "model/fixture_make.h"

struct span fixture_header(const struct fixture_message *message)
{
    return span_slice(message->octets, 0, message->header_nbytes);
}

struct span fixture_text(const struct fixture_message *message)
{
    return span_from(message->octets, message->header_nbytes);
}

void fixture_split(struct fixture_message *message)
{
    if (span_starts_with(message->octets, SPAN_LIT("\r\n"))) {
        message->header_nbytes = 2;
        return;
    }
    size_t end = span_find(message->octets, SPAN_LIT("\r\n\r\n"));
    message->header_nbytes = end == SPAN_NPOS ? message->octets.nbytes : end + 4;
}

int64_t fixture_canonical_date(size_t number)
{
    struct clock_date first = {.year = 1990, .month = 1, .day = 1, .hour = 12};
    return clock_date_to_wall(first) + (int64_t)number * 86400;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Cuts the next field, its folded lines included, off the header; false at its end. */
static bool field_next(struct span *header, struct span *field_r)
{
    size_t end = 0;
    if (header->nbytes == 0 || span_starts_with(*header, SPAN_LIT("\r\n")))
        return false;
    do {
        size_t line = span_find(span_from(*header, end), SPAN_LIT("\r\n"));
        end = line == SPAN_NPOS ? header->nbytes : end + line + 2;
    } while (end < header->nbytes && is_blank(header->data[end]));
    *field_r = span_slice(*header, 0, end);
    *header = span_from(*header, end);
    return true;
}

static struct span unfold(struct span value, struct arena *arena)
{
    value = span_trim(value);
    if (span_find(value, SPAN_LIT("\r\n")) == SPAN_NPOS)
        return value;
    struct buffer out = {0};
    while (value.nbytes > 0) {
        size_t line = span_find(value, SPAN_LIT("\r\n"));
        buffer_append(&out, span_slice(value, 0, line));
        value = line == SPAN_NPOS ? span_make("", 0) : span_from(value, line + 2);
    }
    struct span copy = arena_copy(arena, buffer_span(&out));
    buffer_free(&out);
    return copy;
}

struct span fixture_field(const struct fixture_message *message, struct span name,
                          struct arena *arena)
{
    struct span header = fixture_header(message), field;
    while (field_next(&header, &field)) {
        size_t colon = span_find_byte(field, ':');
        if (colon != SPAN_NPOS && span_equal_nocase(span_trim(span_slice(field, 0, colon)), name))
            return unfold(span_from(field, colon + 1), arena);
    }
    return span_make(NULL, 0);
}
