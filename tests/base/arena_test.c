#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void gives_zeroed_aligned_memory(void **state)
{
    (void)state;
    struct arena a = {0};
    for (size_t n = 0; n < 5000; n += 7) {
        char *block = arena_alloc(&a, n);
        assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(block[i], 0);
        if (n > 0)
            memset(block, 0xaa, n);
    }
    char *large = arena_alloc(&a, 1000000);
    large[999999] = 1;
    arena_free(&a);
    assert_null(a.first);
}

static void reset_reuses_and_clears(void **state)
{
    (void)state;
    struct arena a = {0};
    char *first = arena_alloc(&a, 100);
    memset(first, 1, 100);
    for (int i = 0; i < 100; i++)
        (void)arena_alloc(&a, 1000);
    arena_reset(&a);
    char *again = arena_alloc(&a, 100);
    assert_ptr_equal(again, first);
    assert_int_equal(again[50], 0);
    for (int i = 0; i < 100; i++)
        (void)arena_alloc(&a, 30000);
    arena_free(&a);
}

static void copies_texts(void **state)
{
    (void)state;
    struct arena a = {0};
    assert_string_equal(arena_text(&a, SPAN_LIT("abc")), "abc");
    assert_string_equal(arena_printf(&a, "%s-%u", "x", 7u), "x-7");
    struct span copy = arena_copy(&a, SPAN_LIT("a\0b"));
    assert_true(span_equal(copy, SPAN_LIT("a\0b")));
    arena_free(&a);
}

static void grows_arrays(void **state)
{
    (void)state;
    struct arena a = {0};
    size_t capacity = 0;
    int *items = NULL;
    for (int i = 0; i < 1000; i++) {
        items = arena_grow(&a, items, &capacity, (size_t)i + 1, sizeof *items);
        items[i] = i;
    }
    for (int i = 0; i < 1000; i++)
        assert_int_equal(items[i], i);
    arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_memory),
        cmocka_unit_test(reset_reuses_and_clears),
        cmocka_unit_test(copies_texts),
        cmocka_unit_test(grows_arrays),
    };
    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
