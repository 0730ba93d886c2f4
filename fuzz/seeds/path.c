#include "seeds/path.h"

#include <stdlib.h>
#include <string.h>

/* ---- the way to an item ---- */

static void visit(struct path_maker *maker, unsigned from, unsigned to, unsigned *queue,
                  size_t *nqueue)
{
    if (maker->parent[to] != FORM_NONE || to == maker->root)
        return;
    maker->parent[to] = (uint16_t)from;
    queue[(*nqueue)++] = to;
}

static void find_ways(struct path_maker *maker)
{
    const struct form *form = maker->form;
    unsigned *queue = mem_alloc(form->nitems * sizeof *queue);
    size_t nqueue = 0;
    queue[nqueue++] = maker->root;
    for (size_t i = 0; i < nqueue; i++) {
        const struct form_item *it = &form->items[queue[i]];
        if (it->kind == FORM_RULE)
            visit(maker, queue[i], form->rules[it->rule].body, queue, &nqueue);
        for (unsigned k = 0; k < it->nparts; k++)
            visit(maker, queue[i], form->parts[it->parts + k], queue, &nqueue);
    }
    free(queue);
}

void path_open(struct path_maker *maker, const struct form *form, int start)
{
    *maker = (struct path_maker){.form = form, .start = start, .root = form->rules[start].body};
    maker->parent = mem_alloc(form->nitems * sizeof *maker->parent);
    maker->forced = mem_alloc(form->nitems * sizeof *maker->forced);
    maker->expands = mem_alloc(form->nrules * sizeof *maker->expands);
    maker->pools = pools_standard();
    for (size_t i = 0; i < form->nitems; i++)
        maker->parent[i] = FORM_NONE;
    find_ways(maker);
}

void path_close(struct path_maker *maker)
{
    free(maker->parent);
    free(maker->forced);
    free(maker->expands);
}

bool path_reaches(const struct path_maker *maker, unsigned item)
{
    return item == maker->root || maker->parent[item] != FORM_NONE;
}

/* ---- places ---- */

/* Runs of octets are as long as they are. */
unsigned path_npicks(const struct form *form, unsigned item)
{
    const struct form_item *it = &form->items[item];
    if (it->kind == FORM_CHOICE)
        return it->nparts;
    return it->kind == FORM_REPEAT && it->least != it->most ? 2 : 0;
}

static void add_below(const struct form *form, unsigned item, unsigned *items, size_t *nitems,
                      size_t most)
{
    const struct form_item *it = &form->items[item];
    if (path_npicks(form, item) > 0) {
        if (*nitems < most)
            items[(*nitems)++] = item;
        return;
    }
    if (it->kind == FORM_RULE)
        add_below(form, form->rules[it->rule].body, items, nitems, most);
    for (unsigned i = 0; i < it->nparts; i++)
        add_below(form, form->parts[it->parts + i], items, nitems, most);
}

size_t path_below(const struct path_maker *maker, struct path_place place, unsigned *items,
                  size_t most)
{
    const struct form_item *it = &maker->form->items[place.item];
    size_t count = 0;
    if (it->kind == FORM_CHOICE)
        add_below(maker->form, maker->form->parts[it->parts + place.pick], items, &count, most);
    else if (place.pick > 0)
        add_below(maker->form, maker->form->parts[it->parts], items, &count, most);
    return count;
}

/* ---- deriving ---- */

static void force(struct path_maker *maker, struct path_place place)
{
    const struct form_item *it = &maker->form->items[place.item];
    unsigned count = it->least + (place.pick > 0 ? 1U : 0U);
    maker->forced[place.item] = (uint16_t)(1 + (it->kind == FORM_CHOICE ? place.pick : count));
}

static unsigned part_of(const struct form *form, unsigned holder, unsigned item)
{
    const struct form_item *it = &form->items[holder];
    unsigned part = 0;
    while (part < it->nparts && form->parts[it->parts + part] != item)
        part++;
    return part;
}

/* All that lies between the start and an item is chosen so that the item is come to. */
static void force_way(struct path_maker *maker, unsigned item)
{
    const struct form *form = maker->form;
    for (unsigned at = item; at != maker->root; at = maker->parent[at]) {
        unsigned holder = maker->parent[at];
        const struct form_item *it = &form->items[holder];
        if (it->kind == FORM_RULE)
            maker->expands[it->rule] = true;
        else if (it->kind == FORM_CHOICE)
            force(maker, (struct path_place){holder, part_of(form, holder, at)});
        else if (it->kind == FORM_REPEAT && it->least == 0)
            force(maker, (struct path_place){holder, 1});
    }
}

/* The rules that have to be derived for a place below the first to be come to. */
static bool expand_to(struct path_maker *maker, unsigned from, unsigned to)
{
    const struct form_item *it = &maker->form->items[from];
    if (from == to)
        return true;
    if (path_npicks(maker->form, from) > 0)
        return false;
    bool is_found = false;
    if (it->kind == FORM_RULE)
        is_found = expand_to(maker, maker->form->rules[it->rule].body, to);
    if (is_found)
        maker->expands[it->rule] = true;
    for (unsigned i = 0; i < it->nparts && !is_found; i++)
        is_found = expand_to(maker, maker->form->parts[it->parts + i], to);
    return is_found;
}

struct span path_derive(struct path_maker *maker, struct path_place first, struct path_place second,
                        unsigned number, char *room, size_t capacity)
{
    struct dice dice = {0};
    struct scene scene = {
        .pools = &maker->pools, .exists = 5, .old = 5, .commands = (uint16_t)number};
    struct produce_swarm swarm = {0};
    memset(maker->forced, 0, maker->form->nitems * sizeof *maker->forced);
    memset(maker->expands, 0, maker->form->nrules * sizeof *maker->expands);
    maker->expands[maker->start] = true;
    if (second.item != FORM_NONE) {
        const struct form_item *it = &maker->form->items[first.item];
        unsigned part = it->kind == FORM_CHOICE ? first.pick : 0;
        (void)expand_to(maker, maker->form->parts[it->parts + part], second.item);
        force(maker, second);
    }
    force_way(maker, first.item);
    force(maker, first);
    struct producer p = {.form = maker->form,
                         .dice = &dice,
                         .scene = &scene,
                         .swarm = &swarm,
                         .out = room,
                         .capacity = (uint32_t)capacity,
                         .is_brief = true,
                         .forced = maker->forced,
                         .expands = maker->expands};
    produce_rule(&p, maker->start);
    return span_make(room, p.nbytes);
}
