/*
 * program: what a grammar is compiled to, one for each variant. Private to this folder.
 *
 * The instructions of a rule begin at entry[rule] and end with OP_RETURN. `wants` holds the texts
 * of expectations; an instruction that takes octets names its own in `want`.
 */
#ifndef IMAPSPEC_GRAMMAR_PROGRAM_H
#define IMAPSPEC_GRAMMAR_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

#include "grammar/octets.h"

struct grammar;

enum opcode {
    OP_FAIL,         /* nothing can be derived here */
    OP_OCTET,        /* one octet of set a */
    OP_SPAN,         /* run of set spans[a], all that are there */
    OP_SPAN_RELEASE, /* the same, giving octets back one by one when what follows fails */
    OP_TEXT,         /* b octets at texts[a] */
    OP_TEXT_NOCASE,  /* the same in any case; texts[] holds lower case */
    OP_CALL,         /* rule */
    OP_RETURN,
    OP_CHOICE,      /* choices[a] */
    OP_JUMP,        /* to a */
    OP_ALTERNATIVE, /* alternative a of the rule has been entered */
    OP_PRODUCTION,  /* production a has been entered */
    OP_LOOP_OPEN,   /* an iteration that may be empty begins */
    OP_LOOP_CLOSE   /* it ends: empty ones are refused */
};

enum { INSTRUCTION_COUNTED = 1, INSTRUCTION_UNLIKE = 2 }; /* flags of OP_CALL, OP_RETURN */

struct instruction {
    uint8_t op, flags;
    uint16_t rule;
    uint32_t a, b;
    uint32_t want;
};

struct span_bounds {
    bool has[OCTETS_NSYMBOLS]; /* the set */
    size_t least, most;
    bool is_everything; /* the set holds all octets: no need to look at them */
};

/* Alternatives worth trying for each next symbol: index into candidates[], a run of addresses that
 * ends with PROGRAM_NOWHERE. candidates[0] is such an empty run. */
struct choice {
    uint32_t all;
    uint32_t by_symbol[OCTETS_NSYMBOLS];
};

#define PROGRAM_NOWHERE UINT32_MAX
enum { PROGRAM_AFTER_ANY = 0 }; /* in afters[]: nothing is known; sets[0] holds everything */

struct program {
    struct instruction *code;
    size_t ncode, code_capacity;
    uint32_t *entry; /* by rule */
    struct span_bounds *spans;
    size_t nspans, spans_capacity;
    struct octets *sets;
    size_t nsets, sets_capacity;
    struct choice *choices;
    size_t nchoices, choices_capacity;
    uint32_t *candidates;
    size_t ncandidates, candidates_capacity;
    uint32_t *afters; /* beside candidates: which of sets[] holds the octets behind the first SP */
    size_t afters_capacity;
    char *texts;
    size_t ntexts, texts_capacity;
    const char **wants;
    size_t nwants, wants_capacity;
};

/* Compiles all rules of a checked grammar for one variant. */
void program_compile(struct grammar *grammar, int variant);

#endif
