#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client_helper.h"

static const struct client_request requests[] = {
    {"login", "A1 LOGIN fred secret\r\n", "A1 ", "ok\n"},
    {"first", "A2 NOOP\r\n", "A2 ", "ok\n"},
    {"second", "A3 NOOP\r\n", "A3 ", "no refused\n"},
    {"third", "A4 FIND MAILBOXES box\r\n", "A4 ", "bad what\n"},
    {"odd", "", "", "text \"{5}\\x0d\\x0a\"\nok\n"},
    {"quoted", "", "", "text \"\\\"a\\\"\"\nok\n"},
    {"cache", "", "",
     "date 1 \"1988-06-09 12:55:44 -0700\" \" 9-Jun-88 12:55:44 PDT\"\n"
     "date 2 \"1988-06-09 12:55:44\" \"x\"\ndate 3 NIL \"odd\"\nok\n"},
    {NULL, NULL, NULL, NULL},
};

static const struct client_reaction closing[] = {{"go away", "", true}, {NULL, NULL, false}};

static struct result_case *play(struct client *client, struct arena *arena, const char *meta,
                                const char *steps)
{
    client->requests = requests;
    return client_play(client,
                       arena_printf(arena,
                                    "scenario t \"t\" {\n  role server\n"
                                    "  covers client.complete-on-tag pipeline.client-no-ambiguity\n"
                                    "%s  open\n  S: * OK hello\n  start login\n"
                                    "  C: @ LOGIN fred secret\n  S: @ OK in\n  finish ok\n%s"
                                    "  check client.complete-on-tag pipeline.client-no-ambiguity\n"
                                    "  assert 1 == 1\n}\n",
                                    meta, steps),
                       arena);
}

static void check_case(const char *meta, const char *steps, enum result_verdict verdict,
                       const char *reason)
{
    struct arena arena = {0};
    struct client client = {.reactions = closing};
    struct result_case *r = play(&client, &arena, meta, steps);
    bool has_reason = strstr(r->reason, reason) != NULL;
    for (size_t i = 0; i < r->nfindings; i++)
        has_reason = has_reason || strstr(r->findings[i].text, reason) != NULL;
    if (r->verdict != verdict || !has_reason)
        fail_msg("%s: %s: %s\n%s", steps, result_verdict_name(r->verdict), r->reason, r->log);
    client_free(&client);
    arena_free(&arena);
}

static void check(const char *steps, enum result_verdict verdict, const char *reason)
{
    check_case("", steps, verdict, reason);
}

#define ALL_THREE                                                                                  \
    "  start first\n  start second\n  start third\n"                                               \
    "  C: <a:tag> NOOP\n  C: <b:tag> NOOP\n  C: <c:tag> FIND MAILBOXES box\n"

static void test_overlap(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct client client = {0};
    struct result_case *r =
        play(&client, &arena, "",
             ALL_THREE "  S: ${c} BAD what\n  S: ${a} OK done\n  S: ${b} NO refused\n"
                       "  finish ok\n  finish no\n  finish bad\n");
    if (r->verdict != RESULT_PASS)
        fail_msg("%s\n%s", r->reason, r->log);
    /* all were asked before any was answered */
    assert_non_null(strstr(r->log, "> first\n"));
    assert_true(strstr(r->log, "> third") < strstr(r->log, "A4 BAD"));
    client_free(&client);
    arena_free(&arena);
    check(ALL_THREE "  S: ${c} BAD what\n  finish ok\n", RESULT_BLOCKED, "does not finish `first`");
    check(ALL_THREE "  S: ${a} OK x\n  S: ${b} NO x\n  S: ${c} BAD x\n  finish no\n",
          RESULT_BLOCKED, "ends `first` otherwise");
    check("  finish ok\n", RESULT_ERROR, "nothing was started");
    /* what was started has to have ended well before anything else is asked */
    check(ALL_THREE "  S: ${a} OK x\n  S: ${b} NO x\n  S: ${c} BAD x\n  finish ok\n  do odd\n",
          RESULT_BLOCKED, "ends `second` otherwise");
    /* alternatives look at the oldest */
    check(ALL_THREE "  S: ${a} OK x\n  S: ${b} NO x\n  S: ${c} BAD x\n  finish ok\n"
                    "  either {\n    finish bad\n  } or {\n    finish no\n  }\n  finish bad\n",
          RESULT_PASS, "");
}

