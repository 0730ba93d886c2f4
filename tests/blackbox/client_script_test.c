#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blackbox/client_script.h"
#include "mutator/mutator.h"

static const struct client_can all = {.has_shim = true,
                                      .operations = UINT32_MAX,
                                      .overlaps = true,
                                      .has_cache = true,
                                      .has_delivery = true};
static const struct client_can plain = {.has_shim = true, .operations = UINT32_MAX};
static const struct client_can program = {.has_shim = false};

/* Reads it as any scenario is read, so that nothing is written that cannot be played. */
static void check_readable(struct span text)
{
    struct arena arena = {0};
    struct script_file *file;
    struct script_case *cases;
    size_t ncases;
    struct err err;
    if (script_read(text, "t.scn", NULL, &arena, &file, &err) != 0 ||
        script_expand(file, file->scenarios[0], &arena, &cases, &ncases, &err) != 0)
        fail_msg("%u:%u: %s\n%.*s", err.line, err.col, err.text, SPAN_ARG(text));
    arena_free(&arena);
}

/* The steps: what stands behind `serve model`. */
static void check(const struct client_can *can, const struct client_expectation *e,
                  struct span stream, const char *wanted)
{
    struct buffer text = {0};
    client_script_write(stream, can, "t", "t", "", e, &text);
    check_readable(buffer_span(&text));
    size_t at = span_find(buffer_span(&text), SPAN_LIT("serve    model\n\n"));
    assert_true(at != SPAN_NPOS);
    struct span steps = span_from(buffer_span(&text), at + strlen("serve    model\n\n"));
    char *got = mem_copy_text(steps.data, steps.nbytes);
    assert_string_equal(got, wanted);
    free(got);
    buffer_free(&text);
}

#define ENDS "  check client.complete-on-tag {\n    use over()\n  }\n"
#define LOGIN "  start login ${user} ${password}\n"
#define SELECT "  start select INBOX\n"

static void test_says_what_the_stream_says(void **state)
{
    (void)state;
    /* somebody has to do something */
    check(&plain, NULL, SPAN_LIT(""), "  open\n" LOGIN ENDS "}\n");
    check(&plain, NULL, SPAN_LIT("* OK hello\r\n\x12"),
          "  open\n  S: * OK hello\n" LOGIN ENDS "}\n");
    /* beside the model server's answer, in place of it, and behind it */
    check(&plain, NULL,
          SPAN_LIT("\x12\x12* 5 EXISTS\r\n\x11\x02"
                   "a1 NO not \"so\"\r\n\x05* 1 EXPUNGE\r\n"),
          "  open\n" LOGIN ENDS
          "  on? <text-line> {\n    S: * 5 EXISTS\n    answer\n  }\n" SELECT ENDS
          "  on? <text-line> {\n    S= \"${tag} NO not \\\"so\\\"\\r\\n\"\n  }\n"
          "  start fetch 1:3 FLAGS\n" ENDS "  S: * 1 EXPUNGE\n}\n");
    /* a tag of nobody stays as it is */
    check(&plain, NULL,
          SPAN_LIT("\x12"
                   "a0001 OK in\r\n\x12"),
          "  open\n  on? <text-line> {\n    S: a0001 OK in\n    answer\n  }\n" LOGIN ENDS
          "  on? <text-line> {\n    answer\n  }\n" SELECT ENDS "}\n");
    check(&plain, NULL, SPAN_LIT("\x03\x12* 1 FETCH (FLAGS (\\Seen k1))\r\n* MAILBOX {1}\r\nx\r\n"),
          "  split 3,7 always\n  open\n  on? <text-line> {\n    S: * 1 FETCH (FLAGS (\\Seen k1))\n"
          "    S= \"* MAILBOX {1}\\r\\nx\\r\\n\"\n    answer\n  }\n" LOGIN ENDS "}\n");
}

static void test_ends_when_the_server_has_said_its_last(void **state)
{
    (void)state;
    check(&plain, NULL, SPAN_LIT("* BYE no\r\n\x12\x12"),
          "  open\n  S: * BYE no\n  halfclose\n" LOGIN ENDS "}\n");
    check(&plain, NULL, SPAN_LIT("\x12* BYE no\r\n\x12"),
          "  open\n  on? <text-line> {\n    S: * BYE no\n    halfclose\n  }\n" LOGIN ENDS "}\n");
    check(
        &plain, NULL, SPAN_LIT("\x12* MAILBOX {9}\r\nabc"),
        "  open\n  on? <text-line> {\n    S= \"* MAILBOX {9}\\r\\nabc\"\n    halfclose\n  }\n" LOGIN
            ENDS "}\n");
    check(&plain, NULL, SPAN_LIT("\x12\x05\x0e\x12"), "  open\n" LOGIN ENDS "  halfclose\n}\n");
    check(&plain, NULL, SPAN_LIT("\x12\x12\x0f\x12"),
          "  open\n" LOGIN ENDS SELECT ENDS "  reset\n  open\n" LOGIN ENDS "}\n");
}

static void test_overlaps_what_can_be(void **state)
{
    (void)state;
    struct client_expectation e = {.operation = 4,
                                   .requirement = "cache.exists-grows",
                                   .lines = "    cache exists == 6\n",
                                   .is_of_cache = true};
    check(&all, &e, SPAN_LIT("\x12\x12\x11\x02\x11\x03\x06\x01* 5 EXISTS\r\n"),
          "  open\n" LOGIN "  use over()\n" SELECT "  use over()\n"
          "  on? <text-line> {\n    deliver INBOX \"fixtures/t1.eml\"\n    S: * 5 EXISTS\n    "
          "answer\n  }\n"
          "  start fetch 1:3 FLAGS\n  start noop\n  use over()\n  use over()\n"
          "  check cache.exists-grows {\n    cache exists == 6\n  }\n}\n");
}

static void test_programs_do_what_they_do(void **state)
{
    (void)state;
    check(&program, NULL, SPAN_LIT("\x12* OK a\r\n\x12\x12* 1 EXPUNGE\r\n"),
          "  open\n  on? LOGIN <text-line> {\n    S: * OK a\n    answer\n  }\n"
          "  on? FETCH <text-line> {\n    S: * 1 EXPUNGE\n    answer\n  }\n"
          "  check client.complete-on-tag\n  exit\n}\n");
}

static void test_anything_can_be_read(void **state)
{
    (void)state;
    static char stream[4096];
    static char other[4096];
    struct mutator *mutator = mutator_new(MUTATOR_RESPONSES);
    size_t nbytes = 0;
    for (uint64_t i = 0; i < 3000; i++) {
        struct buffer text = {0};
        if (i % 8 == 0) {
            nbytes = mutator_generate(mutator, 12, 2, stream, sizeof stream, i);
        } else {
            memcpy(other, stream, nbytes);
            nbytes = mutator_mutate(mutator, span_make(other, nbytes), stream, sizeof stream, i);
        }
        client_script_write(span_make(stream, nbytes), i % 3 == 0 ? &program : &all, "t", "t", "",
                            NULL, &text);
        check_readable(buffer_span(&text));
        buffer_free(&text);
    }
    mutator_free(&mutator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_says_what_the_stream_says),
        cmocka_unit_test(test_ends_when_the_server_has_said_its_last),
        cmocka_unit_test(test_overlaps_what_can_be),
        cmocka_unit_test(test_programs_do_what_they_do),
        cmocka_unit_test(test_anything_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
