/*
 * syntax: a grammar as it was read, and what was found out about it. Private to this folder, and
 * to fuzz/mutator/form.c, which makes its own tables of it. All of it lives in the grammar's arena.
 *
 * Whatever depends on whether obs- rules may be used is kept twice, by variant.
 */
#ifndef IMAPSPEC_GRAMMAR_SYNTAX_H
#define IMAPSPEC_GRAMMAR_SYNTAX_H

#include "grammar/grammar.h"
#include "grammar/octets.h"
#include "grammar/program.h"

enum variant { VARIANT_STRICT, VARIANT_FULL, VARIANTS };

enum element_kind {
    ELEMENT_TEXT,     /* "abc", %x0D.0A */
    ELEMENT_RANGE,    /* %x41-5A */
    ELEMENT_RULE,     /* name */
    ELEMENT_SEQUENCE, /* parts one after the other */
    ELEMENT_CHOICE,   /* one of the parts */
    ELEMENT_REPEAT    /* parts[0], least to most times */
};

enum { ELEMENT_UNBOUNDED = 0x7fffffff, ELEMENT_NO_DEPTH = 0x7fffffff };

struct element {
    enum element_kind kind;
    bool any_case;      /* TEXT: letters stand for both cases */
    bool is_numeric;    /* TEXT: written as %x, %d or %b */
    struct span text;   /* TEXT: its octets; RULE: the name as written there */
    unsigned low, high; /* RANGE */
    int rule;           /* RULE */
    struct element **parts;
    size_t nparts;
    size_t parts_capacity;
    size_t least, most; /* REPEAT */
    struct span source; /* as written in the file */
    unsigned line, col;

    bool is_class;          /* derives exactly one octet out of `octets`, and no node */
    struct octets octets;   /* when is_class */
    unsigned char *members; /* when is_class: its octets, the printable ones first */
    unsigned nmembers, nprintable;
    int production;           /* number of its first production, -1 when it has none */
    unsigned depth[VARIANTS]; /* rules nested in the flattest text; ELEMENT_NO_DEPTH: no text */
    bool is_nullable[VARIANTS];
    struct octets first[VARIANTS];
};

struct rule {
    const char *name;
    unsigned line, col;
    struct element *body;
    bool is_obsolete; /* named obs- */
    bool is_terminal; /* one octet of a class, or one text written by number: makes no node */
    bool is_count;    /* COUNT of a count line */
    int counted_by;   /* CONTENT of a count line: its COUNT; else GRAMMAR_NO_RULE */
    struct span *unlike;
    size_t nunlike, unlike_capacity;
    const char *requirement; /* of the grade line; "" without */
    unsigned reading;        /* of the grade line; 0 without */
    enum finding_level level;
    int production; /* number of the production of the rule's first alternative, -1 for terminals */
    struct octets follow[VARIANTS];
};

struct production {
    int rule;
    const char *name; /* "find-option / "BBOARDS"" */
};

struct grammar {
    struct arena arena;
    struct grammar_view *everything; /* all rules have nodes */
    struct table names; /* name in lower case -> number of the rule + 1, as a pointer */
    struct rule *rules;
    size_t nrules, rules_capacity;
    struct production *productions;
    size_t nproductions, productions_capacity;
    struct program programs[VARIANTS];
};

/* Reads the text into rules whose references are not resolved yet. 0, or -1 with *err. */
__attribute__((warn_unused_result)) int syntax_read(struct grammar *grammar, struct span abnf,
                                                    const char *file, struct err *err);

/* Part of syntax_read: the `;!` lines, when all rules are known. */
__attribute__((warn_unused_result)) int syntax_read_notes(struct grammar *grammar, struct span abnf,
                                                          const char *file, struct err *err);

/* Part of syntax_read: makes a new rule known by its name. */
void syntax_name_rule(struct grammar *grammar, size_t rule);

/* Resolves references and finds out all that struct element and struct rule say beyond what is
 * written. 0, or -1 with *err. */
__attribute__((warn_unused_result)) int syntax_check(struct grammar *grammar, const char *file,
                                                     struct err *err);

/* Part of syntax_check: FIRST and FOLLOW sets of both variants. */
void syntax_find_sets(struct grammar *grammar);

/* Part of compiling: the octets that can stand behind the first SP of what the element derives.
 * False when that cannot be said: when it may derive no SP, or not for sure the same everywhere. */
bool syntax_find_after(const struct grammar *grammar, const struct element *e, enum variant v,
                       struct octets *after_r);

/* Part of syntax_check: numbers the productions. */
void syntax_number_productions(struct grammar *grammar);

/* Whether an element can be derived in a variant. */
static inline bool element_is_possible(const struct element *e, enum variant v)
{
    return e->depth[v] != ELEMENT_NO_DEPTH;
}

/* How an element is shown: its source with runs of blanks made one. In the arena. */
const char *element_show(struct grammar *grammar, const struct element *e);

#endif
