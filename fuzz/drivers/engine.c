/*
 * engine: the entry point of libFuzzer, which AFL++'s driver takes, too. FUZZ_TARGET is the
 * target's name.
 */
#include "drivers/rate.h"
#include "targets/target.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

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
