/* inside: what a shrinker is made of. Private to this folder. */
#ifndef IMAPSPEC_SHRINK_INSIDE_H
#define IMAPSPEC_SHRINK_INSIDE_H

#include "mutator/form.h"
#include "mutator/parse.h"
#include "mutator/produce.h"
#include "shrink/shrink.h"
#include "stream/stream.h"

/* What is tried, in this order. */
enum phase {
    PHASE_SESSIONS, /* cursor: session - 1 */
    PHASE_UNITS,    /* cursor: first unit of a run of `chunk` */
    PHASE_EVENTS,   /* cursor: unit whose inner control events go */
    PHASE_LISTS,    /* unit, cursor: node, an element of a list */
    PHASE_NODES,    /* unit, cursor: node */
    PHASE_VALUES,   /* unit, cursor: node */
    PHASE_WORDS,    /* unit without a derivation, cursor: first word of a run of `chunk` */
    PHASE_NPHASES
};

struct shrinker {
    enum mutator_side side;
    struct form *form;
    int start;
    struct pools pools;
    bool keeps_values;
    size_t budget;

    struct buffer best, candidate;
    struct stream_unit *units; /* of best */
    size_t nunits, units_capacity;
    struct parse *tree;  /* of the unit at hand */
    struct parse *other; /* of what it could become */
    struct buffer text;  /* its data */

    enum phase phase;
    size_t chunk;  /* PHASE_UNITS, PHASE_WORDS */
    size_t unit;   /* the phases within a command */
    size_t cursor; /* next to be tried */
    bool is_loaded, has_changed, is_done;

    struct table asked; /* hashes of what was refused */
    struct shrink_statistics statistics;
};

/* The next candidate of a phase, which is written to s->candidate; false when there are no more. */
bool shrink_sessions(struct shrinker *s);
bool shrink_units(struct shrinker *s);
bool shrink_events(struct shrinker *s);
bool shrink_trees(struct shrinker *s);
bool shrink_words(struct shrinker *s);

/* Takes s->unit apart, to s->text and s->tree; false when it is no data, or too long. */
bool shrink_load(struct shrinker *s);

/* The data of a unit, without escapes and control events, in place of what `out` held. */
void shrink_data(const struct stream_unit *unit, struct buffer *out);
void shrink_keep(struct shrinker *s, size_t from, size_t to); /* appends units as they stand */
/* Writes the whole candidate, with octets of s->text, the data of s->unit, replaced. Control events
 * inside that unit are lost. */
void shrink_replace(struct shrinker *s, size_t at, size_t nbytes, struct span with);

#endif
