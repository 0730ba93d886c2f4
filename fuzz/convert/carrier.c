#include "convert/carrier.h"

#include <stdio.h>
#include <string.h>

#include "script/quote.h"
#include "wire/wire.h"

const char *const carrier_mailboxes[4] = {"INBOX", "m1", "m2", "m3"};

const char convert_fixtures[] = "  fixture  INBOX messages 5 flags 2 (\\Seen) flags 3,5 (\\Deleted "
                                "k1) flags 4 (\\Flagged) recent 5\n"
                                "  fixture  m1 messages 3 flags 1:2 (\\Deleted)\n"
                                "  fixture  m2 empty\n"
                                "  fixture  m3 messages 2 read-only\n"
                                "  fixture  b1 messages 2 board\n";

/* Many arguments have one meaning: each is a millisecond longer than the one before. */
int64_t carrier_clock_ms(unsigned argument)
{
    int64_t seconds = stream_clock_s(argument);
    int64_t before = 0;
    for (unsigned smaller = 0; smaller < argument; smaller++)
        before += stream_clock_s(smaller) == seconds;
    return seconds * 1000 + before;
}

unsigned carrier_clock_argument(int64_t ms)
{
    int64_t nearest = 0;
    unsigned found = 0;
    for (unsigned argument = 0; argument < 256; argument++) {
        int64_t meaning = carrier_clock_ms(argument);
        if (meaning <= ms && meaning > nearest) {
            nearest = meaning;
            found = argument;
        }
    }
    return found;
}

static bool is_edge(struct span line, size_t at)
{
    return at >= line.nbytes || line.data[at] == ' ' || line.data[at] == '(' ||
           line.data[at] == ')';
}

/* From the quotation mark at `at` to the one that closes it; 0: it cannot stand so. */
static size_t quoted_nbytes(struct span line, size_t at)
{
    size_t end = at + 1;
    while (end < line.nbytes && line.data[end] != '"' && line.data[end] != '\\' &&
           line.data[end] != '$' && char_is_print(line.data[end]))
        end++;
    if (end >= line.nbytes || line.data[end] != '"')
        return 0;
    if ((at > 0 && !is_edge(line, at - 1)) || !is_edge(line, end + 1))
        return 0;
    return end - at + 1;
}

bool carrier_is_sayable(struct span line)
{
    if (span_find(line, SPAN_LIT("  ")) != SPAN_NPOS ||
        span_find(line, SPAN_LIT("..")) != SPAN_NPOS)
        return false;
    for (size_t i = 0; i < line.nbytes; i++) {
        char c = line.data[i];
        if (!char_is_print(c) || strchr("<{}$#&|", c) != NULL)
            return false;
        if (c != '"')
            continue;
        size_t nbytes = quoted_nbytes(line, i);
        if (nbytes == 0)
            return false;
        i += nbytes - 1;
    }
    return true;
}

/* A command taken apart: its data, and where barriers stand in them. */
struct command {
    struct buffer data;
    size_t barriers[32];
    size_t nbarriers;
};

static bool command_read(struct span unit, struct command *command)
{
    struct stream_reader reader = stream_reader_of(unit);
    struct stream_event event;
    while (stream_reader_next(&reader, &event)) {
        if (event.kind == STREAM_DATA) {
            buffer_append(&command->data, event.data);
            continue;
        }
        if (event.kind != STREAM_BARRIER || command->nbarriers == 32)
            return false;
        command->barriers[command->nbarriers++] = command->data.nbytes;
    }
    return true;
}

/* The announcement at the end of a line as it would be written for its count: `{` at *brace_r. */
static bool announces(struct span line, size_t *brace_r, uint64_t *count_r)
{
    char canonical[32];
    if (!wire_announcement(line, count_r, brace_r) || *count_r > 65536)
        return false;
    int n = snprintf(canonical, sizeof canonical, "{%llu}", (unsigned long long)*count_r);
    return span_equal(span_from(line, *brace_r), span_make(canonical, (size_t)n));
}

/* One line of a command and what it announces. 1: more follows, 0: the end, -1: not sayable. */
static int say_line(const struct command *command, size_t *at, size_t *nwaits, struct buffer *out)
{
    struct span rest = span_from(buffer_span(&command->data), *at);
    size_t lf = span_find_byte(rest, '\n');
    size_t brace;
    uint64_t count;
    if (lf == SPAN_NPOS || lf == 0 || rest.data[lf - 1] != '\r')
        return -1;
    struct span line = span_slice(rest, 0, lf - 1);
    if (span_ends_with(line, SPAN_LIT("}"))) {
        if (!announces(line, &brace, &count) || brace == 0 || !is_edge(line, brace - 1) ||
            line.data[brace - 1] == ')')
            return -1;
        struct span content = span_slice(rest, lf + 1, (size_t)count);
        size_t start = *at + lf + 1;
        *at = start + content.nbytes;
        if (content.nbytes < count || !is_edge(buffer_span(&command->data), *at))
            if (span_find(span_slice(buffer_span(&command->data), *at, 1), SPAN_LIT("\r")) != 0)
                return -1;
        bool waits = *nwaits < command->nbarriers && command->barriers[*nwaits] == start;
        *nwaits += waits;
        if (!carrier_is_sayable(span_slice(line, 0, brace)))
            return -1;
        buffer_printf(out, "%.*s{%s", SPAN_ARG(span_slice(line, 0, brace)), waits ? "" : "!");
        script_quote_write(content, out);
        buffer_append_byte(out, '}');
        return 1;
    }
    if (!carrier_is_sayable(line))
        return -1;
    buffer_append(out, line);
    *at += lf + 1;
    return 0;
}

bool carrier_say(struct span unit, struct buffer *out)
{
    struct command command = {.nbarriers = 0};
    size_t before = out->nbytes;
    size_t at = 0;
    size_t nwaits = 0;
    int more = command_read(unit, &command) && command.data.nbytes > 2 ? 1 : -1;
    while (more > 0)
        more = say_line(&command, &at, &nwaits, out);
    struct span data = buffer_span(&command.data);
    bool ok = more == 0 && at == data.nbytes && nwaits == command.nbarriers &&
              char_is_alnum(data.data[0]) && out->bytes[out->head + out->nbytes - 1] != ' ';
    buffer_free(&command.data);
    if (!ok)
        buffer_truncate(out, before);
    return ok;
}
