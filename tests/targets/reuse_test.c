#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "mutator/mutator.h"
#include "targets/target.h"

/* Memory of one input is used for the next: what a session says must be what it says in a process
 * that has seen no other input. */

enum { NINPUTS = 2000, ONE_IN = 40, MOST_NBYTES = 4096, FAILED = 1 };

static uint64_t transcript;

static void add_to_transcript(const char *session, char who, struct span octets)
{
    transcript = transcript * 31 + rng_hash(span_of(session));
    transcript = transcript * 31 + (unsigned char)who;
    transcript = transcript * 31 + rng_hash(octets);
}

static struct span input_of(struct mutator *mutator, char *room, uint32_t seed)
{
    static char base[MOST_NBYTES];
    size_t nbytes = mutator_generate(mutator, 1 + seed % 20, 1 + seed % 4, base, sizeof base, seed);
    return span_make(room,
                     mutator_mutate(mutator, span_make(base, nbytes), room, MOST_NBYTES, seed));
}

static uint64_t transcript_of(const struct fuzz_target *target, struct span input)
{
    transcript = 0;
    fuzz_ncommands = 0;
    fuzz_run(target, (const uint8_t *)input.data, input.nbytes);
    return transcript * 31 + fuzz_ncommands;
}

/* The same in a process of its own, which ends by it. */
static uint64_t fresh_transcript_of(const struct fuzz_target *target, struct span input)
{
    int ends[2];
    uint64_t result = 0;
    int status = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        uint64_t told = transcript_of(target, input);
        _exit(write(ends[1], &told, sizeof told) == (ssize_t)sizeof told ? 0 : FAILED);
    }
    assert_int_equal(read(ends[0], &result, sizeof result), sizeof result);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return result;
}

static void used_memory_makes_no_difference(void **state)
{
    (void)state;
    static char room[MOST_NBYTES];
    static uint64_t fresh[NINPUTS];
    const struct fuzz_target *target = fuzz_target_find("session");
    struct mutator *mutator = mutator_new(MUTATOR_REQUESTS);
    fuzz_trace = add_to_transcript;
    /* The fresh ones first: after that this process has seen an input. */
    for (size_t i = 0; i < NINPUTS; i++) {
        struct span input = input_of(mutator, room, (uint32_t)i);
        if (i % ONE_IN == 0)
            fresh[i] = fresh_transcript_of(target, input);
    }
    mutator_reset(mutator);
    for (size_t i = 0; i < NINPUTS; i++) {
        uint64_t used = transcript_of(target, input_of(mutator, room, (uint32_t)i));
        if (i % ONE_IN == 0 && used != fresh[i])
            fail_msg("input %zu: other answers than in a fresh process", i);
    }
    fuzz_trace = NULL;
    mutator_free(&mutator);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(used_memory_makes_no_difference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
