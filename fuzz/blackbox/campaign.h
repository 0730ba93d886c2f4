/*
 * campaign: the state of a run of the black-box fuzzer. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_CAMPAIGN_H
#define IMAPSPEC_BLACKBOX_CAMPAIGN_H

#include "blackbox/blackbox.h"
#include "blackbox/bucket.h"
#include "blackbox/corpus.h"
#include "blackbox/fixture.h"
#include "blackbox/growth.h"
#include "blackbox/play.h"
#include "blackbox/stage.h"
#include "mutator/mutator.h"
#include "stream/stream.h"

enum { SAMPLE_MOST_NBYTES = 65536 };

/* What is played: all that is to be known to do it again. */
struct sample {
    char bytes[SAMPLE_MOST_NBYTES];
    size_t nbytes;
    struct plan_mode mode;
    uint64_t number; /* of the scenario in the run */
};

/* What outlives the process that plays, where that is not the one that counts. */
struct campaign_shared {
    struct sample sample; /* being played */
    volatile uint64_t nplays;
    volatile bool is_to_end, has_ended;
    volatile unsigned verb; /* of the command said last */
    uint64_t nscenarios;    /* of this run, seeds included */
    struct blackbox_summary summary;
    int64_t began_us;
};

struct campaign {
    const struct blackbox_options *options;
    struct campaign_shared *shared;
    struct clock clock;
    struct arena arena;
    struct run_target target, against;
    struct fixture_set fixtures;
    bool has_world, has_delivery;
    struct mutator *mutator;
    struct feedback *feedback;
    struct corpus corpus;
    struct bucket_list buckets;
    struct stage stage;     /* that scenarios follow each other on */
    struct buffer history;  /* the stream of what was played on the stage already */
    struct latency latency; /* of answers */
    struct growth growth;   /* of the target's memory */
    bool is_late[FEEDBACK_NVERBS][LATENCY_BUCKETS_MOST + 1]; /* answers known to take long */
    struct buffer plan;                                      /* of the sample at hand */
    int64_t status_us;
    int64_t hang_ms;  /* of play_options */
    bool plays_apart; /* each play in a process of its own: it may end that */
};

/* Attaches the targets, finds out what they can be filled with. False when the target cannot be
 * played against: why is in the summary. */
bool campaign_open(struct campaign *c, const struct blackbox_options *options,
                   struct campaign_shared *shared);
void campaign_close(struct campaign *c);

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

/* Whether the target can be started anew, and is. */
bool campaign_restart(struct campaign *c);

bool campaign_is_over(const struct campaign *c);
int64_t campaign_elapsed_us(const struct campaign *c);
/* What is left of the run's time, less than 0 when it is over; a day when it has no end. */
int64_t campaign_left_us(const struct campaign *c);

#endif
