/*
 * shrink: makes an event stream small while it keeps showing the same thing. What the same thing is
 * only the caller knows: he is asked about one candidate after the other, and must answer yes only
 * when the same oracle sees the same signature, not for any failure.
 *
 *     struct shrinker *s = shrink_new(MUTATOR_REQUESTS, stream, 5000);
 *     struct span candidate;
 *     while (shrink_next(s, &candidate))
 *         shrink_answer(s, still_fails(candidate));
 *     use(shrink_result(s));
 *     shrink_free(&s);
 *
 * Whole sessions are left out first, then runs of commands and events, shorter and shorter, then
 * control events inside commands, then elements of lists, then subtrees are replaced by their
 * shortest derivation; then values become canonical (tags a1, a2, ..., the first name of its pool,
 * number 1, strings as atoms); at last runs of words go from what has no derivation. Round after
 * round, until a round changes nothing: then the result is 1-minimal, no command, event, list
 * element, subtree or word can go or be made smaller alone.
 *
 * Nothing is asked twice. Every accepted candidate is shorter than the one before, or as long and
 * more canonical, so it always ends.
 */
#ifndef IMAPSPEC_SHRINK_SHRINK_H
#define IMAPSPEC_SHRINK_SHRINK_H

#include "base/base.h"
#include "mutator/mutator.h"

struct shrinker;

/* Returns new; the stream is copied. At most `budget` candidates are asked about; 0: no limit. */
struct shrinker *shrink_new(enum mutator_side side, struct span stream, size_t budget);
void shrink_free(struct shrinker **shrinker);

/* Leaves only whole commands and events, lists and subtrees to be dropped: values stay as they are.
 * For engines that want inputs small, but as various as they were. */
void shrink_keep_values(struct shrinker *shrinker);

/* The next candidate, borrowed until shrink_answer(); false when done. */
bool shrink_next(struct shrinker *shrinker, struct span *candidate_r);
/* Whether the candidate of the last shrink_next() still shows it. */
void shrink_answer(struct shrinker *shrinker, bool is_same);

/* The smallest so far; borrowed until the next shrink_answer(). */
struct span shrink_result(const struct shrinker *shrinker);

struct shrink_statistics {
    size_t asked, accepted;
    size_t units_before, units_after; /* commands and events */
    bool is_minimal;                  /* ended by itself, not by the budget */
};
struct shrink_statistics shrink_statistics(const struct shrinker *shrinker);

/* All in one. Returns the octets of the result in *out, which is cleared first. */
struct shrink_statistics shrink_run(enum mutator_side side, struct span stream, size_t budget,
                                    bool (*is_same)(void *context, struct span candidate),
                                    void *context, struct buffer *out);

#endif
