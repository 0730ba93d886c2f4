#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client_helper.h"

#define PLAY(transcripts) client_play_all(transcripts, sizeof(transcripts) / sizeof *(transcripts))
#define IN "D: login|fred|secret\nS: * OK hi\nC: A0001 LOGIN fred secret\nS: A0001 OK in\n=: ok\n"
#define SELECTED                                                                                   \
    IN "D: select|INBOX\nC: A0002 SELECT INBOX\nS: * FLAGS (\\Answered \\Flagged \\Deleted "       \
       "\\Seen)\nS: * 9 EXISTS\nS: * 0 RECENT\nS: A0002 OK done\n=: ok\n"

/* Before and around LOGIN (p.6, p.11, p.20). */
static void test_opening(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"nothing is sent before the whole greeting",
         "D: login|fred|secret\n?: state opening\nS- * OK hi\nS- \\r\n=: running\nS- \\n\n"
         "C: A0001 LOGIN fred secret\nS: A0001 OK\n=: ok\n?: state authenticated\n"},
        {"preauthenticated",
         "D: select|INBOX\nS: * PREAUTH hi\nC: A0001 SELECT INBOX\nS: A0001 OK done\n=: ok\n"
         "D: login|a|b\n=: refused logged in already\n"},
        {"lower case and data before the greeting",
         "D: login|a|b\nS: * 5 EXISTS\n?: ignored 1\nS: * ok\nC: A0001 LOGIN a b\n"},
        {"BYE", "D: login|a|b\nS: * BYE too many\n=: refused the server said BYE: too many\n?: "
                "closing \n"},
        {"NO",
         "D: login|a|b\nS: * NO go away\n=: refused the server does not greet\n?: closing \n"},
        {"not IMAP", "D: login|a|b\nS: +OK POP3\n=: refused\n?: closing \n"},
        {"end", "D: login|a|b\nX:\n=: refused the connection is closed\n?: state closed\n"},
        {"refused LOGIN",
         "S: * OK\nD: login|a|b\nC: A0001 LOGIN a b\nD: select|x\nD: noop\nS: A0001 NO who\n=: no "
         "who\n"
         "=: refused not logged in\n=: refused not logged in\nD: login|a|c\nC: A0002 LOGIN a c\n"
         "S: A0002 BAD what\n=: bad what\nD: logout\nC: A0003 LOGOUT\nS: A0003 OK\n=: ok\n"},
        {"wrong states",
         IN "D: fetch|1|FLAGS\n=: refused no mailbox is selected\nD: check\n=: refused\n"
            "D: search|ALL\n=: refused\nD: expunge\n=: refused\nD: copy|1|x\n=: refused\n"
            "D: store|1|+FLAGS|\\Seen\n=: refused\nD: noop\nC: A0002 NOOP\n"},
    };
    (void)state;
    PLAY(transcripts);
}

static void test_ending(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"LOGOUT",
         IN "D: logout\nC: A0002 LOGOUT\nD: noop\n=: running\nS: * BYE so long\n?: open \n"
            "=: running\nS: A0002 OK done\n=: ok done\n=: refused\n?: closing \n"},
        {"LOGOUT without BYE",
         IN "D: logout\nC: A0002 LOGOUT\nS: A0002 OK done\n=: ok\n?: closing \n"},
        {"LOGOUT and the end",
         IN "D: logout\nC: A0002 LOGOUT\nX:\n=: ok the connection is closed\n"},
        {"BYE inside FETCH",
         SELECTED "D: fetch|1|FLAGS\nC: A0003 FETCH 1 FLAGS\nD: logout\nS: * 1 FETCH (FLAGS ())\n"
                  "S: * BYE down\n=: lost the server said BYE: down\n=: ok\n?: closing \n"
                  "D: noop\n=: refused the connection is over\nS: A0003 OK late\n"},
        {"BYE before the command has gone",
         IN "D: noop\nC- A0002\nC-  NOOP\\r\\n\nS: * BYE down\n=: lost\n"},
        {"end inside a literal",
         SELECTED "D: fetch|1|RFC822.TEXT\nC: A0003 FETCH 1 RFC822.TEXT\n"
                  "S: * 1 FETCH (RFC822.TEXT {10}\nS- abc\nX:\n=: lost\n?: text 1 ?\n"},
        {"end inside a line", SELECTED "S- * 10 EXISTS\nX:\n?: exists 9\n"},
    };
    (void)state;
    PLAY(transcripts);
}

