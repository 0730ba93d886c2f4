/*
 * order: the orders in which the units of an interleave are played. Units of one session keep the
 * order in which they are written; everything else is free. Orders are lists of unit indices in the
 * lexical order of those lists: for units a b b they are 012, 102, 120.
 */
#ifndef IMAPSPEC_RUN_ORDER_H
#define IMAPSPEC_RUN_ORDER_H

#include "base/base.h"
#include "script/script.h"

enum { ORDER_UNITS_MAX = 36, ORDER_DEFAULT_MAX = 400 };

struct order_list {
    uint8_t **orders; /* norders lists of nunits unit indices each */
    size_t norders, nunits;
    uint64_t ntotal; /* how many there are altogether; more than norders when sampled */
    bool is_sampled;
};

/* All orders of an interleave, or, when there are more than `max` (0: ORDER_DEFAULT_MAX), that many
 * different ones drawn by `rng`, in lexical order. In the arena. */
void order_list_make(const char *const *sessions, size_t nunits, unsigned max, struct rng *rng,
                     struct arena *arena, struct order_list *list_r);

/* The interleave of a case, or NULL. A scenario has at most one (lint insists). */
const struct script_step *order_find_interleave(const struct script_steps *steps);

/* The orders of a case under a seed: one pseudo-order when it has no interleave. */
void order_list_of_case(const struct script_case *script, uint64_t seed, struct arena *arena,
                        struct order_list *list_r);

/* "[102]"; "" for a case without interleave. Units from 10 on are letters. In the arena. */
const char *order_name(const struct order_list *list, size_t order, struct arena *arena);

#endif
