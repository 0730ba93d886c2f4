/*
 * reports: the result model of a run, how it is kept (JSON Lines) and what is written from it. This
 * folder knows nothing of protocols, sockets or scenarios: only what a result is.
 *
 * A results file is JSON Lines: a header object, then one object a case, appended as each case
 * ends, so that whatever happens to the harness the report of what was done can still be made.
 *
 *     {"imapspec":1,"version":"0.1.0","seed":"7","target":"dovecot",...}
 *     {"id":"login.ok","scenario":"login.ok","claim":"...","verdict":"pass",...}
 *
 * docs/results.md describes the format for those who read it elsewhere, result.schema.json says it
 * in JSON Schema. Every text here may be NULL, which is the same as "".
 */
#ifndef IMAPSPEC_REPORTS_REPORTS_H
#define IMAPSPEC_REPORTS_REPORTS_H

#include "base/base.h"

/* From best to worst in the order in which one replaces another. docs/running.md says when each is
 * given. */
enum result_verdict {
    RESULT_PASS,
    RESULT_NONSTRICT, /* a tolerated branch was taken */
    RESULT_WARN,      /* a SHOULD was not met */
    RESULT_SKIP,      /* a needed feature is absent */
    RESULT_BLOCKED,   /* the requirement was not reached */
    RESULT_FAIL,      /* a MUST was not met */
    RESULT_CRASH,     /* the target died or printed a sanitizer report */
    RESULT_ERROR      /* the harness, a hook or a shim failed */
};
enum { RESULT_NVERDICTS = RESULT_ERROR + 1 };

const char *result_verdict_name(enum result_verdict verdict); /* "pass", ... */
/* 0 and *verdict_r, or -1 when the name is none of them. */
__attribute__((warn_unused_result)) int result_verdict_parse(struct span name,
                                                             enum result_verdict *verdict_r);

struct result_check {
    const char *requirement;
    enum result_verdict verdict; /* pass, nonstrict, warn, fail, blocked */
    const char *page;            /* where the RFC requires it: "13 Cmd; 18 Resp" */
    const char *statement;       /* what is required, one sentence */
};

struct result_finding {
    const char *requirement;
    const char *rule;  /* invariant or reading, or "" */
    const char *level; /* "observe", "warn", "fail" */
    const char *file;  /* scenario line it belongs to; "" when none */
    unsigned line;
    const char *text;         /* one sentence */
    const char *wanted, *got; /* "" when they do not apply */
    size_t log_line;          /* line of `log` it fired at, from 1; 0: none, or no longer kept */
    const char *page;         /* as in a check */
    const char *statement;
};

/* A lawful choice that was observed: which branch of an `either`, which reading of section B. */
struct result_behaviour {
    const char *topic; /* "expunge.example" or the scenario line's label group */
    const char *choice;
};

/* A line of the scenario was sent as a line of the wire log, or took it. */
struct result_match {
    size_t log_line; /* of `log`, from 1: where what was sent or taken begins */
    unsigned line;   /* of the case's own file; of what a macro says, that of its `use` */
};

struct result_case {
    const char *id;       /* with axis and order: "a.b/path=inbox[102]" */
    const char *scenario; /* "a.b" */
    const char *claim;
    const char *file; /* where the scenario stands */
    unsigned line;
    enum result_verdict verdict;
    const char *expected;  /* verdict listed in the expectation file, or "" */
    const char *listed_at; /* where the expectation file lists it: "dovecot.expect:12", or "" */
    bool is_unexpected;
    const char *reason; /* why skipped, blocked, error; the expectation's reason; "" */
    double ms;
    uint64_t seed;
    struct result_check *checks;
    size_t nchecks;
    struct result_finding *findings;
    size_t nfindings;
    struct result_behaviour *behaviours;
    size_t nbehaviours;
    struct result_match *matches; /* in the order in which they came about */
    size_t nmatches;
    const char *reproduce; /* one command line */
    const char *log;       /* the wire log, rendered; "" when not kept */
};

struct result_header {
    const char *version; /* of imapspec */
    uint64_t seed;
    const char *target;
    const char *title;
    const char *dialect;
    const char *started;   /* "2026-11-21T23:53:42Z" */
    const char **features; /* "BBOARD=yes" */
    size_t nfeatures;
    size_t planned; /* cases that the run was to play; 0: not known beforehand */
};

/* A whole run, read back. */
struct result_run {
    struct result_header header;
    struct result_case **cases;
    size_t ncases;
    bool is_cut; /* the last line was incomplete: the harness died while writing it */
};

/* Version of the format that is written, and the only one that is read. */
enum { RESULT_SCHEMA_VERSION = 1 };

/* One line of JSON each, "\n" included. In texts an octet that is no part of UTF-8 is written as
 * U+FFFD and its two hexadecimal digits, U+FFFD itself as its three octets in that way; reading
 * undoes it, so nothing is lost. `ms` is kept to the microsecond. */
void result_header_write(const struct result_header *header, struct buffer *out);
void result_case_write(const struct result_case *result, struct buffer *out);

