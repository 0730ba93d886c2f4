/*
 * flat: a rule compiled for speed. Where a program (program.h) calls rules and keeps a frame for
 * each, a flat one has them all written out in one another, nodes only of those rules that somebody
 * looks at, and looks ahead before it takes one of several alternatives. It derives what the
 * program derives, and the same derivation: alternatives are tried in the same order, and one is
 * left out only when no continuation of it could take the octets looked at. What it cannot do
 * (rules that contain themselves, iterations that may be empty, recording productions, telling what
 * was expected) the machine does. Private to this folder and its tests.
 */
#ifndef IMAPSPEC_GRAMMAR_FLAT_H
#define IMAPSPEC_GRAMMAR_FLAT_H

#include "grammar/syntax.h"

enum flat_op {
    FLAT_FAIL,
    FLAT_OCTET,        /* one octet of classes[a] */
    FLAT_SPAN,         /* run of spans[a], all that are there */
    FLAT_SPAN_RELEASE, /* the same, giving octets back one by one when what follows fails */
    FLAT_TEXT,         /* texts[a] */
    FLAT_OPEN,         /* a node of `rule` begins */
    FLAT_ALTERNATIVE,  /* a: of the node last begun and not ended */
    FLAT_CLOSE,        /* that node ends */
    FLAT_UNLIKE,       /* it must not be one of the texts that the rule may not be */
    FLAT_CHOICE,       /* looks[a], or a run of candidates; forks[a] before there are looks */
    FLAT_JUMP,         /* to a */
    FLAT_LIMIT,        /* a count tells where the content of `rule` ends; a: behind it */
    FLAT_LIMIT_END,    /* which must be here */
    FLAT_END           /* the end of all octets, and of the first node */
};

struct flat_instruction {
    uint8_t op;
    bool is_wanted; /* LIMIT: the content has a node */
    uint16_t rule;
    uint32_t a;
};

/* At most 8 octets. Those of the input are compared after `fold` has been set in them, which turns
 * letters that stand for both cases into the lower one; `keep` clears what is not part of the text.
 * In memory order. */
struct flat_text {
    uint64_t octets, fold, keep;
    uint32_t nbytes;
};

struct flat_class {
    bool has[OCTETS_END];
    struct octets octets; /* the same */
};

struct flat_span {
    const bool *has; /* of the class, once all is compiled */
    uint32_t class_;
    bool is_everything;
    size_t least, most;
};

/*
 * A look at one octet. What it says, by index[]: another look; or, FLAT_LEAF set, a run of
 * candidates, which are addresses, ended by PROGRAM_NOWHERE; or, FLAT_SURE set as well, the only
 * address.
 */
enum flat_base { FLAT_HERE, FLAT_BEHIND_SPACE };
enum { FLAT_UNSEEN = OCTETS_NSYMBOLS, FLAT_NSYMBOLS }; /* no SP is near: nothing can be said */
#define FLAT_LEAF 0x80000000U
#define FLAT_SURE 0x40000000U

struct flat_look {
    const uint8_t *index;     /* FLAT_NSYMBOLS of them: which child */
    const uint32_t *children; /* these two once all is compiled */
    uint8_t base, offset;
    uint32_t index_at, children_at; /* where they are in indices[] and children[] */
};

/* The alternatives of a choice, before there are looks. */
struct flat_fork {
    uint32_t at;           /* its instruction */
    uint32_t first, count; /* in ways[] */
    uint32_t look;
};

struct flat {
    struct arena arena;
    const struct grammar *grammar;
    struct flat_instruction *code; /* NULL: cannot be made flat */
    size_t ncode, code_capacity;
    struct flat_text *texts;
    size_t ntexts, texts_capacity;
    struct flat_class *classes;
    size_t nclasses, classes_capacity;
    struct flat_span *spans;
    size_t nspans, spans_capacity;
    struct flat_look *looks;
    size_t nlooks, looks_capacity;
    uint8_t *indices;
    size_t nindices, indices_capacity;
    uint32_t *children;
    size_t nchildren, children_capacity;
    uint32_t *candidates;
    size_t ncandidates, candidates_capacity;
    struct flat_fork *forks;
    size_t nforks, forks_capacity;
    uint32_t *ways; /* addresses of the alternatives of forks */
    size_t nways, ways_capacity;
};

/* Compiles one rule, as far as that can be done; wants[] says by rule which have nodes, besides the
 * rule itself, obs- rules and those that `;!` lines speak of. Returns new. */
struct flat *flat_compile(const struct grammar *grammar, enum variant variant, int rule,
                          const bool *wants);
void flat_free(struct flat **flat);

/* What is executed first from an address on. */
static inline uint32_t flat_skip_jumps(const struct flat *flat, uint32_t address)
{
    while (flat->code[address].op == FLAT_JUMP)
        address = flat->code[address].a;
    return address;
}

/* Part of compiling: which octets lead where. To be thorough takes longer, and pays where many
 * lines are run through the program. */
void flat_decide(struct flat *flat, bool is_thorough);

/* ---- which octets can come: flat_states.c ---------------------------------------------------- */

/* All places at which a flat program can be after some number of octets, from some address on. */
struct flat_states {
    const struct flat *flat;
    uint32_t *base;  /* by address: number of its first state */
    uint32_t *stamp; /* by state: when it was last added */
    uint32_t now;
    uint64_t *items, *more; /* address << 32 | octets taken in it */
    size_t nitems, nmore, capacity;
    bool is_anything; /* what comes is not known */
    bool has_ended;   /* the end may have been passed */
};

void flat_states_init(struct flat_states *states, const struct flat *flat);
void flat_states_free(struct flat_states *states);
void flat_states_start(struct flat_states *states, uint32_t address);
/* The symbols that can come next. */
struct octets flat_states_symbols(const struct flat_states *states);
void flat_states_step(struct flat_states *states);
/* To behind the first SP, whatever comes before it. */
void flat_states_pass_space(struct flat_states *states);

/* ---- running: flat_run.c --------------------------------------------------------------------- */

enum flat_result { FLAT_DERIVED, FLAT_UNDERIVABLE, FLAT_GIVEN_UP };

struct flat_point {
    uint32_t candidate; /* index; PROGRAM_NOWHERE: a span */
    uint32_t pc;        /* span: where to go on */
    uint32_t at, least; /* span: where its least octets end */
    uint32_t end, node, nnodes;
};

struct flat_scratch {
    struct grammar_node *nodes;
    uint32_t *parents; /* beside nodes: the one a node lies in */
    size_t nnodes, nodes_capacity;
    struct flat_point *points;
    size_t npoints, points_capacity;
    uint64_t steps; /* of the last run */
};

enum flat_result flat_run(struct flat_scratch *scratch, const struct flat *flat,
                          const struct grammar_input *input, uint64_t most_steps);
void flat_scratch_free(struct flat_scratch *scratch);

#endif
