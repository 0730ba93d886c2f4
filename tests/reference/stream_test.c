/* The stream of octets: any split gives the same answers, commands may be sent ahead, and garbage
 * neither breaks the server nor gets it out of step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server_helper.h"

/* What a client that never waits may send in one go: literals are sent without waiting for "+",
 * which is the client's fault, but the server reads them in order all the same. */
static const char conversation[] = "a1 LOGIN {4}\r\nfred {6}\r\nsecret\r\n"
                                   "a2 SELECT \"INBOX\"\r\n"
                                   "a3 FETCH 1:3 ALL\r\n"
                                   "a4 FROB {5}\r\n"
                                   "a5 FETCH 2 (FLAGS RFC822)\r\n"
                                   "\r\n"
                                   "a6 SEARCH TEXT {3}\r\n2\r\n FROM user\r\n"
                                   "a7 STORE 1 +FLAGS (\\Deleted Todo)\r\n"
                                   "bare lf\n"
                                   "a8 COPY 1:2 {7}\r\nMEETING\r\n"
                                   "a9 EXPUNGE\r\n"
                                   "a10 FIND MAILBOXES M%%*\r\n"
                                   "a11 CHECK\r\n"
                                   "a12 NO\x01OP\r\n"
                                   "a13 FETCH 1 RFC822.TEXT\r\n"
                                   "a14 LOGOUT\r\n"
                                   "a15 STORE 1 +FLAGS \\Deleted\r\n";

static const char answers[] = GREETING
    "+ Ready for the literal\r\n"
    "+ Ready for the literal\r\n"
    "a1 OK LOGIN completed\r\n"
    "* FLAGS (Meeting Todo \\Answered \\Flagged \\Deleted \\Seen)\r\n"
    "* 3 EXISTS\r\n"
    "* 0 RECENT\r\n"
    "a2 OK [READ-WRITE] Mailbox selected\r\n"
    "* 1 FETCH (FLAGS () INTERNALDATE \"01-Oct-87 12:00:00-GMT\" RFC822.SIZE 154 ENVELOPE "
    "(\"Thu, 1 Oct 87 12:00:00 GMT\" \"Message 1\" ((\"User 1\" NIL \"user1\" \"host.example\")) "
    "((\"User 1\" NIL \"user1\" \"host.example\")) ((\"User 1\" NIL \"user1\" \"host.example\")) "
    "((NIL NIL \"fred\" \"host.example\")) NIL NIL NIL \"<m1@host.example>\"))\r\n"
    "* 2 FETCH (FLAGS () INTERNALDATE \"02-Oct-87 12:00:00-GMT\" RFC822.SIZE 154 ENVELOPE "
    "(\"Thu, 2 Oct 87 12:00:00 GMT\" \"Message 2\" ((\"User 2\" NIL \"user2\" \"host.example\")) "
    "((\"User 2\" NIL \"user2\" \"host.example\")) ((\"User 2\" NIL \"user2\" \"host.example\")) "
    "((NIL NIL \"fred\" \"host.example\")) NIL NIL NIL \"<m2@host.example>\"))\r\n"
    "* 3 FETCH (FLAGS () INTERNALDATE \"03-Oct-87 12:00:00-GMT\" RFC822.SIZE 154 ENVELOPE "
    "(\"Thu, 3 Oct 87 12:00:00 GMT\" \"Message 3\" ((\"User 3\" NIL \"user3\" \"host.example\")) "
    "((\"User 3\" NIL \"user3\" \"host.example\")) ((\"User 3\" NIL \"user3\" \"host.example\")) "
    "((NIL NIL \"fred\" \"host.example\")) NIL NIL NIL \"<m3@host.example>\"))\r\n"
    "a3 OK FETCH completed\r\n"
    "a4 BAD Unknown command\r\n"
    "* 2 FETCH (FLAGS (\\Seen) RFC822 {154}\r\n"
    "Date: Thu, 2 Oct 87 12:00:00 GMT\r\n"
    "From: User 2 <user2@host.example>\r\n"
    "To: fred@host.example\r\n"
    "Subject: Message 2\r\n"
    "Message-ID: <m2@host.example>\r\n"
    "\r\n"
    "Text 2.\r\n"
    ")\r\n"
    "a5 OK FETCH completed\r\n"
    "* BAD Command without a usable tag\r\n"
    "+ Ready for the literal\r\n"
    "* SEARCH 2\r\n"
    "a6 OK SEARCH completed\r\n"
    "* 1 FETCH (FLAGS (Todo \\Deleted))\r\n"
    "a7 OK STORE completed\r\n"
    "bare BAD Line ends in LF without CR\r\n"
    "+ Ready for the literal\r\n"
    "* 1 COPY\r\n"
    "* 1 FETCH (FLAGS (Todo \\Deleted \\Seen))\r\n"
    "* 2 COPY\r\n"
    "a8 OK COPY completed\r\n"
    "* 1 EXPUNGE\r\n"
    "* 2 EXISTS\r\n"
    "a9 OK EXPUNGE completed\r\n"
    "* MAILBOX MEETING\r\n"
    "a10 OK FIND completed\r\n"
    "* 2 EXISTS\r\n"
    "* 0 RECENT\r\n"
    "a11 OK CHECK completed\r\n"
    "a12 BAD Line holds octets that are not printable ASCII\r\n"
    "* 1 FETCH (RFC822.TEXT {9}\r\n"
    "Text 2.\r\n"
    ")\r\n"
    "a13 OK FETCH completed\r\n"
    "* BYE IMAP2 server quitting\r\n"
    "a14 OK LOGOUT completed\r\n";