/* Reads one case from its JSON line, with or without "\n", into the arena. Every field must be
 * there and no other. -1 with *err, whose column points at the value that is wrong. */
__attribute__((warn_unused_result)) int result_case_read(struct span line, struct arena *arena,
                                                         struct result_case **case_r,
                                                         struct err *err);
/* Reads a results file's text. An incomplete last line is dropped and sets is_cut; anything else
 * wrong, an unknown format version included, is an error with line and column, and so is a text
 * that ends before its header does. A last case that lacks only its "\n" is whole. */
__attribute__((warn_unused_result)) int result_run_read(struct span text, const char *path,
                                                        struct arena *arena,
                                                        struct result_run **run_r, struct err *err);

/* ---- summary and exit code ------------------------------------------------------------------ */

struct result_summary {
    size_t ncases;
    size_t nverdicts[RESULT_NVERDICTS];
    size_t nunexpected;
    size_t nflaky; /* listed as such: they may go either way */
    double ms;     /* wall time of the run, set by the caller */
};

/* Whether a verdict is other than what may be: not listed (expected NULL or ""), fail, crash and
 * error are unexpected, with is_strict also warn, nonstrict and blocked; listed, every other
 * verdict than the one listed. "flaky" is listed for a case that may pass or not; only an error is
 * unexpected of it. */
bool result_is_unexpected(enum result_verdict verdict, const char *expected, bool is_strict);

void result_summary_add(struct result_summary *summary, const struct result_case *result);

/* "61 cases: 58 pass, 2 warn, 1 skip; 0 unexpected; 0.21 s"; flaky ones are told too, when there
 * are any: "0 unexpected, 2 flaky; 0.21 s". */
void result_summary_write(const struct result_summary *summary, struct buffer *out);

/* How many cases of a run are missing because it ended early, as far as can be told. */
size_t result_run_missing(const struct result_run *run);

enum result_exit {
    RESULT_EXIT_EXPECTED = 0,   /* every result as expected */
    RESULT_EXIT_UNEXPECTED = 1, /* a fail or crash not listed, or a listed one that passed */
    RESULT_EXIT_USAGE = 2,      /* usage, configuration or scenario error */
    RESULT_EXIT_TARGET = 3,     /* target not startable, or every case blocked */
    RESULT_EXIT_EMPTY = 4,      /* nothing selected, or everything skipped */
    RESULT_EXIT_INTERNAL = 5    /* a bug of ours */
};

/* What the cases add up to: EMPTY when there are none or all were skipped, TARGET when all that
 * were not skipped are blocked, else by the number of unexpected ones (see result_is_unexpected()).
 */
enum result_exit result_summary_exit(const struct result_summary *summary);

/* ---- for people ------------------------------------------------------------------------------ */

struct result_terminal {
    bool color;
    int verbosity;    /* 0: what did not pass; 1: every case one line; 2: every case in full */
    size_t log_lines; /* last wire lines shown with a failure; 0: 20 */
    size_t nfindings; /* shown of a case, below verbosity 2; 0: all */
};

/* Appends what a terminal shows of one case. At verbosity 0: nothing for an expected pass or skip
 * (result_skips_print() tells of these); one line for a tolerated branch and for whatever the
 * expectation file lists; the rest in full, findings graded "observe" left out. What peers sent is
 * escaped, so it cannot steer the terminal.
 */
void result_case_print(const struct result_case *result, const struct result_terminal *how,
                       struct buffer *out);

/* Appends one line for each reason for which cases were skipped, with how many: "  89 skipped:
 * needs LOGIN, which mine does not have". */
void result_skips_print(const struct result_case *const *cases, size_t ncases, struct buffer *out);

/* Appends one line for each case that was played several times and did not always end alike: "
 * unsteady: login.ok: 2 pass, 1 fail". */
void result_unsteady_print(const struct result_case *const *cases, size_t ncases,
                           struct buffer *out);

/* Appends a report of one or several runs in Markdown: each target's counts, what is unexpected in
 * full, what else did not pass with its reason, the matrix of requirement by target (worst verdict
 * of all cases that check it), and the behaviour profile: the lawful choices that each target made.
 */
void result_markdown_write(const struct result_run *const *runs, size_t nruns, struct buffer *out);

/* ---- for programs ----------------------------------------------------------------------------
 *
 * Each appends one document of any number of runs. In all of them what is red is what is
 * unexpected; what the expectation file lists is told as known, a case that was skipped or blocked
 * as skipped. All are valid UTF-8 without control characters, whatever the peers sent: see
 * docs/results.md. */

/* JUnit XML as Jenkins, GitLab and others read it: a suite for each run. */
void result_junit_write(const struct result_run *const *runs, size_t nruns, struct buffer *out);

/* TAP version 14: one flat list of test points, YAML with what is unexpected. */
void result_tap_write(const struct result_run *const *runs, size_t nruns, struct buffer *out);

/* SARIF 2.1.0: a run for each run, a result for each finding, at the line of the scenario. */
void result_sarif_write(const struct result_run *const *runs, size_t nruns, struct buffer *out);

#endif
