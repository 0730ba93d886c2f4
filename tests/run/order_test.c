#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/order.h"

static void check_orders(const char *const *sessions, size_t nunits, const char *const *wanted,
                         size_t nwanted)
{
    struct arena arena = {0};
    struct rng rng = rng_seeded(1);
    struct order_list list;
    order_list_make(sessions, nunits, 0, &rng, &arena, &list);
    assert_int_equal(list.norders, nwanted);
    assert_int_equal(list.ntotal, nwanted);
    assert_false(list.is_sampled);
    for (size_t i = 0; i < nwanted; i++)
        assert_string_equal(order_name(&list, i, &arena), wanted[i]);
    arena_free(&arena);
}

static void all_orders_keep_each_sessions_own(void **state)
{
    (void)state;
    check_orders((const char *const[]){"a", "b", "b"}, 3,
                 (const char *const[]){"[012]", "[102]", "[120]"}, 3);
    check_orders((const char *const[]){"a", "b"}, 2, (const char *const[]){"[01]", "[10]"}, 2);
    check_orders((const char *const[]){"a", "a"}, 2, (const char *const[]){"[01]"}, 1);
    check_orders((const char *const[]){"a", "b", "c"}, 3,
                 (const char *const[]){"[012]", "[021]", "[102]", "[120]", "[201]", "[210]"}, 6);
}

static void four_and_four_are_seventy(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct rng rng = rng_seeded(1);
    struct order_list list;
    const char *const sessions[] = {"a", "b", "a", "b", "a", "b", "a", "b"};
    order_list_make(sessions, 8, 0, &rng, &arena, &list);
    assert_int_equal(list.norders, 70);
    for (size_t i = 1; i < list.norders; i++)
        assert_true(memcmp(list.orders[i - 1], list.orders[i], 8) < 0);
    arena_free(&arena);
}

static void samples_are_different_and_reproducible(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct order_list one;
    struct order_list two;
    struct order_list other;
    const char *const sessions[] = {"a", "b", "c", "a", "b", "c", "a", "b", "c"};
    struct rng rng = rng_seeded(5);
    order_list_make(sessions, 9, 20, &rng, &arena, &one);
    rng = rng_seeded(5);
    order_list_make(sessions, 9, 20, &rng, &arena, &two);
    rng = rng_seeded(6);
    order_list_make(sessions, 9, 20, &rng, &arena, &other);
    assert_true(one.is_sampled);
    assert_int_equal(one.ntotal, 1680);
    assert_int_equal(one.norders, 20);
    bool differs = false;
    for (size_t i = 0; i < 20; i++) {
        assert_memory_equal(one.orders[i], two.orders[i], 9);
        differs = differs || memcmp(one.orders[i], other.orders[i], 9) != 0;
        assert_true(i == 0 || memcmp(one.orders[i - 1], one.orders[i], 9) < 0);
    }
    assert_true(differs);
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_orders_keep_each_sessions_own),
        cmocka_unit_test(four_and_four_are_seventy),
        cmocka_unit_test(samples_are_different_and_reproducible),
    };
    return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
