/* sample_helper: results to test with. */
#ifndef IMAPSPEC_TESTS_REPORTS_SAMPLE_HELPER_H
#define IMAPSPEC_TESTS_REPORTS_SAMPLE_HELPER_H

#include "reports/reports.h"

struct result_header sample_header(void);

/* A case of the given verdict with what a real one of that verdict would hold. Borrows static data.
 */
struct result_case sample_case(enum result_verdict verdict);

/* Everything in it, texts and numbers, drawn at random; texts of any octets but NUL. In the arena.
 */
struct result_case *sample_random_case(struct rng *rng, struct arena *arena);

/* Fails the test unless both hold the same, NULL texts counting as empty. */
void sample_assert_equal(const struct result_case *a, const struct result_case *b);

#endif
