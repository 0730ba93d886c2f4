/*
 * html: a report of one or several runs as one HTML file that needs nothing else: no script to be
 * read, no network, no other file. It has
 *
 *     overview      each target's badge and counts; how the areas of the RFC compare
 *     changes       two runs of one target: what got better, what got worse
 *     matrix        requirement by target, with filters
 *     profile       which lawful choice each target made
 *     coverage      which requirements the scenarios check, which nobody can
 *     requirement   page, level, statement, readings, scenarios, seeded faults
 *     scenario      its text, and beside it the wire log of what did not pass
 *
 * A small script adds filters (kept in the address behind `#`), shows one part at a time and lays
 * scenario and wire log side by side. What peers have sent is escaped; a content policy forbids
 * all but this one script and style sheet.
 *
 * The same file is written for the same results; nothing in it depends on when or where.
 */
#ifndef IMAPSPEC_REPORTS_HTML_H
#define IMAPSPEC_REPORTS_HTML_H

#include "reports/facts.h"
#include "reports/reports.h"

/* Of which cases the wire log is shown. */
enum html_logs {
    HTML_LOGS_SOME,     /* those that did not simply pass, and the first case of each scenario */
    HTML_LOGS_FAILURES, /* only the former */
    HTML_LOGS_ALL
};

struct html_options {
    enum html_logs logs;
    bool compares; /* the first and the last run are compared, whatever their targets */
};

/* Appends the report. facts may be NULL. Runs of the same target (by name) are compared in the
 * order given. */
void result_html_write(const struct result_run *const *runs, size_t nruns,
                       const struct report_facts *facts, const struct html_options *options,
                       struct buffer *out);

/* Appends an SVG image of a line's height: how many of the requirements that must be met and were
 * judged are met. facts tell which those are; without them, all are counted. */
void result_badge_write(const struct result_run *run, const struct report_facts *facts,
                        struct buffer *out);

#endif
