#include <stdlib.h>
#include <string.h>

#include "grammar/flat.h"

/*
 * Which octet to look at, and what follows from it, for each choice of a flat program: the next
 * one first; where that leaves several alternatives, the place among the following ones, and among
 * those behind the first SP, that leaves the fewest. What then is still open is tried in order.
 */

enum {
    CHOICE_NHERE = 8,   /* places looked at from where the choice is */
    CHOICE_NBEHIND = 6, /* and behind the first SP */
    CHOICE_NPLACES = CHOICE_NHERE + CHOICE_NBEHIND,
    CHOICE_MOST_LOOKS = 4, /* one after the other */
    CHOICE_MOST_WAYS = 64
};

/* What can stand at each place if one alternative is the right one. */
struct prospect {
    struct octets at[CHOICE_NPLACES];
};

struct decision {
    struct flat *flat;
    struct flat_states states;
    struct table known; /* index tables -> their offset + 1 */
    const struct flat_fork *fork;
    struct prospect prospects[CHOICE_MOST_WAYS];
    uint64_t runs[CHOICE_MOST_WAYS]; /* sets of alternatives for which there are runs */
    uint32_t run_at[CHOICE_MOST_WAYS];
    size_t nruns;
    bool is_thorough;   /* more than the first place is looked at */
    bool has_prospects; /* of all places */
};

static void find_first(struct decision *d)
{
    for (uint32_t i = 0; i < d->fork->count; i++) {
        flat_states_start(&d->states, d->flat->ways[d->fork->first + i]);
        d->prospects[i].at[0] = flat_states_symbols(&d->states);
    }
    d->has_prospects = false;
    d->nruns = 0;
}

static void find_prospects(struct decision *d)
{
    if (d->has_prospects)
        return;
    d->has_prospects = true;
    for (uint32_t i = 0; i < d->fork->count; i++) {
        struct prospect *p = &d->prospects[i];
        uint32_t way = d->flat->ways[d->fork->first + i];
        flat_states_start(&d->states, way);
        for (int k = 1; k < CHOICE_NHERE; k++) {
            flat_states_step(&d->states);
            p->at[k] = flat_states_symbols(&d->states);
        }
        flat_states_start(&d->states, way);
        flat_states_pass_space(&d->states);
        for (int k = 0; k < CHOICE_NBEHIND; k++) {
            p->at[CHOICE_NHERE + k] = flat_states_symbols(&d->states);
            flat_states_step(&d->states);
        }
    }
}

/* Which of the alternatives in `set` can have each symbol at a place. */
static void find_masks(const struct decision *d, uint64_t set, int place, uint64_t *masks)
{
    memset(masks, 0, OCTETS_NSYMBOLS * sizeof *masks);
    for (uint32_t i = 0; i < d->fork->count; i++) {
        const struct octets *symbols = &d->prospects[i].at[place];
        for (unsigned symbol = 0; (set >> i & 1) != 0 && symbol < OCTETS_NSYMBOLS; symbol++)
            masks[symbol] |= (uint64_t)octets_has(symbols, symbol) << i;
    }
}

static unsigned count_bits(uint64_t set)
{
    unsigned count = 0;
    for (; set != 0; set &= set - 1)
        count++;
    return count;
}

static unsigned count_common(const struct octets *a, const struct octets *b)
{
    unsigned count = 0;
    for (int i = 0; i < 5; i++)
        count += count_bits(a->word[i] & b->word[i]);
    return count;
}

/* How many alternatives are left on average, in thousandths, when all are equally frequent, and all
 * octets in each. */
static unsigned judge_place(const struct decision *d, uint64_t set, int place)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < d->fork->count; i++) {
        const struct octets *own = &d->prospects[i].at[place];
        uint64_t left = 0;
        for (uint32_t k = 0; (set >> i & 1) != 0 && k < d->fork->count; k++)
            if ((set >> k & 1) != 0)
                left += count_common(own, &d->prospects[k].at[place]);
        uint64_t count = count_common(own, own);
        sum += count == 0 ? 0 : left * 1000 / count;
    }
    return (unsigned)(sum / count_bits(set));
}

/* The best place to look at, or -1 when none tells enough. */
static int choose_place(const struct decision *d, uint64_t set)
{
    enum { WORTH = 200, FAR = 10, BEHIND = 150 };
    unsigned best = count_bits(set) * 1000 - WORTH;
    int chosen = -1;
    for (int place = 1; place < CHOICE_NPLACES; place++) {
        int offset = place < CHOICE_NHERE ? place : place - CHOICE_NHERE;
        unsigned left = judge_place(d, set, place) + (unsigned)offset * FAR;
        left += place < CHOICE_NHERE ? 0 : BEHIND;
        if (left >= best)
            continue;
        best = left;
        chosen = place;
    }
    return chosen;
}

/* ---- tables ---- */

