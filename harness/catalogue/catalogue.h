/*
 * catalogue: what a dialect requires, as data: every requirement with its place in the RFC, its
 * level and how it is tested, and every ambiguous place with the reading adopted for it. Nothing
 * here is computed from traffic; scenarios name requirements by ID, findings carry them, reports
 * explain them.
 *
 *     const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
 *     const struct catalogue_requirement *r = catalogue_find(catalogue, SPAN_LIT("noop.ok"));
 *     printf("%s (%s): %s\n", r->id, catalogue_level_name(r->level), r->statement);
 *
 * The data stand in DIALECT_requirements.def and DIALECT_readings.def, made to be edited by hand.
 * Everything returned is static and never changes. In texts, `...` marks protocol octets, "->"
 * stands between what is sent and what must be seen, "Bnn" names a reading, and mailboxes (F1, MB9)
 * are those of corpus/fixtures.
 */
#ifndef IMAPSPEC_CATALOGUE_CATALOGUE_H
#define IMAPSPEC_CATALOGUE_CATALOGUE_H

#include "base/base.h"

/* ---- requirements --------------------------------------------------------------------------- */

enum catalogue_side {
    CATALOGUE_SERVER,
    CATALOGUE_CLIENT,
    CATALOGUE_BOTH /* binds whoever sends */
};

enum catalogue_level {
    CATALOGUE_MUST,   /* a breach is a FAIL */
    CATALOGUE_SHOULD, /* a breach is a WARN */
    CATALOGUE_MAY     /* absence is nothing; what is present must be well-formed */
};

enum { CATALOGUE_NSIDES = CATALOGUE_BOTH + 1, CATALOGUE_NLEVELS = CATALOGUE_MAY + 1 };

struct catalogue_group {
    const char *name;  /* "A.6" */
    const char *title; /* "CHECK, EXPUNGE, COPY" */
};

/* Most readings that one requirement may rest on, plus one for the end mark. */
enum { CATALOGUE_READINGS_MAX = 6 };

struct catalogue_requirement {
    const char *id;    /* "expunge.example" */
    const char *place; /* pages and sections, the most telling first: "13 Cmd; 18 Resp" */
    const struct catalogue_group *group;
    enum catalogue_side side;
    enum catalogue_level level;
    const char *statement; /* what is required, one sentence */
    const char *test;      /* how it is tested over the wire */
    const char *defect;    /* the mistake of an implementation that the test must catch */

    const char *judgement;  /* is_judged: the reason; "" when there is nothing to add; else NULL */
    const char *condition;  /* is_conditional: "marker present"; "": support for the command itself;
                             * else NULL */
    const char *grading;    /* outcomes that depart from the level: "NO is OBSERVE"; or NULL */
    const char *wording;    /* the RFC's own soft word behind a `should`: "customary"; or NULL */
    const char *untestable; /* why it cannot be tested over the wire; or NULL */
    uint16_t readings[CATALOGUE_READINGS_MAX]; /* numbers of section B, 0 after the last */
    bool is_judged;      /* the level is a judgement call, as the RFC's wording leaves it open */
    bool is_conditional; /* applies only when a condition was met */
};

/* ---- readings of ambiguous places -------------------------------------------------------------
 */

/* How the adopted reading judges; one place may judge its parts differently. */
enum catalogue_verdict {
    CATALOGUE_STRICT = 1,   /* one reading is scored, the others fail */
    CATALOGUE_WARN = 2,     /* departing from it is a warning */
    CATALOGUE_TOLERATE = 4, /* several readings pass */
    CATALOGUE_OBSERVE = 8,  /* what is seen is recorded and never scored */
    CATALOGUE_UNSCORED = 0  /* only says how the harness itself goes about it */
};

struct catalogue_section {
    const char *name;  /* "B.4" */
    const char *title; /* "Mailbox state" */
};

struct catalogue_reading {
    unsigned number;   /* 59 for B59 */
    unsigned verdicts; /* of enum catalogue_verdict, combined */
    const struct catalogue_section *section;
    const char *topic;      /* "Order of EXPUNGE lines" */
    const char *title;      /* "B59 Order of EXPUNGE lines" */
    const char *competing;  /* the readings in question, with pages; read on from the topic; "" */
    const char *practice;   /* what known implementations do; "" when nothing is on record */
    const char *adopted;    /* the reading adopted and its verdict */
    const char *unobserved; /* it leaves a choice, but none that shows on the wire: why; or NULL */
};

/* ---- questions --------------------------------------------------------------------------------
 */

struct catalogue;

/* NULL when no such dialect is known. */
const struct catalogue *catalogue_of_dialect(struct span dialect);
const char *catalogue_dialect(const struct catalogue *catalogue); /* "imap2" */
const char *catalogue_source(const struct catalogue *catalogue);  /* "RFC 1176" */

/* Requirements in the catalogue's order; index from 0, below catalogue_count(). */
size_t catalogue_count(const struct catalogue *catalogue);
const struct catalogue_requirement *catalogue_at(const struct catalogue *catalogue, size_t index);

/* The requirement of exactly that ID (case matters), NULL when there is none. Logarithmic. */
const struct catalogue_requirement *catalogue_find(const struct catalogue *catalogue,
                                                   struct span id);
/* Whether the ID is a requirement of any known dialect. */
bool catalogue_has(struct span id);
bool catalogue_has_reading(unsigned number); /* the same of a reading */

/* The next requirement after `after` (NULL: from the start) whose ID fits the pattern, in the
 * catalogue's order; NULL at the end.
 *     for (r = catalogue_next(c, glob, NULL); r; r = catalogue_next(c, glob, r)) ... */
const struct catalogue_requirement *catalogue_next(const struct catalogue *catalogue,
                                                   struct span pattern,
                                                   const struct catalogue_requirement *after);

/* Whether a text fits a pattern: `*` any run of octets, dots and none included, `?` any one octet,
 * everything else itself. Linear in practice, never exponential. */
bool catalogue_glob(struct span pattern, struct span text);

/* Groups in order; a group's requirements are those whose group is that pointer. */
size_t catalogue_group_count(const struct catalogue *catalogue);
const struct catalogue_group *catalogue_group_at(const struct catalogue *catalogue, size_t index);
const struct catalogue_group *catalogue_group_find(const struct catalogue *catalogue,
                                                   struct span name);

/* Requirements next in a group after `after` (NULL: the first); NULL at the end. */
const struct catalogue_requirement *catalogue_group_next(const struct catalogue *catalogue,
                                                         const struct catalogue_group *group,
                                                         const struct catalogue_requirement *after);

/* Readings: numbers run from 1 to catalogue_reading_count(); NULL for any other. */
size_t catalogue_reading_count(const struct catalogue *catalogue);
const struct catalogue_reading *catalogue_reading(const struct catalogue *catalogue,
                                                  unsigned number);

/* Whether the requirement rests on that reading. */
bool catalogue_cites(const struct catalogue_requirement *requirement, unsigned number);

const char *catalogue_level_name(enum catalogue_level level); /* "must", "should", "may" */
const char *catalogue_side_name(enum catalogue_side side);    /* "server", "client", "both" */

/* Appends the verdicts of a reading: "strict, observe"; "unscored" for none. */
void catalogue_verdicts_write(unsigned verdicts, struct buffer *out);

#endif
