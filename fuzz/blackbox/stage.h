/*
 * stage: a target that has been filled, and the truth about its mail. Plays follow each other on
 * one stage as long as it is known what the last one left behind: filling costs more than most
 * plays. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_STAGE_H
#define IMAPSPEC_BLACKBOX_STAGE_H

#include "blackbox/fixture.h"
#include "model/model.h"
#include "run/run.h"

enum { STAGE_EPOCH_S = 646315200 }; /* when virtual time begins */

struct stage {
    const struct run_target *target;
    const struct fixture_set *fixtures;
    bool has_world; /* the target can be filled, so the truth is known */

    struct net_loop *loop;     /* NULL: not made yet */
    struct model_world *world; /* NULL: there is no truth */
    struct arena arena;        /* messages that have arrived */
    bool is_filled;
    bool is_spoilt;                /* what the last play left behind is not known */
    unsigned nplays, nconnections; /* since it was filled */
    int64_t filled_us;             /* when, by the loop's clock */
};

/* prepare() of the target. One that fails is tried again, twice at most: each takes the next user,
 * and what is wrong with the mail of one of them may be of his own. Replaces what is in *why. */
enum run_readiness stage_prepare(const struct run_target *target, struct net_loop *loop,
                                 const struct run_setup *setup, struct buffer *why);

/* Fills the target, unless it is. Otherwise not RUN_READY, and why. */
enum run_readiness stage_fill(struct stage *stage, struct buffer *why);

/* Whether another play may follow without filling again: mail is there, and not too much of it. */
bool stage_is_good(const struct stage *stage);

/* Ends what was filled; the loop in real time stays. */
void stage_clear(struct stage *stage);
void stage_free(struct stage *stage); /* all that belongs to it; the struct is the caller's */

#endif