/* p.5-6, p.24 */
static void test_completions(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"only its own tag completes",
         IN "D: noop\nC: A0002 NOOP\nS: * OK done\nS: * NO hm\nS: * BAD hm\nS: ZZZ9 OK stray\n"
            "S: a0002 OK other case\nS: A0001 OK again\nS: A0002\nS: A0002 FINE\nS: \n"
            "?: ignored 6\n=: running\nS: A0002 ok\n=: ok\n"},
        {"texts mean nothing", IN "D: noop\nC: A0002 NOOP\nS: * OK BYE {5}\nS: * NO A0002 OK "
                                  "{100}\nS: A0002 OK NO error {7}\n"
                                  "=: ok NO error {7}\nD: noop\nC: A0003 NOOP\n"},
        {"NO and BAD", IN "D: select|x\nC: A0002 SELECT x\nS: A0002 NO none\n=: no none\n"
                          "D: select|y\nC: A0003 SELECT y\nS: A0003 BAD none\n=: bad none\n"},
        {"a line feed alone ends a line, too",
         IN "D: noop\nC: A0002 NOOP\nS- A0002 OK\\n\n=: ok\n"},
    };
    (void)state;
    PLAY(transcripts);
}

/* What is overlapped and what waits (p.6). */
static void test_order(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"nothing behind LOGIN",
         "S: * OK\nD: login|a|b\nC: A0001 LOGIN a b\nD: noop\nS: A0001 OK\nC: A0002 NOOP\n"},
        {"FETCH overlaps FETCH; out of order is fine",
         SELECTED "D: fetch|1|FLAGS\nC: A0003 FETCH 1 FLAGS\nD: fetch|2:3|ENVELOPE|FLAGS\n"
                  "C: A0004 FETCH 2:3 (FLAGS ENVELOPE)\nD: copy|1|x\nC: A0005 COPY 1 x\nD: noop\n"
                  "C: A0006 NOOP\nD: mailboxes|*\nC: A0007 FIND MAILBOXES *\n"
                  "S: A0004 OK\n=: running\nS: A0003 OK\n=: ok\n=: ok\n=: running\n"
                  "S: * 1 COPY\n=: found 1\nS: A0005 OK\n=: ok\n"},
        {"no second SEARCH or FIND",
         SELECTED "D: search|ALL\nC: A0003 SEARCH ALL\nD: search|NEW\nD: fetch|1|FAST\n"
                  "S: * SEARCH 2 5\nS: A0003 OK\n=: found 2 5\n=: ok\nC: A0004 SEARCH NEW\n"
                  "C: A0005 FETCH 1 FAST\nS: * SEARCH\nS: A0004 OK\n=: found \n=: ok\n"
                  "D: mailboxes|*\nC: A0006 FIND MAILBOXES *\nD: bboards|*\nS: A0006 OK\n"
                  "C: A0007 FIND BBOARDS *\n"},
        {"nothing with numbers behind EXPUNGE, CHECK, NOOP or SELECT",
         SELECTED "D: expunge\nC: A0003 EXPUNGE\nD: fetch|9|FLAGS\nS: * 9 EXPUNGE\nS: * 1 EXPUNGE\n"
                  "S: A0003 OK\n=: ok\n=: refused the messages are gone\n"
                  "D: noop\nC: A0004 NOOP\nD: store|7|+FLAGS|\\Seen\nS: * 2 EXPUNGE\nS: A0004 OK\n"
                  "C: A0005 STORE 6 +FLAGS (\\Seen)\nS: A0005 OK\n=: ok\n=: ok\n"
                  "D: select|x\nC: A0006 SELECT x\nD: fetch|1|FLAGS\nS: * 1 EXISTS\nS: A0006 OK\n"
                  "C: A0007 FETCH 1 FLAGS\n"},
        {"numbers of results and requests follow EXPUNGE",
         SELECTED "D: search|ALL\nC: A0003 SEARCH ALL\nS: * SEARCH 9 2 5 5 10 0\n=: found 2 5 9\n"
                  "S: * 3 EXPUNGE\n=: found 2 4 8\nS: * 2 EXPUNGE\n=: found 3 7\nS: A0003 OK\n"
                  "S: * 1 EXPUNGE\n=: found 2 6\n=: ok\n?: ignored 1\n"},
        {"STORE waits for SEARCH",
         SELECTED "D: search|UNSEEN\nC: A0003 SEARCH UNSEEN\nD: store|1|FLAGS|\\Seen\nS: A0003 OK\n"
                  "C: A0004 STORE 1 FLAGS (\\Seen)\nD: fetch|1|FLAGS\nS: A0004 OK\nC: A0005 FETCH "
                  "1 FLAGS\n"},
    };
    (void)state;
    PLAY(transcripts);
}

