/* path: derivations that go through chosen places of a grammar. Private to this folder. */
#ifndef IMAPSPEC_SEEDS_PATH_H
#define IMAPSPEC_SEEDS_PATH_H

#include "mutator/form.h"
#include "mutator/produce.h"

/* What is to be chosen at one place: part `pick` of a choice, or `pick` times around. */
struct path_place {
    unsigned item;
    unsigned pick;
};

struct path_maker {
    const struct form *form;
    int start;
    unsigned root;    /* an item: the rule `start` */
    uint16_t *parent; /* by item: the item that it was reached from, breadth first; or FORM_NONE */
    uint16_t *forced; /* for struct producer */
    bool *expands;    /* for struct producer */
    struct pools pools;
};

void path_open(struct path_maker *maker, const struct form *form, int start);
void path_close(struct path_maker *maker);

/* Whether an item can be reached from the start. */
bool path_reaches(const struct path_maker *maker, unsigned item);

/* How many ways there are at an item: 0 where nothing is chosen. */
unsigned path_npicks(const struct form *form, unsigned item);

/* The places next below the pick of another, on ways without a choice in between: at most `most`
 * items; returns how many. */
size_t path_below(const struct path_maker *maker, struct path_place place, unsigned *items,
                  size_t most);

/* Writes the shortest derivation that goes through the first place, and makes the pick of the
 * second wherever that is come to (item FORM_NONE: none). Tags say `number`. */
struct span path_derive(struct path_maker *maker, struct path_place first, struct path_place second,
                        unsigned number, char *room, size_t capacity);

#endif
