/*
 * produce: makes up commands and parts of them. Writes into memory of the caller, allocates
 * nothing, always ends.
 */
#ifndef IMAPSPEC_MUTATOR_PRODUCE_H
#define IMAPSPEC_MUTATOR_PRODUCE_H

#include "mutator/form.h"

/* A subset of the grammar and of the dice: what is off is not chosen where there is another way. */
struct produce_swarm {
    const bool *is_off; /* by item: this alternative; NULL: none is off */
    uint8_t fresh;      /* in 256: values that are no pool's */
    uint8_t obsolete;   /* in 256: obs- alternatives are considered */
    uint8_t literal;    /* in 256: strings are spelled as literals */
    uint8_t more;       /* in 256: another element of a list */
};

struct producer {
    const struct form *form;
    struct dice *dice;
    const struct scene *scene;
    const struct produce_swarm *swarm;
    char *out;
    uint32_t nbytes, capacity; /* when full, what follows is missing: is_full */
    bool is_full;
    bool is_brief;          /* always the shortest way; of a pool the canonical value */
    const uint16_t *forced; /* by item: of a choice 1 + the number of the part, of a repetition
                               1 + the count; 0, or NULL altogether: freely */
    const bool *expands;    /* by rule: is derived, whatever its pool has; NULL: none is */
    /* scratch */
    struct span word; /* that was searched for last in this command */
    uint32_t count_at, count_nbytes;
    unsigned depth;
};

/* Appends a sentence of a rule, or of an item. */
void produce_rule(struct producer *p, int rule);
void produce_item(struct producer *p, unsigned item);

void produce_octets(struct producer *p, struct span octets);
void produce_number(struct producer *p, uint32_t number);
void produce_announcement(struct producer *p, uint32_t count); /* {count} CR LF */

enum produce_spelling { PRODUCE_ATOM, PRODUCE_QUOTED, PRODUCE_LITERAL, PRODUCE_NSPELLINGS };
/* Whether the value can be spelled so; everything can be a literal. */
bool produce_can_spell(enum produce_spelling spelling, struct span value);
void produce_string(struct producer *p, enum produce_spelling spelling, struct span value);
/* A string of `count` octets: the value again and again. */
void produce_repeated(struct producer *p, enum produce_spelling spelling, struct span value,
                      uint32_t count);

/* What a string stands for, however it is spelled. */
struct span produce_string_value(struct span spelled, enum produce_spelling *spelling_r);

#endif
