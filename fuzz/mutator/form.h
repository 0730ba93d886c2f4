/*
 * form: a grammar as flat tables, for taking commands apart and making them up at speed. Made once
 * from a compiled grammar, read-only from then on. For the folders of fuzz/ only.
 *
 * Items are what a rule is written of; rules that stand for one octet or a fixed text are replaced
 * by it. Whether an alternative is worth trying is seen from the next octet: struct form_choice.
 */
#ifndef IMAPSPEC_MUTATOR_FORM_H
#define IMAPSPEC_MUTATOR_FORM_H

#include "grammar/grammar.h"
#include "mutator/pool.h"

enum form_kind {
    FORM_TEXT,     /* texts[text_at .. + text_nbytes] */
    FORM_CLASS,    /* one octet of sets[set] */
    FORM_RUN,      /* least to most octets of sets[set] */
    FORM_RULE,     /* rule */
    FORM_SEQUENCE, /* parts, one after the other */
    FORM_CHOICE,   /* one of the parts */
    FORM_REPEAT    /* parts[0], least to most times */
};

enum { FORM_NONE = 0xffff, FORM_UNBOUNDED = 0xffff, FORM_DEPTH_UNKNOWN = 0xffff };

struct form_item {
    uint8_t kind;
    bool any_case;
    bool is_nullable;
    uint16_t rule;
    uint16_t parts, nparts; /* form->parts[parts .. + nparts] are items */
    uint16_t least, most;
    uint16_t text_at, text_nbytes; /* any_case: in lower case in folded[] */
    uint16_t lead_at, lead_nbytes; /* a text that every derivation begins with, in folded[] */
    uint16_t set;
    uint16_t choice; /* index in form->choices */
    uint16_t depth;  /* rules nested in the flattest derivation */
    uint16_t brief;  /* octets of the shortest derivation, about */
    uint16_t weight; /* how much there is to say: grows with the number of derivations */
};

struct form_set {
    bool has[256];
    uint8_t members[256]; /* the printable ones first */
    uint16_t nmembers, nprintable;
};

/* For each next octet, and 256 for the end: a run of alternatives in candidates[], ended by
 * FORM_NONE. */
struct form_choice {
    uint16_t by_symbol[257];
};

struct form_rule {
    const char *name;
    uint16_t body;
    bool is_obsolete;
    bool is_terminal; /* never a node */
    bool is_count;    /* its number says how long ... */
    bool is_counted;  /* ... this is */
    bool is_date;     /* a date or a part of one that stands in a fixed place */
    bool is_string;   /* derives a value that can be written as atom, quoted or literal */
    uint8_t nunlike;
    const struct span *unlike;
    enum pool pool; /* where its values come from mostly */
};

struct form {
    const struct grammar *grammar;
    struct form_item *items;
    size_t nitems, items_capacity;
    uint16_t *parts;
    size_t nparts, parts_capacity;
    uint16_t *upto;          /* by place in parts[]: the weights of a choice up to this part */
    struct form_rule *rules; /* numbered as those of the grammar */
    size_t nrules;
    struct form_set *sets;
    size_t nsets, sets_capacity;
    struct form_choice *choices;
    size_t nchoices, choices_capacity;
    uint16_t *candidates;
    size_t ncandidates, candidates_capacity;
    char *texts;
    size_t ntexts, texts_capacity;
    char *folded; /* texts[] in lower case */
};

struct form *form_new(const struct grammar *grammar); /* borrows the grammar */
void form_free(struct form **form);

/* GRAMMAR_NO_RULE when there is none of that name. */
int form_rule(const struct form *form, const char *name);

#endif
