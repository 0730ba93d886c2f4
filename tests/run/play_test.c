#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_helper.h"

/* Scenarios share this head; each is written below it. noop.ok is a MUST, check.exists a SHOULD. */
#define HEAD                                                                                       \
    "scenario t.t \"t\" {\n  role client\n  covers noop.ok\n  fixture INBOX messages 3 flags 2:3 " \
    "(\\Deleted)\n\n  S: * OK <text-line>\n"
#define HEAD_SHOULD                                                                                \
    "scenario t.t \"t\" {\n  role client\n  covers check.exists\n  fixture INBOX messages 3 "      \
    "flags 2:3 (\\Deleted)\n\n  S: * OK <text-line>\n"

static const char greeting[] = "* OK ready\r\n";

static const struct fake_rule polite[] = {
    {"NOOP", "%T OK done\r\n", false, 0},
    {"LOGIN", "%T OK welcome\r\n", false, 0},
    {"SELECT",
     "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n"
     "%T OK [READ-WRITE] done\r\n",
     false, 0},
    {"CHECK", "* 3 EXISTS\r\n* 0 RECENT\r\n%T OK done\r\n", false, 0},
    {"EXPUNGE", "* 3 EXPUNGE\r\n* 2 EXPUNGE\r\n* 1 EXISTS\r\n%T OK done\r\n", false, 0},
    {"LOGOUT", "* BYE bye\r\n%T OK done\r\n", true, 0},
    {"", "%T BAD what?\r\n", false, 0},
    {0}};

struct row {
    const char *steps; /* below HEAD, without the closing brace */
    enum result_verdict verdict;
    const char *requirement; /* of the first finding that is no observation; NULL: none */
};

static const char *first_requirement(const struct result_case *r)
{
    for (size_t i = 0; i < r->nfindings; i++)
        if (strcmp(r->findings[i].level, "observe") != 0)
            return r->findings[i].requirement;
    return NULL;
}

static void check_rows(const char *head, const struct row *rows, size_t nrows)
{
    for (size_t i = 0; i < nrows; i++) {
        struct fake fake = {.greeting = greeting, .rules = polite};
        struct arena arena = {0};
        const char *text = arena_printf(&arena, "%s%s}\n", head, rows[i].steps);
        const struct result_case *r = fake_play(&fake, text, 0, &arena);
        const char *requirement = first_requirement(r);
        if (r->verdict != rows[i].verdict ||
            (requirement == NULL) != (rows[i].requirement == NULL) ||
            (requirement != NULL && strcmp(requirement, rows[i].requirement) != 0))
            fail_msg("row %zu:\n%s\ngot %s (%s), finding %s\n%s", i, rows[i].steps,
                     result_verdict_name(r->verdict), r->reason,
                     requirement == NULL ? "none" : requirement, r->log);
        fake_free(&fake);
        arena_free(&arena);
    }
}

#define LOGGED_IN "  C: @ LOGIN a b\n  S: @ OK <text-line>\n"
#define SELECTED LOGGED_IN "  C: @ SELECT INBOX\n  S: @ OK <text-line>\n"
#define CHECKED(steps) "  check noop.ok {\n" steps "  }\n"

