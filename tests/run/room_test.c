#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_helper.h"

/* What a case does in a room, with and without logs, and what is judged when. */

static const struct fake_rule rules[] = {
    {"LOGIN", "%T OK welcome\r\n", false, 0},
    {"SELECT",
     "* FLAGS (\\Answered \\Flagged \\Deleted \\Seen)\r\n* 3 EXISTS\r\n* 0 RECENT\r\n"
     "%T OK [READ-WRITE] done\r\n",
     false, 0},
    {"NOOP", "%T OK done\r\n", false, 0},
    {"CHECK", "* 2 EXISTS\r\n%T OK done\r\n", false, 0},       /* fewer, and nothing was expunged */
    {"SEARCH", "* SEARCH 01 2 3\r\n%T OK done\r\n", false, 0}, /* observed (B38) */
    {"LOGOUT", "* BYE bye\r\n%T OK done\r\n", true, 0},
    {0}};

#define HEAD(covers)                                                                               \
    "scenario t.t \"t\" {\n  role client\n  covers " covers "\n  fixture INBOX messages 3\n\n"     \
    "  S: * OK <text-line>\n"                                                                      \
    "  C: @ LOGIN ${user} ${password}\n  S: @ OK <text-line>\n"                                    \
    "  C: @ SELECT INBOX\n  S*: * <any>\n  S: @ OK <text-line>\n"
#define TAIL "  C: @ LOGOUT\n  S: * BYE <text-line>\n  S: @ OK <text-line>\n}\n"
#define NOOP "  check noop.ok {\n    C: @ NOOP\n    S: @ OK <text-line>\n  }\n"
#define CHECK "  check check.ok {\n    C: @ CHECK\n    S*: * <any>\n    S: @ OK <text-line>\n  }\n"
#define SEARCH "  C: @ SEARCH ALL\n  S: * SEARCH <any>\n  S: @ OK <text-line>\n"
#define WRONG "  check noop.ok {\n    C: @ NOOP\n    S: @ NO <text-line>\n  }\n"

#define BOTH "noop.ok check.ok"
static const char *const scenarios[] = {
    HEAD("noop.ok") NOOP TAIL,         HEAD(BOTH) CHECK NOOP TAIL,
    HEAD(BOTH) CHECK WRONG TAIL,       HEAD("noop.ok") WRONG TAIL,
    HEAD(BOTH) NOOP CHECK CHECK "}\n", HEAD("noop.ok") "  C: @ NOOP\n  S: @ BAD <any>\n" NOOP TAIL,
};

static void write_result(struct fake *fake, const char *scenario, struct buffer *out)
{
    struct arena arena = {0};
    fake->greeting = "* OK ready\r\n";
    fake->rules = rules;
    struct result_case *result = fake_play(fake, scenario, 0, &arena);
    result->ms = 0;
    buffer_clear(out);
    result_case_write(result, out);
    fake_free(fake);
    arena_free(&arena);
}

/* Whatever was played in a room before, a case is as in one of its own. */
static void a_room_changes_nothing(void **state)
{
    (void)state;
    struct run_room *room = run_room_new();
    struct buffer in_room = {0};
    struct buffer alone = {0};
    enum { NSCENARIOS = sizeof scenarios / sizeof *scenarios };
    for (size_t i = 0; i < NSCENARIOS * NSCENARIOS; i++) {
        const char *first = scenarios[i / NSCENARIOS];
        const char *second = scenarios[i % NSCENARIOS];
        write_result(&(struct fake){.room = room}, first, &in_room);
        write_result(&(struct fake){.room = room}, second, &in_room);
        write_result(&(struct fake){0}, second, &alone);
        if (!span_equal(buffer_span(&in_room), buffer_span(&alone)))
            fail_msg("%s\nalone:   %.*s\nin room: %.*s", second, SPAN_ARG(buffer_span(&alone)),
                     SPAN_ARG(buffer_span(&in_room)));
    }
    buffer_free(&in_room);
    buffer_free(&alone);
    run_room_free(&room);
    assert_null(room);
}

static void logs_of_passes_may_go(void **state)
{
    (void)state;
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        struct fake fake = {.greeting = "* OK ready\r\n", .rules = rules, .drops_logs = true};
        const struct result_case *r = fake_play(&fake, scenarios[i], 0, &arena);
        bool passes = r->verdict == RESULT_PASS;
        assert_true(passes == (i == 0));
        assert_true((r->log[0] == '\0') == passes);
        assert_true((r->nmatches == 0) == passes);
        fake_free(&fake);
    }
    arena_free(&arena);
}

/* Findings belong to the line that shows them and come before what fails after it, however late
 * they are judged. */
static void findings_stay_in_their_place(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct fake fake = {.greeting = "* OK ready\r\n", .rules = rules};
    const struct result_case *r = fake_play(&fake, HEAD(BOTH) SEARCH CHECK WRONG TAIL, 0, &arena);
    assert_int_equal(r->verdict, RESULT_FAIL);
    assert_true(r->nfindings >= 3);
    const char *log = r->log;
    size_t before = 0;
    for (size_t i = 0; i < r->nfindings; i++) {
        assert_true(r->findings[i].log_line >= before);
        before = r->findings[i].log_line;
    }
    struct span rest = span_of(log);
    for (size_t line = 1; line < r->findings[0].log_line; line++)
        (void)span_cut(&rest, '\n');
    assert_true(span_ends_with(span_cut(&rest, '\n'), SPAN_LIT("* SEARCH 01 2 3")));
    assert_string_equal(r->findings[r->nfindings - 1].requirement, "noop.ok");
    /* the checks, too: what was passed before comes first */
    assert_string_equal(r->checks[r->nchecks - 1].requirement, "noop.ok");
    fake_free(&fake);
    arena_free(&arena);
}

/* What is left out finds nothing; the script still judges. */
static void parts_can_be_left_out(void **state)
{
    (void)state;
    static const unsigned without[] = {RUN_WITHOUT_MODEL, RUN_WITHOUT_MODEL | RUN_WITHOUT_GRAMMAR,
                                       RUN_WITHOUT_LOG,
                                       RUN_WITHOUT_LOG | RUN_WITHOUT_MODEL | RUN_WITHOUT_GRAMMAR};
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        struct fake fake = {.greeting = "* OK ready\r\n", .rules = rules, .without = without[i]};
        const struct result_case *r = fake_play(&fake, HEAD("check.ok") CHECK TAIL, 0, &arena);
        bool has_model = (without[i] & RUN_WITHOUT_MODEL) == 0;
        assert_true((r->verdict == RESULT_FAIL) == has_model);
        assert_true((r->nfindings > 0) == has_model);
        assert_true((r->log[0] == '\0') == ((without[i] & RUN_WITHOUT_LOG) != 0));
        fake_free(&fake);
        struct fake other = {.greeting = "* OK ready\r\n", .rules = rules, .without = without[i]};
        r = fake_play(&other, HEAD("noop.ok") WRONG TAIL, 0, &arena);
        assert_int_equal(r->verdict, RESULT_FAIL);
        fake_free(&other);
    }
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_room_changes_nothing),
        cmocka_unit_test(logs_of_passes_may_go),
        cmocka_unit_test(findings_stay_in_their_place),
        cmocka_unit_test(parts_can_be_left_out),
    };
    return cmocka_run_group_tests_name("room", tests, NULL, NULL);
}
