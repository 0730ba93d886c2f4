/*
 * client_campaign: a run of the black-box fuzzer against a client: the harness plays the server,
 * and asks the client through its shim to do things, or starts its program and sees what it does.
 * Each scenario is played by the ordinary player (run/run.h) from the text that is written when it
 * finds something. Private to blackbox.
 *
 *   client_script    a stream as a scenario            client_look      what the client does wrong
 *   client_stream    streams made up                   client_belief    what it says of itself
 *   client_campaign  one play after the other          client_feedback  what was new, and reached
 *   client_finding   confirmed, shrunk, written
 */
#ifndef IMAPSPEC_BLACKBOX_CLIENT_CAMPAIGN_H
#define IMAPSPEC_BLACKBOX_CLIENT_CAMPAIGN_H

#include "blackbox/blackbox.h"
#include "blackbox/client_look.h"
#include "blackbox/client_script.h"
#include "blackbox/corpus.h"
#include "mutator/mutator.h"
#include "seeds/seeds.h"
#include "stream/stream.h"

enum { CLIENT_STREAM_NBYTES = 4096 }; /* of what is made up */

struct client_sample {
    char bytes[STREAM_MOST_NBYTES];
    size_t nbytes;
    uint64_t number; /* of the scenario in the run */
};

/* What outlives the process that plays. */
struct client_shared {
    struct client_sample sample; /* being played */
    volatile uint64_t nplays;
    volatile bool is_to_end;
    volatile unsigned verb; /* of the command that the client said last */
    uint64_t nscenarios;
    struct blackbox_summary summary;
    int64_t began_us;
    struct err err;
};

struct client_campaign {
    const struct blackbox_options *options;
    struct client_shared *shared;
    struct clock clock;
    struct run_target target;
    struct client_can can;
    struct mutator *mutator;
    struct client_feedback *feedback; /* NULL: nothing is counted */
    struct corpus corpus;
    struct table known;   /* keys of findings -> anything */
    double timeout_scale; /* of run_options */
    bool plays_apart;     /* each play in a process of its own: it may end that */
    int64_t status_us;
};

/* As blackbox_run() and blackbox_shrink(), when the target is a client. */
__attribute__((warn_unused_result)) int client_campaign_run(const struct blackbox_options *options,
                                                            struct blackbox_summary *summary_r,
                                                            struct err *err);
__attribute__((warn_unused_result)) int
client_campaign_shrink(const struct blackbox_options *options, struct span stream, struct err *err);

/* Plays the stream once. is_counted: for the feedback. log: NULL, or appends the wire log. */
void client_campaign_play(struct client_campaign *c, struct span stream, bool is_counted,
                          struct buffer *log, struct play_result *result_r);
bool client_campaign_is_over(const struct client_campaign *c);

/* ---- client_stream.c ---- */

/* Makes up the next stream of the run. */
void client_stream_next(struct client_campaign *c, const struct seeds *seeds,
                        struct client_sample *sample);

/* ---- client_finding.c ---- */

/* Confirms what the sample has shown, shrinks it, tells it from others, and writes it to
 * FINDINGS/ORACLE-SIGNATURE. Known ones are passed over. */
__attribute__((warn_unused_result)) int client_finding_take(struct client_campaign *c,
                                                            const struct client_sample *sample,
                                                            const struct play_finding *finding,
                                                            struct err *err);
bool client_finding_is_known(const struct client_campaign *c, const struct play_finding *finding);
unsigned client_finding_load(struct client_campaign *c);

#endif
