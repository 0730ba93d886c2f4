#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "target/files.h"
#include "target_helper.h"

static const char *seen[] = {"\\Seen", "work"};
#define TEXT "Subject: one\r\n\r\nhello\r\n"
static struct fixture_message messages[] = {
    {.octets = SPAN_INIT(TEXT), .header_nbytes = 16, .internal_date_s = 646315200},
    {.octets = SPAN_INIT(TEXT),
     .header_nbytes = 16,
     .flags = seen,
     .nflags = 2,
     .internal_date_s = 646401600},
    {.octets = SPAN_INIT(TEXT),
     .header_nbytes = 16,
     .is_recent = true,
     .internal_date_s = 646315200},
};
static const struct fixture_mailbox mailboxes[] = {
    {.user = "fred", .name = "INBOX", .messages = messages, .nmessages = 3},
    {.user = "fred", .name = "RO", .messages = messages, .nmessages = 1, .is_readonly = true},
    {.user = "fred", .name = "X", .messages = messages, .nmessages = 1, .is_unreadable = true},
    {.user = "", .name = "NEWS", .messages = messages, .nmessages = 2, .is_board = true},
};

static void log_in(struct rig *rig, struct carrier *c)
{
    char line[200];
    (void)snprintf(line, sizeof line, "l LOGIN %s %s", rig->run.user_name(rig->run.context, "fred"),
                   rig->run.user_password(rig->run.context, "fred"));
    assert_has(rig_ask(rig, c, line), "l OK");
}

/* One case with all kinds of mailboxes. */
static void play_case(struct rig *rig)
{
    assert_int_equal(rig_prepare(rig, mailboxes, 4), RUN_READY);
    struct carrier *c = rig_connect(rig);
    assert_non_null(c);
    log_in(rig, c);
    const char *selected = rig_ask(rig, c, "a SELECT INBOX");
    assert_has(selected, "* 3 EXISTS");
    assert_has(selected, "* 1 RECENT");
    assert_has(selected, "work");
    const char *fetched = rig_ask(rig, c, "b FETCH 1:3 (FLAGS INTERNALDATE RFC822.SIZE)");
    assert_has(fetched, "* 2 FETCH (FLAGS (work \\Seen) INTERNALDATE \"26-Jun-90 12:00:00-GMT\" "
                        "RFC822.SIZE 23)");
    assert_has(rig_ask(rig, c, "c SELECT RO"), "[READ-ONLY]");
    assert_has(rig_ask(rig, c, "d SELECT X"), "d NO");
    assert_has(rig_ask(rig, c, "e BBOARD NEWS"), "* 2 EXISTS");
    assert_has(rig_ask(rig, c, "f SELECT INBOX"), "* 3 EXISTS");
    assert_int_equal(
        rig->run.deliver(rig->run.context, rig->loop, "fred", "INBOX", &messages[0], &rig->err), 0);
    assert_has(rig_ask(rig, c, "g CHECK"), "* 4 EXISTS");
    assert_has(rig_ask(rig, c, "h COPY 1 MADE"), "h OK");
    assert_true(rig->run.is_well(rig->run.context, rig->loop, &rig->why));
    carrier_close(&c);
    rig->run.finish(rig->run.context, rig->loop);
}

/* The next one, of the same user or not, finds nothing of it. */
static void play_empty_case(struct rig *rig)
{
    static const struct fixture_mailbox inbox = {.user = "fred", .name = "INBOX"};
    assert_int_equal(rig_prepare(rig, &inbox, 1), RUN_READY);
    struct carrier *c = rig_connect(rig);
    log_in(rig, c);
    const char *selected = rig_ask(rig, c, "a SELECT INBOX");
    assert_has(selected, "* 0 EXISTS");
    assert_has(rig_ask(rig, c, "b SELECT MADE"), "b NO");
    assert_has(rig_ask(rig, c, "c BBOARD NEWS"), "c NO");
    carrier_close(&c);
    rig->run.finish(rig->run.context, rig->loop);
}

static void test_in_process(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig);
    rig_start_named(&rig, "reference");
    assert_true(rig.run.is_in_process);
    assert_false(rig.run.is_preauthenticated);
    assert_true(target_max_workers(rig.target) > 100);
    assert_int_equal(rig.run.feature(rig.run.context, "BBOARD"), RUN_YES);
    assert_int_equal(rig.run.feature(rig.run.context, "VIRTUAL-TIME"), RUN_YES);
    assert_int_equal(rig.run.feature(rig.run.context, "PREAUTH"), RUN_NO);
    assert_int_equal(rig.run.feature(rig.run.context, "shim.login"), RUN_NO);
    assert_int_equal(rig.run.feature(rig.run.context, "NO-SUCH"), RUN_UNKNOWN);
    play_case(&rig);
    play_empty_case(&rig);
    rig_free(&rig);
}

static void test_idle_timeout_in_virtual_time(void **state)
{
    struct rig rig;
    static const struct fixture_mailbox inbox = {.user = "fred", .name = "INBOX"};
    (void)state;
    rig_init(&rig);
    rig_start_named(&rig, "reference");
    assert_int_equal(rig_prepare(&rig, &inbox, 1), RUN_READY);
    struct carrier *c = rig_connect(&rig);
    rig_wait_ms(&rig, 31 * 60 * 1000);
    assert_true(carrier_at_eof(c));
    assert_true(span_find(buffer_span(carrier_input(c)), SPAN_LIT("* BYE")) != SPAN_NPOS);
    carrier_close(&c);
    rig.run.finish(rig.run.context, rig.loop);
    rig_free(&rig);
}

