#include <string.h>

#include "grammar/grammar.h"

/* How much is shown of what stands around the place of a failure. */
enum { EXPLAIN_BEFORE = 24, EXPLAIN_FOUND = 24, EXPLAIN_MOST_WANTS = 24 };

/* Number of the line in which `at` lies, from 1, and the offset at which that line begins. */
static size_t line_of(struct span bytes, size_t at, size_t *begin_r)
{
    size_t line = 1;
    size_t begin = 0;
    for (;;) {
        struct span rest = span_slice(bytes, begin, at - begin);
        size_t newline = span_find_byte(rest, '\n');
        if (newline == SPAN_NPOS)
            break;
        begin += newline + 1;
        line++;
    }
    *begin_r = begin;
    return line;
}

static void append_wants(const struct grammar_match *match, struct buffer *out)
{
    const char *separator = "";
    size_t shown = 0;
    for (size_t i = 0; i < match->nexpected; i++) {
        bool is_again = false;
        for (size_t j = 0; j < i && !is_again; j++)
            is_again = strcmp(match->expected[i].text, match->expected[j].text) == 0;
        if (is_again)
            continue;
        if (shown++ == EXPLAIN_MOST_WANTS) {
            buffer_append_text(out, ", ...");
            return;
        }
        buffer_printf(out, "%s%s", separator, match->expected[i].text);
        separator = ", ";
    }
}

static bool ends_token(char c)
{
    return c == ' ' || c == '(' || c == ')' || c == '\r' || c == '\n';
}

static void append_found(struct span bytes, size_t at, struct buffer *out)
{
    if (at >= bytes.nbytes) {
        buffer_append_text(out, "found the end");
        return;
    }
    size_t nbytes = 1;
    bool is_crlf = bytes.data[at] == '\r' && at + 1 < bytes.nbytes && bytes.data[at + 1] == '\n';
    if (is_crlf) {
        buffer_append_text(out, "found CRLF");
        return;
    }
    if (!ends_token(bytes.data[at]))
        while (at + nbytes < bytes.nbytes && !ends_token(bytes.data[at + nbytes]))
            nbytes++;
    buffer_append_text(out, "found `");
    buffer_append_escaped(out, span_slice(bytes, at, nbytes), EXPLAIN_FOUND);
    buffer_append_text(out, "`");
}

static void append_before(struct span bytes, size_t begin, size_t at, struct buffer *out)
{
    if (at == begin) {
        buffer_append_text(out, "at the start of the line");
        return;
    }
    size_t from = at - begin > EXPLAIN_BEFORE ? at - EXPLAIN_BEFORE : begin;
    buffer_printf(out, "after `%s", from > begin ? "..." : "");
    buffer_append_escaped(out, span_slice(bytes, from, at - from), EXPLAIN_BEFORE);
    buffer_append_text(out, "`");
}

void grammar_explain(const struct grammar_match *match, struct grammar_input input,
                     struct buffer *out)
{
    if (match->verdict != GRAMMAR_REJECTED)
        return;
    size_t at = match->failed_at;
    size_t begin = 0;
    size_t line = line_of(input.bytes, at, &begin);
    buffer_printf(out, "octet %zu, line %zu column %zu: ", at, line, at - begin + 1);
    append_before(input.bytes, begin, at, out);
    buffer_printf(out, " rule %s expected ", match->failed_in);
    append_wants(match, out);
    buffer_append_text(out, "; ");
    append_found(input.bytes, at, out);
    if (match->limit != NULL)
        buffer_printf(out, " (given up: the input takes too many %s)",
                      match->limit[0] == 's' ? "steps to recognize" : "rules nested in each other");
}
