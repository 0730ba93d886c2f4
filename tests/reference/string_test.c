#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "reference/string.h"

static const struct {
    struct span value;
    struct span expected;
} cases[] = {
    {SPAN_INIT("x"), SPAN_INIT("\"x\"")},
    {SPAN_INIT("NIL"), SPAN_INIT("\"NIL\"")},
    {SPAN_INIT("two words (and more)"), SPAN_INIT("\"two words (and more)\"")},
    {SPAN_INIT("!#$&'*+,-./:;<=>?@[]^_`|}~"), SPAN_INIT("\"!#$&'*+,-./:;<=>?@[]^_`|}~\"")},
    {SPAN_INIT(""), SPAN_INIT("{0}\r\n")},
    {SPAN_INIT("a\"b"), SPAN_INIT("{3}\r\na\"b")},
    {SPAN_INIT("a\\b"), SPAN_INIT("{3}\r\na\\b")},
    {SPAN_INIT("100%"), SPAN_INIT("{4}\r\n100%")},
    {SPAN_INIT("{5}"), SPAN_INIT("{3}\r\n{5}")},
    {SPAN_INIT("a\r\nb"), SPAN_INIT("{4}\r\na\r\nb")},
    {SPAN_INIT("a\tb"), SPAN_INIT("{3}\r\na\tb")},
    {SPAN_INIT("a\0b"), SPAN_INIT("{3}\r\na\0b")},
    {SPAN_INIT("\x7f"), SPAN_INIT("{1}\r\n\x7f")},
    {SPAN_INIT("caf\xe9"), SPAN_INIT("{4}\r\ncaf\xe9")},
};

static void assert_span(const struct buffer *out, struct span expected)
{
    struct span got = buffer_span(out);
    assert_int_equal(got.nbytes, expected.nbytes);
    assert_memory_equal(got.data, expected.data, expected.nbytes);
}

static void test_string_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buffer out = {0};
        mail_string_write(&out, cases[i].value);
        assert_span(&out, cases[i].expected);
        assert_int_equal(mail_string_is_quotable(cases[i].value), *cases[i].expected.data == '"');
        buffer_free(&out);
    }
}

static void test_every_octet(void **state)
{
    (void)state;
    for (int octet = 0; octet < 256; octet++) {
        char c = (char)octet;
        bool is_character = octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\' &&
                            octet != '%' && octet != '{';
        assert_int_equal(mail_string_is_quotable(span_make(&c, 1)), is_character);
    }
}

static void test_nil(void **state)
{
    (void)state;
    struct buffer out = {0};
    mail_nstring_write(&out, SPAN_LIT("ignored"), false);
    assert_span(&out, SPAN_LIT("NIL"));
    buffer_clear(&out);
    mail_nstring_write(&out, SPAN_LIT("here"), true);
    assert_span(&out, SPAN_LIT("\"here\""));
    buffer_clear(&out);
    mail_nstring_write(&out, (struct span){0}, true);
    assert_span(&out, SPAN_LIT("{0}\r\n"));
    buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_string_forms),
        cmocka_unit_test(test_every_octet),
        cmocka_unit_test(test_nil),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
