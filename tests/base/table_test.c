#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void keeps_what_is_put(void **state)
{
    (void)state;
    struct table t = {0};
    int values[1000];
    char key[16];
    assert_null(table_get(&t, SPAN_LIT("absent")));
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "key-%d", i);
        assert_null(table_put(&t, span_of(key), &values[i]));
    }
    assert_int_equal(t.nentries, 1000);
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "key-%d", i);
        assert_ptr_equal(table_get(&t, span_of(key)), &values[i]);
        assert_true(span_is(t.entries[i].key, key)); /* in order of insertion */
    }
    assert_null(table_get(&t, SPAN_LIT("key-1000")));
    table_free(&t);
}

static void replacing_gives_the_old_value(void **state)
{
    (void)state;
    struct table t = {0};
    int one;
    int two;
    assert_null(table_put(&t, SPAN_LIT(""), &one));
    assert_ptr_equal(table_put(&t, SPAN_LIT(""), &two), &one);
    assert_ptr_equal(table_get(&t, SPAN_LIT("")), &two);
    assert_int_equal(t.nentries, 1);
    table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_put),
        cmocka_unit_test(replacing_gives_the_old_value),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
