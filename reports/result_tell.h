/*
 * result_tell: what reports for programs have in common: how a case counts in them, and what is
 * said of it in one line and in full. Private to this folder.
 */
#ifndef IMAPSPEC_REPORTS_RESULT_TELL_H
#define IMAPSPEC_REPORTS_RESULT_TELL_H

#include "reports/reports.h"

enum result_kind {
    RESULT_KIND_GOOD,  /* passed, or is allowed by itself */
    RESULT_KIND_SKIP,  /* was not tested: skipped or blocked */
    RESULT_KIND_KNOWN, /* did not pass, as the expectation file lists it */
    RESULT_KIND_BAD    /* unexpected */
};

enum result_kind result_kind_of(const struct result_case *result);

/* The finding that tells most: the first that fails, else the first that warns, else NULL. */
const struct result_finding *result_tell_finding(const struct result_case *result);

/* Appends what is wrong with the expectation file's line, when the result is another than listed:
 * "remove this line: listed as fail, but it passes now". */
void result_tell_listing(const struct result_case *result, struct buffer *out);

/* Appends a text in one line, of a long one the start and "...". */
void result_tell_value(const char *text, struct buffer *out);

/* Appends "resp.expunge (page 18 Resp): a sentence; wanted ...; got ...". */
void result_tell_of_finding(const struct result_case *result, const struct result_finding *finding,
                            struct buffer *out);

/* Appends the line of the wire log that the finding fired at, without its time; nothing when there
 * is none. */
void result_tell_wire_line(const struct result_case *result, const struct result_finding *finding,
                           struct buffer *out);

/* Appends one line without its end: why the case counts as it does; nothing for a plain pass. */
void result_tell_line(const struct result_case *result, struct buffer *out);

/* Appends all that a terminal would show of it, at most about 32 KiB: of more the middle is left
 * out, and said to be. */
void result_tell_full(const struct result_case *result, struct buffer *out);

/* Appends "dovecot: 3 of 4 cases were played", when cases are missing. */
void result_tell_missing(const struct result_run *run, struct buffer *out);

#endif
