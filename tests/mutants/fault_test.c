/* Fault files: what is read, and everything that is refused, with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mutants/fault.h"

#define HEAD                                                                                       \
    "fault x.y \"It is wrong\"\n"                                                                  \
    "breaks expunge.none\n"                                                                        \
    "file reference/expunge.c\n"
#define CHANGE "replace\n | a\nby\n | b\n"

static struct mutants_fault *read_good(struct arena *arena, const char *text)
{
    struct mutants_fault *fault;
    struct buffer errors = {0};
    size_t n = mutants_fault_read(span_of(text), "t.fault", arena, &fault, &errors);
    if (n > 0)
        fail_msg("%.*s", SPAN_ARG(buffer_span(&errors)));
    buffer_free(&errors);
    return fault;
}

static void assert_span(struct span got, const char *wanted)
{
    assert_int_equal(got.nbytes, strlen(wanted));
    assert_memory_equal(got.data, wanted, got.nbytes);
}

static void everything_is_read(void **state)
{
    struct arena arena = {0};
    const struct mutants_fault *f = read_good(&arena, "\xef\xbb\xbf# a fault\r\n"
                                                      "fault   a.b-c_2 \"Says \\\"no\\\"\"\r\n"
                                                      "breaks  expunge.none expunge.example\r\n"
                                                      "\r\n"
                                                      "breaks  noop.ok  # the third\r\n"
                                                      "side    server\n"
                                                      "target  reference-tcp\n"
                                                      "file    reference/expunge.c\n"
                                                      "replace\n"
                                                      " |   if (x) # not a comment\n"
                                                      " |\n"
                                                      "# but this is\n"
                                                      " | \ty(\"\\n\"); \n"
                                                      "by\n"
                                                      "replace\n"
                                                      "| one\n"
                                                      "by\n"
                                                      "\t| two {\n");
    (void)state;
    assert_string_equal(f->id, "a.b-c_2");
    assert_string_equal(f->claim, "Says \"no\"");
    assert_string_equal(f->path, "t.fault");
    assert_int_equal(f->place.line, 2);
    assert_int_equal(f->breaks.nitems, 3);
    assert_string_equal(f->breaks.items[0], "expunge.none");
    assert_string_equal(f->breaks.items[2], "noop.ok");
    assert_int_equal(f->side, SIDE_SERVER);
    assert_string_equal(f->target, "reference-tcp");
    assert_string_equal(f->source, "reference/expunge.c");
    assert_false(f->is_graded_warn);
    assert_int_equal(f->nchanges, 2);
    assert_span(f->changes[0].text, "  if (x) # not a comment\n\n\ty(\"\\n\"); ");
    assert_span(f->changes[0].replacement, "");
    assert_int_equal(f->changes[0].place.line, 9);
    assert_span(f->changes[1].text, "one");
    assert_span(f->changes[1].replacement, "two {");
    arena_free(&arena);
}

static void what_is_absent_has_a_default(void **state)
{
    struct arena arena = {0};
    const struct mutants_fault *f = read_good(&arena, HEAD CHANGE);
    (void)state;
    assert_int_equal(f->side, SIDE_SERVER);
    assert_string_equal(f->target, "reference");
    assert_int_equal(f->nchanges, 1);
    f = read_good(&arena, "fault x.y \"It warns\"\ngrade warn\nbreaks client.unexpected-tag\n"
                          "side client\nfile reference/client.c\n" CHANGE);
    assert_int_equal(f->side, SIDE_CLIENT);
    assert_true(f->is_graded_warn);
    arena_free(&arena);
}

/* All messages, without the source lines and carets below them. */
static const struct bad {
    const char *text, *messages;
} bads[] = {
    {"", "t.fault:1:1: the fault has no `breaks`\n"
         "t.fault:1:1: the fault has no `fault`\n"
         "t.fault:1:1: the fault has no `file`\n"
         "t.fault:1:1: the fault has no `replace`\n"},
    {HEAD, "t.fault:1:1: the fault has no `replace`\n"},
    {HEAD "breakz noop.ok\n" CHANGE,
     "t.fault:4:1: expected one of fault, breaks, file, grade, side, target, replace, by\n"},
    {HEAD "file reference/copy.c\n" CHANGE, "t.fault:4:1: `file` is given twice\n"},
    {HEAD "breaks expunge.none\n" CHANGE, "t.fault:4:8: `expunge.none` is named twice\n"},
    {HEAD "breaks no.such\n" CHANGE, "t.fault:4:8: the catalogue has no requirement `no.such`\n"},
    {HEAD "breaks\n" CHANGE, "t.fault:4:7: expected a requirement ID\n"},
    {HEAD "grade warn\n" CHANGE,
     "t.fault:4:7: `expunge.none` is a MUST: what breaks it has to fail\n"},
    {HEAD "grade fail\n" CHANGE, "t.fault:4:7: the only grade is `warn`\n"},
    {HEAD "side both\n" CHANGE, "t.fault:4:6: the side is server or client\n"},
    {HEAD "side client\n" CHANGE, "t.fault:2:8: `expunge.none` does not bind a client\n"},
    {HEAD "target dovecot\n" CHANGE, "t.fault:4:8: the target is reference or reference-tcp\n"},
    {HEAD "target reference too\n" CHANGE, "t.fault:4:18: expected the end of the line"},
    {HEAD "replace\nby\n | b\n", "t.fault:4:1: `replace` has no text\n"},
    {HEAD "replace\n |\nby\n | b\n", "t.fault:4:1: `replace` has no text\n"},
    {HEAD "replace\n | a\nby\n | a\n", "t.fault:4:1: this changes nothing\n"},
    {HEAD "replace\n | a\n", "t.fault:4:1: this `replace` has no `by`\n"},
    {HEAD "replace\n | a\nreplace\n | c\nby\n", "t.fault:6:1: the `replace` above has no `by`\n"},
    {HEAD "replace\n | a\nbreaks noop.ok\nby\n | b\n",
     "t.fault:6:1: the `replace` above has no `by`\n"
     "t.fault:7:1: `by` stands below a `replace` and its text\n"
     "t.fault:8:2: a `|` line stands below `replace` or `by`\n"},
    {HEAD "by\n | b\n" CHANGE, "t.fault:4:1: `by` stands below a `replace` and its text\n"
                               "t.fault:5:2: a `|` line stands below `replace` or `by`\n"},
    {HEAD "| b\n" CHANGE, "t.fault:4:1: a `|` line stands below `replace` or `by`\n"},
    {HEAD "replace\n |a\nby\n | b\n",
     "t.fault:4:1: `replace` has no text\n"
     "t.fault:5:2: `|` is followed by a blank and a line of the text\n"},
    {HEAD "replace now\n | a\nby\n | b\n", "t.fault:4:9: expected the end of the line"},
    {HEAD "replace {\n | a\nby\n | b\n", "t.fault:4:8: a fault's file has no blocks\n"},
    {HEAD CHANGE "C: @ NOOP\n", "t.fault:8:1: text of the source stands behind `|`\n"},
    {"fault x.y\n", "t.fault:1:10: expected what goes wrong, in quotes\n"},
    {"fault 9 \"x\"\n", "t.fault:1:7: expected the fault's ID, as in expunge.old-numbers"},
    {"fault x.y \" \"\n", "t.fault:1:11: say in one line what goes wrong\n"},
    {"fault x.y \"a\\nb\"\n", "t.fault:1:11: say in one line what goes wrong\n"},
    {"file harness/run/play.c\n", "t.fault:1:6: the file is a source below reference/"},
    {"file reference/../harness/run/play.c\n",
     "t.fault:1:6: the file is a source below reference/"},
    {"file reference/mailbox.h\n", "t.fault:1:6: the file is a source below reference/"},
};

