/* view: what a grammar_view is made of. Private to this folder and its tests. */
#ifndef IMAPSPEC_GRAMMAR_VIEW_H
#define IMAPSPEC_GRAMMAR_VIEW_H

#include <stdatomic.h>
#include <threads.h>

#include "grammar/flat.h"

struct grammar_view {
    const struct grammar *grammar;
    bool *wants; /* by rule */
    /* By rule, NULL until first asked for; then never changed. Made under the lock. */
    _Atomic(struct flat *) *flats[VARIANTS];
    mtx_t *lock;
};

struct grammar_view *view_of_everything(const struct grammar *grammar);

/* Part of view_flat(). */
const struct flat *view_make_flat(const struct grammar_view *view, enum variant variant, int rule);

/* The flat program of a rule. */
static inline const struct flat *view_flat(const struct grammar_view *view, enum variant variant,
                                           int rule)
{
    const struct flat *flat =
        atomic_load_explicit(&view->flats[variant][rule], memory_order_acquire);
    return flat != NULL ? flat : view_make_flat(view, variant, rule);
}

#endif
