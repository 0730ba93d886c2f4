#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client_helper.h"

#define PLAY(transcripts) client_play_all(transcripts, sizeof(transcripts) / sizeof *(transcripts))
#define IN "D: login|fred|secret\nS: * OK hi\nC: A0001 LOGIN fred secret\nS: A0001 OK in\n=: ok\n"
#define SELECTED(exists)                                                                           \
    IN "D: select|INBOX\nC: A0002 SELECT INBOX\nS: * FLAGS (\\Answered \\Flagged \\Deleted "       \
       "\\Seen)\nS: * " #exists " EXISTS\nS: * 0 RECENT\nS: A0002 OK done\n=: ok\n"
#define ENVELOPE(subject) "(NIL \"" subject "\" NIL NIL NIL NIL NIL NIL NIL NIL)"

/* All orders of the data of SELECT give the same mailbox (p.11, B53). */
static void test_select_orders(void **state)
{
    static const char *const lines[] = {"* FLAGS (\\Seen a)\r\n", "* 9 EXISTS\r\n",
                                        "* 3 RECENT\r\n"};
    static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                          {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    (void)state;
    for (size_t i = 0; i < 6; i++) {
        struct reference_client *client = client_selected(4);
        struct client_view view;
        uint64_t id = client_begin_text(client, SPAN_LIT("select|other"));
        reference_client_sent(client, reference_client_output(client).nbytes);
        for (size_t j = 0; j < 3; j++)
            client_feed(client, span_of(lines[orders[i][j]]), 1 + i);
        client_feed(client, SPAN_LIT("A0003 OK [READ-ONLY] x\r\n"), 3);
        assert_int_equal(reference_client_result(client, id)->outcome, CLIENT_OK);
        assert_true(reference_client_view(client, &view));
        assert_int_equal(view.exists, 9);
        assert_int_equal(view.recent, 3);
        assert_true(span_is(view.flags, "\\Seen a"));
        assert_true(span_is(view.name, "other"));
        assert_int_equal(view.access, CLIENT_READ_ONLY);
        assert_false(view.is_pending);
        reference_client_free(&client);
    }
}

static void test_counts(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"growth keeps what is known, the same count changes nothing",
         SELECTED(9) "S: * 9 FETCH (FLAGS (a) ENVELOPE " ENVELOPE(
             "nine") ")\nS: * 12 EXISTS\n?: exists 12\n?: flags 9 a\n?: subject 9 nine\n"
                     "?: flags 10 ?\nS: * 12 EXISTS\n?: subject 9 nine\n?: ignored 0\n"
                     "S: * 12 FETCH (FLAGS (b))\n?: flags 12 b\n"},
        {"shrinking is ignored (B61)", SELECTED(9) "S: * 9 FETCH (FLAGS (a))\nS: * 4 EXISTS\n?: "
                                                   "exists 9\n?: flags 9 a\n?: ignored 1\n"},
        {"during SELECT the last count is the new mailbox's",
         SELECTED(9) "D: select|x\nC: A0003 SELECT x\nS: * 10 EXISTS\nS: * 10 FETCH (FLAGS (a))\n"
                     "S: * 2 EXISTS\nS: A0003 OK\n?: exists 2\n?: flags 10 ?\n=: ok\n"},
        {"data before the first count (B53)",
         IN "D: select|x\nC: A0002 SELECT x\nS: * 5 RECENT\nS: * 3 FETCH (FLAGS (a))\n"
            "S: * 7 FETCH (FLAGS (b))\n?: recent 0\nS: * 4 EXISTS\nS: A0002 OK\n?: flags 3 a\n"
            "?: flags 7 ?\n?: recent 4\n=: ok\n"},
        {"RECENT is clipped to the count (B58)",
         SELECTED(2) "S: * 2 RECENT\nS: * 2 EXPUNGE\n?: recent 1\nS: * 4 EXISTS\n?: recent 1\n"
                     "S: * 3 recent\n?: recent 3\n"},
        {"a count beyond measure",
         SELECTED(
             9) "S: * 4294967295 EXISTS\n?: exists 4294967295\nS: * 4294967295 FETCH (FLAGS (a))\n"
                "S: * 1 EXPUNGE\n?: flags 4294967294 a\nD: show|1:4294967294|FLAGS\n"
                "C: A0003 FETCH 1:4294967293 FLAGS\nS: * 4294967296 EXISTS\n?: ignored 1\n"
                "?: exists 4294967294\n"},
        {"nothing of the last mailbox stays",
         SELECTED(9) "S: * 1 FETCH (FLAGS (a) RFC822.SIZE 7)\nD: select|x\nC: A0003 SELECT x\n"
                     "?: flags 1 ?\n?: listed \nS: * 3 EXPUNGE\nS: * 2 EXISTS\nS: A0003 OK\n"
                     "?: exists 2\n?: size 1 ?\n?: ignored 1\n=: ok\n"},
        {"FLAGS lists replace each other",
         SELECTED(1) "S: * FLAGS (a b)\n?: listed a b\nS: * flags \\Seen\n?: listed \\Seen\n"
                     "S: * FLAGS ()\n?: listed \nS: * FLAGS (a \"b\")\n?: listed \n?: ignored 1\n"},
    };
    (void)state;
    PLAY(transcripts);
}

