/*
 * parse: takes one command or response apart, quickly and for good or bad: what cannot be derived
 * is a rest. Of alternatives the longest is taken, not the one that lets what follows succeed,
 * which for IMAP2 is the same but in a few obscure places; grammar_match() is the judge, not this.
 */
#ifndef IMAPSPEC_MUTATOR_PARSE_H
#define IMAPSPEC_MUTATOR_PARSE_H

#include "mutator/form.h"

enum { PARSE_MOST_NBYTES = 16384, PARSE_MOST_NODES = 2048, PARSE_MOST_DEPTH = 200 };

enum parse_kind {
    PARSE_RULE,   /* `what` is a rule */
    PARSE_LIST,   /* `what` is an item of kind FORM_REPEAT; its children are its ELEMENTs */
    PARSE_ELEMENT /* one time around; `what` is the item repeated */
};

struct parse_node {
    uint16_t what;
    uint8_t kind;
    uint8_t alternative;
    uint16_t size; /* nodes of this subtree, itself included; in preorder */
    uint16_t at, nbytes;
};

struct parse {
    const struct form *form;
    const char *bytes;
    uint32_t nbytes;
    struct parse_node nodes[PARSE_MOST_NODES];
    uint32_t nnodes;
    uint32_t derived; /* octets that belong to the tree; the others are the rest */
    bool is_whole;    /* there is no rest, and nothing is missing */
    /* scratch */
    uint32_t end, reach;
    uint32_t count;
    bool has_count, is_cutting, is_cut, is_out_of_nodes;
    unsigned depth;
};

/* Takes bytes apart as a sentence of `rule`. Whole or not, there is at least the root in nodes[].
 * Borrows bytes. More than PARSE_MOST_NBYTES are a rest altogether. */
void parse(struct parse *p, const struct form *form, int rule, struct span bytes);

struct span parse_text(const struct parse *p, uint32_t node);

#endif
