/* The hooks of the shipped targets besides Dovecot's, against the servers that are installed; of
 * those that are not the tests say so and pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "target_helper.h"

#define TEXT "From: a@example.org\r\nSubject: one\r\n\r\nhello\r\n"
#define MESSAGE(...)                                                                               \
    {                                                                                              \
        .octets = SPAN_INIT(TEXT), .header_nbytes = 37, .internal_date_s = 646315200, __VA_ARGS__  \
    }
static const char *marked[] = {"\\Seen", "\\Flagged"};
static const char *answered[] = {"\\Answered"};
static const char *keyword[] = {"work"};
static struct fixture_message messages[] = {
    MESSAGE(.is_recent = false), MESSAGE(.flags = marked, .nflags = 2), MESSAGE(.is_recent = true),
    MESSAGE(.flags = answered, .nflags = 1, .is_recent = true)};
static struct fixture_message working[] = {MESSAGE(.flags = keyword, .nflags = 1)};
static const struct fixture_mailbox mailboxes[] = {
    {.user = "fred", .name = "Other", .messages = messages, .nmessages = 1},
    {.user = "fred", .name = "INBOX", .messages = messages, .nmessages = 4},
};

static struct carrier *log_in(struct rig *rig)
{
    struct carrier *c = rig_connect(rig);
    char line[200];
    assert_non_null(c);
    if (rig->run.is_preauthenticated)
        return c;
    (void)snprintf(line, sizeof line, "l LOGIN %s %s", rig->run.user_name(rig->run.context, "fred"),
                   rig->run.user_password(rig->run.context, "fred"));
    assert_has(rig_ask(rig, c, line), "l OK");
    return c;
}

static void play_case(struct rig *rig)
{
    assert_int_equal(rig_prepare(rig, mailboxes, 2), RUN_READY);
    struct carrier *c = log_in(rig);
    const char *selected = rig_ask(rig, c, "a SELECT INBOX");
    assert_has(selected, "* 4 EXISTS");
    assert_has(selected, "* 2 RECENT");
    const char *fetched = rig_ask(rig, c, "b FETCH 1:4 FLAGS");
    assert_has(fetched, "* 1 FETCH (FLAGS ()");
    assert_null(strstr(fetched, "* 2 FETCH (FLAGS ()"));
    assert_has(fetched, "* 3 FETCH (FLAGS (\\Recent)");
    assert_has(rig_ask(rig, c, "c SEARCH FLAGGED"), "* SEARCH 2\r\n");
    assert_has(rig_ask(rig, c, "d SEARCH ANSWERED"), "* SEARCH 4\r\n");
    assert_has(rig_ask(rig, c, "e FETCH 1 RFC822"), TEXT);
    assert_has(rig_ask(rig, c, "f SELECT Other"), "* 1 EXISTS");
    if (rig->run.deliver(rig->run.context, rig->loop, "fred", "INBOX", &messages[0], &rig->err) !=
        0)
        fail_msg("%s", rig->err.text);
    assert_has(rig_ask(rig, c, "g SELECT INBOX"), "* 5 EXISTS");
    assert_has(rig_ask(rig, c, "h FETCH 5 RFC822"), TEXT);
    assert_true(rig->run.is_well(rig->run.context, rig->loop, &rig->why));
    carrier_close(&c);
    rig->run.finish(rig->run.context, rig->loop);
}

static void play_empty_case(struct rig *rig)
{
    static const struct fixture_mailbox inbox = {.user = "fred", .name = "INBOX"};
    assert_int_equal(rig_prepare(rig, &inbox, 1), RUN_READY);
    struct carrier *c = log_in(rig);
    assert_has(rig_ask(rig, c, "a SELECT INBOX"), "* 0 EXISTS");
    assert_null(strstr(rig_ask(rig, c, "b SELECT Other"), "b OK"));
    carrier_close(&c);
    rig->run.finish(rig->run.context, rig->loop);
}

/* What a server cannot have is a reason to skip. */
static void check_impossible(struct rig *rig)
{
    static const struct fixture_mailbox board = {.user = "", .name = "NEWS", .is_board = true};
    static const struct fixture_mailbox work = {
        .user = "fred", .name = "INBOX", .messages = working, .nmessages = 1};
    assert_int_equal(rig_prepare(rig, &board, 1), RUN_SKIP);
    assert_has(rig_why(rig), "board");
    bool has_keywords = rig->run.feature(rig->run.context, "USER-FLAGS") == RUN_YES;
    assert_int_equal(rig_prepare(rig, &work, 1), has_keywords ? RUN_READY : RUN_SKIP);
    if (has_keywords)
        rig->run.finish(rig->run.context, rig->loop);
    else
        assert_has(rig_why(rig), "no keywords");
}

static void test_target(void **state)
{
    struct rig rig;
    rig_init(&rig);
    rig_start_named(&rig, *state);
    if (target_missing(rig.target) != NULL) {
        print_message("skipped: %s %s\n", target_name(rig.target), target_missing(rig.target));
        rig_free(&rig);
        skip();
    }
    play_case(&rig);
    play_empty_case(&rig);
    check_impossible(&rig);
    if (target_stop(rig.target, rig.loop, &rig.err) != 0)
        fail_msg("%s", rig.err.text);
    rig_free(&rig);
}

/* A start script that finds it cannot run here says why, and everything is skipped for that. */
static void test_cannot_start(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig);
    rig_script(&rig, "start.sh", "echo needs two moons >&2; exit 77");
    rig_start(&rig, "side server\n start \"./start.sh\" \"{port}\"\n ready port timeout 10s\n");
    assert_non_null(target_missing(rig.target));
    assert_string_equal(target_missing(rig.target), "needs two moons");
    static const struct fixture_mailbox inbox = {.user = "fred", .name = "INBOX"};
    assert_int_equal(rig_prepare(&rig, &inbox, 1), RUN_SKIP);
    assert_has(rig_why(&rig), "needs two moons");
    rig_free(&rig);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_target, "mailutils"),
        cmocka_unit_test_prestate(test_target, "mailutils-stdio"),
        cmocka_unit_test_prestate(test_target, "twisted"),
        cmocka_unit_test_prestate(test_target, "hoodiecrow"),
        cmocka_unit_test(test_cannot_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
