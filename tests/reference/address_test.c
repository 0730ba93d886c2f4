#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference/address.h"

/* Each address as name|route|mailbox|host, separated by a slash. */
static const struct {
    const char *text;
    const char *expected;
} cases[] = {
    /* the plain forms */
    {"joe@host.example", "||joe|host.example"},
    {"Joe Q <joe@host>", "Joe Q||joe|host"},
    {"Larry Fagan  <FAGAN@SUMEX-AIM.Stanford.EDU>", "Larry Fagan||FAGAN|SUMEX-AIM.Stanford.EDU"},
    {"<joe@host>", "||joe|host"},
    {"a@x, b@y,c@z", "||a|x/||b|y/||c|z"},
    {"root", "||root|"},
    {"root, joe@x", "||root|/||joe|x"},
    {"", ""},
    {" , ,, ", ""},
    /* phrases */
    {"\"Smith, John\" <js@x>", "Smith, John||js|x"},
    {"\"Joe \\\"Quote\\\" \\\\ B\" <j@x>", "Joe \"Quote\" \\ B||j|x"},
    {"\"a\"\"b\"c <j@x>", "a b c||j|x"},
    {"John   Q. (x) Public <j@x>", "John Q. Public||j|x"},
    {"J.R. Smith <j@x>", "J.R. Smith||j|x"},
    {"\" two  blanks \" <j@x>", " two  blanks ||j|x"},
    {"\"\" <j@x>", "||j|x"},
    {"\"\" <j@x> (Joe)", "Joe||j|x"},
    {"a@b <c@d>", "a@b||c|d"},
    /* addr-specs */
    {"\":sysmail\"@  Some-Group. Some-Org", "||:sysmail|Some-Group.Some-Org"},
    {"Muhammed.(I am  the greatest) Ali @(the)Vegas.WBA", "||Muhammed.Ali|Vegas.WBA"},
    {"Wilt . (x) Cham @ NBA . US", "||Wilt.Cham|NBA.US"},
    {"\"Joe Q. Public\"@x", "||Joe Q. Public|x"},
    {"\"first\".last@x", "||first.last|x"},
    {"user@[10.0.3.19]", "||user|[10.0.3.19]"},
    {"user@[10.0\\].3 . 19]", "||user|[10.0\\].3 . 19]"},
    {"user@host.[1.2.3.4]", "||user|host.[1.2.3.4]"},
    {"rindflEISCH@X", "||rindflEISCH|X"},
    /* routes */
    {"Hop <@relay1,@relay2:user@host>", "Hop|@relay1,@relay2|user|host"},
    {"<@a:u@h>", "|@a|u|h"},
    {"< @ a . b (c) , (d) @ [1.2] : u @ h >", "|@a.b,@[1.2]|u|h"},
    {"<@a,@b u@h>, c@d", "|@a,@b|u|h/||c|d"},
    {"<@a, u@h>, c@d", "|@a||/||u|h/||c|d"},
    {"<@a>", "|@a||"},
    /* comments */
    {"fagan@x (Larry Fagan)", "Larry Fagan||fagan|x"},
    {"fagan@x (first) (Larry (the) Fagan)", "Larry (the) Fagan||fagan|x"},
    {"fagan@x ( quoted \\) \\\\ pair )", "quoted ) \\ pair||fagan|x"},
    {"fagan@x (), b@y", "||fagan|x/||b|y"},
    {"(Larry) fagan@x", "||fagan|x"},
    {"fagan (Larry) @x", "||fagan|x"},
    {"fagan@x (Larry). y", "||fagan|x.y"},
    {"Phrase <fagan@x> (comment)", "Phrase||fagan|x"},
    {"<fagan@x> (Larry), b@y", "Larry||fagan|x/||b|y"},
    {"root (Super User), b@y", "Super User||root|/||b|y"},
    {"(just a comment), a@b", "||a|b"},
    {"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "Pete||pete|silly.test"},
    /* groups */
    {"Team: a@x, Bee <b@y>;", "||a|x/Bee||b|y"},
    {"Undisclosed recipients:;", ""},
    {"Empty:;, a@x", "||a|x"},
    {"One: a@x; , Two: b@y;, c@z", "||a|x/||b|y/||c|z"},
    {"\"A Group\" (c) : (d) a@x (e);", "e||a|x"},
    {"Open: a@x, b@y", "||a|x/||b|y"},
    {"a@x; b@y", "||a|x/||b|y"},
    /* nonsense, without harm to what follows */
    {"a@b c@d", "||a|b/||c|d"},
    {"a@b (Joe) c@d", "Joe||a|b/||c|d"},
    {"\"A\" <a@b> \"B\" <c@d>", "A||a|b/B||c|d"},
    {"Joe <a@b, c@d", "Joe||a|b/||c|d"},
    {"Joe <a@b <c@d>", "Joe||a|b/||c|d"},
    {"<>", ""},
    {"Joe <>, c@d", "Joe|||/||c|d"},
    {"<<a@b>>, c@d", "||a|b/||c|d"},
    {"\"unclosed <a@b>, c@d", "unclosed||a|b/||c|d"},
    {"(unclosed <a@b>, c@d", "unclosed||a|b/||c|d"},
    {"a@[1.2, c@d", "||a|1.2/||c|d"},
    {")>]\\ a@b", "||a|b"},
    {"a@b@c, d@e", "||a@b|c/||d|e"},
    {"@", ""},
    {"@b", "|||b"},
    {"a@", "||a|"},
    {"a@, c@d", "||a|/||c|d"},
    {"a..b.@c.", "||a..b.|c."},
    {"a@b: c@d", "||a|b/||c|d"},
    {"two words@x", "||two words|x"},
    {"\"\"@x", "|||x"},
    {"<\"\"@x>", "|||x"},
    {"caf\xe9@x", "||caf\xe9|x"},
    {"a\x01@x", "||a\x01|x"},
    {"\\", ""},
    {"\"", ""},
    {"a@b \"", "||a|b"},
};

static void render(struct buffer *out, const struct mail_address_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct mail_address *a = &list->items[i];
        const struct span parts[] = {a->name, a->route, a->mailbox, a->host};
        size_t nbytes = 0;
        for (size_t k = 0; k < 4; k++) {
            if (k > 0 || i > 0)
                buffer_append_byte(out, k > 0 ? '|' : '/');
            buffer_append(out, parts[k]);
            nbytes += parts[k].nbytes;
        }
        assert_true(nbytes > 0);
    }
}

