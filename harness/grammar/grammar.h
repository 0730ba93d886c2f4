/*
 * grammar: a protocol's formal syntax as data. A grammar is read from ABNF (RFC 5234), compiled to
 * a program, and then recognizes, explains and generates. The grammar of IMAP2 is imap2.abnf, built
 * in: section 7 of RFC 1176 (p.26-28) with its slips mended.
 *
 * Grades. A rule whose name begins with `obs-` is tolerated, not approved: a unit that can be
 * derived without any such rule is STRICT; one that needs some is OBSOLETE, and the match names
 * them; anything else is REJECTED, with the furthest place reached and what was expected there.
 *
 * Beyond RFC 5234 the reader knows, as comments of their own line:
 *
 *     ;! count COUNT governs CONTENT   the number last derived by rule COUNT is the exact number of
 *                                      octets that the next derivation of rule CONTENT takes
 *                                      (literals, RFC 1176 p.9)
 *     ;! unlike RULE "text"            RULE derives everything it says, but not this text, in any
 *                                      case (a tag is no "*", a bare string is no NIL)
 *     ;! grade RULE REQUIREMENT LEVEL [READING]
 *                                      what a use of the obs- rule means: a catalogue ID, and
 *                                      observe, warn or fail; B75 when a reading says so
 *
 * All rules must be defined in the file (RFC 5234's core rules are not known beforehand), their
 * names are at most 64 octets long, and octets are all there is: values above 255 are refused.
 *
 * Derivations are found by ordered choice with full backtracking: every sentence of a grammar
 * without left recursion is recognized, in time linear in its length where alternatives differ in
 * their first octets. Two limits keep a bad grammar from doing harm: steps in proportion to the
 * input, and rules nested 512 deep; an input that passes one is rejected and the match says so.
 */
#ifndef IMAPSPEC_GRAMMAR_GRAMMAR_H
#define IMAPSPEC_GRAMMAR_GRAMMAR_H

#include "base/base.h"
#include "wire/wire.h"

struct grammar; /* immutable once made; may be shared */

enum { GRAMMAR_NO_RULE = -1 };

/* Reads and compiles ABNF. Returns new, or NULL with *err (file is used in it only): syntax,
 * undefined rule, rule defined twice, left recursion, a rule that never ends. Borrows nothing. */
__attribute__((warn_unused_result)) struct grammar *grammar_read(struct span abnf, const char *file,
                                                                 struct err *err);
void grammar_free(struct grammar **grammar);

/* The built-in grammar of a dialect ("imap2"), compiled on first use, never freed; NULL: unknown.
 */
const struct grammar *grammar_of_dialect(struct span dialect);

/* Rules: 0..nrules-1 in the order of the file; names as written there, compared without case. */
size_t grammar_nrules(const struct grammar *grammar);
int grammar_rule(const struct grammar *grammar, struct span name); /* or GRAMMAR_NO_RULE */
const char *grammar_rule_name(const struct grammar *grammar, int rule);

/* ---- recognizing -------------------------------------------------------------------------- */

enum grammar_verdict { GRAMMAR_STRICT, GRAMMAR_OBSOLETE, GRAMMAR_REJECTED };

/* Octets to recognize. For a unit from the wire, its literals tell where content was not kept. */
struct grammar_input {
    struct span bytes;
    const struct wire_literal *literals;
    size_t nliterals;
};

enum grammar_extent {
    GRAMMAR_WHOLE,   /* the rule must derive all octets */
    GRAMMAR_VERDICT, /* the same; a rejection is not explained, which is the greater part of it */
    GRAMMAR_PREFIX   /* the rule derives a part from the start that is followed by SP, "(", ")", CR,
                        or the end; the longest such part is taken */
};

/* One node of a derivation in preorder: children follow their parent, `size` counts the node and
 * all below it. Rules are nodes, terminals are not: a rule that only ever derives one octet (SP,
 * DIGIT, ATOM-CHAR) or a text written by number (CRLF) is a terminal, unless it is an obs- rule or
 * a `;!` line speaks of it. The rule asked for is always the first node. */
struct grammar_node {
    uint16_t rule;
    uint16_t alternative; /* which top-level alternative of the rule, from 0 */
    uint32_t size;        /* nodes in this subtree, itself included */
    size_t at, nbytes;    /* the octets derived */
};

struct grammar_expectation {
    const char *rule; /* innermost rule that wanted something at the furthest place */
    const char *text; /* what it wanted, as written in the grammar: `SP`, `"OK"`, `%x30-39`; or
                         `the end` */
};

struct grammar_match {
    enum grammar_verdict verdict;
    size_t nbytes;                    /* octets derived; GRAMMAR_WHOLE: all of them */
    const struct grammar_node *nodes; /* derivation, unless rejected; borrowed from the matcher */
    size_t nnodes;
    const int *obsolete; /* obs- rules used, each once, when OBSOLETE; borrowed */
    size_t nobsolete;
    /* when REJECTED and explained: */
    size_t failed_at; /* offset of the first token that no derivation could take; a quoted word of
                         the grammar is one token, everything else is taken octet by octet */
    const struct grammar_expectation *expected; /* borrowed; no duplicates; those of obs- rules only
                                                   where nothing else was expected */
    size_t nexpected;
    const char *failed_in; /* innermost rule within which all of that was expected */
    const char *limit;     /* which limit was passed: "steps", "depth"; NULL: none; explained or not
                            */
};

