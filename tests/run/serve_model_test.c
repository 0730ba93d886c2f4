#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "client_helper.h"

static const struct client_request requests[] = {
    {"login", "A1 LOGIN fred secret\r\n", "A1 ", "ok\n"},
    {"literal", "A1 LOGIN fred {6}\r\n", "OK model", "ok\n"},
    {"select", "A2 SELECT INBOX\r\n", "A2 ", "ok\n"},
    {"noop", "A3 NOOP\r\n", "A3 ", "ok\n"},
    {"logout", "A9 LOGOUT\r\n", "A9 OK", "ok\n"},
    {"twice", "A3 NOOP\r\n", "A4 ", "ok\n"},
    {NULL, NULL, NULL, NULL},
};

static const struct client_reaction reactions[] = {{"+ ", "se\"ret\r\n", false},
                                                   {NULL, NULL, false}};

static const struct fake_rule rules[] = {
    {"LOGIN fred {6}", "+ Ready\r\n", false, 0},
    {"LOGIN", "%T OK in\r\n", false, 0},
    {"SELECT", "* FLAGS (\\Seen)\r\n* 9 EXISTS\r\n* 0 RECENT\r\n%T OK selected\r\n", false, 0},
    {"SEARCH", "* SEARCH 2 7\r\n%T OK found\r\n", false, 0},
    {"LOGOUT", "* BYE bye\r\n%T OK out\r\n", true, 0},
    {"", "%T OK model\r\n", false, 0},
    {NULL, NULL, false, 0},
};

static struct client make_client(void)
{
    return (struct client){.requests = requests,
                           .reactions = reactions,
                           .model = {.greeting = "* OK model\r\n", .rules = rules}};
}

/* What the client has heard, and the model server, when the steps are played. */
static void check(const char *steps, const char *heard, const char *received)
{
    struct arena arena = {0};
    struct client client = make_client();
    const char *scenario = arena_printf(&arena,
                                        "scenario t \"t\" {\n  role server\n  fixture INBOX "
                                        "messages 9\n  serve model\n%s}\n",
                                        steps);
    struct result_case *r = client_play(&client, scenario, &arena);
    if (r->verdict != RESULT_PASS)
        fail_msg("%s: %s: %s\n%s", steps, result_verdict_name(r->verdict), r->reason, r->log);
    assert_string_equal(arena_text(&arena, buffer_span(&client.heard)), heard);
    assert_string_equal(arena_text(&arena, buffer_span(&client.model.received)), received);
    client_free(&client);
    arena_free(&arena);
}

static void test_answers_what_no_step_does(void **state)
{
    (void)state;
    check("  open\n  do login\n", "* OK model\r\n|A1 OK in\r\n|", "A1 LOGIN fred secret\r\n");
    /* a literal is there already when it hears of the command; its own `+` goes to nobody (the
     * fake takes the literal for a command, which does not matter here) */
    check("  open\n  do literal\n", "* OK model\r\n|+ Ready for literal\r\n|se\"ret OK model\r\n|",
          "A1 LOGIN fred {6}\r\nse\"ret\r\n");
    /* LOGOUT ends the connection */
    check("  open\n  do login\n  do logout\n  eof\n",
          "* OK model\r\n|A1 OK in\r\n|* BYE bye\r\nA9 OK out\r\n|",
          "A1 LOGIN fred secret\r\nA9 LOGOUT\r\n");
}

static void test_greets_unless_the_script_does(void **state)
{
    (void)state;
    check("  open\n  quiet 1s\n  S: * OK mine\n  do login\n", "* OK mine\r\n|A1 OK in\r\n|",
          "A1 LOGIN fred secret\r\n");
    check("  open\n  S: * PREAUTH mine\n  do noop\n", "* PREAUTH mine\r\n|A3 OK model\r\n|",
          "imapspec LOGIN \"fred\" \"secret\"\r\nA3 NOOP\r\n");
}

static void test_hears_what_the_script_completes(void **state)
{
    (void)state;
    check("  open\n  start login\n  C: @ LOGIN fred secret\n  S: @ OK let in\n  finish ok\n  do "
          "noop\n",
          "* OK model\r\n|A1 OK let in\r\n|A3 OK model\r\n|",
          "A1 LOGIN fred secret\r\nA3 NOOP\r\n");
    check("  on LOGIN <any> <any> {\n    S: @ OK let in\n  }\n  open\n  do login\n  do noop\n",
          "* OK model\r\n|A1 OK let in\r\n|A3 OK model\r\n|",
          "A1 LOGIN fred secret\r\nA3 NOOP\r\n");
    /* but not of what failed */
    check("  on LOGIN <any> <any> {\n    S: @ NO never\n  }\n  open\n  do login\n",
          "* OK model\r\n|A1 NO never\r\n|", "");
}

#define SELECTED "  open\n  do login\n  do select\n"
#define HEARD                                                                                      \
    "* OK model\r\n|A1 OK in\r\n|* FLAGS (\\Seen)\r\n* 9 EXISTS\r\n* 0 RECENT\r\nA2 OK "           \
    "selected\r\n|"
