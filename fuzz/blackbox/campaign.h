/*
 * campaign: a run of the black-box fuzzer against a server. Private to blackbox.
 *
 *   campaign.c         plays, one way or another
 *   server_campaign.c  one play after the other
 */
#ifndef IMAPSPEC_BLACKBOX_CAMPAIGN_H
#define IMAPSPEC_BLACKBOX_CAMPAIGN_H

#include "blackbox/course.h"
#include "blackbox/fixture.h"
#include "blackbox/growth.h"
#include "blackbox/play.h"
#include "blackbox/stage.h"
#include "mutator/mutator.h"
#include "stream/stream.h"

struct campaign {
    struct course course;
    struct arena arena;
    struct run_target target, against;
    struct fixture_set fixtures;
    bool has_world, has_delivery;
    struct mutator *mutator;
    struct feedback *feedback;
    struct stage stage;     /* that scenarios follow each other on */
    struct buffer history;  /* the stream of what was played on the stage already */
    struct latency latency; /* of answers */
    struct growth growth;   /* of the target's memory */
    bool is_late[FEEDBACK_NVERBS][LATENCY_BUCKETS_MOST + 1]; /* answers known to take long */
    struct buffer plan;                                      /* of the sample at hand */
    int64_t hang_ms;                                         /* of play_options */
    bool plays_apart; /* each play in a process of its own: it may end that */
};

/* Attaches the targets, finds out what they can be filled with. False when the target cannot be
 * played against: why is in the summary. */
bool campaign_open(struct campaign *c, const struct blackbox_options *options,
                   struct course_shared *shared);
void campaign_close(struct campaign *c);

/* How a stream is played when nothing else is said. */
struct plan_mode campaign_plain_mode(const struct campaign *c);

/* Plays the sample as it stands, on a target filled for it. log: NULL, or where to. caught: NULL,
 * or the play goes on after a finding. */
void campaign_play(struct campaign *c, const struct sample *sample, struct wire_log *log,
                   struct play_catch *caught, struct play_result *result_r);

/* Plays what is next in the run: counted, and on the same stage as the one before where that is
 * possible. When it has a finding, campaign.history is the stream of what went before it. */
void campaign_play_next(struct campaign *c, const struct sample *sample,
                        struct play_result *result_r);

/* The sample with the history before it; false when there is none, or it is too long. */
bool campaign_join(struct span history, struct sample *sample);

#endif
