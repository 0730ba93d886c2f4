/*
 * finding: one thing a peer did wrong, or that is worth recording about it. A finding is data: it
 * never stops the harness by itself. Framing, grammar and model all report through it.
 */
#ifndef IMAPSPEC_WIRE_FINDING_H
#define IMAPSPEC_WIRE_FINDING_H

#include "base/base.h"

enum finding_level {
    FINDING_OBSERVE, /* recorded, never scored */
    FINDING_WARN,    /* breach of a SHOULD, or of a reading graded soft */
    FINDING_FAIL     /* breach of a MUST */
};

struct finding {
    const char *requirement; /* catalogue ID, static: "resp.crlf" */
    const char *rule;        /* invariant or reading that fired, static: "I5", "B14"; may be "" */
    enum finding_level level;
    const char *text; /* one sentence; in the list's arena */
};

/* Findings in the order in which they were made. All zeros plus an arena is an empty list. */
struct finding_list {
    struct arena *arena; /* borrowed; holds items and texts */
    struct finding *items;
    size_t nitems, capacity;
};

void finding_add(struct finding_list *list, const char *requirement, const char *rule,
                 enum finding_level level, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

const char *finding_level_name(enum finding_level level); /* "observe", "warn", "fail" */

#endif
