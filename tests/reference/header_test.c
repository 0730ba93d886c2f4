#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reference/header.h"

static const struct {
    struct span message;
    size_t header_nbytes;
    const char *fields; /* "name=unfolded body;" each */
} cases[] = {
    {SPAN_INIT("A: 1\r\nB: 2\r\n\r\nC: 3\r\n"), 14, "A=1;B=2;"},
    {SPAN_INIT("A: 1\r\n"), 6, "A=1;"},
    {SPAN_INIT("A: 1"), 4, "A=1;"},
    {SPAN_INIT(""), 0, ""},
    {SPAN_INIT("\r\nA: 1\r\n"), 2, ""},
    {SPAN_INIT("\r\n"), 2, ""},
    {SPAN_INIT("\r"), 1, ""},
    {SPAN_INIT("A:\r\n\r\n"), 6, "A=;"},
    {SPAN_INIT("A:x\r\n y\r\n\tz\r\nB: 2\r\n\r\n"), 21, "A=x y z;B=2;"},
    {SPAN_INIT("A: x \r\n    y\r\n\r\n"), 16, "A=x  y;"},
    {SPAN_INIT("A:\r\n  x\t\ty \r\n"), 13, "A=x  y;"},
    {SPAN_INIT("A: x\r\n \r\n y\r\n\r\nbody"), 15, "A=x  y;"},
    {SPAN_INIT("Sub-Ject \t : x\r\n\r\n"), 18, "Sub-Ject=x;"},
    {SPAN_INIT("From joe Mon Jan  1 10:00:00 1990\r\nA: 1\r\n\r\n"), 43, "A=1;"},
    {SPAN_INIT("no colon\r\n still: none\r\nA: 1\r\n\r\n"), 32, "A=1;"},
    {SPAN_INIT(" starts: folded\r\nA: 1\r\n\r\n"), 25, "A=1;"},
    {SPAN_INIT(": no name\r\nA: 1\r\n\r\n"), 19, "A=1;"},
    {SPAN_INIT("A\x01: x\r\n\xc3\xa4: y\r\nA: 1\r\n\r\n"), 22, "A=1;"},
    {SPAN_INIT("A: x\ny\rz\n\nB: 1\r\n\r\n"), 18, "A=x\ny\rz\n\nB: 1;"},
    {SPAN_INIT("A: x:y::\r\n\r\n"), 12, "A=x:y::;"},
    {SPAN_INIT("A: x\n\r\n\r\n"), 9, "A=x;"},
};

static void render_fields(struct buffer *out, struct span message)
{
    struct mail_header_field field;
    while (mail_header_next(&message, &field)) {
        buffer_append(out, field.name);
        buffer_append_byte(out, '=');
        mail_header_unfold(out, field.body);
        buffer_append_byte(out, ';');
    }
    assert_int_equal(message.nbytes, 0);
    assert_false(mail_header_next(&message, &field));
}

static void test_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (mail_header_nbytes(cases[i].message) != cases[i].header_nbytes)
            fail_msg("case %zu: header of %zu octets", i, mail_header_nbytes(cases[i].message));
        struct buffer whole = {0}, header = {0};
        render_fields(&whole, cases[i].message);
        render_fields(&header, span_slice(cases[i].message, 0, cases[i].header_nbytes));
        char *whole_text = buffer_take_text(&whole), *header_text = buffer_take_text(&header);
        assert_string_equal(whole_text, cases[i].fields);
        assert_string_equal(header_text, cases[i].fields);
        free(whole_text);
        free(header_text);
    }
}

static void test_raw_body(void **state)
{
    (void)state;
    struct span rest = SPAN_LIT("A: x\r\n\ty\r\nB:z");
    struct mail_header_field field;
    assert_true(mail_header_next(&rest, &field));
    assert_true(span_is(field.body, " x\r\n\ty"));
    assert_true(mail_header_next(&rest, &field));
    assert_true(span_is(field.body, "z"));
    assert_false(mail_header_next(&rest, &field));
}

/* One-octet units repeated to a megabyte: quadratic time would show. */
static void test_large(void **state)
{
    (void)state;
    static const char *const units[] = {"\r", "\n", "\r\n ", " \r\n", ":", "A:\r\n", "\n\r", "a"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        struct buffer text = {0}, out = {0};
        while (text.nbytes < 1 << 20)
            buffer_append_text(&text, units[i]);
        size_t header = mail_header_nbytes(buffer_span(&text));
        assert_in_range(header, 1, text.nbytes);
        render_fields(&out, buffer_span(&text));
        buffer_free(&text);
        buffer_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_raw_body),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
