/*
 * change: what is different between two runs: a verdict of before beside one of after.
 */
#ifndef IMAPSPEC_REPORTS_CHANGE_H
#define IMAPSPEC_REPORTS_CHANGE_H

#include "reports/reports.h"

enum change_kind {
    CHANGE_NONE,
    CHANGE_BETTER, /* a better verdict, or the first one that tells anything good */
    CHANGE_WORSE,  /* a worse one, or a good one that is no longer to be had */
    CHANGE_OTHER   /* what failed or was unknown is now unknown, or fails for the first time seen */
};

/* Pass, nonstrict, warn, fail and crash tell something; skip, blocked and error do not. */
enum change_kind change_of_verdict(enum result_verdict before, enum result_verdict after);
const char *change_kind_name(enum change_kind kind); /* "better" */

struct change_case {
    const struct result_case *before, *after; /* NULL: only in the other run */
    enum change_kind kind;                    /* NONE when it is only in one of them */
};

struct change_behaviour {
    const char *topic;
    const char *before, *after; /* the choices seen, joined by "; "; "" for none */
};

struct change_list {
    struct change_case *cases; /* those that differ, in the order of the later run */
    size_t ncases;
    size_t nbetter, nworse, nother, nnew, ngone;
    struct change_behaviour *behaviours; /* topics seen in both runs, with other choices */
    size_t nbehaviours;
};

/* Cases are paired by their IDs. In the arena. */
struct change_list *change_list_make(const struct result_run *before,
                                     const struct result_run *after, struct arena *arena);

/* Appends it for a terminal: a line for each case that differs, worse ones first, with both
 * verdicts and what is wrong now; one for each changed choice; the counts last. */
void change_list_write(const struct change_list *list, struct buffer *out);

#endif
