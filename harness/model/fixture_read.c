#include "model/fixture.h"

#include "model/fixture_make.h"

struct reader {
    struct span content;
    const char *path;
    struct arena *arena;
    struct err *err;
    size_t at;        /* offset of the current line */
    unsigned line;    /* its number, from 1 */
    bool after_empty; /* the line before it is empty, or it is the first */
    struct fixture_message *messages;
    size_t nmessages, capacity;
};

enum from_kind { FROM_NONE, FROM_DATELESS, FROM_DATED, FROM_BAD };

/* The current line with its end; empty at the end of the content. */
static struct span reader_line(const struct reader *reader)
{
    struct span rest = span_from(reader->content, reader->at);
    size_t end = span_find_byte(rest, '\n');
    return end == SPAN_NPOS ? rest : span_slice(rest, 0, end + 1);
}

static void reader_advance(struct reader *reader, struct span line)
{
    reader->at += line.nbytes;
    reader->line++;
    reader->after_empty = span_is(line, "\n") || span_is(line, "\r\n");
}

static bool starts_with_weekday(struct span text)
{
    static const char *const WEEKDAYS[] = {"Sun ", "Mon ", "Tue ", "Wed ", "Thu ", "Fri ", "Sat "};
    for (size_t i = 0; i < sizeof WEEKDAYS / sizeof *WEEKDAYS; i++) {
        if (span_starts_with(text, span_of(WEEKDAYS[i])))
            return true;
    }
    return false;
}

/* What a line is as a separator. A date makes it one wherever it stands; a bare word only where a
 * separator is to be expected, as sentences begin with "From " too. */
static enum from_kind from_line(const struct reader *reader, struct span line,
                                struct fixture_message *message)
{
    if (!span_starts_with(line, SPAN_LIT("From ")))
        return FROM_NONE;
    struct span date = span_trim(span_from(line, 5));
    struct span word = span_cut(&date, ' ');
    date = span_trim(date);
    if (word.nbytes == 0)
        return FROM_NONE;
    if (date.nbytes == 0)
        return reader->after_empty ? FROM_DATELESS : FROM_NONE;
    if (fixture_date_parse(date, &message->internal_date_s, &message->zone_minutes) == 0)
        return FROM_DATED;
    return reader->after_empty && starts_with_weekday(date) ? FROM_BAD : FROM_NONE;
}

static bool is_quoted_from(struct span line)
{
    size_t depth = 0;
    while (depth < line.nbytes && line.data[depth] == '>')
        depth++;
    return depth > 0 && span_starts_with(span_from(line, depth), SPAN_LIT("From "));
}

/* Every LF without a CR gets one; everything else, lone CRs included, stays. */
static struct span convert(struct span raw, bool is_mbox, struct arena *arena)
{
    struct buffer out = {0};
    while (raw.nbytes > 0) {
        size_t end = span_find_byte(raw, '\n');
        struct span line = span_slice(raw, 0, end);
        raw = end == SPAN_NPOS ? span_make("", 0) : span_from(raw, end + 1);
        if (is_mbox && is_quoted_from(line))
            line = span_from(line, 1);
        buffer_append(&out, line);
        if (end != SPAN_NPOS)
            buffer_append_text(&out, span_ends_with(line, SPAN_LIT("\r")) ? "\n" : "\r\n");
    }
    struct span octets = arena_copy(arena, buffer_span(&out));
    buffer_free(&out);
    return octets;
}

static struct span without_line_end(struct span raw)
{
    if (span_ends_with(raw, SPAN_LIT("\r\n")))
        return span_slice(raw, 0, raw.nbytes - 2);
    if (span_ends_with(raw, SPAN_LIT("\n")))
        return span_slice(raw, 0, raw.nbytes - 1);
    return raw;
}

static void reader_add(struct reader *reader, struct fixture_message message, struct span raw,
                       bool is_mbox)
{
    message.octets = convert(raw, is_mbox, reader->arena);
    fixture_split(&message);
    reader->messages = arena_grow(reader->arena, reader->messages, &reader->capacity,
                                  reader->nmessages + 1, sizeof *reader->messages);
    reader->messages[reader->nmessages++] = message;
}

static int reader_bad_date(const struct reader *reader, struct span line)
{
    (void)err_set(reader->err, reader->path, reader->line, 6,
                  "the date of this From line is none: wanted \"Thu Jun  9 12:55:44 1988\", "
                  "a zone before or after the year");
    err_set_source(reader->err, span_trim(line));
    return -1;
}

/* Reads from the current line, which is a separator, to the next one or the end. */
static int read_mbox_message(struct reader *reader)
{
    struct fixture_message message = {0}, next;
    struct span line = reader_line(reader);
    enum from_kind kind = from_line(reader, line, &message);
    if (kind == FROM_BAD)
        return reader_bad_date(reader, line);
    if (kind == FROM_NONE)
        return err_set(reader->err, reader->path, reader->line, 1,
                       "this line begins with \"From \" but is neither \"From WORD\" nor "
                       "\"From WORD DATE\"");
    if (kind == FROM_DATELESS)
        message.internal_date_s = fixture_canonical_date(reader->nmessages + 1);
    reader_advance(reader, line);
    size_t start = reader->at;
    while (reader->at < reader->content.nbytes) {
        line = reader_line(reader);
        if (from_line(reader, line, &next) != FROM_NONE)
            break;
        reader_advance(reader, line);
    }
    struct span raw = span_slice(reader->content, start, reader->at - start);
    if (reader->at < reader->content.nbytes || reader->after_empty)
        raw = without_line_end(raw);
    reader_add(reader, message, raw, true);
    return 0;
}

/* "Name:" or "Name :", or the empty line of a message without a header. */
static bool is_header_line(struct span line)
{
    size_t i = 0;
    while (i < line.nbytes && line.data[i] > ' ' && line.data[i] < 0x7f && line.data[i] != ':')
        i++;
    if (i == 0)
        return span_is(line, "\n") || span_is(line, "\r\n");
    while (i < line.nbytes && (line.data[i] == ' ' || line.data[i] == '\t'))
        i++;
    return i < line.nbytes && line.data[i] == ':';
}

int fixture_read(struct span content, const char *path, struct arena *arena,
                 struct fixture_message **messages_r, size_t *nmessages_r, struct err *err)
{
    struct reader reader = {.content = content,
                            .path = path,
                            .arena = arena,
                            .err = err,
                            .line = 1,
                            .after_empty = true};
    if (span_starts_with(content, SPAN_LIT("From "))) {
        while (reader.at < content.nbytes) {
            if (read_mbox_message(&reader) != 0)
                return -1;
        }
    } else if (is_header_line(reader_line(&reader))) {
        struct fixture_message message = {.internal_date_s = fixture_canonical_date(1)};
        reader_add(&reader, message, content, false);
    } else if (content.nbytes > 0 || !span_ends_with(span_of(path), SPAN_LIT(".mbox"))) {
        return err_set(err, path, 1, 1,
                       "neither a mailbox nor a message: the first line is no \"From \" line and "
                       "no header field");
    }
    *messages_r = reader.messages;
    *nmessages_r = reader.nmessages;
    return 0;
}
