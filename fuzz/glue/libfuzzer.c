/*
 * libfuzzer: gives the mutator to libFuzzer. Compiled once for targets that read requests and once,
 * with FUZZ_RESPONSES, for those that read responses. One call in 20 or so goes to libFuzzer's own
 * mutator (MUTATOR_OCTETS), and so do inputs too long for ours.
 */
#include <string.h>

#include "mutator/mutator.h"

enum { INPUT_NBYTES = 1 << 16 };

#ifdef FUZZ_RESPONSES
static const enum mutator_side side = MUTATOR_RESPONSES;
#else
static const enum mutator_side side = MUTATOR_REQUESTS;
#endif

/* What libFuzzer has, and what it looks for. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t nbytes, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t max, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t nfirst, const uint8_t *second,
                                 size_t nsecond, uint8_t *out, size_t max, unsigned seed);

static size_t engine_octets(void *context, char *bytes, size_t nbytes, size_t max, uint64_t seed)
{
    (void)context;
    (void)seed;
    return LLVMFuzzerMutate((uint8_t *)bytes, nbytes, max);
}

static struct mutator *the_mutator(void)
{
    static struct mutator *mutator;
    if (mutator == NULL) {
        mutator = mutator_new(side);
        mutator_set_octets_hook(mutator, engine_octets, NULL);
    }
    return mutator;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t max, unsigned seed)
{
    static char input[INPUT_NBYTES];
    if (nbytes > sizeof input)
        return LLVMFuzzerMutate(data, nbytes, max);
    memcpy(input, data, nbytes);
    return mutator_mutate(the_mutator(), span_make(input, nbytes), (char *)data, max, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t nfirst, const uint8_t *second,
                                 size_t nsecond, uint8_t *out, size_t max, unsigned seed)
{
    return mutator_cross(the_mutator(), span_make((const char *)first, nfirst),
                         span_make((const char *)second, nsecond), (char *)out, max, seed);
}
