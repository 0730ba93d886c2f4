#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client_helper.h"

static const struct client_request requests[] = {
    {"login", "A1 LOGIN fred secret\r\n", "A1 ", "ok\n"},
    {"literal", "A1 LOGIN fred {6}\r\n", "A1 ", "ok\n"},
    {"early", "A1 LOGIN fred {6}\r\nse\"ret\r\n", "A1 ", "ok\n"},
    {"noop", "A2 NOOP\r\n", "A2 OK", "ok\n"},
    {"denied", "A2 NOOP\r\n", "A2 NO", "no refused\n"},
    {"capability", "A3 CAPABILITY\r\n", "A3 BAD", "bad unknown\n"},
    {"fetch", "A4 FIND MAILBOXES box\r\n", "A4 OK", "text \"a \\\"b\\\"\" c\nok\n"},
    {"pair", "A5 NOOP\r\nA6 FIND MAILBOXES box\r\n", "A6 OK", "ok\n"},
    {"stuck", "", "", NULL},
    {"cache", "", "", "exists 3\nflags 2 \\Seen work\nenvelope 2 subject \"a b\"\nok\n"},
    {NULL, NULL, NULL, NULL},
};

static const struct client_reaction literals[] = {{"+ ", "se\"ret\r\n", false},
                                                  {NULL, NULL, false}};

static bool has_finding(const struct result_case *r, const char *requirement, const char *text)
{
    for (size_t i = 0; i < r->nfindings; i++)
        if (strcmp(r->findings[i].requirement, requirement) == 0 &&
            strstr(r->findings[i].text, text) != NULL)
            return true;
    return false;
}

static void check(const char *steps, enum result_verdict verdict, const char *reason)
{
    struct arena arena = {0};
    struct client client = {.requests = requests, .reactions = literals};
    const char *scenario = arena_printf(&arena,
                                        "scenario t \"t\" {\n"
                                        "  role server\n"
                                        "  covers client.complete-on-tag\n"
                                        "%s"
                                        "  check client.complete-on-tag\n"
                                        "  assert 1 == 1\n"
                                        "}\n",
                                        steps);
    struct result_case *r = client_play(&client, scenario, &arena);
    if (r->verdict != verdict || strstr(r->reason, reason) == NULL)
        fail_msg("%s: %s: %s\n%s", steps, result_verdict_name(r->verdict), r->reason, r->log);
    client_free(&client);
    arena_free(&arena);
}

#define LOGGED_IN                                                                                  \
    "  open\n  S: * OK hello\n  start login\n  C: @ LOGIN fred secret\n  S: @ OK in\n  finish "    \
    "ok\n"

static void test_plain_steps(void **state)
{
    (void)state;
    check(LOGGED_IN, RESULT_PASS, "");
    check(LOGGED_IN "  start noop\n  C: @ NOOP\n  S: @ OK done\n  finish ok\n", RESULT_PASS, "");
    check(LOGGED_IN "  start denied\n  C: @ NOOP\n  S: @ NO done\n  finish no\n", RESULT_PASS, "");
    check(LOGGED_IN "  start noop\n  C: @ FIND MAILBOXES box\n  S: @ OK done\n  finish ok\n",
          RESULT_BLOCKED, "another line came");
    check(LOGGED_IN "  start denied\n  C: @ NOOP\n  S: @ NO done\n  finish ok\n", RESULT_BLOCKED,
          "ends `denied` otherwise");
    check(LOGGED_IN "  start stuck\n  finish ok\n", RESULT_BLOCKED, "does not finish `stuck`");
    check(LOGGED_IN "  do unheard-of\n", RESULT_SKIP, "needs shim.unheard-of");
    check(LOGGED_IN "  do noop\n", RESULT_BLOCKED, "nothing in the scenario answers");
    check(LOGGED_IN
          "  start pair\n  C: @1 NOOP\n  C: @2 FIND MAILBOXES box\n  S: @2 OK a\n  S: @1 OK b\n"
          "  S: * OK nothing\n",
          RESULT_PASS, "");
}

static void test_handlers(void **state)
{
    (void)state;
    /* the most specific wins, whichever is written first */
    check(LOGGED_IN "  on? FIND MAILBOXES <any> {\n    S: @ NO wrong\n  }\n"
                    "  on FIND MAILBOXES <name:string> {\n    S: * MAILBOX ${name}\n"
                    "    S: @ OK done\n  }\n"
                    "  on? FIND <any> <any> {\n    S: @ NO wrong\n  }\n"
                    "  do fetch -> body\n  assert ${body} == \"a \\\"b\\\" c\"\n",
          RESULT_PASS, "");
    check(LOGGED_IN "  on NOOP {\n    S: @ OK done\n  }\n  do noop\n", RESULT_PASS, "");
    check(LOGGED_IN "  on FIND MAILBOXES box {\n    S: @ OK done\n  }\n", RESULT_BLOCKED,
          "never needed");
    check(LOGGED_IN "  on? FIND MAILBOXES box {\n    S: @ OK done\n  }\n", RESULT_PASS, "");
    /* a step that waits comes before a handler; @ is its own again afterwards */
    check(LOGGED_IN "  on? NOOP {\n    S: @ NO wrong\n  }\n  on FIND MAILBOXES box {\n    S: @ OK "
                    "checked\n  }\n"
                    "  start pair\n  C: @ NOOP\n  S: * OK wait\n  quiet 1ms\n",
          RESULT_BLOCKED, "all should be quiet");
    check(LOGGED_IN "  on FIND MAILBOXES box {\n    S: @ OK checked\n  }\n  on? NOOP {\n    S: @ "
                    "NO wrong\n  }\n"
                    "  start pair\n  C: @ NOOP\n  finish ok\n  S: @ OK done\n",
          RESULT_PASS, "");
    /* CAPABILITY is answered by itself */
    check(LOGGED_IN "  start capability\n  finish bad\n", RESULT_PASS, "");
    check(LOGGED_IN "  on CAPABILITY {\n    S: @ BAD what\n  }\n  start capability\n  finish bad\n",
          RESULT_PASS, "");
}

