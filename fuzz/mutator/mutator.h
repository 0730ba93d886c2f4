/*
 * mutator: changes event streams (stream/stream.h) so that most of what comes out is IMAP2 that
 * somebody could mean, and the rest is wrong in one place. It knows the grammar and what a session
 * has come to; what it is given may be any octets. One library for libFuzzer, AFL++ and the
 * black-box fuzzer; fuzz/glue has the first two.
 *
 *     struct mutator *m = mutator_new(MUTATOR_REQUESTS);
 *     size_t nbytes = mutator_mutate(m, input, output, sizeof output, seed);
 *
 * What is promised of each call: the input is not changed; at most `max` octets are written, and
 * only to `out`, which must not overlap the input; no memory is allocated; chance comes from the
 * seed alone. A mutator has a memory, too (recent inputs to take from, and which productions and
 * operators are in favour: that changes every 64 calls): the same calls on two new mutators give
 * the same octets, and so do they after mutator_reset().
 *
 * Operators come in tiers: whole commands of a session, subtrees of a derivation, values, literals,
 * near misses (one octet beside the grammar), octets. Each operator has a name, and mutator_last()
 * tells which was used.
 *
 * A mutator is for one thread.
 */
#ifndef IMAPSPEC_MUTATOR_MUTATOR_H
#define IMAPSPEC_MUTATOR_MUTATOR_H

#include "base/base.h"

/* What the data of a stream are: what clients say (request), or what a server says (greeting and
 * server-unit). */
enum mutator_side { MUTATOR_REQUESTS, MUTATOR_RESPONSES };

struct mutator;

struct mutator *mutator_new(enum mutator_side side); /* about 1 MB, for good */
void mutator_free(struct mutator **mutator);
/* Forgets all that earlier calls have left behind; words and the hook stay. */
void mutator_reset(struct mutator *mutator);

/* Applies one operator to `in`. Returns the octets written: 0 only when max is 0. */
size_t mutator_mutate(struct mutator *mutator, struct span in, char *out, size_t max,
                      uint64_t seed);

/* Puts a run of units of `b` into `a`, in place of a run of its own. */
size_t mutator_cross(struct mutator *mutator, struct span a, struct span b, char *out, size_t max,
                     uint64_t seed);

/* Makes up a stream of about `ncommands` commands in up to `nsessions` sessions (1..4), which log
 * in and select a mailbox mostly. */
size_t mutator_generate(struct mutator *mutator, unsigned ncommands, unsigned nsessions, char *out,
                        size_t max, uint64_t seed);

/* A stream to take from: copied, unless it is longer than 4 KiB. The eight last ones are kept;
 * mutator_mutate() remembers one in 16 of its inputs by itself. */
void mutator_remember(struct mutator *mutator, struct span stream);

/* ---- the operators ------------------------------------------------------------------------ */

enum mutator_tier {
    MUTATOR_SESSION,
    MUTATOR_TREE,
    MUTATOR_VALUE,
    MUTATOR_LITERAL,
    MUTATOR_NEAR_MISS, /* what comes out is refused by the grammar, and should be by the peer */
    MUTATOR_OCTETS
};
enum { MUTATOR_NTIERS = MUTATOR_OCTETS + 1 };

const char *mutator_tier_name(enum mutator_tier tier);
unsigned mutator_tier_weight(enum mutator_tier tier); /* of 100 */

struct mutator_operator {
    const char *name; /* "regenerate" */
    enum mutator_tier tier;
    const char *text; /* what it does, for documentation */
};

size_t mutator_noperators(void);
struct mutator_operator mutator_operator(size_t index);

/* The operator that was applied by the last mutator_mutate(), and in which unit of its input;
 * SIZE_MAX: none in particular. */
struct mutator_last {
    size_t operator;
    size_t unit;
};
struct mutator_last mutator_last(const struct mutator *mutator);

/* Applies an operator of the caller's choice, or none when it does not fit: then returns 0. */
size_t mutator_apply(struct mutator *mutator, size_t operator, struct span in, char *out,
                     size_t max, uint64_t seed);

/* ---- settings ----------------------------------------------------------------------------- */

enum mutator_words { MUTATOR_USERS, MUTATOR_PASSWORDS, MUTATOR_MAILBOXES, MUTATOR_BBOARDS };

/* Names to be used in place of those of the fixture; at least one. Borrows the array and what it
 * points to as long as the mutator is used. */
void mutator_set_words(struct mutator *mutator, enum mutator_words which, const struct span *items,
                       size_t nitems);

/* A mutator of octets, called now and then: changes `nbytes` octets in place, to at most `max`, and
 * returns how many they are now (as LLVMFuzzerMutate). Without one there is a simple one inside. */
void mutator_set_octets_hook(struct mutator *mutator,
                             size_t (*hook)(void *context, char *bytes, size_t nbytes, size_t max,
                                            uint64_t seed),
                             void *context);

#endif
