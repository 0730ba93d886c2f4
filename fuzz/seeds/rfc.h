/* rfc: what is said in the examples of RFC 1176. Private to this folder. */
#ifndef IMAPSPEC_SEEDS_RFC_H
#define IMAPSPEC_SEEDS_RFC_H

#include "mutator/mutator.h"

struct seeds_rfc {
    const char *name;
    enum mutator_side side;
    const char *text;
};

size_t seeds_nrfc(void);
struct seeds_rfc seeds_rfc(size_t index);

#endif