/* Scratch memory for recognizing, reused from call to call. A match borrows from it until the next
 * call. */
struct grammar_matcher;
struct grammar_matcher *grammar_matcher_new(const struct grammar *grammar);
void grammar_matcher_free(struct grammar_matcher **matcher);

/* A view of a grammar's derivations: which rules' nodes somebody looks at. A match through a view
 * says the same, faster; its derivation has nodes of these rules only, of the rule asked for, of
 * obs- rules and of those that `;!` lines speak of. */
struct grammar_view; /* immutable once made; may be shared */
struct grammar_view *grammar_view_new(const struct grammar *grammar, const int *rules,
                                      size_t nrules); /* returns new; borrows grammar */
void grammar_view_free(struct grammar_view **view);
struct grammar_matcher *grammar_matcher_new_viewing(const struct grammar_view *view); /* borrows */

/* What units derive, by their octets: the same lines come again and again. A few thousand are kept;
 * the newer one replaces the older one. Matchers of one view may share it, within one thread; what
 * a match borrows is then valid until the next call of any of them. Not for coverage. */
struct grammar_memory;
struct grammar_memory *grammar_memory_new(void);
void grammar_memory_free(struct grammar_memory **memory);
void grammar_matcher_set_memory(struct grammar_matcher *matcher,
                                struct grammar_memory *memory); /* borrows; NULL: none */

/* Never fails but by verdict. rule is 0..nrules-1. */
enum grammar_verdict grammar_match(struct grammar_matcher *matcher, int rule,
                                   struct grammar_input input, enum grammar_extent extent,
                                   struct grammar_match *match_r);

/* What the last match cost, all passes together, in steps of the recognizer: a number that depends
 * on the input, the grammar and the view alone. */
uint64_t grammar_matcher_steps(const struct grammar_matcher *matcher);

/* Appends a sentence that explains a rejection: "octet 4, line 1 column 5: after `* 5 ` rule
 * msg-data expected "EXISTS", "RECENT", "EXPUNGE", "COPY", "FETCH"; found `EXPUNG`". Octets count
 * from 0, lines and columns from 1; lines are those of the unit, literal content included. */
void grammar_explain(const struct grammar_match *match, struct grammar_input input,
                     struct buffer *out);

/* What the use of an obs- rule means (its `;! grade` line); FINDING_OBSERVE and "" without one. */
enum finding_level grammar_obsolete_level(const struct grammar *grammar, int rule);
const char *grammar_obsolete_requirement(const struct grammar *grammar, int rule);
/* 75 for B75; 0: none is named. */
unsigned grammar_obsolete_reading(const struct grammar *grammar, int rule);

/* Walking a derivation. Nodes are named by index into match->nodes; SIZE_MAX is none. */
size_t grammar_node_child(const struct grammar_match *match, size_t node, int rule);
/* ^ first direct or indirect descendant of node derived by rule, in preorder */
size_t grammar_node_next(const struct grammar_match *match, size_t node, size_t within, int rule);
/* ^ the next node after `node` and its descendants, inside `within`, derived by rule */
struct span grammar_node_text(const struct grammar_match *match, struct grammar_input input,
                              size_t node);

/* ---- generating --------------------------------------------------------------------------- */

struct grammar_generation {
    struct rng *rng;
    unsigned max_depth;  /* nesting beyond which the flattest alternatives are taken; 0: 24 */
    unsigned max_repeat; /* most repetitions beyond the least where the grammar sets no bound,
                            single octets thrice as many; 0: 4 */
    bool allow_obsolete; /* whether obs- rules are used; always when the rule cannot do without */
    /* Octets of the caller's choice for a rule: appends to out and returns true, or returns false
     * to have the rule generated. May be NULL. */
    bool (*substitute)(void *context, int rule, struct buffer *out);
    void *context;
};

/* Appends a sentence of the rule. Literal counts are right. Always ends. */
void grammar_generate(const struct grammar *grammar, int rule, const struct grammar_generation *how,
                      struct buffer *out);

/* ---- production coverage ------------------------------------------------------------------ */

/* Which alternatives of which rules have been derived. Groups inside rules have alternatives too;
 * options and open repetitions count twice, "at its least" and "with more". Terminals and runs of
 * single octets do not count. Those of obs- rules are included. */
struct grammar_coverage;
struct grammar_coverage *grammar_coverage_new(const struct grammar *grammar);
void grammar_coverage_free(struct grammar_coverage **coverage);
/* Recognizes input and counts what its derivation uses; false when rejected. */
bool grammar_coverage_add(struct grammar_coverage *coverage, struct grammar_matcher *matcher,
                          int rule, struct grammar_input input);
size_t grammar_coverage_total(const struct grammar_coverage *coverage, int start_rule);
/* ^ alternatives reachable from start_rule */
size_t grammar_coverage_reached(const struct grammar_coverage *coverage, int start_rule);
/* Appends one line for each reachable alternative not yet derived: "find-option / "BBOARDS"". */
void grammar_coverage_missing(const struct grammar_coverage *coverage, int start_rule,
                              struct buffer *out);

#endif
