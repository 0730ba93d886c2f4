/* The shipped Dovecot targets against an installed Dovecot; without one the tests say so and pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "target/files.h"
#include "target_helper.h"

#define TEXT "From: a@example.org\r\nSubject: one\r\n\r\nhello\r\n"
#define MESSAGE(...)                                                                               \
    {                                                                                              \
        .octets = SPAN_INIT(TEXT), .header_nbytes = 37, .internal_date_s = 646315200, __VA_ARGS__  \
    }
static const char *marked[] = {"\\Seen", "\\Flagged", "work"};
static const char *answered[] = {"\\Answered", "todo"};
static struct fixture_message messages[] = {
    MESSAGE(.is_recent = false), MESSAGE(.flags = marked, .nflags = 3), MESSAGE(.is_recent = true),
    MESSAGE(.flags = answered, .nflags = 2, .is_recent = true)};
static const struct fixture_mailbox mailboxes[] = {
    {.user = "fred", .name = "Other", .messages = messages, .nmessages = 1},
    {.user = "fred", .name = "INBOX", .messages = messages, .nmessages = 4},
    {.user = "fred", .name = "RO", .messages = messages, .nmessages = 2, .is_readonly = true},
    {.user = "fred", .name = "X", .messages = messages, .nmessages = 2, .is_unreadable = true},
};

static void log_in(struct rig *rig, struct carrier *c)
{
    char line[200];
    if (rig->run.is_preauthenticated)
        return;
    (void)snprintf(line, sizeof line, "l LOGIN %s %s", rig->run.user_name(rig->run.context, "fred"),
                   rig->run.user_password(rig->run.context, "fred"));
    assert_has(rig_ask(rig, c, line), "l OK");
}

static void play_case(struct rig *rig)
{
    assert_int_equal(rig_prepare(rig, mailboxes, 4), RUN_READY);
    struct carrier *c = rig_connect(rig);
    assert_non_null(c);
    log_in(rig, c);
    const char *selected = rig_ask(rig, c, "a SELECT INBOX");
    assert_has(selected, "* 4 EXISTS");
    assert_has(selected, "* 2 RECENT");
    const char *fetched = rig_ask(rig, c, "b FETCH 1:4 (FLAGS INTERNALDATE RFC822.SIZE)");
    assert_has(fetched, "* 1 FETCH (FLAGS () INTERNALDATE \"25-Jun-1990 12:00:00 +0000\" "
                        "RFC822.SIZE 44)");
    assert_has(fetched, "* 2 FETCH (FLAGS (\\Flagged \\Seen work)");
    assert_has(fetched, "* 3 FETCH (FLAGS (\\Recent)");
    assert_has(fetched, "* 4 FETCH (FLAGS (\\Answered \\Recent todo)");
    assert_has(rig_ask(rig, c, "c FETCH 1 RFC822"), TEXT);
    assert_has(rig_ask(rig, c, "d SELECT RO"), "d OK [READ-ONLY]");
    assert_has(rig_ask(rig, c, "e SELECT X"), "e NO");
    assert_has(rig_ask(rig, c, "f SELECT Other"), "* 1 EXISTS");
    assert_has(rig_ask(rig, c, "g SELECT INBOX"), "* 4 EXISTS");
    if (rig->run.deliver(rig->run.context, rig->loop, "fred", "INBOX", &messages[0], &rig->err) !=
        0)
        fail_msg("%s", rig->err.text);
    assert_has(rig_ask(rig, c, "h NOOP"), "* 5 EXISTS");
    assert_true(rig->run.is_well(rig->run.context, rig->loop, &rig->why));
    carrier_close(&c);
    rig->run.finish(rig->run.context, rig->loop);
}

static void play_empty_case(struct rig *rig)
{
    static const struct fixture_mailbox inbox = {.user = "fred", .name = "INBOX"};
    assert_int_equal(rig_prepare(rig, &inbox, 1), RUN_READY);
    struct carrier *c = rig_connect(rig);
    log_in(rig, c);
    const char *selected = rig_ask(rig, c, "a SELECT INBOX");
    assert_has(selected, "* 0 EXISTS");
    assert_has(rig_ask(rig, c, "b SELECT Other"), "b NO");
    carrier_close(&c);
    rig->run.finish(rig->run.context, rig->loop);
}

/* What Dovecot cannot have is a reason to skip. */
static void check_impossible(struct rig *rig)
{
    static struct fixture_message odd[] = {MESSAGE(.is_recent = true), MESSAGE(.is_recent = false)};
    static const struct fixture_mailbox board = {.user = "", .name = "NEWS", .is_board = true};
    static const struct fixture_mailbox recent_first = {
        .user = "fred", .name = "INBOX", .messages = odd, .nmessages = 2};
    assert_int_equal(rig_prepare(rig, &board, 1), RUN_SKIP);
    assert_has(rig_why(rig), "no bulletin boards");
    assert_int_equal(rig_prepare(rig, &recent_first, 1), RUN_SKIP);
    assert_has(rig_why(rig), "recent messages are the last");
}

static void check_features(struct rig *rig)
{
    static const struct {
        const char *name;
        enum run_answer answer;
    } wanted[] = {{"BBOARD", RUN_NO},        {"FIND-MAILBOXES", RUN_NO}, {"FIND-BBOARDS", RUN_NO},
                  {"MULTI-ACCESS", RUN_YES}, {"READ-ONLY", RUN_YES},     {"UNREADABLE", RUN_YES},
                  {"USER-FLAGS", RUN_YES},   {"CREATE-BY-COPY", RUN_NO}, {"DELIVER", RUN_YES},
                  {"PROVISION", RUN_YES}};
    target_probe(rig->target, rig->loop, NULL, 0);
    target_attach(rig->target, 0, 1, &rig->run);
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (rig->run.feature(rig->run.context, wanted[i].name) != wanted[i].answer)
            fail_msg("%s", wanted[i].name);
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
    check_features(&rig);
    play_case(&rig);
    play_empty_case(&rig);
    check_impossible(&rig);
    if (target_stop(rig.target, rig.loop, &rig.err) != 0)
        fail_msg("%s", rig.err.text);
    rig_free(&rig);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(test_target, "dovecot"),
        cmocka_unit_test_prestate(test_target, "dovecot-stdio"),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
