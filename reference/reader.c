#include "reference/reader.h"

void reader_free(struct reader *reader)
{
    buffer_free(&reader->input);
    *reader = (struct reader){0};
}

void reader_receive(struct reader *reader, struct span octets)
{
    buffer_append(&reader->input, octets);
}

static bool line_is_printable(struct span line)
{
    for (size_t i = 0; i < line.nbytes; i++) {
        if (!char_is_print(line.data[i]))
            return false;
    }
    return true;
}

static enum reader_result faulty(struct reader *reader, const char *fault)
{
    reader->fault = fault;
    return READER_FAULTY;
}

static enum reader_result line_complete(struct reader *reader, size_t lf, size_t limit_nbytes)
{
    struct span input = buffer_span(&reader->input);
    struct span line = span_slice(input, reader->line_at, lf - reader->line_at);
    bool has_cr = span_ends_with(line, SPAN_LIT("\r"));
    if (has_cr)
        line.nbytes--;
    reader->line_end = reader->line_at + line.nbytes;
    reader->next_at = lf + 1;
    size_t room = limit_nbytes - reader->lines_nbytes;
    if (reader->is_overlong || line.nbytes > room) {
        reader->line_end = reader->line_at + room;
        reader->is_overlong = true;
        return faulty(reader, "Command line too long");
    }
    if (!has_cr)
        return faulty(reader, "Line ends in LF without CR");
    if (!line_is_printable(line))
        return faulty(reader, "Line holds octets that are not printable ASCII");
    return READER_LINE;
}

enum reader_result reader_next(struct reader *reader, size_t line_limit_nbytes)
{
    struct span input = buffer_span(&reader->input);
    if (input.nbytes <= reader->scanned)
        return READER_WAITING;
    size_t at = span_find_byte(span_from(input, reader->scanned), '\n');
    if (at != SPAN_NPOS)
        return line_complete(reader, reader->scanned + at, line_limit_nbytes);
    /* One octet more than the limit may be the CR. */
    if (input.nbytes - reader->line_at > line_limit_nbytes - reader->lines_nbytes + 1)
        reader->is_overlong = true;
    if (reader->is_overlong)
        buffer_truncate(&reader->input, reader->line_at + line_limit_nbytes - reader->lines_nbytes);
    reader->scanned = reader->input.nbytes;
    return READER_WAITING;
}

struct span reader_text(const struct reader *reader)
{
    return span_slice(buffer_span(&reader->input), 0, reader->line_end);
}

void reader_want_literal(struct reader *reader, size_t nbytes)
{
    reader->lines_nbytes += reader->line_end - reader->line_at;
    reader->literal_nbytes += nbytes;
    reader->line_at = reader->next_at + nbytes;
    reader->scanned = reader->line_at;
}

void reader_drop(struct reader *reader)
{
    buffer_consume(&reader->input, reader->next_at);
    *reader = (struct reader){.input = reader->input};
}