#define NINE                                                                                       \
    SELECTED(9)                                                                                    \
    "S: * 1 FETCH (FLAGS (m1))\nS: * 2 FETCH (FLAGS (m2))\nS: * 3 FETCH (FLAGS (m3))\n"            \
    "S: * 4 FETCH (FLAGS (m4))\nS: * 5 FETCH (FLAGS (m5))\nS: * 7 FETCH (FLAGS (m7))\n"            \
    "S: * 8 FETCH (FLAGS (m8))\nS: * 9 FETCH (FLAGS (m9))\n"

static void test_expunge(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"five times the fifth (p.13)",
         NINE "S: * 5 EXPUNGE\nS: * 5 EXPUNGE\n?: flags 5 m7\nS: * 5 EXPUNGE\nS: * 5 EXPUNGE\n"
              "S: * 5 EXPUNGE\n?: exists 4\n?: flags 4 m4\n?: flags 5 ?\nD: fetch|5|FLAGS\n=: "
              "refused\n"},
        {"from the end", NINE "S: * 9 EXPUNGE\nS: * 8 EXPUNGE\nS: * 7 EXPUNGE\n?: exists 6\n"
                              "?: flags 5 m5\n?: flags 6 ?\n"},
        {"the first, until none is left",
         SELECTED(2) "S: * 2 FETCH (FLAGS (b))\nS: * 1 EXPUNGE\n?: flags 1 b\nS: * 1 EXPUNGE\n"
                     "?: exists 0\nS: * 1 EXPUNGE\n?: exists 0\n?: ignored 1\n"},
        {"between FETCH data", NINE
         "D: fetch|1:9|RFC822.SIZE\nC: A0003 FETCH 1:9 RFC822.SIZE\nS: * 1 FETCH (RFC822.SIZE 1)\n"
         "S: * 3 EXPUNGE\nS: * 2 FETCH (RFC822.SIZE 2)\nS: * 3 FETCH (RFC822.SIZE 4)\n"
         "S: * 1 EXPUNGE\nS: * 2 FETCH (RFC822.SIZE 44)\nS: A0003 OK\n=: ok\n?: exists 7\n"
         "?: flags 1 m2\n?: size 1 2\n?: flags 2 m4\n?: size 2 44\n?: flags 5 m7\n"},
        {"no such message",
         NINE "S: * 0 EXPUNGE\nS: * 10 EXPUNGE\nS: * -1 EXPUNGE\nS: * 3 EXPUNGE x\nS: * EXPUNGE\n"
              "S: * 99999999999 EXPUNGE\n?: exists 9\n?: flags 9 m9\n?: ignored 6\n"},
    };
    (void)state;
    PLAY(transcripts);
}