#define RECEIVED "A1 LOGIN fred secret\r\nA2 SELECT INBOX\r\n"

static void test_follows_data(void **state)
{
    (void)state;
    /* that message alone: 2 and 7 were marked as deleted before and stay so */
    check(SELECTED "  S: * 5 EXPUNGE\n", HEARD "* 5 EXPUNGE\r\n|",
          RECEIVED "imapspec SEARCH DELETED\r\nimapspec STORE 2 -FLAGS (\\Deleted)\r\n"
                   "imapspec STORE 7 -FLAGS (\\Deleted)\r\nimapspec STORE 5 +FLAGS (\\Deleted)\r\n"
                   "imapspec EXPUNGE\r\nimapspec STORE 2 +FLAGS (\\Deleted)\r\n"
                   "imapspec STORE 6 +FLAGS (\\Deleted)\r\n");
    check(SELECTED "  S: * 4 FETCH (UID 7 FLAGS (\\Seen \\Recent work))\n",
          HEARD "* 4 FETCH (UID 7 FLAGS (\\Seen \\Recent work))\r\n|",
          RECEIVED "imapspec STORE 4 FLAGS (\\Seen work)\r\n");
    check(SELECTED "  S: * 4 STORE (FLAGS ())\n  S: * 12 EXISTS\n  S: * OK text\n",
          HEARD "* 4 STORE (FLAGS ())\r\n|* 12 EXISTS\r\n|* OK text\r\n|",
          RECEIVED "imapspec STORE 4 FLAGS ()\r\n");
}

/* A handler says what it likes, and leaves the answer to the model server, which hears the command
 * once. */
static void test_answers_for_a_handler(void **state)
{
    (void)state;
    check("  on LOGIN <text-line> {\n    S: * OK wait\n    answer\n    S: * OK there\n  }\n"
          "  open\n  do login\n",
          "* OK model\r\n|* OK wait\r\n|A1 OK in\r\n|* OK there\r\n|", "A1 LOGIN fred secret\r\n");
}

static void test_speaks_as_told(void **state)
{
    (void)state;
    check("  letters lower\n  open\n  do login\n", "* ok model\r\n|A1 ok in\r\n|",
          "A1 LOGIN fred secret\r\n");
    check("  split 2 always\n  open\n  do login\n", "* |OK model\r\n|A1| OK in\r\n|",
          "A1 LOGIN fred secret\r\n");
    check("  split 2\n  open\n  do login\n", "* |OK model\r\n|A1 OK in\r\n|",
          "A1 LOGIN fred secret\r\n");
}

/* ---- programs ---- */

static const struct client_reaction visits[] = {
    {"* OK", "A1 LOGIN fred secret\r\n", false},
    {"A1 OK", "A2 LOGOUT\r\n", false},
    {"A2 OK", "", true},
    {NULL, NULL, false},
};

static struct result_case *run_program(struct client *client, const char *steps,
                                       struct arena *arena)
{
    client->reactions = visits;
    client->features = "exec";
    return client_play(client,
                       arena_printf(arena,
                                    "scenario t \"t\" {\n  role server\n  needs exec\n  serve "
                                    "model\n%s}\n",
                                    steps),
                       arena);
}

static void test_serves_until_exit(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct client client = make_client();
    client.nconnections = 3;
    struct result_case *r = run_program(&client, "  exit\n", &arena);
    if (r->verdict != RESULT_PASS)
        fail_msg("%s: %s\n%s", result_verdict_name(r->verdict), r->reason, r->log);
    assert_int_equal(client.model.nconnections, 3);
    client_free(&client);
    arena_free(&arena);
}

static void test_connections_in_a_row(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct client client = make_client();
    client.nconnections = 2;
    struct result_case *r = run_program(&client,
                                        "  open\n  eof\n  open\n  S: * OK second\n"
                                        "  C: @ LOGIN fred secret\n  S: @ OK in\n  exit\n",
                                        &arena);
    if (r->verdict != RESULT_PASS)
        fail_msg("%s: %s\n%s", result_verdict_name(r->verdict), r->reason, r->log);
    client_free(&client);
    arena_free(&arena);
}

static void test_dead_client_is_a_crash(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct client client = make_client();
    client.nconnections = 1;
    client.is_dead = true;
    assert_int_equal(run_program(&client, "  exit\n", &arena)->verdict, RESULT_CRASH);
    client_free(&client);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers_what_no_step_does),
        cmocka_unit_test(test_greets_unless_the_script_does),
        cmocka_unit_test(test_hears_what_the_script_completes),
        cmocka_unit_test(test_follows_data),
        cmocka_unit_test(test_answers_for_a_handler),
        cmocka_unit_test(test_speaks_as_told),
        cmocka_unit_test(test_serves_until_exit),
        cmocka_unit_test(test_connections_in_a_row),
        cmocka_unit_test(test_dead_client_is_a_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
