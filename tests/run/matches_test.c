#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_helper.h"

/* Which line of the scenario met which line of the wire log. Scenarios begin at line 1 with three
 * lines of their own; the steps follow from line 4 on. */

#define REST "  check noop.ok {\n    quiet 1ms\n  }\n}\n"
#define HEAD "scenario t.t \"t\" {\n  role client\n  covers noop.ok\n"

static const struct fake_rule rules[] = {
    {"NOOP", "* 1 EXISTS\r\n* 2 EXISTS\r\n%T OK done\r\n", false, 0},
    {"LOGIN", "%T OK welcome\r\n", false, 0},
    {"", "%T OK whatever\r\n", false, 0},
    {0}};

static const struct {
    const char *steps;
    const char *matches; /* "line: text of the log" of each, in order */
} rows[] = {
    {"  S: * OK <text-line>\n  C: @ NOOP\n  S*: * <number> EXISTS\n  S: @ OK <text-line>\n" REST,
     "4: S: * OK ready\n5: C: a1 NOOP\n6: S: * 1 EXISTS\n6: S: * 2 EXISTS\n7: S: a1 OK done\n"},
    /* each unit goes to the line that it was given to, whatever their order */
    {"  S: * OK <text-line>\n  C: @ NOOP\n  S+: * 2 EXISTS\n  S+: * 1 EXISTS\n"
     "  S: @ OK <text-line>\n" REST,
     "4: S: * OK ready\n5: C: a1 NOOP\n7: S: * 1 EXISTS\n6: S: * 2 EXISTS\n8: S: a1 OK done\n"},
    /* what was taken back with a branch is matched by no line of it */
    {"  S: * OK <text-line>\n  C: @ NOOP\n  either {\n    S: * 1 EXISTS\n    S: @ NO <text-line>\n"
     "  } or {\n    S+: * <number> EXISTS\n    S: @ OK <text-line>\n  }\n" REST,
     "4: S: * OK ready\n5: C: a1 NOOP\n10: S: * 1 EXISTS\n10: S: * 2 EXISTS\n"
     "11: S: a1 OK done\n"},
    /* until it goes wrong */
    {"  S: * OK <text-line>\n  C: @ NOOP\n  S*: * <number> EXISTS\n  S: @ NO <text-line>\n" REST,
     "4: S: * OK ready\n5: C: a1 NOOP\n6: S: * 1 EXISTS\n6: S: * 2 EXISTS\n"},
    {"  S: * OK <text-line>\n  close\n  open\n  S: * OK <text-line>\n" REST,
     "4: S: * OK ready\n5: -- closed by the harness\n6: -- connected\n7: S: * OK ready\n"},
};

/* The text of one line of the log, without its time. */
static struct span log_line(const char *log, size_t number)
{
    struct span rest = span_of(log);
    struct span line = {"", 0};
    for (size_t i = 0; i < number; i++)
        line = span_cut(&rest, '\n');
    (void)span_cut(&line, ' ');
    return line;
}

static void write_matches(const struct result_case *r, struct buffer *out)
{
    for (size_t i = 0; i < r->nmatches; i++)
        buffer_printf(out, "%u: %.*s\n", r->matches[i].line,
                      SPAN_ARG(log_line(r->log, r->matches[i].log_line)));
}

static void check_with(const struct fake_rule *answers, const char *text, const char *expected)
{
    struct arena arena = {0};
    struct fake fake = {.greeting = "* OK ready\r\n", .rules = answers};
    struct buffer got = {0};
    write_matches(fake_play(&fake, text, 0, &arena), &got);
    char *matches = buffer_take_text(&got);
    assert_string_equal(matches, expected);
    free(matches);
    fake_free(&fake);
    arena_free(&arena);
}

static void check(const char *text, const char *expected)
{
    check_with(rules, text, expected);
}

static void lines_meet_the_wire_log(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {0};
        check(arena_printf(&arena, "%s%s", HEAD, rows[i].steps), rows[i].matches);
        arena_free(&arena);
    }
}

/* What is announced, the answer, and what follows. */
static void a_literal_meets_three_lines(void **state)
{
    (void)state;
    static const struct fake_rule willing[] = {
        {"LOGIN", "+ go on\r\n", false, 0}, {"", "a1 OK done\r\n", false, 0}, {0}};
    check_with(willing,
               HEAD "  S: * OK <text-line>\n  C: @ LOGIN fred {\"secret\"}\n"
                    "  S: @ OK <text-line>\n" REST,
               "4: S: * OK ready\n5: C: a1 LOGIN fred {6}\n5: S: + go on\n5: C| secret\n"
               "6: S: a1 OK done\n");
}

/* What a macro says belongs to the line of the scenario that uses it. */
static void macros_match_by_their_use(void **state)
{
    (void)state;
    check("macro inner() {\n  C: @ NOOP\n  S*: * <number> EXISTS\n  S: @ OK <text-line>\n}\n"
          "macro outer() {\n  S: * OK <text-line>\n  use inner()\n}\n" HEAD
          "  use outer()\n  use inner()\n" REST,
          "13: S: * OK ready\n13: C: a1 NOOP\n13: S: * 1 EXISTS\n13: S: * 2 EXISTS\n"
          "13: S: a1 OK done\n14: C: a2 NOOP\n14: S: * 1 EXISTS\n14: S: * 2 EXISTS\n"
          "14: S: a2 OK done\n");
}

/* The log keeps its last lines only: what refers to others goes, the rest refers to what is kept.
 */
static void a_long_log_is_renumbered(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct fake fake = {.greeting = "* OK ready\r\n", .rules = rules};
    const char *text = HEAD "  S: * OK <text-line>\n  repeat 300 {\n    C: @ NOOP\n"
                            "    S*: * <number> EXISTS\n    S: @ OK <text-line>\n  }\n" REST;
    const struct result_case *r = fake_play(&fake, text, 0, &arena);
    assert_true(r->nmatches > 300 && r->nmatches < 401);
    for (size_t i = 0; i < r->nmatches; i++) {
        struct span line = log_line(r->log, r->matches[i].log_line);
        const char *start = r->matches[i].line == 6   ? "C: a"
                            : r->matches[i].line == 7 ? "S: * "
                                                      : "S: a";
        assert_true(span_starts_with(line, span_of(start)));
    }
    fake_free(&fake);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_meet_the_wire_log),
        cmocka_unit_test(a_literal_meets_three_lines),
        cmocka_unit_test(macros_match_by_their_use),
        cmocka_unit_test(a_long_log_is_renumbered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
