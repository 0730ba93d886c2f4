/*
 * invariants: the tables of section D.5 and D.6 of the catalogue, and how a breach becomes a
 * finding.
 */
#ifndef IMAPSPEC_MODEL_INVARIANTS_H
#define IMAPSPEC_MODEL_INVARIANTS_H

#include "model/dialect.h"

extern const struct model_invariant invariants_imap2[INVARIANT_COUNT];

struct model_session;

/* Reports a breach as strictly as the dialect's table says, unless the side that acted is not
 * judged. The text is one sentence without a full stop. */
void breach(struct model_session *session, enum invariant which, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same under another requirement (NULL: the table's), and no more strictly than `at_most`. */
void breach_as(struct model_session *session, enum invariant which, const char *requirement,
               enum model_strictness at_most, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
