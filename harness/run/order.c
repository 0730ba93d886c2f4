#include "run/order.h"

#include <stdlib.h>
#include <string.h>

struct ordering {
    uint8_t *next;       /* next[i]: the unit after i in the same session, or nunits */
    uint8_t *first_left; /* per session: its first unit not yet placed, or nunits */
    size_t nunits, nsessions;
};

static void ordering_make(const char *const *sessions, size_t nunits, struct arena *arena,
                          struct ordering *o)
{
    *o = (struct ordering){.nunits = nunits};
    o->next = arena_array(arena, nunits, 1);
    o->first_left = arena_array(arena, nunits, 1);
    const char **seen = arena_array(arena, nunits, sizeof *seen);
    uint8_t *last = arena_array(arena, nunits, 1);
    for (size_t i = 0; i < nunits; i++) {
        size_t s = 0;
        while (s < o->nsessions && strcmp(seen[s], sessions[i]) != 0)
            s++;
        o->next[i] = (uint8_t)nunits;
        if (s == o->nsessions) {
            seen[o->nsessions++] = sessions[i];
            o->first_left[s] = (uint8_t)i;
        } else {
            o->next[last[s]] = (uint8_t)i;
        }
        last[s] = (uint8_t)i;
    }
}

/* Multinomial: nunits! / (n1! n2! ...), saturating. */
static uint64_t count_orders(const struct ordering *o)
{
    uint64_t total = 1;
    uint64_t placed = 0;
    for (size_t s = 0; s < o->nsessions; s++) {
        uint64_t k = 0;
        for (uint8_t u = o->first_left[s]; u < o->nunits; u = o->next[u]) {
            k++;
            placed++;
            if (total > UINT64_MAX / placed)
                return UINT64_MAX;
            total = total * placed / k;
        }
    }
    return total;
}

static void add_order(struct order_list *list, const uint8_t *units, struct arena *arena)
{
    uint8_t *copy = arena_array(arena, list->nunits, 1);
    memcpy(copy, units, list->nunits);
    list->orders[list->norders++] = copy;
}

/* The sessions' first unplaced units in ascending order give the lexical order of the lists. */
static void enumerate(struct ordering *o, uint8_t *units, size_t depth, struct order_list *list,
                      struct arena *arena)
{
    if (depth == o->nunits) {
        add_order(list, units, arena);
        return;
    }
    for (size_t unit = 0; unit < o->nunits; unit++) {
        for (size_t s = 0; s < o->nsessions; s++) {
            if (o->first_left[s] != unit)
                continue;
            units[depth] = (uint8_t)unit;
            o->first_left[s] = o->next[unit];
            enumerate(o, units, depth + 1, list, arena);
            o->first_left[s] = (uint8_t)unit;
        }
    }
}

static void draw(const struct ordering *o, struct rng *rng, uint8_t *units, uint8_t *left)
{
    memcpy(left, o->first_left, o->nsessions);
    for (size_t depth = 0; depth < o->nunits; depth++) {
        size_t s = (size_t)rng_below(rng, o->nsessions);
        while (left[s] == o->nunits)
            s = (s + 1) % o->nsessions;
        units[depth] = left[s];
        left[s] = o->next[left[s]];
    }
}

static bool is_known(const struct order_list *list, const uint8_t *units)
{
    for (size_t i = 0; i < list->norders; i++)
        if (memcmp(list->orders[i], units, list->nunits) == 0)
            return true;
    return false;
}

static int compare_orders(const void *a, const void *b, void *nunits)
{
    return memcmp(*(uint8_t *const *)a, *(uint8_t *const *)b, *(size_t *)nunits);
}

static void sample(const struct ordering *o, unsigned max, struct rng *rng, struct order_list *list,
                   struct arena *arena)
{
    uint8_t units[ORDER_UNITS_MAX];
    uint8_t left[ORDER_UNITS_MAX];
    for (size_t tries = 0; list->norders < max && tries < (size_t)max * 64; tries++) {
        draw(o, rng, units, left);
        if (!is_known(list, units))
            add_order(list, units, arena);
    }
    qsort_r(list->orders, list->norders, sizeof *list->orders, compare_orders, &list->nunits);
}

void order_list_make(const char *const *sessions, size_t nunits, unsigned max, struct rng *rng,
                     struct arena *arena, struct order_list *list_r)
{
    ENSURE(nunits <= ORDER_UNITS_MAX);
    if (max == 0)
        max = ORDER_DEFAULT_MAX;
    struct ordering o;
    ordering_make(sessions, nunits, arena, &o);
    uint64_t total = count_orders(&o);
    *list_r = (struct order_list){.nunits = nunits, .ntotal = total, .is_sampled = total > max};
    list_r->orders = arena_array(arena, total > max ? max : (size_t)total, sizeof *list_r->orders);
    if (list_r->is_sampled) {
        sample(&o, max, rng, list_r, arena);
    } else {
        uint8_t units[ORDER_UNITS_MAX];
        enumerate(&o, units, 0, list_r, arena);
    }
}

const struct script_step *order_find_interleave(const struct script_steps *steps)
{
    for (size_t i = 0; i < steps->nitems; i++) {
        const struct script_step *step = steps->items[i];
        if (step->kind == STEP_INTERLEAVE)
            return step;
        if (step->kind == STEP_CHECK) {
            const struct script_step *inner = order_find_interleave(&step->as.check.steps);
            if (inner != NULL)
                return inner;
        }
    }
    return NULL;
}

void order_list_of_case(const struct script_case *script, uint64_t seed, struct arena *arena,
                        struct order_list *list_r)
{
    const struct script_step *step = order_find_interleave(&script->steps);
    if (step == NULL) {
        *list_r = (struct order_list){.norders = 1, .ntotal = 1};
        list_r->orders = arena_array(arena, 1, sizeof *list_r->orders);
        return;
    }
    size_t nunits = step->as.interleave.nunits;
    const char **sessions = arena_array(arena, nunits, sizeof *sessions);
    for (size_t i = 0; i < nunits; i++)
        sessions[i] = step->as.interleave.units[i].session;
    struct rng rng = rng_labelled(seed, span_of(script->id));
    order_list_make(sessions, nunits, step->as.interleave.max, &rng, arena, list_r);
}

const char *order_name(const struct order_list *list, size_t order, struct arena *arena)
{
    if (list->nunits == 0)
        return "";
    char *name = arena_alloc(arena, list->nunits + 3);
    name[0] = '[';
    for (size_t i = 0; i < list->nunits; i++)
        name[i + 1] = "0123456789abcdefghijklmnopqrstuvwxyz"[list->orders[order][i]];
    name[list->nunits + 1] = ']';
    return name;
}
