/* number: decimal numbers, parsed whole or not at all, with overflow checked; and written. */
#ifndef IMAPSPEC_BASE_NUMBER_H
#define IMAPSPEC_BASE_NUMBER_H

#include <stdint.h>

#include "base/span.h"

/* 0 and *value when s is one or more decimal digits and fits; else -1, *value unchanged. No sign,
 * no blanks, leading zeros allowed. */
__attribute__((warn_unused_result)) int number_parse_u64(struct span s, uint64_t *value);
__attribute__((warn_unused_result)) int number_parse_u32(struct span s, uint32_t *value);

enum { NUMBER_DIGITS_MAX = 20 };

/* The number in decimal digits, at least `least` of them with leading zeros. Borrows `room`. */
struct span number_write(uint64_t value, size_t least, char room[NUMBER_DIGITS_MAX]);

/* Length of the run of digits at the start of s. */
size_t number_digits(struct span s);

#endif
