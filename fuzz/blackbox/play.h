/*
 * play: one plan (blackbox/plan.h) played against one server, every line of which is judged as the
 * player of scenarios does it: framing, grammar, model. What is awaited follows from what was said,
 * not from time; the clock is looked at only where an answer is due and does not come. Private to
 * blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_PLAY_H
#define IMAPSPEC_BLACKBOX_PLAY_H

#include "blackbox/feedback.h"
#include "blackbox/fixture.h"
#include "blackbox/latency.h"
#include "blackbox/plan.h"
#include "blackbox/stage.h"
#include "model/model.h"
#include "run/run.h"

/* What an oracle has seen. The first of a play ends it. */
struct play_finding {
    char oracle[24];      /* "model", "silent", "crash", ... */
    char requirement[40]; /* of the catalogue, or "" */
    char signature[96];   /* the same for the same fault: no numbers, no names */
    char text[400];       /* a sentence for people */
    char wanted[160];     /* a line that should have come instead, as a scenario says it, or "" */
    char tag[32];         /* of the command it is about, or "" */
    char session[8];      /* "s1", or "" */
};

/* How each command was answered, for comparing two servers. */
struct play_answers {
    struct play_answer {
        char verb[12], tag[32];
        uint8_t class; /* enum feedback_class */
    } items[256];
    size_t nitems;
};

/* All that was noticed in a play that goes on after a finding; each signature once. */
struct play_catch {
    struct play_finding items[48];
    size_t nitems;
};

struct play_options {
    const struct run_target *target;
    const struct fixture_set *fixtures;
    struct stage *stage; /* filled when it is not; NULL: the play has one of its own */
    double timeout_scale;
    int64_t hang_ms;              /* how long an answer may take that is due; 0: 2 s */
    bool has_world;               /* the target can be filled, so the truth is known */
    bool takes_warnings;          /* what is not a failure, but a warning, is a finding */
    unsigned relation;            /* of plan_mode */
    struct feedback *feedback;    /* NULL: nothing is counted */
    struct wire_log *log;         /* NULL: none is kept */
    volatile unsigned *verb;      /* kept up to date: of the command said last; NULL: not */
    struct play_answers *answers; /* NULL: not kept */
    struct latency *latency;      /* NULL: how long answers take does not matter */
    struct play_catch *caught;    /* NULL: the first finding ends the play */
};

struct play_result {
    bool has_finding;
    struct play_finding finding;
    bool is_broken; /* it could not be played at all: why is in finding.text */
    uint64_t ncommands;
    size_t nnew;        /* things never seen before in this run, where that is counted */
    uint64_t waited_us; /* lost in time limits */
    uint8_t slow_verb, slow_bucket; /* the slowest answer; bucket 0: nothing out of the ordinary */
};

void play_plan(const struct play_options *options, struct span plan, struct play_result *result_r);

#endif
