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

#include "blackbox/client_look.h"
#include "blackbox/client_script.h"
#include "blackbox/course.h"
#include "mutator/mutator.h"
#include "stream/stream.h"

enum { CLIENT_STREAM_NBYTES = 4096 }; /* of what is made up */

struct client_campaign {
    struct course course;
    struct run_target target;
    struct client_can can;
    struct mutator *mutator;
    struct client_feedback *feedback; /* NULL: nothing is counted */
    double timeout_scale;             /* of run_options */
    bool plays_apart;                 /* each play in a process of its own: it may end that */
};

/* Plays the stream once. is_counted: for the feedback. log: NULL, or appends the wire log. */
void client_campaign_play(struct client_campaign *c, struct span stream, bool is_counted,
                          struct buffer *log, struct play_result *result_r);

/* ---- client_stream.c ---- */

/* Makes up the next stream of the run. */
void client_stream_next(struct client_campaign *c, const struct seeds *seeds,
                        struct sample *sample);

/* ---- client_finding.c ---- */

/* Confirms what the sample has shown, shrinks it, tells it from others, and writes it to
 * FINDINGS/ORACLE-SIGNATURE. Known ones are passed over. */
__attribute__((warn_unused_result)) int client_finding_take(struct client_campaign *c,
                                                            const struct sample *sample,
                                                            const struct play_finding *finding,
                                                            struct err *err);

#endif
