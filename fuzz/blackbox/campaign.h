/*
 * campaign: the state of a run of the black-box fuzzer. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_CAMPAIGN_H
#define IMAPSPEC_BLACKBOX_CAMPAIGN_H

#include "blackbox/blackbox.h"
#include "blackbox/corpus.h"
#include "blackbox/fixture.h"
#include "blackbox/play.h"
#include "mutator/mutator.h"
#include "stream/stream.h"

/* What is played: all that is to be known to do it again. */
struct sample {
    char bytes[STREAM_MOST_NBYTES];
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
    struct table known; /* keys of findings -> anything */
    struct buffer plan; /* of the sample at hand */
    int64_t status_us;
    int64_t hang_ms;  /* of play_options */
    bool plays_apart; /* each play in a process of its own: it may end that */
};

/* Attaches the targets, finds out what they can be filled with. False when the target cannot be
 * played against: why is in the summary. */
bool campaign_open(struct campaign *c, const struct blackbox_options *options,
                   struct campaign_shared *shared);
void campaign_close(struct campaign *c);

/* Plays the sample as it stands. log, answers: NULL, or where to. */
void campaign_play(struct campaign *c, const struct sample *sample, bool is_counted,
                   struct wire_log *log, struct play_result *result_r);

bool campaign_is_over(const struct campaign *c);
int64_t campaign_elapsed_us(const struct campaign *c);

#endif