static void check_answers(struct buffer *out)
{
    assert_int_equal(out->nbytes, sizeof answers - 1);
    assert_memory_equal(buffer_span(out).data, answers, sizeof answers - 1);
    buffer_clear(out);
}

static void test_parts_of_every_size(void **state)
{
    (void)state;
    struct buffer out = {0};
    for (size_t part = 1; part <= sizeof conversation; part++) {
        struct rig rig;
        rig_init(&rig, NULL);
        rig_converse(&rig, SPAN_LIT(conversation), part, &out);
        check_answers(&out);
        rig_free(&rig);
    }
    buffer_free(&out);
}

static void test_every_split_in_two(void **state)
{
    (void)state;
    struct span all = SPAN_LIT(conversation);
    for (size_t at = 0; at <= all.nbytes; at++) {
        struct rig rig;
        rig_init(&rig, NULL);
        struct reference_session *session = reference_session_open(rig.server);
        reference_session_receive(session, span_slice(all, 0, at));
        reference_session_receive(session, span_from(all, at));
        struct buffer out = {0};
        buffer_append(&out, reference_session_output(session));
        check_answers(&out);
        buffer_free(&out);
        reference_session_free(&session);
        rig_free(&rig);
    }
}

/* However little room there is for output, the same octets come. */
static void test_every_output_limit(void **state)
{
    (void)state;
    for (size_t limit = 1; limit < sizeof answers; limit += limit < 200 ? 1 : 97) {
        struct rig rig;
        rig_init(&rig, &(struct reference_config){.output_limit_nbytes = limit});
        struct buffer out = {0};
        rig_converse(&rig, SPAN_LIT(conversation), sizeof conversation, &out);
        check_answers(&out);
        rig_converse(&rig, SPAN_LIT("x NOOP\r\n"), 8, &out);
        assert_true(span_is(buffer_span(&out), GREETING "x OK NOOP completed\r\n"));
        buffer_free(&out);
        rig_free(&rig);
    }
}

static void mutate(struct rng *rng, struct buffer *text)
{
    static const char *const pieces[] = {"{",       "}",       "\"",   "\\",         "%",    "*",
                                         "(",       ")",       " ",    "\r",         "\n",   "\r\n",
                                         "{3}\r\n", "{0}\r\n", "0",    "4294967296", "1:3",  ",",
                                         ":",       "\x00",    "\xff", "FETCH",      "LOGIN"};
    enum { NPIECES = sizeof pieces / sizeof *pieces };
    struct span old = buffer_span(text);
    size_t at = (size_t)rng_below(rng, old.nbytes + 1);
    size_t cut = rng_below(rng, 3) == 0 ? (size_t)rng_below(rng, 20) : (size_t)rng_below(rng, 2);
    struct buffer next = {0};
    buffer_append(&next, span_slice(old, 0, at));
    if (rng_below(rng, 2) == 0)
        buffer_append_text(&next, pieces[rng_below(rng, NPIECES)]);
    else
        buffer_append_byte(&next, (char)rng_below(rng, 256));
    buffer_append(&next, span_from(old, at + cut));
    buffer_free(text);
    *text = next;
}