static void test_over_tcp(void **state)
{
    struct rig rig;
    char folder[256];
    (void)state;
    rig_init(&rig);
    rig_start_named(&rig, "reference-tcp");
    (void)snprintf(folder, sizeof folder, "%s", target_folder(rig.target));
    assert_true(files_exists(folder));
    assert_int_equal(rig.run.feature(rig.run.context, "BBOARD"), RUN_YES);
    assert_int_equal(rig.run.feature(rig.run.context, "VIRTUAL-TIME"), RUN_NO);
    play_case(&rig);
    play_empty_case(&rig);
    assert_int_equal(target_stop(rig.target, rig.loop, &rig.err), 0);
    assert_false(files_exists(folder));
    rig_free(&rig);
}

/* Workers have users of their own, and each case fresh ones. */
static void test_users(void **state)
{
    struct rig rig;
    (void)state;
    rig_init(&rig);
    rig_start_named(&rig, "reference-tcp");
    static const char *users[] = {"fred", "bob"};
    const struct run_setup setup = {.case_id = "test", .users = users, .nusers = 2};
    struct run_target *run = &rig.run;
    target_attach(rig.target, 1, 3, run);
    assert_int_equal(run->prepare(run->context, rig.loop, &setup, &rig.why), RUN_READY);
    assert_string_equal(run->user_name(run->context, "fred"), "fred2");
    assert_string_equal(run->user_name(run->context, "bob"), "fred5");
    run->finish(run->context, rig.loop);
    target_detach(rig.target);
    target_attach(rig.target, 1, 3, run); /* a worker in the place of one that died */
    assert_int_equal(run->prepare(run->context, rig.loop, &setup, &rig.why), RUN_READY);
    assert_string_equal(run->user_name(run->context, "fred"), "fred8");
    run->finish(run->context, rig.loop);
    for (int i = 0; i < 250; i++) {
        assert_int_equal(run->prepare(run->context, rig.loop, &setup, &rig.why), RUN_READY);
        run->finish(run->context, rig.loop);
    }
    rig_free(&rig);
}

static void test_names(void **state)
{
    static const struct {
        struct target_request request;
        const char *message; /* NULL: it opens */
    } cases[] = {
        {{.argument = "reference"}, NULL},
        {{.argument = "nothing", .targets_folder = SOURCE_ROOT "/scripts/targets"},
         "no such target"},
        {{.argument = "/nowhere/x.target"}, "cannot be read"},
        {{.argument = "127.0.0.1:143"}, "--user"},
        {{.argument = "127.0.0.1:143", .user = "a", .password = "b"}, NULL},
        {{.argument = "[::1]:143", .user = "a", .password = "b"}, NULL},
        {{.argument = "host:99999", .user = "a", .password = "b"}, "no such target"},
        {{.argument = "dovecot", .targets_folder = SOURCE_ROOT "/scripts/targets"}, NULL},
        {{.argument = "dovecot-stdio", .targets_folder = SOURCE_ROOT "/scripts/targets"}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {.text = ""};
        struct target *target = target_open(&cases[i].request, &err);
        if (cases[i].message == NULL && target == NULL)
            fail_msg("%s: %s", cases[i].request.argument, err.text);
        if (cases[i].message != NULL)
            assert_has(err.text, cases[i].message);
        target_free(&target);
    }
}

static void test_remote(void **state)
{
    struct rig rig;
    struct serve_options options = {.user = "anna", .password = "pw"};
    (void)state;
    rig_init(&rig);
    struct serve *server = serve_open(rig.loop, &options, &rig.err);
    assert_non_null(server);
    char address[32];
    (void)snprintf(address, sizeof address, "127.0.0.1:%u", serve_port(server));
    const struct target_request request = {.argument = address, .user = "anna", .password = "pw"};
    rig.target = target_open(&request, &rig.err);
    assert_non_null(rig.target);
    assert_int_equal(target_max_workers(rig.target), 1);
    assert_int_equal(target_start(rig.target, rig.loop, &rig.err), 0);
    target_probe(rig.target, rig.loop, NULL, 0);
    target_attach(rig.target, 0, 1, &rig.run);
    static const struct {
        const char *name;
        enum run_answer answer;
    } wanted[] = {{"LOGIN", RUN_YES},          {"PREAUTH", RUN_NO},       {"BBOARD", RUN_YES},
                  {"FIND-MAILBOXES", RUN_YES}, {"FIND-BBOARDS", RUN_YES}, {"MULTI-ACCESS", RUN_YES},
                  {"PROVISION", RUN_NO},       {"DELIVER", RUN_NO},       {"READ-ONLY", RUN_NO},
                  {"IDLE-TIMEOUT", RUN_NO}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        if (rig.run.feature(rig.run.context, wanted[i].name) != wanted[i].answer)
            fail_msg("%s", wanted[i].name);
    /* its INBOX holds three messages, and nothing can be done about it */
    static const struct fixture_mailbox inbox = {.user = "fred", .name = "INBOX"};
    assert_int_equal(rig_prepare(&rig, &inbox, 1), RUN_SKIP);
    assert_has(rig_why(&rig), "INBOX of anna is not empty: 3");
    assert_int_equal(rig_prepare(&rig, mailboxes, 2), RUN_SKIP);
    assert_has(rig_why(&rig), "no provision hook");
    serve_close(&server);
    rig_free(&rig);
}

int main(int argc, char **argv)
{
    rig_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_process), cmocka_unit_test(test_idle_timeout_in_virtual_time),
        cmocka_unit_test(test_over_tcp),   cmocka_unit_test(test_users),
        cmocka_unit_test(test_names),      cmocka_unit_test(test_remote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
