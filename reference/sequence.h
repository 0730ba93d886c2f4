/*
 * sequence: the message numbers of a command (RFC 1176 p.10, p.28). Whatever way they are written,
 * a sequence is a set: each number once, ascending (B37); a range written high to low is the same
 * range (B34).
 */
#ifndef IMAPSPEC_REFERENCE_SEQUENCE_H
#define IMAPSPEC_REFERENCE_SEQUENCE_H

#include "base/base.h"

struct sequence_range {
    size_t first, last; /* first <= last */
};

/* All zeros: empty. The memory is kept from one parse to the next; server_sequence_free() at the
 * end. */
struct sequence {
    struct sequence_range *ranges; /* ascending, not touching each other */
    size_t nranges, capacity;
    size_t range, last; /* where server_sequence_next() stands */
};

void server_sequence_free(struct sequence *sequence);

/* Reads text as a whole. 0, or -1 when it is no sequence or names a number outside 1..count;
 * *fault_r then says what is wrong. */
__attribute__((warn_unused_result)) int server_sequence_parse(struct sequence *sequence,
                                                              struct span text, size_t count,
                                                              const char **fault_r);

size_t server_sequence_count(const struct sequence *sequence); /* how many numbers */

void server_sequence_rewind(struct sequence *sequence);
size_t server_sequence_next(struct sequence *sequence); /* the next number, 0 when there is none */

#endif
