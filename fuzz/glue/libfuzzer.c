/*
 * libfuzzer: gives the mutator to libFuzzer. Compiled once for targets that read requests and once,
 * with FUZZ_RESPONSES, for those that read responses. One call in 20 or so goes to libFuzzer's own
 * mutator (MUTATOR_OCTETS), and so do inputs too long for ours.
 */
#include <string.h>

#include "mutator/mutator.h"

enum { INPUT_NBYTES = 1 << 16, STACK_MOST = 4, FRESH_ONE_IN = 32 };

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

/* A stream that is nothing of the corpus: short, of one session or of several. */
static size_t make_up(struct rng *rng, char *out, size_t max)
{
    unsigned nsessions = rng_below(rng, 2) == 0 ? 1 : 1 + (unsigned)rng_below(rng, 4);
    unsigned ncommands = 2 + (unsigned)rng_below(rng, 10);
    return mutator_generate(the_mutator(), ncommands, nsessions, out, max, rng_next(rng));
}

/* One change mostly, or a few on top of each other. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t max, unsigned seed)
{
    static char input[INPUT_NBYTES];
    struct rng rng = rng_seeded(seed);
    if (nbytes > sizeof input)
        return LLVMFuzzerMutate(data, nbytes, max);
    if (rng_below(&rng, FRESH_ONE_IN) == 0)
        return make_up(&rng, (char *)data, max);
    unsigned count = 1;
    while (count < STACK_MOST && rng_below(&rng, 2) == 0)
        count++;
    for (; count > 0 && nbytes <= sizeof input; count--) {
        memcpy(input, data, nbytes);
        nbytes = mutator_mutate(the_mutator(), span_make(input, nbytes), (char *)data, max,
                                rng_next(&rng));
    }
    return nbytes;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t nfirst, const uint8_t *second,
                                 size_t nsecond, uint8_t *out, size_t max, unsigned seed)
{
    return mutator_cross(the_mutator(), span_make((const char *)first, nfirst),
                         span_make((const char *)second, nsecond), (char *)out, max, seed);
}
