/*
 * relation: commands at the end of a play whose answers must agree with each other, whatever the
 * mailbox is (plan.h): what is heard of them, and whether it agrees. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_RELATION_H
#define IMAPSPEC_BLACKBOX_RELATION_H

#include "base/base.h"
#include "blackbox/plan.h"

enum { RELATION_COMMANDS = 4 };

struct relation {
    const struct plan_relation *what;       /* NULL: none; then nothing below does anything */
    struct buffer lines[RELATION_COMMANDS]; /* untagged ones that came for zr1, zr2, ... */
    unsigned nanswered;
    bool is_broken; /* a command of it was refused */
};

struct relation relation_of(unsigned number); /* of plan_mode */
void relation_free(struct relation *relation);

/* An untagged line came while this command, with tag and line end, was the oldest due. */
void relation_hear(struct relation *relation, struct span command, struct span line);

/* The command was answered. False when it is none of the relation's. */
bool relation_answered(struct relation *relation, struct span command, bool is_ok);

/* All of its commands were answered. */
bool relation_is_over(const struct relation *relation);

/*
 * Judges a relation that is over, and begins it anew. `exists`: messages of the mailbox; NULL
 * when that is not known. Returns the number of the command, from 1, whose answer does not agree,
 * and appends to `wanted` what it should have given where that is one line; 0 when all agree, or
 * when it cannot be told: a command was refused, or messages came or went meanwhile.
 */
unsigned relation_judge(struct relation *relation, const uint32_t *exists, struct buffer *wanted);

#endif