/* Every line the server sends outside literals has one of the known beginnings; the reader here
 * knows literals by their count, so a wrong count shows as a line of some other kind. */
static void check_lines(struct span out)
{
    while (out.nbytes > 0) {
        size_t end = span_find(out, SPAN_LIT("\r\n"));
        assert_true(end != SPAN_NPOS);
        struct span line = span_slice(out, 0, end);
        size_t word = span_find_byte(line, ' ');
        assert_true(word != SPAN_NPOS && word > 0);
        for (size_t i = 0; i < line.nbytes; i++)
            assert_true(char_is_print(line.data[i]));
        out = span_from(out, end + 2);
        while (span_ends_with(line, SPAN_LIT("}"))) {
            size_t brace = line.nbytes;
            while (line.data[brace - 1] != '{')
                brace--;
            uint64_t count;
            struct span digits = span_slice(line, brace, line.nbytes - brace - 1);
            if (number_parse_u64(digits, &count) != 0)
                break;
            assert_in_range(count, 0, out.nbytes);
            out = span_from(out, (size_t)count);
            end = span_find(out, SPAN_LIT("\r\n"));
            assert_true(end != SPAN_NPOS);
            line = span_slice(out, 0, end);
            out = span_from(out, end + 2);
        }
    }
}

static void test_mutations(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(1176);
    for (int i = 0; i < 3000; i++) {
        struct rig rig;
        rig_init(&rig, &(struct reference_config){.literal_limit_nbytes = 2000});
        struct buffer text = {0}, out = {0};
        buffer_append(&text, SPAN_LIT(conversation));
        for (uint64_t n = 1 + rng_below(&rng, 6); n > 0; n--)
            mutate(&rng, &text);
        rig_converse(&rig, buffer_span(&text), 1 + (size_t)rng_below(&rng, 100), &out);
        check_lines(buffer_span(&out));
        buffer_free(&text);
        buffer_free(&out);
        rig_free(&rig);
    }
}

/* After any line, and the octets of whatever literals it led to, the next command is understood. */
static void test_in_step_after_garbage(void **state)
{
    (void)state;
    struct rng rng = rng_seeded(822);
    struct rig rig;
    rig_init(&rig, NULL);
    struct reference_session *session = rig_session(&rig, 1);
    for (int i = 0; i < 3000; i++) {
        struct buffer line = {0};
        buffer_append_text(&line,
                           i % 3 == 0 ? "a SEARCH TEXT \"x\" FROM y" : "a FETCH 1:2 (FLAGS)");
        for (uint64_t n = rng_below(&rng, 8); n > 0; n--)
            mutate(&rng, &line);
        buffer_append_text(&line, "\r\n");
        reference_session_receive(session, buffer_span(&line));
        struct span output = reference_session_output(session);
        bool wants_literal = span_ends_with(output, SPAN_LIT("+ Ready for the literal\r\n"));
        reference_session_sent(session, output.nbytes);
        if (wants_literal) { /* more than any count there is, but for the large number */
            rig_end_session(&rig, 1);
            session = rig_session(&rig, 1);
        } else if (!reference_session_is_closing(session)) {
            reference_session_receive(session, SPAN_LIT("z NOOP\r\n"));
            output = reference_session_output(session);
            assert_true(span_ends_with(output, SPAN_LIT("z OK NOOP completed\r\n")));
            reference_session_sent(session, output.nbytes);
        }
        if (i % 40 == 0 && !reference_session_is_closing(session))
            reference_session_receive(session, SPAN_LIT("l LOGIN fred secret\r\n"
                                                        "s SELECT INBOX\r\n"));
        reference_session_sent(session, reference_session_output(session).nbytes);
        buffer_free(&line);
    }
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_of_every_size),   cmocka_unit_test(test_every_split_in_two),
        cmocka_unit_test(test_every_output_limit),    cmocka_unit_test(test_mutations),
        cmocka_unit_test(test_in_step_after_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
