/*
 * afl: the mutator as a custom mutator of AFL++ (AFL_CUSTOM_MUTATOR_LIBRARY), in the form that
 * 4.04c and its successors load. IMAPSPEC_FUZZ_SIDE=response says that the target reads what a
 * server says. The names of the operators go into the names of files in queue/ and crashes/.
 */
#include "glue/afl.h"

#include <stdlib.h>
#include <string.h>

#include "mutator/mutator.h"
#include "shrink/shrink.h"
#include "stream/stream.h"

enum {
    STACK_MOST = 4,
    FRESH_ONE_IN = 32,
    MOST_NBYTES = 1 << 20,
    COUNT_BASE = 64,
    COUNT_PER_UNIT = 8,
    COUNT_MOST = 512
};
enum { TRIM_BUDGET = 512, DESCRIPTION_NBYTES = 128 };

struct afl {
    struct mutator *mutator;
    enum mutator_side side;
    struct rng rng;
    char *rooms[2];
    size_t capacity;
    char description[DESCRIPTION_NBYTES];
    /* trimming: the steps are numbered 0 .. TRIM_BUDGET - 1 */
    struct shrinker *shrinker;
    struct span candidate;
    bool has_candidate;
    int step;
};

void *afl_custom_init(void *engine, unsigned seed)
{
    (void)engine;
    const char *side = getenv("IMAPSPEC_FUZZ_SIDE");
    struct afl *afl = mem_alloc(sizeof *afl);
    afl->side =
        side != NULL && strcmp(side, "response") == 0 ? MUTATOR_RESPONSES : MUTATOR_REQUESTS;
    afl->mutator = mutator_new(afl->side);
    afl->rng = rng_seeded(seed);
    return afl;
}

void afl_custom_deinit(void *data)
{
    struct afl *afl = data;
    mutator_free(&afl->mutator);
    shrink_free(&afl->shrinker);
    free(afl->rooms[0]);
    free(afl->rooms[1]);
    free(afl);
}

/* Long sessions are worth more than AFL++ would think. */
unsigned afl_custom_fuzz_count(void *data, const unsigned char *bytes, size_t nbytes)
{
    (void)data;
    struct stream_splitter splitter = stream_splitter_of(span_make((const char *)bytes, nbytes));
    struct stream_unit unit;
    unsigned count = COUNT_BASE;
    while (count < COUNT_MOST && stream_splitter_next(&splitter, &unit))
        count += COUNT_PER_UNIT;
    return count;
}

static void make_room(struct afl *afl, size_t nbytes)
{
    if (nbytes <= afl->capacity)
        return;
    afl->rooms[0] = mem_resize(afl->rooms[0], nbytes);
    afl->rooms[1] = mem_resize(afl->rooms[1], nbytes);
    afl->capacity = nbytes;
}

static void describe(struct afl *afl)
{
    size_t last = mutator_last(afl->mutator).operator;
    size_t used = strlen(afl->description);
    if (last == SIZE_MAX)
        return;
    const char *name = mutator_operator(last).name;
    if (used + strlen(name) + 2 > sizeof afl->description)
        return;
    if (used > 0)
        afl->description[used++] = '+';
    memcpy(afl->description + used, name, strlen(name) + 1);
}

/* A stream that is nothing of the corpus: short, of one session or of several. */
static size_t make_up(struct afl *afl, size_t most)
{
    unsigned nsessions = rng_below(&afl->rng, 2) == 0 ? 1 : 1 + (unsigned)rng_below(&afl->rng, 4);
    unsigned ncommands = 2 + (unsigned)rng_below(&afl->rng, 10);
    memcpy(afl->description, "generate", sizeof "generate");
    return mutator_generate(afl->mutator, ncommands, nsessions, afl->rooms[0], most,
                            rng_next(&afl->rng));
}

size_t afl_custom_fuzz(void *data, unsigned char *bytes, size_t nbytes, unsigned char **out_r,
                       unsigned char *other, size_t nother, size_t max)
{
    struct afl *afl = data;
    size_t most = max < MOST_NBYTES ? max : MOST_NBYTES;
    struct span now = span_make((const char *)bytes, nbytes);
    struct span donor = span_make((const char *)other, other == NULL ? 0 : nother);
    unsigned count = 1 + (unsigned)rng_below(&afl->rng, STACK_MOST);
    unsigned room = 0;
    make_room(afl, most + 1);
    afl->description[0] = '\0';
    mutator_remember(afl->mutator, donor);
    if (rng_below(&afl->rng, FRESH_ONE_IN) == 0) {
        *out_r = (unsigned char *)afl->rooms[0];
        return make_up(afl, most);
    }
    for (unsigned i = 0; i < count; i++) {
        uint64_t seed = rng_next(&afl->rng);
        bool crosses = i == 0 && donor.nbytes > 0 && seed % 16 == 0;
        size_t made = crosses
                          ? mutator_cross(afl->mutator, now, donor, afl->rooms[room], most, seed)
                          : mutator_mutate(afl->mutator, now, afl->rooms[room], most, seed);
        now = span_make(afl->rooms[room], made);
        room = 1 - room;
        describe(afl);
    }
    *out_r = (unsigned char *)afl->rooms[1 - room];
    return now.nbytes;
}

const char *afl_custom_describe(void *data, size_t max)
{
    struct afl *afl = data;
    if (strlen(afl->description) >= max)
        afl->description[max > 0 ? max - 1 : 0] = '\0';
    return afl->description;
}

/* ---- trimming: commands first, then elements of lists and subtrees ---- */

static void next_candidate(struct afl *afl)
{
    afl->has_candidate = shrink_next(afl->shrinker, &afl->candidate);
}

/* AFL++ must not be given an empty input. */
static void refuse_empty(struct afl *afl)
{
    while (afl->has_candidate && afl->candidate.nbytes == 0) {
        shrink_answer(afl->shrinker, false);
        next_candidate(afl);
    }
}

int32_t afl_custom_init_trim(void *data, unsigned char *bytes, size_t nbytes)
{
    struct afl *afl = data;
    shrink_free(&afl->shrinker);
    afl->shrinker = shrink_new(afl->side, span_make((const char *)bytes, nbytes), TRIM_BUDGET);
    shrink_keep_values(afl->shrinker);
    afl->step = 0;
    next_candidate(afl);
    refuse_empty(afl);
    return afl->has_candidate ? TRIM_BUDGET : 0;
}

size_t afl_custom_trim(void *data, unsigned char **out_r)
{
    struct afl *afl = data;
    make_room(afl, afl->candidate.nbytes + 1);
    memcpy(afl->rooms[0], afl->candidate.data, afl->candidate.nbytes);
    *out_r = (unsigned char *)afl->rooms[0];
    return afl->candidate.nbytes;
}

int32_t afl_custom_post_trim(void *data, unsigned char success)
{
    struct afl *afl = data;
    shrink_answer(afl->shrinker, success != 0);
    next_candidate(afl);
    refuse_empty(afl);
    afl->step++;
    return afl->has_candidate && afl->step < TRIM_BUDGET ? afl->step : TRIM_BUDGET;
}
