#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/suite.h"

static const char expunge[] =
    "scenario expunge.none \"nothing to expunge\" {\n  role client\n  covers expunge.none\n"
    "  axis path in { INBOX inbox }\n\n  C: @ X ${path}\n  check expunge.none\n"
    "  S: @ OK <text-line>\n}\n"
    "\n"
    "scenario expunge.all \"two sessions\" {\n  role client\n  covers expunge.other-session\n"
    "  session a\n  session b\n\n"
    "  interleave commands {\n    a {\n      C: @ NOOP\n    }\n    b {\n      C: @ NOOP\n    }\n"
    "    b {\n      C: @ NOOP\n    }\n  }\n"
    "  check expunge.other-session\n  a quiet 1ms\n}\n";

static const char checks[] =
    "scenario check.sizes \"a SHOULD\" {\n  role client\n  covers check.exists\n\n"
    "  check check.exists\n  quiet 1ms\n}\n"
    "\n"
    "scenario client.waits \"of the other side\" {\n  role server\n  covers "
    "literal.client-waits\n\n"
    "  open\n  check literal.client-waits\n  quiet 1ms\n}\n";

struct opened {
    struct arena arena;
    struct suite suite;
};

static void open_suite(struct opened *o)
{
    struct err err;
    *o = (struct opened){0};
    suite_init(&o->suite, &o->arena);
    if (suite_add(&o->suite, span_of(expunge), "a/expunge.scn", NULL, &err) != 0 ||
        suite_add(&o->suite, span_of(checks), "a/b/checks.scn", NULL, &err) != 0 ||
        suite_expand(&o->suite, SCRIPT_CLIENT, 7, &err) != 0)
        fail_msg("%s:%u:%u: %s", err.file, err.line, err.col, err.text);
}

static void close_suite(struct opened *o)
{
    suite_free(&o->suite);
    arena_free(&o->arena);
}

/* IDs of the suite's cases, blank-separated. */
static const char *ids(struct opened *o)
{
    const char *text = "";
    for (size_t i = 0; i < o->suite.ncases; i++)
        text = arena_printf(&o->arena, "%s%s%s", text, i == 0 ? "" : " ", o->suite.cases[i].id);
    return text;
}

#define ALL                                                                                        \
    "expunge.none/path=INBOX expunge.none/path=inbox expunge.all[012] expunge.all[102] "           \
    "expunge.all[120] check.sizes"

static void axes_and_orders_make_cases(void **state)
{
    (void)state;
    struct opened o;
    open_suite(&o);
    assert_string_equal(ids(&o), ALL);
    for (size_t i = 2; i < 5; i++)
        assert_int_equal(o.suite.cases[i].order, i - 2);
    close_suite(&o);
    open_suite(&o);
    struct err err;
    o.suite.ncases = 0;
    assert_int_equal(suite_expand(&o.suite, SCRIPT_SERVER, 7, &err), 0);
    assert_string_equal(ids(&o), "client.waits");
    close_suite(&o);
}