static const struct row windows[] = {
    {"  C: @ NOOP\n" CHECKED("  S: @ OK <text-line>\n"), RESULT_PASS, NULL},
    {"  C: @ NOOP\n" CHECKED("  S: @ NO <text-line>\n"), RESULT_FAIL, "noop.ok"},
    {"  C: @ FROB\n  S: @ OK <text-line>\n" CHECKED("  quiet 10ms\n"), RESULT_BLOCKED, ""},
    /* a server that says nothing: the check fails, a step outside blocks */
    {CHECKED("  S: * 1 EXISTS\n"), RESULT_FAIL, "noop.ok"},
    {"  C: @ NOOP\n  S: @ OK <text-line>\n  S: * BYE <text-line>\n" CHECKED("  quiet 10ms\n"),
     RESULT_BLOCKED, ""},
    /* counts */
    {SELECTED "  C: @ EXPUNGE\n" CHECKED("  S{2}: * <number> EXPUNGE\n  S: @ OK <text-line>\n"),
     RESULT_PASS, NULL},
    {SELECTED "  C: @ EXPUNGE\n" CHECKED("  S{3}: * <number> EXPUNGE\n  S: @ OK <text-line>\n"),
     RESULT_FAIL, "noop.ok"},
    {SELECTED "  C: @ EXPUNGE\n" CHECKED("  S{1..2}: * <number> EXPUNGE\n  S: @ OK <text-line>\n"),
     RESULT_PASS, NULL},
    {SELECTED "  C: @ EXPUNGE\n" CHECKED("  S+: * 3 EXPUNGE\n  S?: * 2 EXPUNGE\n"
                                         "  S!: * <number> EXPUNGE\n  S: @ OK <text-line>\n"),
     RESULT_PASS, NULL},
    {SELECTED "  C: @ EXPUNGE\n" CHECKED("  S?: * 3 EXPUNGE\n  S!: * <number> EXPUNGE\n"
                                         "  S: @ OK <text-line>\n"),
     RESULT_FAIL, "noop.ok"},
    /* one to one: the general pattern written first must leave the special one its unit */
    {SELECTED "  C: @ EXPUNGE\n" CHECKED("  S{1}: * <number> EXPUNGE\n  S{1}: * 3 EXPUNGE\n"
                                         "  S: @ OK <text-line>\n"),
     RESULT_PASS, NULL},
    /* unordered: each line once, in any order */
    {LOGGED_IN "  C: @ SELECT INBOX\n" CHECKED(
         "  unordered {\n    S: * 0 RECENT\n    S: * 3 EXISTS\n    S: * FLAGS <flag-list>\n  }\n"
         "  S: @ OK <text-line>\n"),
     RESULT_PASS, NULL},
    {LOGGED_IN "  C: @ SELECT INBOX\n" CHECKED(
         "  unordered {\n    S: * 3 EXISTS\n    S: * 3 EXISTS\n  }\n  S: @ OK <text-line>\n"),
     RESULT_FAIL, "noop.ok"},
    /* captures and assertions */
    {SELECTED "  C: @ CHECK\n  S: * <n:number> EXISTS\n  S: @ OK <text-line>\n" CHECKED(
         "  assert ${n} == 3\n"),
     RESULT_PASS, NULL},
    {SELECTED "  C: @ CHECK\n  S: * <n:number> EXISTS\n  S: @ OK <text-line>\n" CHECKED(
         "  assert ${n-1} == 3\n"),
     RESULT_FAIL, "noop.ok"},
    /* the model is asked */
    {SELECTED CHECKED("  model exists == 3\n"), RESULT_PASS, NULL},
    {SELECTED CHECKED("  model exists == 4\n"), RESULT_FAIL, "noop.ok"},
    {SELECTED "  C: @ EXPUNGE\n  S: @ OK <text-line>\n" CHECKED("  removed 2:3\n"), RESULT_PASS,
     NULL},
    {SELECTED "  C: @ EXPUNGE\n  S: @ OK <text-line>\n" CHECKED("  removed 3\n"), RESULT_FAIL,
     "noop.ok"},
    /* a raw send, and the end of the stream */
    {"  C= \"x1 NO\" pause 20ms \"OP\\r\\n\"\n" CHECKED("  S: x1 OK <text-line>\n"), RESULT_PASS,
     NULL},
    {"  C: @ LOGOUT\n  S: * BYE <text-line>\n  S: @ OK <text-line>\n" CHECKED("  eof\n"),
     RESULT_PASS, NULL},
    {"  C: @ NOOP\n  S: @ OK <text-line>\n" CHECKED("  eof\n"), RESULT_FAIL, "noop.ok"},
    {"  C: @ NOOP\n" CHECKED("  quiet 100ms\n"), RESULT_FAIL, "noop.ok"},
    /* pipelined commands, answered by tag */
    {"  C: @1 NOOP\n  C: @2 FROB\n  C: @3 NOOP\n" CHECKED(
         "  S: @1 OK <text-line>\n  S: @2 BAD <text-line>\n  S: @3 OK <text-line>\n"),
     RESULT_PASS, NULL},
    {"  C: @1 NOOP\n  C: @2 FROB\n" CHECKED("  S: @2 BAD <text-line>\n  S: @1 OK <text-line>\n"),
     RESULT_PASS, NULL},
    {"  C: @1 NOOP\n  C: @2 FROB\n" CHECKED("  S!: @2 NO <text-line>\n  S: @1 OK <text-line>\n"
                                            "  S: @2 BAD <text-line>\n"),
     RESULT_PASS, NULL},
    {"  C= \"x9 FROB\\r\\n\"\n" CHECKED("  S= \"x9 BAD \" \"what?\\r\\n\"\n"), RESULT_PASS, NULL},
    {"  C= \"x9 FROB\\r\\n\"\n" CHECKED("  S= \"x9 BAD what?\"\n"), RESULT_FAIL, "noop.ok"},
    {"  split bytewise\n  C: @ NOOP\n" CHECKED("  S: @ OK <text-line>\n"), RESULT_PASS, NULL},
    {"  repeat 3 {\n    C: @ NOOP\n    S: @ OK <text-line>\n  }\n" CHECKED("  quiet 10ms\n"),
     RESULT_PASS, NULL},
};