/* Strings, and literals (p.9-10, p.21). */
static void test_strings(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"quoted", "S: * OK\nD: login|a b|()\nC: A0001 LOGIN \"a b\" \"()\"\n"},
        {"NIL is quoted", "S: * OK\nD: login|nil|x\nC: A0001 LOGIN \"nil\" x\n"},
        {"literals wait for +",
         "S: * OK\nD: login|a%b|pa\"ss\nC: A0001 LOGIN {3}\nS: * OK wait\n"
         "S: + go\nC: a%b {5}\nS: * NO hm\nS: +\nC: pa\"ss\nS: A0001 OK\n=: ok\n"},
        {"the empty string is a literal",
         "S: * OK\nD: login||x\nC: A0001 LOGIN {0}\nS: +\nC:  x\n"},
        {"refused by NO",
         "S: * OK\nD: login|a|p\\w\nC: A0001 LOGIN a {3}\nS: A0001 NO who\n=: no who\n"
         "D: login|a|b\nC: A0002 LOGIN a b\nS: + go\n"},
        {"refused by BAD at the second one",
         "S: * OK\nD: login|a{|b{\nC: A0001 LOGIN {2}\nS: + \nC: a{ {2}\nS: A0001 BAD no\n=: bad\n"
         "S: + go\n?: ignored 1\n"},
        {"OK in place of + is no success", "S: * OK\nD: login|a|b{\nC: A0001 LOGIN a {2}\nS: A0001 "
                                           "OK in\n=: refused in\n?: state greeted\n"},
        {"nothing else is sent meanwhile",
         SELECTED "D: copy|1|x{y\nC: A0003 COPY 1 {3}\nD: noop\nD: fetch|1|FLAGS\nS: * 1 EXPUNGE\n"
                  "S: + ok\nC: x{y\nC: A0004 NOOP\nS: A0003 OK\nS: A0004 OK\n=: ok\n=: ok\n"
                  "=: refused the messages are gone\n"},
        {"stray + is not answered", IN "S: + hi\nD: noop\nC: A0002 NOOP\nS: + hi\n?: ignored 2\n"},
        {"+ before the count has left is stray",
         "S: * OK\nD: login|a|b{\nC- A0001 LOGIN a {2}\nC- \\r\\n\nS: + go\nC: b{\n"},
        {"search", SELECTED
         "D: search|from|a b|since|1-Oct-1987|keyword|todo|text|{|seen|before|02-jan-2001\n"
         "C: A0003 SEARCH FROM \"a b\" SINCE 1-Oct-87 KEYWORD todo TEXT {1}\nS: +\n"
         "C: { SEEN BEFORE 2-jan-2001\n"},
        {"not sent", SELECTED
         "D: search|NOT|x\n=: refused\nD: search|FROM\n=: refused\nD: search\n=: refused\n"
         "D: search|ON|31-Feb-87\n=: refused\nD: search|UNKEYWORD|a b\n=: refused\n"
         "D: store|1|+FLAGS|a b\n=: refused\nD: store|1|+FLAGS\n=: refused\n"
         "D: fetch|1|BODY\n=: refused\nD: fetch|1\n=: refused\nD: fetch|0|FLAGS\n=: refused\n"
         "D: fetch|10|FLAGS\n=: refused\nD: fetch|1,|FLAGS\n=: refused\n"
         "D: fetch|*|FLAGS\n=: refused\nD: copy|1:|x\n=: refused\n"},
        {"forms",
         SELECTED "D: fetch|1,3:2,7|ALL\nC: A0003 FETCH 1,2:3,7 ALL\nD: fetch|1|FAST\n"
                  "C: A0004 FETCH 1 FAST\nD: fetch|1|ALL|RFC822\n"
                  "C: A0005 FETCH 1 (FLAGS INTERNALDATE RFC822.SIZE ENVELOPE RFC822)\n"
                  "S: A0003 OK\nS: A0004 OK\nS: A0005 OK\nD: store|2|-FLAGS|a|\\Seen\n"
                  "C: A0006 STORE 2 -FLAGS (a \\Seen)\nS: * FLAGS (a \\Seen \\Recent \\Flagged)\n"
                  "S: A0006 OK\nD: store|2|FLAGS\n"
                  "C: A0007 STORE 2 -FLAGS (\\Answered \\Flagged \\Deleted \\Seen a)\n"},
    };
    (void)state;
    PLAY(transcripts);
}

