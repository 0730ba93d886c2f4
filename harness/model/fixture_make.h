/* fixture_make: what the makers of fixture messages share. */
#ifndef IMAPSPEC_MODEL_FIXTURE_MAKE_H
#define IMAPSPEC_MODEL_FIXTURE_MAKE_H

#include "model/fixture.h"

/* Sets header_nbytes from the octets. A message without an empty line is all header. */
void fixture_split(struct fixture_message *message);

/* Internal date of message `number` of the canonical series, from 1. */
int64_t fixture_canonical_date(size_t number);

#endif