static void windows_are_matched(void **state)
{
    (void)state;
    check_rows(HEAD, windows, sizeof windows / sizeof windows[0]);
}

static const struct row alternatives[] = {
    {"  C: @ NOOP\n" CHECKED("  either {\n    S: @ NO <text-line>\n  } or {\n"
                             "    S: @ OK <text-line>\n  }\n"),
     RESULT_PASS, NULL},
    {"  C: @ NOOP\n" CHECKED("  either {\n    S: @ NO <text-line>\n  } or nonstrict \"fine\" {\n"
                             "    S: @ OK <text-line>\n  }\n"),
     RESULT_NONSTRICT, NULL},
    {"  C: @ NOOP\n" CHECKED("  either {\n    S: @ NO <text-line>\n  } or {\n"
                             "    S: @ BAD <text-line>\n  }\n"),
     RESULT_FAIL, "noop.ok"},
    /* no check around it: the checks inside its branches fail */
    {"  C: @ NOOP\n  either {\n    check noop.ok\n    S: @ NO <text-line>\n  } or {\n"
     "    check noop.ok\n    S: @ BAD <text-line>\n  }\n",
     RESULT_FAIL, "noop.ok"},
    /* what a branch took that did not fit in the end is there for the next */
    {SELECTED "  C: @ EXPUNGE\n" CHECKED(
         "  either {\n    S: * 3 EXPUNGE\n    S: * 9 EXPUNGE\n    S: @ OK <text-line>\n"
         "  } or {\n    S: * 3 EXPUNGE\n    S: * 2 EXPUNGE\n    S: @ OK <text-line>\n  }\n"),
     RESULT_PASS, NULL},
    /* marks before it belong to the window of each branch */
    {SELECTED "  C: @ EXPUNGE\n" CHECKED("  S{2}: * <number> EXPUNGE\n  either {\n"
                                         "    S: @ NO <text-line>\n  } or {\n"
                                         "    S: @ OK <text-line>\n  }\n"),
     RESULT_PASS, NULL},
    {SELECTED "  C: @ EXPUNGE\n" CHECKED("  S!: * 2 EXPUNGE\n  either {\n"
                                         "    S: @ NO <text-line>\n  } or {\n"
                                         "    S: @ OK <text-line>\n  }\n"),
     RESULT_FAIL, "noop.ok"},
    /* a branch that has sent something is the one */
    {"  either {\n    C: @ FROB\n    S: @ OK <text-line>\n  } or {\n    C: @ NOOP\n"
     "    S: @ OK <text-line>\n  }\n" CHECKED("  quiet 10ms\n"),
     RESULT_BLOCKED, ""},
};

static void alternatives_are_tried_in_order(void **state)
{
    (void)state;
    check_rows(HEAD, alternatives, sizeof alternatives / sizeof alternatives[0]);
}

static void a_should_only_warns_and_goes_on(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {SELECTED "  C: @ NOOP\n  check check.exists\n  S: * 3 EXISTS\n  S: @ OK <text-line>\n"
                  "  C: @ NOOP\n  S: @ OK <text-line>\n",
         RESULT_WARN, "check.exists"},
        {SELECTED "  C: @ CHECK\n  check check.exists\n  S: * 3 EXISTS\n  S: @ OK <text-line>\n",
         RESULT_PASS, NULL},
    };
    check_rows(HEAD_SHOULD, rows, sizeof rows / sizeof rows[0]);
}

