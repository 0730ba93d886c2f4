/* The watcher's engine: the order of octets is all it knows, how they are cut is nothing to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "watch/watch.h"

/* C: and S: lines in the order of time; `C|` and `S|` end that side's stream, `C!` and `S!` reset.
 */
struct stream {
    const char *name;
    const char *lines[16];
    const char *findings;
};

/* Long lines of a server's are one string each. NOLINTBEGIN(bugprone-suspicious-missing-comma) */
static const struct stream streams[] = {
    {"nothing wrong",
     {"S* OK ready\r\n", "Ca LOGIN fred {7}\r\n", "S+ go\r\n", "Cse\"cret\r\n", "Sa OK in\r\n",
      "Cb SELECT INBOX\r\n", "S* 2 EXISTS\r\n* 0 RECENT\r\n",
      "S* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\nb OK [READ-WRITE] done\r\n",
      "Cc FETCH 1:2 FAST\r\n",
      "S* 1 FETCH (FLAGS () INTERNALDATE \" 1-Jan-90 00:00:00-GMT\" RFC822.SIZE 3)\r\n* 2 FETCH "
      "(FLAGS () INTERNALDATE \" 1-Jan-90 00:00:00-GMT\" RFC822.SIZE 3)\r\nc OK done\r\n",
      "Cd LOGOUT\r\n", "S* BYE bye\r\nd OK done\r\n", "S|", "C|"},
     ""},
    {"before the greeting",
     {"Ca LOGIN fred secret\r\n", "S* OK ready\r\na OK in\r\n"},
     "client fail client.waits-greeting E1 | a LOGIN fred secret\n"},
    {"inside the greeting",
     {"S* OK rea", "Ca LOGIN fred secret\r\n", "Sdy\r\n"},
     "client fail client.greeting-whole-line E1 | a LOGIN fred secret\n"},
    {"a literal before +",
     {"S* OK ready\r\n", "Ca LOGIN fred {4}\r\nse\"c\r\n", "S+ go\r\na OK in\r\n"},
     "client fail literal.client-waits E8 | a LOGIN fred {4}\n"},
    {"a literal before it was refused",
     {"S* OK ready\r\n", "Ca LOGIN fred {4}\r\nse\"c\r\n", "Sa NO who\r\n", "Cb LOGOUT\r\n",
      "S* BYE bye\r\nb OK done\r\n"},
     "client fail literal.client-waits E8 | a LOGIN fred {4}\n"},
    {"a literal after it was refused",
     {"S* OK ready\r\n", "Ca LOGIN fred {4}\r\n", "Sa NO who\r\n", "Cse\"c\r\n"},
     "client fail literal.client-refused E9 | se\"c\n"},
    {"an untagged BAD refuses what has no tag",
     {"S* OK ready\r\n", "C+ LOGIN fred {4}\r\n", "S* BAD what\r\n", "Cb LOGIN fred x\r\n",
      "Sb OK in\r\n"},
     ""},
    {"both sides",
     {"S* OK ready\r\n", "Ca NOOP \r\n", "Sa OK \r\n* 3 EXISTS\r\nzz OK done\r\n"},
     "client fail cmd.client-single-sp E4 | a NOOP \n"
     "server observe resp.text-human I2 | a OK \n"
     "server fail state.preauth-only-login-logout I12 | * 3 EXISTS\n"
     "server fail cmd.one-completion I10 | zz OK done\n"},
    {"framing of both sides",
     {"S* OK ready\n", "Ca NOOP\n", "Sa OK d\rone\r\n"},
     "server fail resp.crlf  | * OK ready\n"
     "server observe resp.crlf I2 | * OK ready\n"
     "client fail cmd.client-crlf E2 | a NOOP\n"
     "client warn state.client-login-first E6 | a NOOP\n"
     "server fail resp.crlf  | a OK d\\x0done\n"},
    {"the client half-closes and still gets all",
     {"S* OK ready\r\n", "Ca LOGIN fred secret\r\n", "Sa OK in\r\n", "Cb SELECT INBOX\r\n", "C|",
      "S* 2 EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\n",
      "Sb OK [READ-WRITE] done\r\n", "S|"},
     "client warn logout.client-sends E17 | \n"},
    {"a command is answered before its line has ended",
     {"S* OK ready\r\n", "Ca LOGIN fred secret\r", "Sa OK in\r\n", "Cb SELECT INBOX\r",
      "Sb NO what\r\nnonsense\r\n", "C|", "S|"},
     "server observe cmd.one-completion  | a OK in\n"
     "client fail cmd.client-crlf E2 | a LOGIN fred secret\\x0db SELECT INBOX\n"
     "client fail cmd.client-crlf E2 | a LOGIN fred secret\\x0db SELECT INBOX\n"},
    {"+ comes before the line of the announcement has ended",
     {"S* OK ready\r\n", "Ca LOGIN fred {7}", "S+ go\r\n", "C\r", "C\nse\"cret\r\n", "Sa OK in\r\n",
      "Cb SELECT X\r\n"},
     "server observe literal.no-early-plus I13 | + go\n"},
    {"the server resets",
     {"S* OK ready\r\n", "Ca NOOP\r\n", "S!", "C|"},
     "client warn state.client-login-first E6 | a NOOP\n"
     "server warn resp.bye-autologout I23 | \n"},
    {"the end inside a line",
     {"S* OK ready\r\n", "Ca LOG", "C|", "S* BY", "S|"},
     "client fail cmd.client-crlf E2 | a LOG\n"
     "client warn logout.client-sends E17 | \n"
     "server fail resp.line-shapes I2 | * BY\n"},
};
/* NOLINTEND(bugprone-suspicious-missing-comma) */