static void test_either(void **state)
{
    (void)state;
    check(
        LOGGED_IN
        "  start noop\n  either {\n    C: @ FIND MAILBOXES box\n  } or \"asks\" {\n    C: @ NOOP\n"
        "  }\n  S: @ OK done\n  finish ok\n",
        RESULT_PASS, "");
    /* what no branch wants is for the handlers, however long the branches wait */
    check(LOGGED_IN
          "  on NOOP {\n    S: @ OK done\n  }\n  start pair\n  either {\n"
          "    C: @ SELECT <any>\n  } or {\n    C: @ FIND MAILBOXES box\n  }\n  S: @ OK done\n"
          "  finish ok\n",
          RESULT_PASS, "");
    check(LOGGED_IN "  on NOOP {\n    S: @ OK done\n  }\n  start noop\n  either {\n    finish no\n"
                    "  } or {\n    finish ok\n  }\n",
          RESULT_PASS, "");
}

static void test_literals(void **state)
{
    (void)state;
    static const char greet[] = "  open\n  S: * OK hello\n";
    struct arena arena = {0};
    const char *const good[] = {
        /* asked for by the script */
        "  start literal\n  C: <t:tag> LOGIN fred {<n:number>}\n  assert ${n} == 6\n  quiet 1s\n"
        "  S: + go on\n  C= \"se\\\"ret\\r\\n\"\n  S: ${t} OK in\n  finish ok\n",
        "  start literal\n  C: @ LOGIN fred {6}\n  S: + go on\n  C: @ LOGIN fred \"se\\\"ret\"\n"
        "  S: @ OK in\n  finish ok\n",
        /* by the harness */
        "  start literal\n  C: @ LOGIN fred \"se\\\"ret\"\n  S: @ OK in\n  finish ok\n",
        "  on LOGIN <any> <any> {\n    S: @ OK in\n  }\n  do literal\n",
        /* by a handler */
        "  on LOGIN fred {<number>} {\n    quiet 1s\n    S: + at last\n  }\n"
        "  on LOGIN fred \"se\\\"ret\" {\n    S: @ OK in\n  }\n  do literal\n",
        /* refused */
        "  start literal\n  C: @ LOGIN fred {6}\n  S: @ NO not you\n  quiet 1s\n  finish ok\n",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        check(arena_printf(&arena, "%s%s", greet, good[i]), RESULT_PASS, "");
    check(arena_printf(&arena, "%s  start early\n  C: @ LOGIN fred {6}\n  quiet 1s\n", greet),
          RESULT_FAIL, "");
    arena_free(&arena);
}

static void test_watches_the_client(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct client client = {.requests = requests, .greets = "A0 NOOP\r\n"};
    struct result_case *r = client_play(&client,
                                        "scenario t \"t\" {\n  role server\n  open\n"
                                        "  C: @ NOOP\n  S: * OK late\n  S: @ OK done\n"
                                        "  start early\n  C: @ LOGIN fred {6}\n  S: + go on\n"
                                        "  C= \"se\\\"ret\\r\\n\"\n  S: @ OK in\n  finish ok\n}\n",
                                        &arena);
    assert_int_equal(r->verdict, RESULT_FAIL);
    assert_true(has_finding(r, "client.waits-greeting", ""));
    assert_true(has_finding(r, "literal.client-waits", ""));
    client_free(&client);
    arena_free(&arena);
}

static void test_cache(void **state)
{
    (void)state;
    check(LOGGED_IN
          "  cache exists == 3\n  cache flags 2 has \\Seen\n  cache flags 2 lacks \\Deleted\n"
          "  cache subject 2 == \"a b\"\n  cache exists < 4\n",
          RESULT_PASS, "");
    check(LOGGED_IN "  cache exists == 4\n", RESULT_BLOCKED, "believes something else");
    check(LOGGED_IN "  cache recent == 0\n", RESULT_BLOCKED, "believes something else");
}

static void test_requests_are_quoted(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct client client = {.requests = requests};
    struct result_case *r = client_play(
        &client,
        "scenario t \"t\" {\n  role server\n  open\n  S: * OK hello\n"
        "  do cache \"a \\\"b\\\\\" INBOX 2,4:7 (\\Deleted work) ${user} \"\\r\\n\"\n}\n",
        &arena);
    assert_int_equal(r->verdict, RESULT_PASS);
    assert_string_equal(arena_text(&arena, buffer_span(&client.asked)),
                        "open nowhere 143\n"
                        "cache \"a \\\"b\\\\\" INBOX 2,4:7 (\\Deleted work) \"fred\" "
                        "\"\\x0d\\x0a\"\n"
                        "quit\n");
    client_free(&client);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_steps),
        cmocka_unit_test(test_handlers),
        cmocka_unit_test(test_either),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_watches_the_client),
        cmocka_unit_test(test_cache),
        cmocka_unit_test(test_requests_are_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
