/*
 * machine: runs a program over octets. Private to this folder and its tests.
 *
 * Frames are calls. A frame that returned may have to be entered again when something behind it
 * fails, so it is given up only when no choice point is left inside it.
 */
#ifndef IMAPSPEC_GRAMMAR_MACHINE_H
#define IMAPSPEC_GRAMMAR_MACHINE_H

#include "grammar/syntax.h"

/* Calls may be nested so deep; loops inside the innermost rule add some frames. */
enum { MACHINE_MOST_DEPTH = 512, MACHINE_MOST_FRAMES = MACHINE_MOST_DEPTH + 128 };

struct frame {
    uint32_t parent; /* PROGRAM_NOWHERE for the start rule's */
    uint32_t return_to;
    uint32_t node;
    uint16_t rule, depth;
    size_t at;  /* where it began */
    size_t end; /* where the octets end for it: a count may make that earlier */
};

/* A place to go back to: the next candidate, or an octet fewer for a span. */
struct choice_point {
    uint32_t candidate; /* index; PROGRAM_NOWHERE: a span */
    uint32_t pc;        /* span: where to go on */
    size_t at, least;   /* span: where its least octets end */
    uint32_t frame;
    uint32_t nframes, nnodes, ntrail;
};

enum diagnosis {
    DIAGNOSIS_NONE,
    DIAGNOSIS_REACH,  /* find out how far any derivation gets */
    DIAGNOSIS_COLLECT /* find out what was expected there */
};

struct failure_frame {
    uint16_t rule;
    size_t at;
};

struct machine {
    const struct grammar *grammar;
    const struct program *program;
    struct grammar_input input;
    uint32_t pc;
    uint32_t frame;
    size_t at, end;
    size_t next_literal;        /* in input.literals, a guess where to look first */
    uint64_t steps, most_steps; /* of this run; long spans count for their length */
    bool is_over_budget, is_too_deep;

    struct frame *frames;
    size_t nframes, frames_capacity;
    struct choice_point *points;
    size_t npoints, points_capacity;
    struct grammar_node *nodes;
    size_t nnodes, nodes_capacity;
    bool keeps_trail; /* whether productions inside rules are recorded */
    uint32_t *trail;
    size_t ntrail, trail_capacity;

    enum diagnosis diagnosis;
    size_t reach;     /* octets that some derivation could take */
    size_t failed_at; /* where the token begins in which it stopped */
    struct grammar_expectation *wanted;
    bool *wanted_obsolete; /* inside an obs- rule only */
    size_t nwanted, wanted_capacity, wanted_obsolete_capacity;
    struct failure_frame *chain;  /* MACHINE_MOST_FRAMES: scratch, those of one failure */
    struct failure_frame *common; /* MACHINE_MOST_FRAMES: what all failures lie in, outside in */
    size_t ncommon;
    bool has_common, common_is_obsolete;
};

void machine_free(struct machine *m);

/* Steps that a run over so many octets may take. */
uint64_t machine_most_steps(size_t nbytes);

/* Tries to derive all octets of the input from rule. */
bool machine_run(struct machine *m, enum variant variant, int rule, struct grammar_input input,
                 enum diagnosis diagnosis);

/* After a success: looks for another derivation. */
bool machine_resume(struct machine *m);

/* Part of the machine: what is to be remembered of a failure. `start` is where the token begins
 * that was wanted, `reach` how far it was there. */
void machine_note_failure(struct machine *m, size_t start, size_t reach, const char *want);

#endif
