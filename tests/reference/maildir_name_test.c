#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reference/maildir_dir.h"
#include "reference/maildir_name.h"

static const struct {
    const char *name;
    const char *base;
    const char *letters;
    uint32_t system;
    uint32_t keywords;
} names[] = {
    {"1.a.h", "1.a.h", "", 0, 0},
    {"1.a.h:2,", "1.a.h", "", 0, 0},
    {"1.a.h:2,FRST", "1.a.h", "FRST", MAIL_FLAGGED | MAIL_ANSWERED | MAIL_SEEN | MAIL_DELETED, 0},
    {"1.a.h:2,DPS", "1.a.h", "DPS", MAIL_SEEN, 0},
    {"1.a.h:2,Sacz", "1.a.h", "Sacz", MAIL_SEEN, 1U | 4U | 1U << 25},
    {"1.a.h,S=12,W=13:2,S,x=FRT", "1.a.h,S=12,W=13", "S", MAIL_SEEN, 0},
    {"1.a.h:1,FS", "1.a.h:1,FS", "", 0, 0},
    {":2,S", "", "S", MAIL_SEEN, 0},
    {"", "", "", 0, 0},
};

static void test_parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct span name = span_of(names[i].name);
        assert_true(span_is(maildir_name_base(name), names[i].base));
        assert_true(span_is(maildir_name_letters(name), names[i].letters));
        assert_int_equal(maildir_name_system_flags(name), names[i].system);
        assert_int_equal(maildir_name_keyword_letters(name), names[i].keywords);
    }
}

static const struct {
    const char *old;
    struct maildir_flags flags;
    const char *expected;
} changes[] = {
    {"1.a", {0, 0, 0}, "1.a:2,"},
    {"1.a", {MAIL_SEEN, 0, 0}, "1.a:2,S"},
    {"1.a:2,TSRF", {0, 0, 0}, "1.a:2,"},
    {"1.a:2,", {MAIL_SEEN | MAIL_DELETED | MAIL_ANSWERED | MAIL_FLAGGED, 0, 0}, "1.a:2,FRST"},
    {"1.a:2,SPD", {MAIL_FLAGGED, 0, 0}, "1.a:2,DFP"},
    {"1.a:2,Sba", {0, 4, 1 | 4}, "1.a:2,bc"},
    {"1.a:2,S", {MAIL_SEEN, 8, 4}, "1.a:2,S"},
    {"1.a:2,SS", {MAIL_SEEN, 0, 0}, "1.a:2,S"},
    {"1.a:2,S,extra", {MAIL_DELETED, 0, 0}, "1.a:2,T,extra"},
};

static void test_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct buffer out = {0};
        maildir_name_write(&out, span_of(changes[i].old), changes[i].flags);
        char *got = buffer_take_text(&out);
        assert_string_equal(got, changes[i].expected);
        free(got);
    }
}

static void test_order(void **state)
{
    (void)state;
    static const char *const sorted[] = {
        "0", "000.x", "a", "b", "9.z", "10.a", "10.b", "0011.a", "99999999999999999999999.a"};
    size_t n = sizeof sorted / sizeof *sorted;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            int order = maildir_name_compare(span_of(sorted[i]), span_of(sorted[k]));
            assert_int_equal(order < 0, i < k);
            assert_int_equal(order > 0, i > k);
        }
}

static void test_unique(void **state)
{
    (void)state;
    int64_t last_us = 0;
    struct buffer old = {0};
    for (int i = 0; i < 1000; i++) {
        struct buffer name = {0};
        maildir_name_unique(&name, &last_us);
        struct span text = buffer_span(&name);
        assert_true(maildir_name_compare(buffer_span(&old), text) < 0);
        assert_int_equal(span_find_byte(text, '/'), SPAN_NPOS);
        assert_int_equal(span_find_byte(text, ':'), SPAN_NPOS);
        buffer_free(&old);
        old = name;
    }
    last_us = (int64_t)4102444799 * 1000000 + 999999; /* the clock was set back: still rising */
    buffer_clear(&old);
    maildir_name_unique(&old, &last_us);
    assert_true(span_starts_with(buffer_span(&old), SPAN_LIT("4102444800.M000000P")));
    buffer_free(&old);
}

static const struct {
    struct span name;
    bool is_valid;
} boxes[] = {
    {SPAN_INIT("INBOX"), true},       {SPAN_INIT("a"), true},
    {SPAN_INIT("FOO..BAR"), true},    {SPAN_INIT("with blank"), true},
    {SPAN_INIT("caf\xc3\xa9"), true}, {SPAN_INIT("%u"), true},
    {SPAN_INIT("~root"), true},       {SPAN_INIT(""), false},
    {SPAN_INIT("."), false},          {SPAN_INIT(".."), false},
    {SPAN_INIT(".hidden"), false},    {SPAN_INIT("a/b"), false},
    {SPAN_INIT("/etc"), false},       {SPAN_INIT("../x"), false},
    {SPAN_INIT("a\0b"), false},       {SPAN_INIT("a\r\nb"), false},
    {SPAN_INIT("a\x7f"), false},
};

static void test_box_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++)
        assert_int_equal(maildir_name_is_valid_box(boxes[i].name), boxes[i].is_valid);
    char text[256];
    memset(text, 'x', sizeof text);
    assert_true(maildir_name_is_valid_box(span_make(text, 254)));
    assert_false(maildir_name_is_valid_box(span_make(text, 255)));
}

static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *user, *expected;
    } paths[] = {
        {"/mail/%u", "joe", "/mail/joe"}, {"/mail/%u/%u", "%u", "/mail/%u/%u"},
        {"/mail", "../..", "/mail"},      {"/100%/%x", "a/b", "/100%/%x"},
        {"/mail/%u", "..", NULL},         {"/mail/%u", "", NULL},
        {"/mail/%u", "a/b", NULL},        {"%u", ".ssh", NULL},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct buffer out = {0};
        bool is_done = maildir_path_expand(&out, paths[i].pattern, span_of(paths[i].user));
        assert_int_equal(is_done, paths[i].expected != NULL);
        if (is_done)
            assert_true(span_is(buffer_span(&out), paths[i].expected));
        buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts),     cmocka_unit_test(test_write),
        cmocka_unit_test(test_order),     cmocka_unit_test(test_unique),
        cmocka_unit_test(test_box_names), cmocka_unit_test(test_paths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
