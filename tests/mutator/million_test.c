/* A million changes in a row, each of the last one's result: no octet too many, none touched, and
 * two mutators that are told the same say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mutator/mutator.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SLOW 1
#endif
#endif
#ifndef IS_SLOW
#define IS_SLOW 0
#endif

enum { CALLS = IS_SLOW ? 50000 : 500000, ROOM = 1024, GUARD = 16, CHAIN = 32 };

struct room {
    char bytes[ROOM + GUARD];
    size_t nbytes;
};

static void check_guard(const struct room *room, size_t max)
{
    static const char guard[GUARD] = {0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a,
                                      0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a, 0x5a};
    assert_true(room->nbytes <= max);
    assert_memory_equal(room->bytes + max, guard, GUARD);
}

/* Half of the million, each made twice. */
static void change_and_change(enum mutator_side side, int ncalls)
{
    static struct room in;
    static struct room out;
    static struct room again;
    static char before[ROOM];
    struct mutator *first = mutator_new(side);
    struct mutator *second = mutator_new(side);
    struct rng rng = rng_seeded(side);
    for (int i = 0; i < ncalls; i++) {
        if (i % CHAIN == 0) {
            uint64_t seed = rng_next(&rng);
            in.nbytes = mutator_generate(first, 6, 3, in.bytes, ROOM, seed);
            (void)mutator_generate(second, 6, 3, again.bytes, ROOM, seed);
        }
        size_t max = i % 7 == 0 ? rng_below(&rng, ROOM) + 1 : ROOM;
        uint64_t seed = rng_next(&rng);
        struct span input = span_make(in.bytes, in.nbytes);
        memcpy(before, in.bytes, in.nbytes);
        memset(out.bytes + max, 0x5a, GUARD);
        memset(again.bytes + max, 0x5a, GUARD);
        out.nbytes = mutator_mutate(first, input, out.bytes, max, seed);
        again.nbytes = mutator_mutate(second, input, again.bytes, max, seed);
        check_guard(&out, max);
        check_guard(&again, max);
        assert_memory_equal(in.bytes, before, in.nbytes);
        assert_int_equal(out.nbytes, again.nbytes);
        assert_memory_equal(out.bytes, again.bytes, out.nbytes);
        memcpy(in.bytes, out.bytes, out.nbytes);
        in.nbytes = out.nbytes;
    }
    mutator_free(&first);
    mutator_free(&second);
}

static void test_requests(void **state)
{
    (void)state;
    change_and_change(MUTATOR_REQUESTS, CALLS / 2);
}

static void test_responses(void **state)
{
    (void)state;
    change_and_change(MUTATOR_RESPONSES, CALLS / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),
        cmocka_unit_test(test_responses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
