#include "grammar/view.h"

#include <stdlib.h>
#include <string.h>

static struct grammar_view *view_new(const struct grammar *grammar)
{
    struct grammar_view *view = mem_alloc(sizeof *view);
    view->grammar = grammar;
    view->wants = mem_alloc(grammar->nrules * sizeof *view->wants);
    for (int v = 0; v < VARIANTS; v++)
        view->flats[v] = mem_alloc(grammar->nrules * sizeof *view->flats[v]);
    view->lock = mem_alloc(sizeof *view->lock);
    ENSURE(mtx_init(view->lock, mtx_plain) == thrd_success);
    return view;
}

struct grammar_view *view_of_everything(const struct grammar *grammar)
{
    struct grammar_view *view = view_new(grammar);
    memset(view->wants, true, grammar->nrules * sizeof *view->wants);
    return view;
}

struct grammar_view *grammar_view_new(const struct grammar *grammar, const int *rules,
                                      size_t nrules)
{
    struct grammar_view *view = view_new(grammar);
    for (size_t i = 0; i < nrules; i++) {
        ENSURE(rules[i] >= 0 && (size_t)rules[i] < grammar->nrules);
        view->wants[rules[i]] = true;
    }
    return view;
}

void grammar_view_free(struct grammar_view **view)
{
    struct grammar_view *v = *view;
    if (v == NULL)
        return;
    for (int variant = 0; variant < VARIANTS; variant++) {
        for (size_t rule = 0; rule < v->grammar->nrules; rule++) {
            struct flat *flat = atomic_load(&v->flats[variant][rule]);
            flat_free(&flat);
        }
        free(v->flats[variant]);
    }
    mtx_destroy(v->lock);
    free(v->lock);
    free(v->wants);
    free(v);
    *view = NULL;
}

const struct flat *view_make_flat(const struct grammar_view *view, enum variant variant, int rule)
{
    _Atomic(struct flat *) *place = &view->flats[variant][rule];
    ENSURE(mtx_lock(view->lock) == thrd_success);
    struct flat *flat = atomic_load_explicit(place, memory_order_relaxed);
    if (flat == NULL) {
        flat = flat_compile(view->grammar, variant, rule, view->wants);
        atomic_store_explicit(place, flat, memory_order_release);
    }
    ENSURE(mtx_unlock(view->lock) == thrd_success);
    return flat;
}
