/* The mutator as libFuzzer and AFL++ call it, without either. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base.h"
#include "glue/afl.h"
#include "stream/stream.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t nbytes, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t nfirst, const uint8_t *second,
                                 size_t nsecond, uint8_t *out, size_t max, unsigned seed);

static const char session[] = "a1 LOGIN fred secret\r\na2 SELECT INBOX\r\na3 FETCH 1:5 FLAGS\r\n"
                              "\x02"
                              "b1 LOGIN fred {6}\r\nsecret\r\n\x01"
                              "a4 EXPUNGE\r\n";

static size_t engine_calls;

size_t LLVMFuzzerMutate(uint8_t *data, size_t nbytes, size_t max)
{
    engine_calls++;
    assert_true(nbytes <= max);
    if (nbytes > 0)
        data[0] = (uint8_t)(data[0] + 1);
    return nbytes;
}

static void test_libfuzzer(void **state)
{
    (void)state;
    static uint8_t data[4096 + 16];
    static uint8_t out[4096];
    size_t nbytes = 0;
    engine_calls = 0;
    for (unsigned seed = 0; seed < 20000; seed++) {
        size_t max = seed % 8 == 0 ? 1 + seed % 300 : 4096;
        if (nbytes == 0 || nbytes > max || seed % 64 == 0) {
            nbytes = sizeof session - 1 < max ? sizeof session - 1 : max;
            memcpy(data, session, nbytes);
        }
        memset(data + max, 0x5a, 16);
        nbytes = LLVMFuzzerCustomMutator(data, nbytes, max, seed);
        assert_true(nbytes > 0 && nbytes <= max);
        for (size_t i = 0; i < 16; i++)
            assert_int_equal(data[max + i], 0x5a);
        size_t crossed =
            LLVMFuzzerCustomCrossOver(data, nbytes, (const uint8_t *)session, sizeof session - 1,
                                      out, max < sizeof out ? max : sizeof out, seed);
        assert_true(crossed > 0 && crossed <= max);
    }
    assert_true(engine_calls > 20);
}

static void test_afl_fuzz(void **state)
{
    (void)state;
    void *afl = afl_custom_init(NULL, 1);
    void *again = afl_custom_init(NULL, 1);
    unsigned char in[sizeof session];
    memcpy(in, session, sizeof in);
    assert_true(afl_custom_fuzz_count(afl, in, sizeof session - 1) >
                afl_custom_fuzz_count(afl, in, 10));
    for (int i = 0; i < 5000; i++) {
        unsigned char *out = NULL;
        unsigned char *same = NULL;
        size_t max = i % 4 == 0 ? 1 + (size_t)i % 200 : 4096;
        unsigned char *other = i % 2 == 0 ? in : NULL;
        size_t nother = other == NULL ? 0 : 60;
        size_t nbytes = afl_custom_fuzz(afl, in, sizeof session - 1, &out, other, nother, max);
        size_t nsame = afl_custom_fuzz(again, in, sizeof session - 1, &same, other, nother, max);
        assert_true(nbytes > 0 && nbytes <= max);
        assert_memory_equal(in, session, sizeof session);
        assert_int_equal(nbytes, nsame);
        assert_memory_equal(out, same, nbytes);
        assert_true(strlen(afl_custom_describe(afl, 60)) < 60);
    }
    assert_true(strlen(afl_custom_describe(afl, 60)) > 0);
    afl_custom_deinit(afl);
    afl_custom_deinit(again);
}

static void test_afl_trim(void **state)
{
    (void)state;
    void *afl = afl_custom_init(NULL, 1);
    unsigned char in[sizeof session];
    char best[sizeof session];
    size_t nbest = sizeof session - 1;
    memcpy(in, session, sizeof in);
    memcpy(best, session, sizeof best);
    for (int round = 0; round < 2; round++) {
        int32_t steps = afl_custom_init_trim(afl, in, sizeof session - 1);
        int32_t step = 0;
        while (step < steps) {
            unsigned char *out = NULL;
            size_t nbytes = afl_custom_trim(afl, &out);
            struct span candidate = span_make((const char *)out, nbytes);
            assert_true(nbytes > 0 && nbytes < nbest);
            bool is_same = span_find(candidate, SPAN_LIT("{6}\r\nsecret")) != SPAN_NPOS;
            if (is_same) {
                memcpy(best, out, nbytes);
                best[nbytes] = '\0';
                nbest = nbytes;
            }
            int32_t next = afl_custom_post_trim(afl, is_same);
            assert_true(next > step);
            step = next;
        }
        assert_string_equal(best, "b1 LOGIN fred {6}\r\nsecret\r\n");
        nbest = sizeof session;
    }
    afl_custom_deinit(afl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_libfuzzer),
        cmocka_unit_test(test_afl_fuzz),
        cmocka_unit_test(test_afl_trim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
