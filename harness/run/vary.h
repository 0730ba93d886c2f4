/*
 * vary: other ways to say the same (`--vary`). What the harness sends is written in another of the
 * forms that the protocol makes equal, so that a right server's verdicts do not change:
 *
 *   tags     any atom is a tag (RFC 1176 p.28, B41): of letters, of digits, mixed, long, odd
 *   chunks   a stream has no boundaries: random cuts, at times octet by octet
 *   case     keywords in upper, lower or mixed case, INBOX among them (B39, B40)
 *   forms    a string as atom, quoted string or literal (p.9, p.28, B118), a date as atom or quoted
 *            (B77), a sequence in other numbers and ranges (p.10)
 *
 * Only a command that the dialect's grammar recognizes without any obs- rule varies in case and
 * forms. Where its keywords, strings and sequences stand is known from that derivation, and what is
 * written instead is put to the same grammar: it stays only if the argument is derived in the same
 * place. Numbers have one form (no leading zeros: B38), user flags keep their case (B39).
 *
 * Everything is drawn from a generator of its own: values that the script has generated are the
 * same with and without variation.
 */
#ifndef IMAPSPEC_RUN_VARY_H
#define IMAPSPEC_RUN_VARY_H

#include "grammar/grammar.h"
#include "run/run.h"

/* The RUN_VARY_ bits of a list such as "case,forms"; "none" and "all" are words of it too. 0, or -1
 * with *err when there is another word in it. */
__attribute__((warn_unused_result)) int vary_read(const char *words, unsigned *what_r,
                                                  struct err *err);

struct vary {
    unsigned what; /* RUN_VARY_ bits */
    struct rng rng;
    const struct grammar *grammar;   /* of the dialect */
    struct grammar_matcher *matcher; /* borrowed; a match of the caller's own is lost */
    struct arena *arena;             /* everything returned is in it */
};

/* The tag of the session's command `number` (from 1); sessions count from 0. No two commands of a
 * session get the same, in whatever case. */
struct span vary_tag(struct vary *v, size_t session, unsigned number);

/* ---- lines ---------------------------------------------------------------------------------- */

struct vary_range {
    size_t at, end;
};

/* A command as it is to be sent: to its CR LF, announcements and contents of literals included. */
struct vary_line {
    struct span octets;
    const struct vary_range *kept; /* octets that keep their form, ascending */
    size_t nkept;
    const size_t *waits; /* offsets at which the client waits for `+`, ascending */
    size_t nwaits;
    bool has_literal; /* of the scenario's own: strings, dates and sequences keep their form */
    bool may_wait;    /* a string may become a literal */
};

/* Another way to say the line, which is changed in place; waits follow the literals. A keyword of
 * any other case than the customary (capitals; capitalized, for flags and months) keeps it. */
void vary_line(struct vary *v, struct vary_line *line);

/* ---- writes --------------------------------------------------------------------------------- */

enum vary_writes { VARY_AT_ONCE, VARY_CUT, VARY_BYTEWISE };

/* How so many octets are written, */
enum vary_writes vary_writes(struct vary *v, size_t nbytes);
/* and the length of the next write when so many (at least 1) are left. */
size_t vary_next_write(struct vary *v, enum vary_writes how, size_t nleft);

#endif
