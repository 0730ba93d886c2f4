#include "grammar/flat.h"

#include <stdlib.h>

/* Longer runs are taken as open ones: that can only make more possible than is. */
enum { STATES_MOST_COUNTED = 12 };

static uint32_t address_of(uint64_t item)
{
    return (uint32_t)(item >> 32);
}

static uint32_t taken_of(uint64_t item)
{
    return (uint32_t)item;
}

static size_t span_least(const struct flat_span *span)
{
    return span->least < STATES_MOST_COUNTED ? span->least : STATES_MOST_COUNTED;
}

/* Octets taken of a run are counted no further than this. */
static size_t span_counted(const struct flat_span *span)
{
    return span->most <= STATES_MOST_COUNTED ? span->most : span_least(span);
}

static size_t nstates_of(const struct flat *f, const struct flat_instruction *i)
{
    if (i->op == FLAT_TEXT)
        return f->texts[i->a].nbytes;
    if (i->op == FLAT_SPAN || i->op == FLAT_SPAN_RELEASE)
        return span_counted(&f->spans[i->a]) + 1;
    return 1;
}

void flat_states_init(struct flat_states *s, const struct flat *flat)
{
    *s = (struct flat_states){.flat = flat};
    s->base = mem_alloc((flat->ncode + 1) * sizeof *s->base);
    for (size_t at = 0; at < flat->ncode; at++)
        s->base[at + 1] = s->base[at] + (uint32_t)nstates_of(flat, &flat->code[at]);
    s->capacity = s->base[flat->ncode];
    s->stamp = mem_alloc((s->capacity + 1) * sizeof *s->stamp);
    s->items = mem_alloc((s->capacity + 1) * sizeof *s->items);
    s->more = mem_alloc((s->capacity + 1) * sizeof *s->more);
}

void flat_states_free(struct flat_states *s)
{
    free(s->base);
    free(s->stamp);
    free(s->items);
    free(s->more);
}

/* True when it is new. */
static bool mark(struct flat_states *s, uint32_t address, uint32_t taken)
{
    uint32_t *stamp = &s->stamp[s->base[address] + taken];
    if (*stamp == s->now)
        return false;
    *stamp = s->now;
    return true;
}

static void reach(struct flat_states *s, uint32_t address, uint32_t taken)
{
    if (mark(s, address, taken))
        s->items[s->nitems++] = (uint64_t)address << 32 | taken;
}

/* What can be reached from an item without taking an octet. */
static void pass(struct flat_states *s, uint64_t item)
{
    const struct flat *f = s->flat;
    uint32_t at = address_of(item);
    const struct flat_instruction *i = &f->code[at];
    switch ((enum flat_op)i->op) {
    case FLAT_OPEN:
    case FLAT_ALTERNATIVE:
    case FLAT_CLOSE:
    case FLAT_UNLIKE:
        reach(s, at + 1, 0);
        return;
    case FLAT_JUMP:
        reach(s, i->a, 0);
        return;
    case FLAT_LIMIT:
        s->is_anything = true;
        return;
    case FLAT_CHOICE: {
        const struct flat_fork *fork = &f->forks[i->a];
        for (uint32_t k = 0; k < fork->count; k++)
            reach(s, f->ways[fork->first + k], 0);
        return;
    }
    case FLAT_SPAN:
    case FLAT_SPAN_RELEASE:
        if (taken_of(item) >= span_least(&f->spans[i->a]))
            reach(s, at + 1, 0);
        return;
    case FLAT_FAIL:
    case FLAT_OCTET:
    case FLAT_TEXT:
    case FLAT_LIMIT_END:
    case FLAT_END:
        return;
    }
}

static void pass_all(struct flat_states *s, size_t from)
{
    for (size_t i = from; i < s->nitems; i++)
        pass(s, s->items[i]);
}

void flat_states_start(struct flat_states *s, uint32_t address)
{
    s->now++;
    s->nitems = 0;
    s->is_anything = s->has_ended = false;
    reach(s, address, 0);
    pass_all(s, 0);
}

