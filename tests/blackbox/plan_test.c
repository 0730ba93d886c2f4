#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blackbox/plan.h"
#include "mutator/mutator.h"

/* A plan as it is written here: B for a barrier, numbers for a switch of session. */
static void check_plan(const struct plan_mode *mode, const char *stream, const char *wanted)
{
    struct buffer plan = {0};
    struct buffer shown = {0};
    plan_make(span_of(stream), mode, &plan);
    struct span octets = buffer_span(&plan);
    for (size_t i = 0; i < octets.nbytes; i++) {
        char c = octets.data[i];
        if (c == STREAM_OCTET_BARRIER)
            buffer_append_byte(&shown, 'B');
        else if (c >= 1 && c <= 4)
            buffer_printf(&shown, "<%d>", c);
        else if (c == STREAM_OCTET_SEGMENT)
            buffer_append_byte(&shown, '|');
        else if (c == STREAM_OCTET_RECONNECT)
            buffer_append_byte(&shown, 'R');
        else if (c == '\n')
            buffer_append_byte(&shown, '/');
        else if (c != '\r')
            buffer_append_byte(&shown, c);
    }
    char *text = buffer_take_text(&shown);
    assert_string_equal(text, wanted);
    free(text);
    buffer_free(&plan);
}

static void waits(void **state)
{
    static const struct {
        struct plan_mode mode;
        const char *stream, *wanted;
    } rows[] = {
        {{0}, "a1 NOOP\r\na2 CHECK\r\n", "a1 NOOP/Ba2 CHECK/B"},
        {{0}, "a1 NOOP\r\n\x12\x12", "a1 NOOP/B"},
        {{0}, "a1 SELECT {3}\r\nbox\r\n", "a1 SELECT {3}/Bbox/B"},
        {{.hurries = true}, "a1 SELECT {3}\r\nbox\r\n", "a1 SELECT {3}/box/B"},
        {{.pipelines = true}, "a1 NOOP\r\na2 CHECK\r\n", "a1 NOOP/a2 CHECK/zn1 NOOP/B"},
        {{.pipelines = true},
         "a1 CHECK\r\n\x02"
         "b1 CHECK\r\n",
         "a1 CHECK/<2>b1 CHECK/<1>zn1 NOOP/B<2>zn2 NOOP/B"},
        {{.is_closed = true}, "a1 CHECK\r\n", "a1 CHECK/Bzn1 NOOP/B"},
        /* nobody can give back such a tag, so another command is waited for */
        {{0}, "* CHECK\r\n", "* CHECK/zn1 NOOP/B"},
        {{0}, "\r\n", "/zn1 NOOP/B"},
        {{0}, "a(1 CHECK\r\n", "a(1 CHECK/zn1 NOOP/B"},
        /* a command in two pieces is waited for when it is whole */
        {{0},
         "a1 CH\x02"
         "b1 NOOP\r\n\x01"
         "ECK\r\n",
         "a1 CH<2>b1 NOOP/B<1>ECK/Bzn1 NOOP/B"},
        /* the rest of it is never said */
        {{.is_closed = true}, "a1 CH", "a1 CH"},
        {{0},
         "a1 CH\x05"
         "ECK\r\n",
         "a1 CH|ECK/B"},
        /* what nobody can do from outside is left out */
        {{0},
         "\x11\x01"
         "\x06\x41"
         "\x07\x05"
         "a1 CHECK\r\n",
         "a1 CHECK/B"},
        {{0},
         "\x0f"
         "a1 CHECK\r\n",
         "Ra1 CHECK/B"},
        {{.relation = 1}, "a1 CHECK\r\n", "a1 CHECK/Bzr1 SEARCH ALL/B"},
        {{0}, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_plan(&rows[i].mode, rows[i].stream, rows[i].wanted);
}

static void usable_tags(void **state)
{
    static const struct {
        const char *command;
        bool is_usable;
    } rows[] = {{"a1 NOOP\r\n", true},     {"a1\r\n", true},        {"A.b-c NOOP\r\n", true},
                {"* NOOP\r\n", false},     {"+ NOOP\r\n", false},   {" NOOP\r\n", false},
                {"a\"b NOOP\r\n", false},  {"a%b NOOP\r\n", false}, {"\r\n", false},
                {"a\x01 NOOP\r\n", false}, {"]] NOOP\r\n", true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(plan_has_usable_tag(span_of(rows[i].command)), rows[i].is_usable);
}

/* Whatever the stream is: its plan is a stream that says the same, and the plan of a plan waits at
 * the same places. */
static void any_stream(void **state)
{
    static char room[4096];
    struct mutator *m = mutator_new(MUTATOR_REQUESTS);
    (void)state;
    for (unsigned i = 0; i < 400; i++) {
        size_t nbytes = i % 2 == 0 ? mutator_generate(m, 12, 1 + i % 4, room, sizeof room, i)
                                   : mutator_mutate(m, span_make(NULL, 0), room, sizeof room, i);
        struct plan_mode mode = {.hurries = i % 3 == 0, .has_clock = true, .has_delivery = true};
        struct buffer plan = {0};
        plan_make(span_make(room, nbytes), &mode, &plan);
        assert_true(stream_is_canonical(buffer_span(&plan)));
        assert_true(plan_ncommands(buffer_span(&plan)) >= plan_ncommands(span_make(room, nbytes)));
        buffer_free(&plan);
    }
    mutator_free(&m);
}

static void relations(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= plan_nrelations(); i++) {
        const struct plan_relation *r = plan_relation(i);
        assert_non_null(r->commands[0]);
        assert_true(r->name[0] != '\0' && r->requirement[0] != '\0' && r->wanted[0] != '\0');
        if (r->kind == PLAN_PARTITION)
            assert_true(r->commands[1] != NULL && r->commands[2] == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits),
        cmocka_unit_test(usable_tags),
        cmocka_unit_test(any_stream),
        cmocka_unit_test(relations),
    };
    return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
