/*
 * blackbox: fuzzes a server or a client from outside. What is said is made from the grammar and
 * from what has been worth while before; what is answered goes through framing, grammar and model,
 * as in any scenario. Nothing of what is under test is instrumented: what is new is seen in its
 * answers.
 *
 *   course    one scenario after the other              blackbox/course.h
 *   supervise all of it, again when something dies      blackbox/supervise.h
 *   status    how far it has come                       blackbox/status.h
 *   corpus    what was worth while                      blackbox/corpus.h
 *   bucket    findings told apart                       blackbox/bucket.h
 *   folder    where a finding is kept                   blackbox/folder.h
 *
 * Against servers:
 *
 *   campaign  the plays, on one stage or apart          blackbox/campaign.h
 *   plan      a stream, and where answers are waited for  blackbox/plan.h
 *   talk      one connection, and what is due on it     blackbox/talk.h
 *   refusal   what an untagged BAD is about             blackbox/refusal.h
 *   play      one plan against one server               blackbox/play.h
 *   feedback  what was new, and how much was reached    blackbox/feedback.h
 *   stage     a target that is filled, and what is known of it  blackbox/stage.h
 *   latency   how long answers take                     blackbox/latency.h
 *   growth    how the memory of the target grows        blackbox/growth.h
 *   finding   confirmed, shrunk, written                blackbox/finding.h
 *
 * Against clients: blackbox/client_campaign.h.
 *
 * What is called by function is played in a process of its own, so that its end is a finding and
 * not ours.
 */
#ifndef IMAPSPEC_BLACKBOX_BLACKBOX_H
#define IMAPSPEC_BLACKBOX_BLACKBOX_H

#include "base/base.h"
#include "run/run.h"
#include "target/target.h"

struct blackbox_options {
    struct target *target;  /* started, not attached */
    struct target *against; /* the same stream is said to it; NULL: to none */
    struct net_loop *loop;  /* of target_start(), for starting it anew; NULL: that is not done */
    uint64_t seed;
    uint64_t count;       /* scenarios; 0: no limit */
    int64_t time_ms;      /* 0: no limit; what is found late is not shrunk to the end */
    unsigned rate;        /* scenarios a second at most; 0: no limit */
    const char *findings; /* folder; made when there is something to be put there */
    bool resumes;         /* begin with what that folder holds */
    bool takes_warnings;  /* of a server: what model and framing warn of is found too */
    double timeout_scale;
    bool shows_status; /* a line on stderr, once a second */
    /* Sets the files that scenarios name; run_options.read_file. */
    int (*read_file)(void *context, const char *from, const char *path, struct arena *arena,
                     struct span *octets_r, const char **path_r, struct err *err);
    void *read_context;
    bool (*is_interrupted)(void *context); /* true: end now */
    void *context;
};

struct blackbox_summary {
    uint64_t nscenarios, ncommands;
    uint64_t nwaited_us;        /* time lost in time limits */
    uint64_t nlooked_us;        /* time spent on findings: confirmed, shrunk, written */
    unsigned nfindings, nflaky; /* told apart; those of earlier runs included */
    unsigned nearlier;          /* of nfindings, in the folder before the run */
    unsigned nrestarts;         /* of the target */
    bool is_broken;             /* the target went away, or could not be filled */
    char why[400];
};

/* Fuzzes until a limit is reached or it is interrupted. Prints what it finds, and in the end what
 * was reached, to stdout. -1 with *err when the findings' folder cannot be used. */
__attribute__((warn_unused_result)) int blackbox_run(const struct blackbox_options *options,
                                                     struct blackbox_summary *summary_r,
                                                     struct err *err);

/* Shrinks one stream while the target shows the same, and writes the finding as blackbox_run()
 * does. Prints where. 0: it showed something; 1: it showed nothing; -1 with *err. */
__attribute__((warn_unused_result)) int blackbox_shrink(const struct blackbox_options *options,
                                                        struct span stream, struct err *err);

#endif
