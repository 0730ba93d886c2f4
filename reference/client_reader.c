#include "reference/client_reader.h"

void client_reader_free(struct client_reader *reader)
{
    buffer_free(&reader->input);
    *reader = (struct client_reader){0};
}

void client_reader_receive(struct client_reader *reader, struct span octets)
{
    buffer_append(&reader->input, octets);
}

static struct span cut_word(struct span *rest)
{
    while (rest->nbytes > 0 && rest->data[0] == ' ')
        *rest = span_from(*rest, 1);
    return span_cut(rest, ' ');
}

/* Where literals can be: nowhere in texts for people, and in the value of MAILBOX and BBOARD only
 * when it is one, for that may also be the rest of the line (B93). */
static bool has_literals(struct span response)
{
    static const char *const texts[] = {"OK", "NO", "BAD", "BYE", "PREAUTH"};
    if (!span_starts_with(response, SPAN_LIT("* ")))
        return false;
    struct span rest = span_from(response, 2);
    struct span word = cut_word(&rest);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (span_is_nocase(word, texts[i]))
            return false;
    if (span_is_nocase(word, "MAILBOX") || span_is_nocase(word, "BBOARD"))
        return span_starts_with(rest, SPAN_LIT("{"));
    return true;
}

/* A count at the end of the line, where a string can begin. */
static bool ends_in_count(struct span line, struct span *digits_r)
{
    bool is_quoted = false;
    size_t open_at = SPAN_NPOS;
    for (size_t i = 0; i < line.nbytes; i++) {
        if (line.data[i] == '"')
            is_quoted = !is_quoted;
        else if (line.data[i] == '{' && !is_quoted)
            open_at = i;
    }
    if (is_quoted || open_at == SPAN_NPOS || line.data[line.nbytes - 1] != '}')
        return false;
    if (open_at > 0 && line.data[open_at - 1] != ' ' && line.data[open_at - 1] != '(')
        return false;
    *digits_r = span_slice(line, open_at + 1, line.nbytes - open_at - 2);
    return digits_r->nbytes > 0 && number_digits(*digits_r) == digits_r->nbytes;
}

static enum client_reader_result faulty(struct client_reader *reader, const char *fault)
{
    reader->fault = fault;
    return CLIENT_READER_FAULTY;
}

/* The newest line is complete: FAULTY, RESPONSE, or WAITING for a literal and another line. */
static enum client_reader_result take_line(struct client_reader *reader, size_t lf)
{
    struct span input = buffer_span(&reader->input);
    struct span line = span_slice(input, reader->line_at, lf - reader->line_at);
    if (line.nbytes > 0 && line.data[line.nbytes - 1] == '\r')
        line.nbytes--;
    if (line.nbytes > reader->line_limit_nbytes)
        return faulty(reader, "a line is too long");
    struct span digits;
    struct span response = span_slice(input, 0, reader->line_at + line.nbytes);
    if (!has_literals(response) || !ends_in_count(line, &digits)) {
        reader->response_nbytes = response.nbytes;
        reader->next_at = lf + 1;
        return CLIENT_READER_RESPONSE;
    }
    uint64_t count;
    if (number_parse_u64(digits, &count) != 0 ||
        count > reader->literal_limit_nbytes - reader->literals_nbytes)
        return faulty(reader, "a literal is too long");
    reader->literals_nbytes += (size_t)count;
    reader->line_at = lf + 1 + (size_t)count;
    reader->scanned = reader->line_at;
    return CLIENT_READER_WAITING;
}

enum client_reader_result client_reader_next(struct client_reader *reader)
{
    while (reader->input.nbytes > reader->scanned) {
        struct span fresh = span_from(buffer_span(&reader->input), reader->scanned);
        size_t at = span_find_byte(fresh, '\n');
        if (at == SPAN_NPOS) {
            reader->scanned = reader->input.nbytes;
            /* One octet more than the limit may be the CR. */
            if (reader->input.nbytes - reader->line_at > reader->line_limit_nbytes + 1)
                return faulty(reader, "a line is too long");
            break;
        }
        enum client_reader_result result = take_line(reader, reader->scanned + at);
        if (result != CLIENT_READER_WAITING)
            return result;
    }
    return CLIENT_READER_WAITING;
}

struct span client_reader_text(const struct client_reader *reader)
{
    return span_slice(buffer_span(&reader->input), 0, reader->response_nbytes);
}

void client_reader_drop(struct client_reader *reader)
{
    buffer_consume(&reader->input, reader->next_at);
    *reader = (struct client_reader){.input = reader->input,
                                     .line_limit_nbytes = reader->line_limit_nbytes,
                                     .literal_limit_nbytes = reader->literal_limit_nbytes};
}