static void found(void *context, const struct watch_found *what)
{
    struct buffer *out = context;
    buffer_printf(out, "%s %s %s %s | ", watch_side_name(what->side),
                  finding_level_name(what->finding->level), what->finding->requirement,
                  what->finding->rule);
    watch_line_write(what->octets, out);
    buffer_append_byte(out, '\n');
}

static void give(struct watch_connection *c, char who, struct span octets)
{
    if (who == 'C')
        watch_connection_client(c, octets);
    else
        watch_connection_server(c, octets);
}

static void play_line(struct watch_connection *c, const char *line, size_t piece_nbytes)
{
    char who = line[0];
    struct span octets = span_of(line + 1);
    if (span_is(octets, "|") || span_is(octets, "!")) {
        bool is_reset = octets.data[0] == '!';
        if (who == 'C')
            watch_connection_client_ended(c, is_reset);
        else
            watch_connection_server_ended(c, is_reset);
        return;
    }
    while (octets.nbytes > 0) {
        give(c, who, span_slice(octets, 0, piece_nbytes));
        octets = span_from(octets, piece_nbytes);
    }
}

/* What came too early is shown as far as it had come. */
static bool is_as_expected(struct span got, const char *wanted)
{
    struct span expected = span_of(wanted);
    while (got.nbytes > 0 && expected.nbytes > 0) {
        struct span a = span_cut(&got, '\n'), b = span_cut(&expected, '\n');
        bool is_early = span_find(b, SPAN_LIT("greeting")) != SPAN_NPOS;
        if (is_early ? !span_starts_with(b, a) : !span_equal(a, b))
            return false;
    }
    return got.nbytes == 0 && expected.nbytes == 0;
}

static void play(const struct stream *stream, size_t piece_nbytes)
{
    struct buffer out = {0};
    struct watch_setup setup = {.dialect = "imap2",
                                .judged = WATCH_BOTH,
                                .may_cross = true,
                                .found = found,
                                .context = &out};
    struct watch_connection *c = watch_connection_new(&setup);
    for (size_t i = 0; i < 16 && stream->lines[i] != NULL; i++)
        play_line(c, stream->lines[i], piece_nbytes);
    if (!is_as_expected(buffer_span(&out), stream->findings))
        fail_msg("%s, in pieces of %zu: got\n%.*s", stream->name, piece_nbytes,
                 SPAN_ARG(buffer_span(&out)));
    watch_connection_free(&c);
    buffer_free(&out);
}

static void judges_streams_however_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++)
        for (size_t piece = 1; piece < 40; piece++)
            play(&streams[i], piece == 39 ? 65536 : piece);
}

static void judges_one_side_only(void **state)
{
    (void)state;
    for (enum watch_side side = WATCH_SERVER; side <= WATCH_CLIENT; side++) {
        struct buffer out = {0};
        struct watch_setup setup = {
            .dialect = "imap2", .judged = side, .found = found, .context = &out};
        struct watch_connection *c = watch_connection_new(&setup);
        watch_connection_server(c, SPAN_LIT("+OK ready\n"));
        watch_connection_client(c, SPAN_LIT("NOOP\n"));
        assert_int_equal(span_find(buffer_span(&out), SPAN_LIT("client ")) != SPAN_NPOS,
                         side == WATCH_CLIENT);
        assert_int_equal(span_find(buffer_span(&out), SPAN_LIT("server ")) != SPAN_NPOS,
                         side == WATCH_SERVER);
        watch_connection_free(&c);
        buffer_free(&out);
    }
}

static void gives_up_on_what_is_never_answered(void **state)
{
    (void)state;
    struct buffer out = {0};
    struct watch_setup setup = {
        .dialect = "imap2", .judged = WATCH_BOTH, .found = found, .context = &out};
    struct watch_connection *c = watch_connection_new(&setup);
    watch_connection_server(c, SPAN_LIT("* PREAUTH hello\r\n"));
    for (unsigned i = 0; i < 6000; i++) {
        struct buffer line = {0};
        buffer_printf(&line, "a%u NOOP\r\n", i);
        watch_connection_client(c, buffer_span(&line));
        buffer_free(&line);
    }
    assert_true(span_find(buffer_span(&out), SPAN_LIT("pipeline.flow-control")) != SPAN_NPOS);
    assert_true(model_session_noutstanding(watch_connection_session(c)) < 5000);
    watch_connection_server(c, SPAN_LIT("no more is judged\r\n"));
    watch_connection_client_ended(c, false);
    watch_connection_server_ended(c, false);
    watch_connection_free(&c);
    buffer_free(&out);
}

static void shows_lines_in_one_line(void **state)
{
    (void)state;
    struct buffer out = {0};
    watch_line_write(SPAN_LIT("a LOGIN \"x\" {3}\r\nabc\r\n"), &out);
    assert_true(span_is(buffer_span(&out), "a LOGIN \"x\" {3}"));
    buffer_clear(&out);
    char long_line[500];
    memset(long_line, 'x', sizeof long_line);
    watch_line_write(span_make(long_line, sizeof long_line), &out);
    assert_true(out.nbytes < 200);
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(judges_streams_however_cut),
                                       cmocka_unit_test(judges_one_side_only),
                                       cmocka_unit_test(gives_up_on_what_is_never_answered),
                                       cmocka_unit_test(shows_lines_in_one_line)};
    return cmocka_run_group_tests_name("connection", tests, NULL, NULL);
}