/* ---- octets ---- */

/* The symbols that an item takes. */
static void add_symbols(const struct flat *f, uint64_t item, struct octets *out)
{
    const struct flat_instruction *i = &f->code[address_of(item)];
    const struct octets *octets = NULL;
    if (i->op == FLAT_END || i->op == FLAT_LIMIT_END) {
        octets_add(out, OCTETS_END);
    } else if (i->op == FLAT_TEXT) {
        const struct flat_text *text = &f->texts[i->a];
        char octet = ((const char *)&text->octets)[taken_of(item)];
        octets_add_letter(out, octet, ((const char *)&text->fold)[taken_of(item)] != 0);
    } else if (i->op == FLAT_OCTET) {
        octets = &f->classes[i->a].octets;
    } else if (i->op == FLAT_SPAN || i->op == FLAT_SPAN_RELEASE) {
        const struct flat_span *span = &f->spans[i->a];
        octets = taken_of(item) < span->most ? &f->classes[span->class_].octets : NULL;
    }
    if (octets != NULL)
        (void)octets_unite(out, octets);
}

struct octets flat_states_symbols(const struct flat_states *s)
{
    struct octets symbols = {0};
    for (size_t i = 0; i < s->nitems; i++)
        add_symbols(s->flat, s->items[i], &symbols);
    if (s->has_ended)
        octets_add(&symbols, OCTETS_END);
    for (unsigned symbol = 0; s->is_anything && symbol < OCTETS_NSYMBOLS; symbol++)
        octets_add(&symbols, symbol);
    return symbols;
}

/* Where an item is when it has taken an octet; those that take none go nowhere. */
static void move(struct flat_states *s, uint64_t item)
{
    uint32_t at = address_of(item), taken = taken_of(item);
    const struct flat_instruction *i = &s->flat->code[at];
    if (i->op == FLAT_END || i->op == FLAT_LIMIT_END) {
        s->has_ended = true;
    } else if (i->op == FLAT_OCTET) {
        reach(s, at + 1, 0);
    } else if (i->op == FLAT_TEXT) {
        bool is_last = taken + 1 == s->flat->texts[i->a].nbytes;
        reach(s, is_last ? at + 1 : at, is_last ? 0 : taken + 1);
    } else if (i->op == FLAT_SPAN || i->op == FLAT_SPAN_RELEASE) {
        const struct flat_span *span = &s->flat->spans[i->a];
        if (taken < span->most)
            reach(s, at, taken < span_counted(span) ? taken + 1 : taken);
    }
}

static void turn_over(struct flat_states *s)
{
    uint64_t *items = s->items;
    s->items = s->more;
    s->more = items;
    s->nmore = s->nitems;
    s->nitems = 0;
    s->now++;
}

void flat_states_step(struct flat_states *s)
{
    turn_over(s);
    for (size_t i = 0; i < s->nmore; i++)
        move(s, s->more[i]);
    pass_all(s, 0);
}

static bool takes_space(const struct flat *f, uint64_t item, bool *takes_others_r)
{
    struct octets symbols = {0};
    add_symbols(f, item, &symbols);
    unsigned count = octets_count(&symbols);
    bool takes = octets_has(&symbols, ' ');
    *takes_others_r = count > (takes ? 1u : 0u);
    return takes;
}

void flat_states_pass_space(struct flat_states *s)
{
    /* First all that can be reached before it. */
    for (size_t i = 0; i < s->nitems; i++) {
        bool takes_others;
        (void)takes_space(s->flat, s->items[i], &takes_others);
        size_t from = s->nitems;
        if (takes_others)
            move(s, s->items[i]);
        pass_all(s, from);
    }
    turn_over(s);
    for (size_t i = 0; i < s->nmore; i++) {
        bool takes_others;
        if (takes_space(s->flat, s->more[i], &takes_others))
            move(s, s->more[i]);
    }
    pass_all(s, 0);
    s->has_ended = false;
}
