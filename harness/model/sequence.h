/*
 * sequence: the set of numbers that a message sequence such as 2,4:7,9,12:15 names (RFC 1176 p.10),
 * as ascending ranges that neither touch nor overlap. Reversed ranges are turned (B34).
 */
#ifndef IMAPSPEC_MODEL_SEQUENCE_H
#define IMAPSPEC_MODEL_SEQUENCE_H

#include "base/base.h"

struct sequence_range {
    uint32_t first, last;
};

struct sequence {
    struct sequence_range *ranges;
    size_t nranges, capacity;
};

void sequence_free(struct sequence *sequence);
/* Replaces the set by what text says; what does not fit 32 bits becomes UINT32_MAX. The text is a
 * well-formed sequence. */
void sequence_read(struct sequence *sequence, struct span text);
bool sequence_has(const struct sequence *sequence, uint32_t number);
uint32_t sequence_last(const struct sequence *sequence); /* highest number; 0 when empty */
uint32_t sequence_first(const struct sequence *sequence);

/* Iteration over the numbers up to `limit`: starts with *number 0, false at the end. `at` is the
 * iterator's own, 0 at the start. */
bool sequence_next(const struct sequence *sequence, size_t *at, uint32_t limit, uint32_t *number);

#endif
