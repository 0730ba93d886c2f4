/*
 * play: builds programs with faults and plays the suite against each, several at a time. Whatever a
 * faulty server does (loops, floods, dies), each is bounded in time, and the next is played.
 */
#ifndef IMAPSPEC_MUTANTS_PLAY_H
#define IMAPSPEC_MUTANTS_PLAY_H

#include "base/base.h"
#include "mutants/build.h"
#include "mutants/fault.h"
#include "reports/reports.h"

enum mutants_outcome {
    MUTANTS_KILLED,    /* by a case that names a requirement the fault names */
    MUTANTS_UNNAMED,   /* killed, but no such requirement is named */
    MUTANTS_SURVIVED,  /* every case ended as without the fault, or blocked */
    MUTANTS_UNPLAYED,  /* the program did not come to its end, and killed nothing until then */
    MUTANTS_UNBUILT,   /* does not compile or link */
    MUTANTS_UNMATCHED, /* a text to be replaced does not stand in the source exactly once */
    MUTANTS_NOUTCOMES
};

/* "killed", "killed, unnamed", "survived", "not played", "not built", "no match" */
const char *mutants_outcome_name(enum mutants_outcome outcome);

/* A scenario that kills a fault, all its cases together. */
struct mutants_kill {
    const char *scenario;
    enum result_verdict verdict; /* the worst */
    struct script_names hit;     /* requirements that were reported as broken */
    struct script_names named;   /* those among them that the fault says it breaks */
};

struct mutants_result {
    const struct mutants_fault *fault; /* NULL: the program without a fault */
    const char *target;
    enum mutants_outcome outcome;
    const char *diagnosis; /* what went wrong, perhaps many lines; "" */
    struct mutants_kill *kills;
    size_t nkills, nnaming; /* nnaming: kills with a named requirement */
    size_t ncases;
    size_t nverdicts[RESULT_NVERDICTS];
    struct result_case **failed; /* without a fault: all cases that are not as they should be */
    size_t nfailed;
    double ms; /* all of it, building included */
};

struct mutants_job {
    const struct mutants_fault *fault; /* NULL: the program without a fault */
    const char *target;
    int64_t limit_ms; /* of playing */
};

struct mutants_run {
    const struct mutants_toolchain *toolchain;
    const char *folder;            /* empty; each job takes a folder in it, and removes that */
    const char *data;              /* for $IMAPSPEC_DATA of the programs */
    enum script_role_side side;    /* of the bundled implementation that is played against */
    struct script_names arguments; /* of the programs, behind `server TARGET` or `client TARGET` */
    bool by_name;   /* against each fault only scenarios that cover a requirement it breaks */
    unsigned njobs; /* at a time */
    struct table not_judged; /* IDs of cases that kill nothing, whatever they say */
    void *context;
    void (*done)(void *context, struct mutants_result *result); /* in the order they end */
    bool (*is_interrupted)(void *context); /* true: give up; asked some times a second */
};

/* Plays all; results live in the arena. -1 with *err when the folder cannot be written. */
__attribute__((warn_unused_result)) int mutants_play(const struct mutants_run *run,
                                                     const struct mutants_job *jobs, size_t njobs,
                                                     struct arena *arena, struct err *err);

/* Private to this folder: what the cases of a results file say, added to the result. Cases whose
 * IDs are in not_judged count for nothing. */
void mutants_judge(struct span results, const struct table *not_judged, struct arena *arena,
                   struct mutants_result *result);

#endif