static void breaches_fail_wherever_the_script_is(void **state)
{
    (void)state;
    static const struct {
        const char *answer, *requirement;
    } rows[] = {
        {"%T OK done\n", "resp.crlf"},
        {"* 99 EXPUNGE\r\n%T OK done\r\n", "resp.expunge"},
        {"* 1 EXISTS\r\n%T OK done\r\n", "resp.exists"},
        {"+ go\r\n%T OK done\r\n", "literal.no-early-plus"},
        {"zz OK done\r\n%T OK done\r\n", "tag.echo"},
        {"* OK caf\xc3\xa9\r\n%T OK done\r\n", "resp.ascii"},
        {"\r\n%T OK done\r\n", "resp.line-shapes"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct fake_rule rules[] = {polite[1], polite[2], {"NOOP", rows[i].answer, false, 0}, {0}};
        struct fake fake = {.greeting = greeting, .rules = rules};
        struct arena arena = {0};
        const struct result_case *r = fake_play(
            &fake,
            HEAD SELECTED "  C: @ NOOP\n  S: @ OK <text-line>\n" CHECKED("  quiet 1ms\n") "}\n", 0,
            &arena);
        bool found = false;
        for (size_t k = 0; k < r->nfindings; k++)
            found = found || (strcmp(r->findings[k].requirement, rows[i].requirement) == 0 &&
                              strcmp(r->findings[k].level, "fail") == 0);
        if (r->verdict != RESULT_FAIL || !found)
            fail_msg("%s: %s (%s), first finding %s\n%s", rows[i].answer,
                     result_verdict_name(r->verdict), r->reason,
                     first_requirement(r) == NULL ? "none" : first_requirement(r), r->log);
        fake_free(&fake);
        arena_free(&arena);
    }
}

static const char simple[] = HEAD "  C: @ NOOP\n" CHECKED("  S: @ OK <text-line>\n") "}\n";

static const struct result_case *play_simple(struct fake *fake, struct arena *arena)
{
    return fake_play(fake, simple, 0, arena);
}

static void verdicts_beyond_the_script(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct fake dead = {.greeting = greeting, .rules = polite, .is_dead = true};
    assert_int_equal(play_simple(&dead, &arena)->verdict, RESULT_CRASH);
    struct fake refused = {.rules = polite};
    assert_int_equal(play_simple(&refused, &arena)->verdict, RESULT_BLOCKED);
    struct fake skips = {.greeting = greeting, .rules = polite, .readiness = RUN_SKIP};
    const struct result_case *r = play_simple(&skips, &arena);
    assert_int_equal(r->verdict, RESULT_SKIP);
    assert_string_equal(r->reason, "the fake says no");
    struct fake broken = {.greeting = greeting, .rules = polite, .readiness = RUN_BROKEN};
    assert_int_equal(play_simple(&broken, &arena)->verdict, RESULT_ERROR);
    struct fake fine = {.greeting = greeting, .rules = polite};
    r = play_simple(&fine, &arena);
    assert_int_equal(r->verdict, RESULT_PASS);
    assert_int_equal(r->nchecks, 1);
    assert_string_equal(r->checks[0].requirement, "noop.ok");
    assert_int_equal(r->checks[0].verdict, RESULT_PASS);
    assert_string_equal(r->reproduce, "imapspec server fake 't.t' --seed 7");
    assert_int_equal(fine.nfinished, 1);
    fake_free(&dead);
    fake_free(&refused);
    fake_free(&skips);
    fake_free(&broken);
    fake_free(&fine);
    arena_free(&arena);
}

static void features_decide_over_skipping(void **state)
{
    (void)state;
    struct arena arena = {0};
    static const char text[] =
        "scenario t.t \"t\" {\n  role client\n  covers noop.ok\n  needs MULTI-ACCESS\n\n"
        "  S: * OK <text-line>\n  C: @ NOOP\n" CHECKED("  S: @ OK <text-line>\n") "}\n";
    struct fake without = {.greeting = greeting, .rules = polite};
    const struct result_case *r = fake_play(&without, text, 0, &arena);
    assert_int_equal(r->verdict, RESULT_SKIP);
    assert_string_equal(r->reason, "needs MULTI-ACCESS, which fake does not have");
    assert_int_equal(without.nprepared, 0);
    struct fake with = {.greeting = greeting, .rules = polite, .features = "X MULTI-ACCESS"};
    assert_int_equal(fake_play(&with, text, 0, &arena)->verdict, RESULT_PASS);
    fake_free(&without);
    fake_free(&with);
    arena_free(&arena);
}

/* ---- servers that misbehave beyond measure ---- */

static void check_bad_server(struct fake *fake, enum result_verdict verdict, const char *got)
{
    struct arena arena = {0};
    const struct result_case *r = play_simple(fake, &arena);
    bool said = false;
    for (size_t i = 0; i < r->nfindings; i++)
        said = said || strstr(r->findings[i].got, got) != NULL ||
               strstr(r->findings[i].text, got) != NULL;
    if (r->verdict != verdict || !said)
        fail_msg("wanted %s with \"%s\", got %s (%s)\n%s", result_verdict_name(verdict), got,
                 result_verdict_name(r->verdict), r->reason, r->log);
    fake_free(fake);
    arena_free(&arena);
}

static void servers_beyond_measure(void **state)
{
    (void)state;
    static const struct fake_rule silent[] = {{0}};
    struct fake never_answers = {.greeting = greeting, .rules = silent};
    check_bad_server(&never_answers, RESULT_FAIL, "nothing");
    struct fake never_greets = {.greeting = "", .rules = silent};
    check_bad_server(&never_greets, RESULT_BLOCKED, "nothing");
    struct fake closes = {.greeting = "", .rules = silent, .closes_at_once = true};
    check_bad_server(&closes, RESULT_BLOCKED, "end of stream");
    struct fake stops_inside = {.greeting = "* OK rea", .rules = silent};
    check_bad_server(&stops_inside, RESULT_BLOCKED, "unfinished");
    struct fake says_eight_bit = {.greeting = "* OK ready\r\n* OK \x01\xff\r\n", .rules = polite};
    check_bad_server(&says_eight_bit, RESULT_FAIL, "above 0x7F");
}

static void floods_end(void **state)
{
    (void)state;
    static const struct fake_rule silent[] = {{0}};
    struct fake lines = {.greeting = greeting,
                         .rules = silent,
                         .flood = "* OK and on and on and on and on and on\r\n",
                         .flood_nbytes = (size_t)4 << 30};
    check_bad_server(&lines, RESULT_FAIL, "flood");
    struct fake line = {.greeting = greeting,
                        .rules = silent,
                        .flood = "0123456789012345678901234567890123456789012345678901234567890123",
                        .flood_nbytes = (size_t)100 << 20};
    check_bad_server(&line, RESULT_FAIL, "unfinished");
    struct fake literal = {.greeting = "* OK ready\r\n* 1 FETCH (RFC822 {4294967296}\r\n",
                           .rules = silent,
                           .flood =
                               "0123456789012345678901234567890123456789012345678901234567890123",
                           .flood_nbytes = (size_t)4 << 30};
    check_bad_server(&literal, RESULT_FAIL, "flood");
}

/* ---- sending ---- */

static void check_sent(const char *steps, const struct fake_rule *rules, const char *wanted)
{
    struct arena arena = {0};
    struct fake fake = {.greeting = greeting, .rules = rules};
    const char *text = arena_printf(&arena, HEAD "%s" CHECKED("  quiet 1ms\n") "}\n", steps);
    const struct result_case *r = fake_play(&fake, text, 0, &arena);
    if (!span_is(buffer_span(&fake.received), wanted))
        fail_msg("%s\nsent %.*s\nverdict %s (%s)\n%s", steps, SPAN_ARG(buffer_span(&fake.received)),
                 result_verdict_name(r->verdict), r->reason, r->log);
    fake_free(&fake);
    arena_free(&arena);
}

static void literals_wait_or_not(void **state)
{
    (void)state;
    static const struct fake_rule willing[] = {
        {"LOGIN", "+ go\r\n", false, 0}, {"", "a1 OK done\r\n", false, 0}, {0}};
    static const struct fake_rule refusing[] = {{"LOGIN", "%T NO who?\r\n", false, 0}, {0}};
    check_sent("  C: @ LOGIN fred {\"sec\"}\n  S: @ OK <text-line>\n", willing,
               "a1 LOGIN fred {3}\r\nsec\r\n");
    check_sent("  C: @ LOGIN {\"fred\"} x\n  S: @ NO <text-line>\n", refusing, "a1 LOGIN {4}\r\n");
    check_sent("  C: @ LOGIN fred {!\"sec\"}\n  S: + <text-line>\n  S: @ OK <text-line>\n", willing,
               "a1 LOGIN fred {3}\r\nsec\r\n");
    check_sent("  C: @ LOGIN fred {700:\"sec\"}\n  S: @ NO <text-line>\n", refusing,
               "a1 LOGIN fred {700}\r\n");
    check_sent("  C= \"x\"*3 hex 0d0a\n", willing, "xxx\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_are_matched),
        cmocka_unit_test(alternatives_are_tried_in_order),
        cmocka_unit_test(a_should_only_warns_and_goes_on),
        cmocka_unit_test(breaches_fail_wherever_the_script_is),
        cmocka_unit_test(verdicts_beyond_the_script),
        cmocka_unit_test(features_decide_over_skipping),
        cmocka_unit_test(servers_beyond_measure),
        cmocka_unit_test(floods_end),
        cmocka_unit_test(literals_wait_or_not),
    };
    return cmocka_run_group_tests_name("play", tests, NULL, NULL);
}
