#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"

static void same_seed_same_numbers(void **state)
{
    (void)state;
    struct rng a = rng_seeded(7);
    struct rng b = rng_seeded(7);
    struct rng c = rng_seeded(8);
    bool differs = false;
    for (int i = 0; i < 1000; i++) {
        uint64_t x = rng_next(&a);
        assert_true(x == rng_next(&b));
        differs = differs || x != rng_next(&c);
    }
    assert_true(differs);
}

static void labels_make_streams_of_their_own(void **state)
{
    (void)state;
    struct rng a = rng_labelled(7, SPAN_LIT("a"));
    struct rng again = rng_labelled(7, SPAN_LIT("a"));
    struct rng b = rng_labelled(7, SPAN_LIT("b"));
    uint64_t x = rng_next(&a);
    assert_true(x == rng_next(&again));
    assert_true(x != rng_next(&b));
}

static void below_is_even(void **state)
{
    (void)state;
    struct rng r = rng_seeded(1);
    unsigned counts[6] = {0};
    for (int i = 0; i < 60000; i++)
        counts[rng_below(&r, 6)]++;
    for (int i = 0; i < 6; i++)
        assert_in_range(counts[i], 9500, 10500);
    assert_int_equal(rng_below(&r, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_numbers),
        cmocka_unit_test(labels_make_streams_of_their_own),
        cmocka_unit_test(below_is_even),
    };
    return cmocka_run_group_tests_name("rng", tests, NULL, NULL);
}
