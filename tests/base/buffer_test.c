#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void appends_and_consumes(void **state)
{
    (void)state;
    struct buffer b = {0};
    assert_int_equal(buffer_span(&b).nbytes, 0);
    buffer_append_text(&b, "hello");
    buffer_append_byte(&b, '!');
    buffer_append_repeat(&b, 'x', 3);
    buffer_append_repeat(&b, 'x', 0);
    buffer_printf(&b, "%d", 42);
    assert_true(span_is(buffer_span(&b), "hello!xxx42"));
    buffer_consume(&b, 6);
    assert_true(span_is(buffer_span(&b), "xxx42"));
    buffer_truncate(&b, 3);
    assert_true(span_is(buffer_span(&b), "xxx"));
    char *text = buffer_take_text(&b);
    assert_string_equal(text, "xxx");
    assert_int_equal(b.nbytes, 0);
    free(text);
}

/* A queue that is filled and drained for long must not grow. */
static void queue_stays_small(void **state)
{
    (void)state;
    struct buffer b = {0};
    for (int i = 0; i < 100000; i++) {
        buffer_append_text(&b, "0123456789");
        buffer_consume(&b, i % 2 == 0 ? 7 : 13);
    }
    assert_int_equal(b.nbytes, 0);
    assert_true(b.capacity < 256);
    buffer_free(&b);
}

static void reserves_and_advances(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_append_text(&b, "ab");
    buffer_consume(&b, 1);
    memcpy(buffer_reserve(&b, 1000), "cd", 2);
    buffer_advance(&b, 2);
    assert_true(span_is(buffer_span(&b), "bcd"));
    buffer_clear(&b);
    assert_int_equal(b.nbytes, 0);
    buffer_free(&b);
}

static void escapes(void **state)
{
    (void)state;
    struct buffer b = {0};
    buffer_append_escaped(&b, SPAN_LIT("a\r\n\t\"\\\0\xff"), 100);
    assert_true(span_is(buffer_span(&b), "a\\r\\n\\t\\\"\\\\\\x00\\xff"));
    buffer_clear(&b);
    buffer_append_escaped(&b, SPAN_LIT("abcdef"), 3);
    assert_true(span_is(buffer_span(&b), "abc..."));
    buffer_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_and_consumes),
        cmocka_unit_test(queue_stays_small),
        cmocka_unit_test(reserves_and_advances),
        cmocka_unit_test(escapes),
    };
    return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