static uint32_t add_run(struct decision *d, uint64_t set)
{
    struct flat *f = d->flat;
    for (size_t i = 0; i < d->nruns; i++)
        if (d->runs[i] == set)
            return d->run_at[i];
    uint32_t from = (uint32_t)f->ncandidates;
    f->candidates = arena_grow(&f->arena, f->candidates, &f->candidates_capacity,
                               f->ncandidates + count_bits(set) + 1, sizeof *f->candidates);
    for (uint32_t i = 0; i < d->fork->count; i++)
        if ((set >> i & 1) != 0)
            f->candidates[f->ncandidates++] = f->ways[d->fork->first + i];
    f->candidates[f->ncandidates++] = PROGRAM_NOWHERE;
    if (d->nruns < CHOICE_MOST_WAYS) {
        d->runs[d->nruns] = set;
        d->run_at[d->nruns++] = from;
    }
    return from;
}

static uint32_t add_leaf(struct decision *d, uint64_t set)
{
    if (count_bits(set) != 1)
        return FLAT_LEAF | add_run(d, set);
    uint32_t way = 0;
    while ((set >> way & 1) == 0)
        way++;
    uint32_t address = d->flat->ways[d->fork->first + way];
    ENSURE(address < FLAT_SURE);
    return FLAT_LEAF | FLAT_SURE | flat_skip_jumps(d->flat, address);
}

/* Where such a table is; those that are alike are kept once. */
static uint32_t add_index(struct decision *d, const uint8_t *index)
{
    struct flat *f = d->flat;
    struct span key = span_make((const char *)index, FLAT_NSYMBOLS);
    const uint32_t *known = table_get(&d->known, key);
    if (known != NULL)
        return *known;
    f->indices =
        arena_grow(&f->arena, f->indices, &f->indices_capacity, f->nindices + FLAT_NSYMBOLS, 1);
    memcpy(f->indices + f->nindices, index, FLAT_NSYMBOLS);
    uint32_t *place = arena_alloc(&f->arena, sizeof *place);
    *place = (uint32_t)f->nindices;
    f->nindices += FLAT_NSYMBOLS;
    (void)table_put(&d->known, key, place);
    return *place;
}

static uint32_t decide(struct decision *d, uint64_t set, unsigned nlooks);

/* The look at a place, and all that follow. */
static uint32_t add_look(struct decision *d, uint64_t set, int place, unsigned nlooks)
{
    struct flat *f = d->flat;
    uint64_t masks[FLAT_NSYMBOLS], kinds[UINT8_MAX];
    uint8_t index[FLAT_NSYMBOLS];
    size_t nkinds = 0;
    find_masks(d, set, place, masks);
    masks[FLAT_UNSEEN] = place < CHOICE_NHERE ? 0 : set;
    for (unsigned symbol = 0; symbol < FLAT_NSYMBOLS; symbol++) {
        size_t kind = symbol > 0 && masks[symbol] == masks[symbol - 1] ? index[symbol - 1] : 0;
        while (kind < nkinds && kinds[kind] != masks[symbol])
            kind++;
        if (kind == nkinds && nkinds + 1 < UINT8_MAX)
            kinds[nkinds++] = masks[symbol];
        if (kind == nkinds)
            return add_leaf(d, set);
        index[symbol] = (uint8_t)kind;
    }
    f->looks = arena_grow(&f->arena, f->looks, &f->looks_capacity, f->nlooks + 1, sizeof *f->looks);
    f->children = arena_grow(&f->arena, f->children, &f->children_capacity, f->nchildren + nkinds,
                             sizeof *f->children);
    uint32_t look = (uint32_t)f->nlooks++, children = (uint32_t)f->nchildren;
    bool is_here = place < CHOICE_NHERE;
    f->nchildren += nkinds;
    f->looks[look] = (struct flat_look){.base = is_here ? FLAT_HERE : FLAT_BEHIND_SPACE,
                                        .offset = (uint8_t)(is_here ? place : place - CHOICE_NHERE),
                                        .index_at = add_index(d, index),
                                        .children_at = children};
    for (size_t kind = 0; kind < nkinds; kind++) {
        /* Nothing more is learnt where nothing could be seen. */
        bool is_unseen = kinds[kind] == set && place >= CHOICE_NHERE;
        uint32_t next = is_unseen ? add_leaf(d, set) : decide(d, kinds[kind], nlooks + 1);
        f->children[children + kind] = next;
    }
    return look;
}

static uint32_t decide(struct decision *d, uint64_t set, unsigned nlooks)
{
    if (count_bits(set) <= 1 || nlooks == CHOICE_MOST_LOOKS || !d->is_thorough)
        return add_leaf(d, set);
    find_prospects(d);
    int place = choose_place(d, set);
    return place < 0 ? add_leaf(d, set) : add_look(d, set, place, nlooks);
}

void flat_decide(struct flat *flat, bool is_thorough)
{
    struct decision *d = mem_alloc(sizeof *d);
    d->flat = flat;
    d->is_thorough = is_thorough;
    flat_states_init(&d->states, flat);
    for (size_t i = 0; i < flat->nforks; i++) {
        d->fork = &flat->forks[i];
        find_first(d);
        uint64_t all =
            d->fork->count == CHOICE_MOST_WAYS ? UINT64_MAX : ((uint64_t)1 << d->fork->count) - 1;
        flat->forks[i].look = add_look(d, all, 0, 0);
    }
    for (size_t i = 0; i < flat->nforks; i++)
        flat->code[flat->forks[i].at].a = flat->forks[i].look;
    flat_states_free(&d->states);
    table_free(&d->known);
    free(d);
}
