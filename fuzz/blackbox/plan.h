/*
 * plan: what of an event stream is played against a server from outside, and where answers are
 * waited for. A plan is an event stream again, so what is played is what convert/convert.h writes
 * as a scenario: barriers stand wherever the player waits, and only there. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_PLAN_H
#define IMAPSPEC_BLACKBOX_PLAN_H

#include "stream/stream.h"

/* How a stream is played. Everything here is drawn once for each stream, and kept with a finding.
 */
struct plan_mode {
    bool pipelines;    /* answers are waited for at the end alone */
    bool hurries;      /* contents of literals do not wait for `+` */
    bool has_clock;    /* time can be made to pass */
    bool has_delivery; /* messages can be made to arrive */
    bool is_closed;    /* NOOP at the end, so that what was held back is said */
    uint8_t relation;  /* 1..: these commands follow in the session that spoke last; 0: none */
};

/* Appends the plan of the stream. Faults and changes by other agents, which cannot be made from
 * outside, are left out. A command whose tag cannot be given back is followed by a NOOP, which
 * can be waited for. */
void plan_make(struct span stream, const struct plan_mode *mode, struct buffer *out);

/* Whether a completion can bear the tag of this command (B41, B43). */
bool plan_has_usable_tag(struct span command);

/* Commands in a stream or a plan. */
size_t plan_ncommands(struct span stream);

/* ---- relations ---- */

/*
 * Commands whose answers must fit together, whatever the mailbox holds. Their tags are zr1, zr2,
 * ... and they are known by them.
 */
enum plan_relation_kind {
    PLAN_ALL,       /* the numbers are 1..EXISTS */
    PLAN_PARTITION, /* the numbers of both together are 1..EXISTS, each once */
    PLAN_SAME,      /* all give the same numbers */
    PLAN_JOINED     /* the first one's lines are those of the others together */
};

struct plan_relation {
    const char *name;        /* "search-all" */
    const char *requirement; /* that is broken when they do not */
    const char *wanted;      /* a sentence for people */
    enum plan_relation_kind kind;
    const char *commands[4]; /* without tags; ended by NULL */
};

size_t plan_nrelations(void);
const struct plan_relation *plan_relation(unsigned number); /* 1.. */

#endif
