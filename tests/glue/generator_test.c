/* The generator as programs that are not ours use it: its header alone, and what it promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "glue/generator.h"

enum { ROOM = 4096, ROUNDS = 500 };

static void test_same_seed_same_octets(void **state)
{
    (void)state;
    char first[ROOM];
    char second[ROOM];
    for (int side = IMAPSPEC_REQUESTS; side <= IMAPSPEC_RESPONSES; side++) {
        struct imapspec_generator *a = imapspec_generator_new((enum imapspec_side)side);
        struct imapspec_generator *b = imapspec_generator_new((enum imapspec_side)side);
        for (uint64_t seed = 0; seed < ROUNDS; seed++) {
            size_t n = imapspec_generate(a, 6, 1 + (unsigned)(seed % 6), first, ROOM, seed);
            assert_true(n > 0 && n <= ROOM);
            assert_int_equal(n,
                             imapspec_generate(b, 6, 1 + (unsigned)(seed % 6), second, ROOM, seed));
            assert_memory_equal(first, second, n);
            size_t na = imapspec_mutate(a, first, n, ROOM, seed);
            assert_int_equal(na, imapspec_mutate(b, second, n, ROOM, seed));
            assert_memory_equal(first, second, na);
        }
        imapspec_generator_free(a);
        imapspec_generator_free(b);
    }
    imapspec_generator_free(NULL);
}

/* In memory of exactly that size, so that the sanitizers see a step too far. */
static void test_stays_within_its_room(void **state)
{
    (void)state;
    struct imapspec_generator *g = imapspec_generator_new(IMAPSPEC_REQUESTS);
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        size_t max = (size_t)seed;
        char *room = malloc(max == 0 ? 1 : max);
        assert_non_null(room);
        size_t n = imapspec_generate(g, 8, 2, room, max, seed);
        assert_true(n <= max);
        n = imapspec_mutate(g, room, n, max, seed);
        assert_true(n <= max);
        char *other = malloc(max == 0 ? 1 : max);
        assert_non_null(other);
        struct imapspec_octets octets = {room, n};
        assert_true(imapspec_cross(g, octets, octets, other, max, seed) <= max);
        free(other);
        free(room);
    }
    imapspec_generator_free(g);
}

static void test_reads_events(void **state)
{
    (void)state;
    static const char stream[] = "a NOOP\r\n\x02"
                                 "b\x05\x10\x02\x06\x21\x07\x03\x0e\x0f\x11\x80\x12";
    static const struct imapspec_event expected[] = {
        {.kind = IMAPSPEC_DATA, .session = 1, .nbytes = 8},
        {.kind = IMAPSPEC_SESSION, .session = 2},
        {.kind = IMAPSPEC_DATA, .session = 2, .nbytes = 1},
        {.kind = IMAPSPEC_SEGMENT, .session = 2},
        {.kind = IMAPSPEC_DATA, .session = 2, .nbytes = 1},
        {.kind = IMAPSPEC_DELIVER, .session = 2, .argument = 0x21},
        {.kind = IMAPSPEC_CLOCK, .session = 2, .seconds = 8},
        {.kind = IMAPSPEC_HALFCLOSE, .session = 2},
        {.kind = IMAPSPEC_RECONNECT, .session = 2},
        {.kind = IMAPSPEC_FAULT, .session = 2, .argument = 0x80},
        {.kind = IMAPSPEC_BARRIER, .session = 2},
    };
    struct imapspec_reader reader = {.stream = stream, .nbytes = sizeof stream - 1};
    struct imapspec_event event;
    size_t n = 0;
    while (imapspec_read(&reader, &event)) {
        assert_true(n < sizeof expected / sizeof *expected);
        assert_int_equal(event.kind, expected[n].kind);
        assert_int_equal(event.session, expected[n].session);
        assert_int_equal(event.argument, expected[n].argument);
        assert_int_equal(event.seconds, expected[n].seconds);
        assert_int_equal(event.nbytes, expected[n].nbytes);
        n++;
    }
    assert_int_equal(n, sizeof expected / sizeof *expected);
    char data[32];
    assert_int_equal(imapspec_data(stream, sizeof stream - 1, data, sizeof data), 10);
    assert_memory_equal(data, "a NOOP\r\nb\x02", 10);
    assert_int_equal(imapspec_data(stream, sizeof stream - 1, data, 3), 10);
}

/* The events' data are the data, whatever the stream is. */
static void test_data_are_those_of_the_events(void **state)
{
    (void)state;
    struct imapspec_generator *g = imapspec_generator_new(IMAPSPEC_RESPONSES);
    char stream[ROOM];
    char data[ROOM];
    char joined[ROOM];
    size_t n = 0;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        n = seed % 8 == 0 ? imapspec_generate(g, 6, 4, stream, ROOM, seed)
                          : imapspec_mutate(g, stream, n, ROOM, seed);
        struct imapspec_reader reader = {.stream = stream, .nbytes = n};
        struct imapspec_event event;
        size_t njoined = 0;
        while (imapspec_read(&reader, &event)) {
            assert_in_range(event.session, 1, 4);
            assert_true((event.kind == IMAPSPEC_DATA) == (event.nbytes > 0));
            if (event.nbytes > 0)
                memcpy(joined + njoined, event.data, event.nbytes);
            njoined += event.nbytes;
        }
        assert_int_equal(imapspec_data(stream, n, data, ROOM), njoined);
        assert_memory_equal(joined, data, njoined);
    }
    imapspec_generator_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_octets),
        cmocka_unit_test(test_stays_within_its_room),
        cmocka_unit_test(test_reads_events),
        cmocka_unit_test(test_data_are_those_of_the_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
