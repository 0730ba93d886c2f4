#include "model/fixture.h"

#include "model/fixture_make.h"

enum {
    PADDING_CYCLE = 500, /* sizes differ within it */
    PADDING_LINE = 60,
    LARGE_NLINES = 60,
    LARGE_LINE = 12000
};

static void write_date(struct buffer *out, int64_t wall_s)
{
    static const char *const DAYS[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
    static const char *const MONTHS[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct clock_date date = clock_date_of(wall_s);
    buffer_printf(out, "Date: %s, %02d %s %02d %02d:%02d:%02d GMT\r\n", DAYS[wall_s / 86400 % 7],
                  date.day, MONTHS[date.month - 1], date.year % 100, date.hour, date.minute,
                  date.second);
}

static void write_padding(struct buffer *out, size_t nbytes)
{
    while (nbytes > 0) {
        size_t line = nbytes < PADDING_LINE ? nbytes : PADDING_LINE;
        buffer_append_repeat(out, 'x', line);
        buffer_append_text(out, "\r\n");
        nbytes -= line;
    }
}

static void message_finish(struct fixture_message *message, struct buffer *octets,
                           struct arena *arena)
{
    message->octets = arena_copy(arena, buffer_span(octets));
    fixture_split(message);
    buffer_clear(octets);
}

struct fixture_message *fixture_generate(struct arena *arena, size_t nmessages)
{
    struct fixture_message *messages = arena_array(arena, nmessages, sizeof *messages);
    struct buffer out = {0};
    for (size_t i = 1; i <= nmessages; i++) {
        messages[i - 1].internal_date_s = fixture_canonical_date(i);
        write_date(&out, messages[i - 1].internal_date_s - 3600);
        buffer_printf(&out,
                      "From: Sender %zu <sender-%zu@fixture.example>\r\n"
                      "To: reader-%zu@fixture.example\r\n"
                      "Subject: message %zu\r\n"
                      "Message-ID: <message-%zu@fixture.example>\r\n"
                      "\r\n"
                      "This is message %zu.\r\n",
                      i, i, i, i, i, i);
        write_padding(&out, i % PADDING_CYCLE);
        message_finish(&messages[i - 1], &out, arena);
    }
    buffer_free(&out);
    return messages;
}

struct fixture_message *fixture_generate_large(struct arena *arena)
{
    struct fixture_message *message = arena_array(arena, 1, sizeof *message);
    struct buffer out = {0};
    message->internal_date_s = fixture_canonical_date(8);
    write_date(&out, message->internal_date_s - 3600);
    buffer_append_text(&out, "From: Large Sender <large@fixture.example>\r\n"
                             "To: reader@fixture.example\r\n"
                             "Subject: a large message\r\n"
                             "Message-ID: <f8@fixture.example>\r\n"
                             "\r\n");
    for (size_t line = 1; line <= LARGE_NLINES; line++) {
        buffer_printf(&out, "line %02zu ", line);
        for (size_t k = 8; k < LARGE_LINE; k++)
            buffer_append_byte(&out, (char)('a' + (line + k) % 26));
        buffer_append_text(&out, "\r\n");
    }
    message_finish(message, &out, arena);
    buffer_free(&out);
    return message;
}

struct fixture_message *fixture_generated(struct span path, struct arena *arena,
                                          size_t *nmessages_r)
{
    static const struct {
        const char *path;
        struct fixture_message *(*generate)(struct arena *arena);
    } GENERATED[] = {{"fixtures/f8", fixture_generate_large}};
    for (size_t i = 0; i < sizeof GENERATED / sizeof *GENERATED; i++) {
        if (!span_is(path, GENERATED[i].path))
            continue;
        *nmessages_r = 1;
        return GENERATED[i].generate(arena);
    }
    return NULL;
}