static char *parse(struct span text)
{
    struct arena arena = {0};
    struct mail_address_list list = {0};
    struct buffer out = {0};
    mail_address_parse(&list, &arena, text);
    render(&out, &list);
    arena_free(&arena);
    return buffer_take_text(&out);
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *got = parse(span_of(cases[i].text));
        if (strcmp(got, cases[i].expected) != 0)
            fail_msg("'%s'\n gives    %s\n expected %s", cases[i].text, got, cases[i].expected);
        free(got);
    }
}

static void test_lists_accumulate(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct mail_address_list list = {0};
    mail_address_parse(&list, &arena, SPAN_LIT("Open: a@x"));
    mail_address_parse(&list, &arena, SPAN_LIT("b@y"));
    assert_int_equal(list.count, 2);
    assert_true(span_is(list.items[1].mailbox, "b"));
    arena_free(&arena);
}

/* What a list gives, an address behind it does not change; and is found itself. */
static void test_later_address_survives(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer text = {0};
        buffer_append_text(&text, cases[i].text);
        buffer_append_text(&text, ", last@one");
        char *got = parse(buffer_span(&text));
        struct span end = SPAN_LIT("||last|one");
        if (!span_ends_with(span_of(got), end))
            fail_msg("'%.*s' gives %s", SPAN_ARG(buffer_span(&text)), got);
        free(got);
        buffer_free(&text);
    }
}

static void test_random(void **state)
{
    (void)state;
    static const char *const pieces[] = {"<",  ">", "@",  ",",    ";",   ":",    ".",
                                         "(",  ")", "[",  "]",    "\\",  "\"",   " ",
                                         "\t", "a", "bc", "\xff", "x y", "\r\n "};
    struct rng rng = rng_seeded(6);
    for (int i = 0; i < 20000; i++) {
        struct buffer text = {0};
        for (uint64_t n = rng_below(&rng, 40); n > 0; n--)
            buffer_append_text(&text, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        free(parse(buffer_span(&text)));
        buffer_free(&text);
    }
}

/* Quadratic time or deep recursion would show. */
static void test_large(void **state)
{
    (void)state;
    static const char *const units[] = {
        "(",     ")",    "\"",   "\\\"",  "[",     "<",     "@",  "a@",  ",",
        "a,",    "a b ", "(a)",  "<@a,(", "<@a,@", "(\\\"", "a.", ":",   "a:;",
        "\"a\"", "()(",  "a@b ", "[(\"",  "<a>",   ",(",    "\\", "\"(", "<@a,",
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct buffer text = {0};
        while (text.nbytes < 1 << 17)
            buffer_append_text(&text, units[i]);
        free(parse(buffer_span(&text)));
        buffer_append_repeat(&text, ')', text.nbytes);
        buffer_append_text(&text, ", last@one");
        char *got = parse(buffer_span(&text));
        assert_true(span_ends_with(span_of(got), SPAN_LIT("last|one")));
        free(got);
        buffer_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_lists_accumulate),
        cmocka_unit_test(test_later_address_survives),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