static void test_message_data(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"any order, any case, several lines, the last value wins (B29, B39)",
         SELECTED(3) "S: * 2 fetch (rfc822.size 7 Flags (\\SEEN Foo) envelope " ENVELOPE(
             "one") " RFC822.Size 8)\nS: * 2 Fetch (RFC822.TEXT {5}\nS- a\\r\\nb)\nS:  FLAGS () "
                    "FLAGS (x))\n"
                    "?: size 2 8\n?: subject 2 one\n?: text 2 a\\r\\nb)\n?: flags 2 x\n"
                    "S: * 2 FETCH (FLAGS ())\n?: flags 2 \n?: ignored 0\n"},
        {"STORE data is FETCH data, COPY changes nothing (B24, B67)",
         SELECTED(3) "S: * 2 STORE (FLAGS (\\Flagged))\n?: flags 2 \\Flagged\nS: * 2 COPY\n?: "
                     "ignored 1\n"},
        {"unknown properties are skipped",
         SELECTED(3) "S: * 3 FETCH (X-FOO (1 \"a)\" {2}\nS- )(\nS:  (() NIL)) FLAGS (\\Seen) "
                     "BODY[] NIL)\n"
                     "?: flags 3 \\Seen\n?: ignored 0\n"},
        {"unknown data is skipped, with its literals",
         SELECTED(3) "S: * XYZZY 1 {11}\nS: * 3 EXPUNGE\\r\n?: exists 3\nS: * 3 PLUGH (a)\n"
                     "S: * 3 EXPUNGE\n?: exists 2\n?: ignored 2\n"},
        {"texts",
         SELECTED(3) "S: * 1 FETCH (RFC822.HEADER \"a\\b\" RFC822.TEXT NIL RFC822 {0}\nS: )\n"
                     "?: header 1 a\\\\b\n?: text 1 \n?: rfc822 1 \n"},
        {"messages that do not exist",
         SELECTED(
             3) "S: * 0 FETCH (FLAGS (a))\nS: * 4 FETCH (FLAGS (a))\n?: ignored 2\nS: * 4 EXISTS\n"
                "?: flags 4 ?\n"},
        {"a malformed line is ignored as a whole",
         SELECTED(3) "S: * 1 FETCH (FLAGS (a) X (b)\nS: * 1 FETCH FLAGS (a)\nS: * 1 FETCH (FLAGS "
                     "(a)) x\n"
                     "S: * 1 FETCH (FLAGS (a) X \"b)\nS: * 1 FETCH\nS: * 1 FETCH (FLAGS)\n"
                     "S: * 1 FETCH (FLAGS (a) X {5)\n?: flags 1 ?\n?: ignored 7\n"},
        {"a wrong value is left out, the others are taken",
         SELECTED(3) "S: * 1 FETCH (RFC822.SIZE -1 ENVELOPE (NIL) FLAGS (a) INTERNALDATE NIL "
                     "RFC822 (x))\n"
                     "?: flags 1 a\n?: size 1 ?\n?: subject 1 ?\n?: rfc822 1 ?\n?: ignored 1\n"},
        {"without a mailbox", IN
         "S: * 3 EXISTS\nS: * 1 RECENT\nS: * 1 EXPUNGE\nS: * 1 FETCH (FLAGS ())\nS: * FLAGS (a)\n"
         "S: * SEARCH 1\nS: * MAILBOX x\n?: ignored 7\n?: exists 0\n"},
        {"a silent FETCH leaves what is known (B26)",
         SELECTED(
             3) "S: * 1 FETCH (FLAGS (a))\nD: fetch|1|FLAGS\nC: A0003 FETCH 1 FLAGS\nS: A0003 OK\n"
                "=: ok\n?: flags 1 a\n"},
        {"only what is missing is fetched (p.25)",
         SELECTED(9) "D: show|1:3|FLAGS|ENVELOPE\nC: A0003 FETCH 1:3 (FLAGS ENVELOPE)\n"
                     "S: * 1 FETCH (FLAGS (a) ENVELOPE " ENVELOPE(
                         "1") ")\nS: * 3 FETCH (FLAGS (c) "
                              "ENVELOPE " ENVELOPE("3") ")\n"
                                                        "S: * 2 FETCH (FLAGS "
                                                        "(b))\nS: A0003 OK\n=: "
                                                        "ok\nD: "
                                                        "show|1:3|FLAGS|"
                                                        "ENVELOPE\n"
                                                        "C: A0004 FETCH 2 "
                                                        "ENVELOPE\nS: * 2 FETCH "
                                                        "(ENVELOPE " ENVELOPE("2") ")\nS: A0004 "
                                                                                   "OK\n=: ok\nD: "
                                                                                   "show|1:3|"
                                                                                   "FLAGS|"
                                                                                   "ENVELOPE\n=: "
                                                                                   "ok known "
                                                                                   "already\n"
                                                                                   "S: * 12 "
                                                                                   "EXISTS\nD: "
                                                                                   "show|1:12|"
                                                                                   "ENVELOPE\nC: "
                                                                                   "A0005 FETCH "
                                                                                   "4:12 "
                                                                                   "ENVELOPE\n"},
    };
    (void)state;
    PLAY(transcripts);
}

