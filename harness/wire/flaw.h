/*
 * flaw: what is wrong with the framing of one unit, counted while its octets are looked at and told
 * as findings when it is whole, so that the findings do not depend on how the octets arrived.
 * Private to wire.
 */
#ifndef IMAPSPEC_WIRE_FLAW_H
#define IMAPSPEC_WIRE_FLAW_H

#include "base/base.h"
#include "wire/finding.h"
#include "wire/wire.h"

enum flaw_kind {
    FLAW_BARE_CR,
    FLAW_BARE_LF,
    FLAW_NUL,
    FLAW_EIGHT_BIT,
    FLAW_NO_SHAPE,
    FLAW_LONG_LINE,
    FLAW_LONG_UNIT,
    FLAW_ABSURD_COUNT,
    FLAW_ENDED_IN_LINE,
    FLAW_ENDED_IN_LITERAL
};
enum { FLAW_NKINDS = FLAW_ENDED_IN_LITERAL + 1 };

struct flaws {
    struct {
        uint64_t count; /* how often; 0: not at all */
        uint64_t first; /* octets of the unit before the first one */
    } of[FLAW_NKINDS];
    bool any;
};

void flaw_note(struct flaws *flaws, enum flaw_kind kind, uint64_t at);

/* True when the octets hold nothing below the blank nor above 0x7F: then there is nothing to note
 * among them. */
bool flaw_octets_are_plain(struct span octets);

/* Notes NUL, octets above 0x7F and CR not followed by LF in a piece of a line that holds no LF;
 * `at` is the number of octets of the unit before it. *ends_in_cr: whether the piece before ended
 * in CR; set to whether this one does (an empty piece changes nothing). */
void flaw_look_at(struct flaws *flaws, struct span piece, uint64_t at, bool *ends_in_cr);

/* Tells them all, in the order of enum flaw_kind. */
void flaw_report(const struct flaws *flaws, enum wire_direction direction,
                 struct finding_list *list);

#endif