/* Optional commands, names, access (p.11-13). */
static void test_mailboxes(void **state)
{
    static const struct client_transcript transcripts[] = {
        {"names are handed back as they came",
         IN "D: mailboxes|*\nC: A0002 FIND MAILBOXES *\nS: * MAILBOX Odd Name.x\nS: * mailbox \"a "
            "b\"\n"
            "S: * MAILBOX {3}\nS: x{1\nS: * MAILBOX it ends {3}\nS: * BBOARD news\nS: A0002 OK\n"
            "=: names Odd Name.x a b x{1 it ends {3}\n=: ok\n?: ignored 1\nD: select|it ends {3}\n"
            "C: A0003 SELECT {11}\n"},
        {"FIND MAILBOXES refused is not repeated",
         IN "D: mailboxes|*\nC: A0002 FIND MAILBOXES *\nS: A0002 BAD no\n=: bad\nD: mailboxes|*\n"
            "=: refused the server does not have this command\nD: bboards|*\n"
            "C: A0003 FIND BBOARDS *\nS: A0003 NO\n=: no\nD: bboards|*\nC: A0004 FIND BBOARDS *\n"},
        {"BBOARD refused", IN "D: bboard|x\nC: A0002 BBOARD x\nS: A0002 BAD\n=: bad\nD: bboard|x\n"
                              "=: refused\nD: select|x\nC: A0003 SELECT x\n"},
        {"read-only", IN
         "D: select|x\nC: A0002 SELECT x\nS: * 1 EXISTS\nS: A0002 OK [Read-Only] done\n=: ok\n"
         "D: store|1|+FLAGS|\\Seen\n=: refused the mailbox is read-only\nD: expunge\n=: refused\n"
         "D: copy|1|y\nC: A0003 COPY 1 y\n"},
        {"no numbers in an empty mailbox",
         IN "D: select|x\nC: A0002 SELECT x\nS: * 0 EXISTS\nS: A0002 OK done\n=: ok\n"
            "D: fetch|1|ALL\n=: refused there are no such messages\nD: search|ALL\n"
            "C: A0003 SEARCH ALL\nS: A0003 OK\n=: found \n=: ok\n"},
        {"refused SELECT: nothing is selected (B54)",
         SELECTED "S: * 1 FETCH (FLAGS (\\Seen))\nD: select|x\nC: A0003 SELECT x\n?: exists 0\n"
                  "S: * 4 EXISTS\n?: exists 4\nS: A0003 NO none\n=: no\n?: exists 0\n?: flags 1 ?\n"
                  "?: state authenticated\nD: fetch|1|FLAGS\n=: refused no mailbox is selected\n"
                  "S: * 4 EXISTS\n?: ignored 1\n?: exists 0\n"},
    };
    (void)state;
    PLAY(transcripts);
}

static void test_limits(void **state)
{
    struct reference_client_config config = {.line_limit_nbytes = 20, .literal_limit_nbytes = 8};
    static const struct {
        const char *octets;
        bool is_fault;
    } cases[] = {
        {"* OK 45678901234567\r\n* OK 45678901234567\r\n", false},
        {"* OK 456789012345678901\r\n", true},
        {"* OK 4567890123456789012", true},
        {"* OK\r\n* 1 FETCH (A {8}\r\n12345678)\r\n", false},
        {"* OK\r\n* 1 FETCH (A {9}\r\n", true},
        {"* OK\r\n* 1 FETCH (A {4}\r\n1234 B {5}\r\n", true},
        {"* OK\r\n* A {99999999999999999999}\r\n", true},
    };
    (void)state;
    for (size_t i = 0; i < 2 * (sizeof cases / sizeof *cases); i++) {
        struct reference_client *client = reference_client_new(&config);
        struct span octets = span_of(cases[i / 2].octets);
        client_feed(client, octets, i % 2 == 0 ? octets.nbytes : 1);
        assert_int_equal(reference_client_is_closing(client), cases[i / 2].is_fault);
        reference_client_free(&client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opening),     cmocka_unit_test(test_ending),
        cmocka_unit_test(test_completions), cmocka_unit_test(test_order),
        cmocka_unit_test(test_strings),     cmocka_unit_test(test_mailboxes),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