static void selectors_choose(void **state)
{
    (void)state;
    static const struct {
        const char *only[3], *except[2];
        const char *kept, *unused;
    } rows[] = {
        {{NULL}, {NULL}, ALL, ""},
        {{"expunge.none"}, {NULL}, "expunge.none/path=INBOX expunge.none/path=inbox", ""},
        {{"expunge.none/path=inbox"}, {NULL}, "expunge.none/path=inbox", ""},
        {{"expunge.all[102]"}, {NULL}, "expunge.all[102]", ""},
        {{"expunge.all"}, {NULL}, "expunge.all[012] expunge.all[102] expunge.all[120]", ""},
        {{"*.sizes"}, {NULL}, "check.sizes", ""},
        {{"expunge.*"},
         {"*path=INBOX"},
         "expunge.none/path=inbox expunge.all[012] expunge.all[102] expunge.all[120]",
         ""},
        {{"req:check.exists"}, {NULL}, "check.sizes", ""},
        {{"req:expunge.n*"}, {NULL}, "expunge.none/path=INBOX expunge.none/path=inbox", ""},
        {{"level:should"}, {NULL}, "check.sizes", ""},
        {{"level:must"}, {"expunge.all"}, "expunge.none/path=INBOX expunge.none/path=inbox", ""},
        {{"a/b"}, {NULL}, "check.sizes", ""},
        {{"a/b/"}, {NULL}, "check.sizes", ""},
        {{"a/b/checks.scn"}, {NULL}, "check.sizes", ""},
        {{"a/b/check"}, {NULL}, "", "a/b/check\n"},
        {{NULL}, {"a/expunge.scn"}, "check.sizes", ""},
        {{"check.sizes", "expunge.all[012]"}, {NULL}, "expunge.all[012] check.sizes", ""},
        {{"nothing.here", "check.sizes"}, {"nor.here"}, "check.sizes", "nothing.here\nnor.here\n"},
        {{"client.waits"}, {NULL}, "", "client.waits\n"},
        {{"req:nothing.*", "level:never"}, {NULL}, "", "req:nothing.*\nlevel:never\n"},
        {{"expunge"}, {NULL}, "", "expunge\n"},
        {{"check.*"}, {"check.*"}, "", ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct opened o;
        struct buffer unused = {0};
        size_t nonly = 0;
        size_t nexcept = 0;
        open_suite(&o);
        while (nonly < 3 && rows[i].only[nonly] != NULL)
            nonly++;
        while (nexcept < 2 && rows[i].except[nexcept] != NULL)
            nexcept++;
        suite_select(&o.suite, rows[i].only, nonly, rows[i].except, nexcept, &unused);
        if (strcmp(ids(&o), rows[i].kept) != 0 || !span_is(buffer_span(&unused), rows[i].unused))
            fail_msg("row %zu: kept \"%s\", unused \"%.*s\"", i, ids(&o),
                     SPAN_ARG(buffer_span(&unused)));
        buffer_free(&unused);
        close_suite(&o);
    }
}

static void an_id_exists_once(void **state)
{
    (void)state;
    struct opened o;
    struct err err;
    static const char again[] =
        "# again\nscenario check.sizes \"again\" {\n  role client\n  covers check.exists\n\n"
        "  check check.exists\n  quiet 1ms\n}\n";
    open_suite(&o);
    assert_int_equal(suite_add(&o.suite, span_of(again), "z.scn", NULL, &err), -1);
    assert_string_equal(err.file, "z.scn");
    assert_int_equal(err.line, 2);
    assert_string_equal(err.text, "scenario \"check.sizes\" exists already: a/b/checks.scn:1");
    close_suite(&o);
}

static void a_bad_file_is_refused(void **state)
{
    (void)state;
    struct opened o;
    struct err err;
    open_suite(&o);
    assert_int_equal(suite_add(&o.suite, SPAN_LIT("scenario x.y {\n"), "bad.scn", NULL, &err), -1);
    assert_string_equal(err.file, "bad.scn");
    assert_int_equal(err.line, 1);
    close_suite(&o);
}

static void sampled_orders_follow_the_seed(void **state)
{
    (void)state;
    const char *texts[3];
    struct opened opened[3];
    static const uint64_t seeds[] = {1, 1, 2};
    for (size_t i = 0; i < 3; i++) {
        struct opened *o = &opened[i];
        struct err err;
        struct buffer text = {0};
        buffer_append_text(&text, "scenario several.many \"many\" {\n  role client\n"
                                  "  covers noop.ok\n  session a\n  session b\n\n"
                                  "  interleave commands max 6 {\n");
        for (int k = 0; k < 10; k++)
            buffer_printf(&text, "    %c {\n      C: @ NOOP\n    }\n", k % 2 == 0 ? 'a' : 'b');
        buffer_append_text(&text, "  }\n  check noop.ok\n  a quiet 1ms\n}\n");
        *o = (struct opened){0};
        suite_init(&o->suite, &o->arena);
        assert_int_equal(suite_add(&o->suite, buffer_span(&text), "m.scn", NULL, &err), 0);
        assert_int_equal(suite_expand(&o->suite, SCRIPT_CLIENT, seeds[i], &err), 0);
        assert_int_equal(o->suite.ncases, 6);
        texts[i] = ids(o);
        buffer_free(&text);
    }
    assert_string_equal(texts[0], texts[1]);
    assert_string_not_equal(texts[0], texts[2]);
    for (size_t i = 0; i < 3; i++)
        close_suite(&opened[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(axes_and_orders_make_cases),
        cmocka_unit_test(selectors_choose),
        cmocka_unit_test(an_id_exists_once),
        cmocka_unit_test(a_bad_file_is_refused),
        cmocka_unit_test(sampled_orders_follow_the_seed),
    };
    return cmocka_run_group_tests_name("suite", tests, NULL, NULL);
}