static void strip_sources(struct span all, struct buffer *out)
{
    while (all.nbytes > 0) {
        struct span line = span_cut(&all, '\n');
        if (line.nbytes > 0 && line.data[0] != ' ')
            buffer_printf(out, "%.*s\n", SPAN_ARG(line));
    }
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct arena arena = {0};
        struct mutants_fault *fault;
        struct buffer errors = {0};
        struct buffer messages = {0};
        struct span wanted = span_of(bads[i].messages);
        size_t n = mutants_fault_read(span_of(bads[i].text), "t.fault", &arena, &fault, &errors);
        strip_sources(buffer_span(&errors), &messages);
        struct span got = buffer_span(&messages);
        bool is_exact = span_starts_with(span_of(bads[i].text), SPAN_LIT(HEAD)) &&
                        span_ends_with(wanted, SPAN_LIT("\n"));
        bool is_right = is_exact ? span_equal(got, wanted) : span_find(got, wanted) != SPAN_NPOS;
        if (n == 0 || !is_right)
            fail_msg("%s\nsays:\n%.*s", bads[i].text, SPAN_ARG(got));
        buffer_free(&errors);
        buffer_free(&messages);
        arena_free(&arena);
    }
}

/* Whatever is cut off a file, reading it comes to an end and says what is wrong. */
static void prefixes_are_refused(void **state)
{
    static const char text[] = HEAD "replace\n | a\nby\n | b\nreplace\n | c\n | d\nby\n | e\n";
    (void)state;
    for (size_t n = 0; n < sizeof HEAD; n++) {
        struct arena arena = {0};
        struct mutants_fault *fault;
        struct buffer errors = {0};
        assert_true(mutants_fault_read(span_make(text, n), "t.fault", &arena, &fault, &errors) > 0);
        assert_true(errors.nbytes > 0);
        buffer_free(&errors);
        arena_free(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_read),
        cmocka_unit_test(what_is_absent_has_a_default),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(prefixes_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
