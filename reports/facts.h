/*
 * facts: what a report may say beyond the results: the requirements with their readings, the text
 * of the scenarios, the seeded faults. Plain data, filled by whoever knows them; any part may be
 * missing, and a report says what it can. Texts may be NULL, which is the same as "".
 */
#ifndef IMAPSPEC_REPORTS_FACTS_H
#define IMAPSPEC_REPORTS_FACTS_H

#include "base/base.h"

struct facts_group {
    const char *name;  /* "A.6" */
    const char *title; /* "CHECK, EXPUNGE, COPY" */
};

struct facts_requirement {
    const char *id;
    const char *page;  /* "13 Cmd; 18 Resp" */
    const char *group; /* name of its group */
    const char *side;  /* "server", "client", "both" */
    const char *level; /* "must", "should", "may" */
    const char *statement, *test, *defect;
    const char *judgement, *condition, *grading;
    const char *untestable; /* why it cannot be tested over the wire; NULL: it can */
    const uint16_t *readings;
    size_t nreadings;
};

/* An ambiguous place of the RFC, and the reading adopted. */
struct facts_reading {
    unsigned number; /* 59 for B59 */
    const char *topic, *competing, *practice, *adopted;
    const char *verdicts; /* "strict, observe" */
};

struct facts_scenario {
    const char *id, *claim;
    const char *file;
    unsigned line;    /* where its text begins there */
    struct span text; /* its lines, the last LF included */
    const char *side; /* whom it tests: "server", "client", "both" */
    const char *const *covers;
    size_t ncovers;
};

struct facts_fault {
    const char *id, *claim;
    const char *const *breaks;
    size_t nbreaks;
};

struct report_facts {
    const char *source; /* "RFC 1176" */
    struct facts_group *groups;
    size_t ngroups;
    struct facts_requirement *requirements; /* in reading order, groups together */
    size_t nrequirements;
    struct facts_reading *readings;
    size_t nreadings;
    struct facts_scenario *scenarios; /* in the order of their files */
    size_t nscenarios;
    struct facts_fault *faults;
    size_t nfaults;
};

#endif
