/*
 * engine: the entry point of libFuzzer, which AFL++'s driver takes, too. FUZZ_TARGET is the
 * target's name.
 */
#include "drivers/rate.h"
#include "targets/target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);
const char *__asan_default_options(void); /* NOLINT: the name is AddressSanitizer's */

/* What ASAN_OPTIONS does not say otherwise. Memory that was given back is not used again before
 * what several inputs give back has followed it; a larger quarantine would only not fit into the
 * processor's caches. Of the calls in which memory was asked for the innermost are told: when a
 * finding is run again, malloc_context_size=30 tells all. */
const char *__asan_default_options(void)
{
    return "quarantine_size_mb=2:malloc_context_size=6";
}

static const struct fuzz_target *target;

/* What a target makes once is made before the first input is counted. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    target = fuzz_target_find(FUZZ_TARGET);
    ENSURE(target != NULL);
    fuzz_run(target, NULL, 0);
    fuzz_ncommands = 0;
    rate_begin();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes)
{
    fuzz_run(target, data, nbytes);
    rate.ninputs++;
    rate.ncommands = fuzz_ncommands;
    return 0;
}
