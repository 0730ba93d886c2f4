/*
 * The reference client behind the shim protocol. A transcript is lines:
 *
 *     > request      a request is written
 *     < line         the next line of the answers
 *     C: text        the client has sent text and CR LF
 *     S: text        the server sends text and CR LF; `S- text` without CR LF
 *     open           a connection was wanted, and is there; `open!` there is none to be had
 *     eof            the server closes
 *     closed         the client wanted to close, and it is done
 *     quiet          nothing is left, neither answers nor output
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"
#include "target/client_shim.h"

struct transcript {
    const char *name, *text;
};

static void fail_at(const struct transcript *t, struct span line, struct span got)
{
    print_message("%s: at \"%.*s\"\n  there is \"%.*s\"\n", t->name, SPAN_ARG(line), SPAN_ARG(got));
    fail();
}

static void expect(const struct transcript *t, struct span line, struct span got, const char *end)
{
    struct buffer wanted = {0};
    buffer_append(&wanted, span_from(line, line.data[0] == 'C' ? 3 : 2));
    buffer_append_text(&wanted, end);
    bool is_there = span_starts_with(got, buffer_span(&wanted));
    buffer_free(&wanted);
    if (!is_there)
        fail_at(t, line, got);
}

static void play_server(struct client_shim *shim, struct span line)
{
    struct span text = span_from(line, 3);
    for (size_t i = 0; i < text.nbytes; i++)
        client_shim_receive(shim, span_slice(text, i, 1));
    if (line.data[1] == ':')
        client_shim_receive(shim, SPAN_LIT("\r\n"));
}

static void play_connection(const struct transcript *t, struct client_shim *shim, struct span line)
{
    const char *host;
    unsigned port;
    if (span_starts_with(line, SPAN_LIT("open"))) {
        if (!client_shim_wants_open(shim, &host, &port))
            fail_at(t, line, client_shim_answers(shim));
        assert_string_equal(host, "127.0.0.1");
        assert_int_equal(port, 143);
        client_shim_opened(shim, span_is(line, "open!") ? "refused" : NULL);
    } else if (span_is(line, "eof")) {
        client_shim_receive_eof(shim);
    } else if (span_is(line, "closed")) {
        if (!client_shim_wants_close(shim))
            fail_at(t, line, client_shim_answers(shim));
        client_shim_closed(shim);
    } else {
        assert_true(span_is(line, "quiet"));
        if (client_shim_answers(shim).nbytes + client_shim_output(shim).nbytes > 0)
            fail_at(t, line, client_shim_answers(shim));
    }
}

static void play_line(const struct transcript *t, struct client_shim *shim, struct span line)
{
    if (line.data[0] == '>') {
        client_shim_request(shim, span_from(line, 2));
        client_shim_request(shim, SPAN_LIT("\n"));
    } else if (line.data[0] == '<') {
        expect(t, line, client_shim_answers(shim), "\n");
        client_shim_answered(shim, line.nbytes - 1);
    } else if (line.data[0] == 'C') {
        expect(t, line, client_shim_output(shim), "\r\n");
        client_shim_sent(shim, line.nbytes - 1);
    } else if (line.data[0] == 'S') {
        play_server(shim, line);
    } else {
        play_connection(t, shim, line);
    }
}

#define OPEN "> open 127.0.0.1 143\nquiet\nopen\n< ok\nS: * OK hi\n"
#define SELECTED                                                                                   \
    OPEN "> login fred secret\nC: A0001 LOGIN fred secret\nS: A0001 OK in\n< ok\n"                 \
         "> select \"INBOX\"\nC: A0002 SELECT INBOX\nS: * 3 EXISTS\nS: A0002 OK done\n< ok\n"

static const struct transcript transcripts[] = {
    {"refused connection",
     "> open 127.0.0.1 143\nopen!\n< failed refused\n> noop\n< failed not connected\n"
     "> open 127.0.0.1 0\n< failed not a port\n> cache\n< exists 0\n< recent 0\n< ok\n"
     "> log\n< ok\n> quit\n< ok\nquiet\n"},
    {"what cannot be read", "> frob 1\n< unsupported\n> \n< failed a request begins with a verb\n"
                            "> noop 1\n< failed noop takes no arguments\n> login \"a\n"
                            "< failed this quote is not closed\n"},
    {"strings", OPEN "> login \"a b\" \"p\\\"\\x0d\\x0aw\"\nC: A0001 LOGIN \"a b\" {5}\nS: +\n"
                     "C: p\"\r\nw\nS: A0001 NO who are you\n< no who are you\n"},
    {"the cache", SELECTED
     "> fetch 2 ALL\nC: A0003 FETCH 2 ALL\n"
     "S: * FLAGS (\\Seen work)\nS: * 1 RECENT\nS: * 3 FETCH (FLAGS ())\n"
     "S: * 2 FETCH (FLAGS (\\Seen work) RFC822.SIZE 7 INTERNALDATE \"9-Jun-88 12:00:00-PDT\" "
     "ENVELOPE (NIL \"a\\b\" ((\"NIL\" NIL \"m\" \"h\")) NIL NIL ((NIL NIL x y)(NIL NIL z y)) "
     "NIL NIL NIL \"<1>\"))\nS: A0003 OK\n< ok\n> cache\n< mailbox \"INBOX\"\n< access unknown\n"
     "< listed \\Seen work\n< exists 3\n< recent 1\n< flags 2 \\Seen work\n< size 2 7\n"
     "< date 2 \"1988-06-09 12:00:00 -0700\" \"9-Jun-88 12:00:00-PDT\"\n"
     "< envelope 2 date NIL\n< envelope 2 subject \"a\\\\b\"\n"
     "< envelope 2 from \"NIL\" NIL \"m\" \"h\"\n< envelope 2 sender NIL\n"
     "< envelope 2 reply-to NIL\n< envelope 2 to NIL NIL \"x\" \"y\"\n"
     "< envelope 2 to NIL NIL \"z\" \"y\"\n< envelope 2 cc NIL\n< envelope 2 bcc NIL\n"
     "< envelope 2 in-reply-to NIL\n< envelope 2 message-id \"<1>\"\n< flags 3\n< ok\nquiet\n"},
    {"fetch-text follows its message",
     SELECTED "> fetch-text 3\nC: A0003 FETCH 3 RFC822.TEXT\nS: * 1 EXPUNGE\n"
              "S: * 2 FETCH (RFC822.TEXT \"hello\")\nS: A0003 OK\n< text \"hello\"\n< ok\n> cache\n"
              "< mailbox \"INBOX\"\n< access unknown\n< listed\n< exists 2\n< recent 0\n"
              "< holds 2 RFC822.TEXT 5\n< ok\n"},
    {"show and reply ask only for what is missing", SELECTED
     "> show 1 (FLAGS RFC822.SIZE)\nC: A0003 FETCH 1 (FLAGS RFC822.SIZE)\n"
     "S: * 1 FETCH (FLAGS ())\nS: A0003 OK\n< ok\n> show 1 (FLAGS RFC822.SIZE)\n"
     "C: A0004 FETCH 1 RFC822.SIZE\nS: A0004 OK\n< ok\n> reply 1\nC: A0005 FETCH 1 ENVELOPE\n"
     "S: * 1 FETCH (ENVELOPE (NIL NIL NIL NIL ((\"A B\" NIL \"c\" \"d\")) NIL NIL NIL NIL NIL))\n"
     "S: A0005 OK\n< to \"A B\" NIL \"c\" \"d\"\n< ok\n> reply 1\n< to \"A B\" NIL \"c\" \"d\"\n"
     "< ok\nquiet\n"},
    {"other operations", SELECTED
     "> search FROM \"a b\" SEEN\nC: A0003 SEARCH FROM \"a b\" SEEN\nS: * SEARCH 3 1\nS: A0003 OK\n"
     "< found 1 3\n< ok\n> store 1:2 +FLAGS (\\Deleted work)\n"
     "C: A0004 STORE 1:2 +FLAGS (\\Deleted work)\nS: A0004 OK\n< ok\n> store 1 -flags work\n"
     "C: A0005 STORE 1 -FLAGS (work)\nS: A0005 OK\n< ok\n> copy 1 \"a b\"\nC: A0006 COPY 1 \"a "
     "b\"\n"
     "S: A0006 NO full\n< no full\n> find mailboxes *\nC: A0007 FIND MAILBOXES *\n"
     "S: * MAILBOX x y\nS: * MAILBOX z\nS: A0007 OK\n< mailbox \"x y\"\n< mailbox \"z\"\n< ok\n"
     "> bboard news\nC: A0008 BBOARD news\nS: A0008 BAD what\n< bad what\n> find x y\n"
     "< failed find takes mailboxes or bboards\n> fetch 1 BODY\n< failed an item is not of IMAP2\n"
     "> fetch-text 1:2\n< failed not a message number\n"},
    {"requests written ahead are overlapped, and answered in order", SELECTED
     "> fetch 1 FLAGS\n> fetch 2 FLAGS\n> cache\n> noop\nC: A0003 FETCH 1 FLAGS\n"
     "C: A0004 FETCH 2 FLAGS\nS: A0004 OK\nquiet\nS: A0003 OK\n< ok\n< ok\n< mailbox \"INBOX\"\n"
     "< access unknown\n< listed\n< exists 3\n< recent 0\n< ok\nC: A0005 NOOP\nquiet\n"},
    {"logging out, and again", SELECTED
     "> logout\n> open 127.0.0.1 143\nC: A0003 LOGOUT\nS: * BYE so\nS: A0003 OK\n< ok\nquiet\n"
     "closed\nopen\n< ok\n> cache\n< exists 0\n< recent 0\n< ok\n> close\n< ok\nclosed\nquiet\n"
     "> noop\n< failed the connection is over\n"},
    {"notes",
     OPEN "S: * NO disk\nS: * BAD you\nS: A9 OK\n> log\n< note ok \"hi\"\n< note no \"disk\"\n"
          "< note bad \"you\"\n< note ignored \"no command has this tag: A9 OK\"\n< ok\n> log\n"
          "< ok\nS: * BYE bye\nclosed\n> log\n< note bye \"bye\"\n< ok\n"},
    {"the connection is lost", SELECTED
     "> noop\nC: A0003 NOOP\nS- A0003 O\neof\n< failed the connection is closed\nclosed\n"},
};

static void test_transcripts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof transcripts / sizeof *transcripts; i++) {
        struct client_shim *shim = client_shim_new();
        struct span rest = span_of(transcripts[i].text);
        while (rest.nbytes > 0) {
            struct span line = span_cut(&rest, '\n');
            /* A line may hold the CR LF of a literal. */
            while (span_ends_with(line, SPAN_LIT("\r")))
                line = span_make(line.data, line.nbytes + 1 + span_cut(&rest, '\n').nbytes);
            play_line(&transcripts[i], shim, line);
        }
        if (client_shim_answers(shim).nbytes > 0)
            fail_at(&transcripts[i], SPAN_LIT("(the end)"), client_shim_answers(shim));
        client_shim_free(&shim);
    }
}

static void test_features(void **state)
{
    struct client_shim *shim = client_shim_new();
    (void)state;
    client_shim_request(shim, SPAN_LIT("features\nqu"));
    struct span answers = client_shim_answers(shim);
    assert_true(span_find(answers, SPAN_LIT("feature fetch-text\n")) != SPAN_NPOS);
    assert_true(span_ends_with(answers, SPAN_LIT("\nok\n")));
    assert_false(client_shim_is_finished(shim));
    client_shim_request(shim, SPAN_LIT("it\n"));
    assert_true(client_shim_is_finished(shim));
    client_shim_free(&shim);
}

/* The end of the requests is waited for no longer than what was asked for. */
static void test_end_of_requests(void **state)
{
    struct client_shim *shim = client_shim_new();
    (void)state;
    client_shim_request(shim, SPAN_LIT("open 127.0.0.1 143\n"));
    client_shim_request_eof(shim);
    client_shim_opened(shim, NULL);
    assert_true(client_shim_is_finished(shim));
    assert_true(client_shim_wants_close(shim));
    client_shim_free(&shim);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_transcripts),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_end_of_requests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