static void test_request_by_reference(void **state)
{
    (void)state;
    check_case("  axis what in { odd }\n", "  start ${what}\n  finish ok\n", RESULT_PASS, "");
    check_case("  axis what in { \"login \\\"a b\\\" c\" }\n",
               "  start ${what} d\n  C: @ LOGIN fred secret\n  S: @ OK in\n  finish ok\n",
               RESULT_PASS, "");
}

static void test_values_are_what_they_are(void **state)
{
    (void)state;
    check_case("  axis text in { \"{5}\\r\\n\" }\n",
               "  do odd -> body\n  assert ${body} == \"${text}\"\n  assert ${body} == ${text}\n"
               "  assert ${body.len} == 5\n",
               RESULT_PASS, "");
    check("  do quoted -> body\n  assert ${body} == \"\\\"a\\\"\"\n  assert ${body.len} == 3\n",
          RESULT_PASS, "");
    /* on the wire, quotes are none of the value */
    check("  start first\n  C= \"A2 NOOP\\r\\n\"\n  S: A2 OK x\n  finish ok\n", RESULT_PASS, "");
}

static void test_dates(void **state)
{
    (void)state;
    check("  cache date 1 == \"1988-06-09 12:55:44 -0700\"\n"
          "  cache date 1 == \"1988-06-09 21:55:44 +0200\"\n"
          "  cache date 1 == \"1988-06-09 12:55:44\"\n"
          "  cache date 1 != \"1988-06-09 12:55:44 +0000\"\n"
          "  cache date 1 < \"1988-06-09 12:55:45 -0700\"\n"
          "  cache date 1 > \"1969-01-01 00:00:00 +0000\"\n"
          "  cache date 2 == \"1988-06-09 12:55:44 +0500\"\n"
          "  cache date 3 == NIL\n",
          RESULT_PASS, "");
    check("  cache date 1 == \"1988-06-09 12:55:44 +0000\"\n", RESULT_BLOCKED,
          "believes something else");
    check("  cache date 4 == NIL\n", RESULT_BLOCKED, "believes something else");
}

static void test_says_what_broke_the_silence(void **state)
{
    (void)state;
    check("  S: * OK go away\n  quiet 1s\n", RESULT_BLOCKED, "the client ends the connection");
    check("  start first\n  quiet 1s\n", RESULT_BLOCKED, "something came");
}

/* What the harness takes to say something is no time of the client's. */
static void test_slow_words_of_ours(void **state)
{
    (void)state;
    check("  on NOOP {\n    split bytewise gap 1s\n    S: @ OK at last\n  }\n  do first\n",
          RESULT_PASS, "");
    check("  on NOOP {\n    split bytewise gap 1s\n    S: * OK at last\n    S: @ OK done\n  }\n"
          "  start first\n  start login\n  C: @ LOGIN fred secret\n  S: @ OK in\n  finish ok\n"
          "  finish ok\n",
          RESULT_PASS, "");
}

/* A command that a failed check should have taken does not make the case worse. */
static void test_warning_then_unanswered(void **state)
{
    (void)state;
    check("  start first\n  check pipeline.client-no-ambiguity\n  quiet 1s\n  finish ok\n",
          RESULT_WARN, "");
    check("  start first\n  check client.complete-on-tag\n  quiet 1s\n  finish ok\n", RESULT_FAIL,
          "");
    check("  start first\n  finish ok\n", RESULT_BLOCKED, "nothing in the scenario answers");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_request_by_reference),
        cmocka_unit_test(test_values_are_what_they_are),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_says_what_broke_the_silence),
        cmocka_unit_test(test_slow_words_of_ours),
        cmocka_unit_test(test_warning_then_unanswered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