/* The server need not tell what STORE has done (B25). */
static void test_store(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"told",
         SELECTED(3) "S: * 2 FETCH (FLAGS (a))\nD: store|2|+FLAGS|b\nC: A0003 STORE 2 +FLAGS (b)\n"
                     "S: * 2 FETCH (FLAGS (z))\nS: A0003 OK\n=: ok\n?: flags 2 z\n"},
        {"not told",
         SELECTED(3) "S: * 2 FETCH (FLAGS (a \\Recent))\nD: store|1:2|+FLAGS|b|A|\\Recent\n"
                     "C: A0003 STORE 1:2 +FLAGS (b A \\Recent)\nS: A0003 OK\n=: ok\n"
                     "?: flags 2 a \\Recent b\n?: flags 1 ?\nD: store|2|-FLAGS|A\n"
                     "C: A0004 STORE 2 -FLAGS (A)\nS: A0004 OK\n?: flags 2 \\Recent b\n=: ok\n"
                     "D: store|2|FLAGS|\\Seen\nC: A0005 STORE 2 FLAGS (\\Seen)\nS: A0005 OK\n"
                     "?: flags 2 \\Seen \\Recent\n=: ok\n"},
        {"refused",
         SELECTED(3) "S: * 2 FETCH (FLAGS (a))\nD: store|2|+FLAGS|b\nC: A0003 STORE 2 +FLAGS (b)\n"
                     "S: A0003 NO\n=: no\n?: flags 2 a\n"},
        {"renumbered: not known any more",
         SELECTED(
             3) "S: * 2 FETCH (FLAGS (a))\nS: * 3 FETCH (FLAGS (c))\nD: store|2|+FLAGS|b\n"
                "C: A0003 STORE 2 +FLAGS (b)\nS: * 1 EXPUNGE\nS: A0003 OK\n=: ok\n?: flags 1 ?\n"
                "?: flags 2 c\n"},
    };
    (void)state;
    PLAY(transcripts);
}

/* What looks like responses inside a literal is text, however it is cut. */
static void test_forged(void **state)
{
    static const char text[] = "A0003 OK done\r\n* 99 EXISTS\r\n* 1 EXPUNGE\r\n* BYE forged\r\n+ "
                               "go\r\n)\r\n{3}\r\nA0003 NO\r\n";
    struct buffer octets = {0};
    (void)state;
    buffer_printf(&octets, "* 2 FETCH (FLAGS (a) RFC822.TEXT {%zu}\r\n%s)\r\n", strlen(text), text);
    for (size_t cut = 0; cut <= octets.nbytes; cut++) {
        struct reference_client *client = client_selected(3);
        uint64_t id = client_begin_text(client, SPAN_LIT("fetch|2|RFC822.TEXT"));
        reference_client_sent(client, reference_client_output(client).nbytes);
        reference_client_receive(client, span_slice(buffer_span(&octets), 0, cut));
        struct client_view view;
        assert_true(reference_client_view(client, &view));
        assert_int_equal(view.exists, 3);
        const struct client_message *message = reference_client_message(client, 2);
        assert_true((message != NULL) == (cut == octets.nbytes));
        reference_client_receive(client, span_from(buffer_span(&octets), cut));
        assert_int_equal(reference_client_result(client, id)->outcome, CLIENT_RUNNING);
        assert_true(reference_client_view(client, &view));
        assert_int_equal(view.exists, 3);
        assert_true(span_is(reference_client_message(client, 2)->text, text));
        client_feed(client, SPAN_LIT("A0003 OK done\r\n"), 1);
        assert_int_equal(reference_client_result(client, id)->outcome, CLIENT_OK);
        assert_int_equal(reference_client_nnotes(client), 0);
        reference_client_free(&client);
    }
    buffer_free(&octets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_select_orders), cmocka_unit_test(test_counts),
        cmocka_unit_test(test_expunge),       cmocka_unit_test(test_message_data),
        cmocka_unit_test(test_store),         cmocka_unit_test(test_forged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
