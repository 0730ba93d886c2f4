/*
 * supervise: a campaign from its beginning to its end, also when what it plays against ends the
 * process that plays, or does not come back: then that is a finding, and the campaign is taken up
 * again. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_SUPERVISE_H
#define IMAPSPEC_BLACKBOX_SUPERVISE_H

#include "blackbox/course.h"

/* Whom a campaign is against. */
struct campaign_kind {
    const char *who;  /* "server" */
    int64_t stuck_ms; /* no play takes longer */
    /* The whole course, in this process. */
    int (*fuzz)(const struct blackbox_options *options, struct course_shared *shared, bool resumes,
                struct err *err);
    /* shared->sample has ended the process that played it. */
    int (*take_end)(const struct blackbox_options *options, struct course_shared *shared,
                    const struct play_finding *finding, struct err *err);
    /* Shrinks shared->sample, and writes what it shows: as blackbox_shrink(). */
    int (*shrink)(const struct blackbox_options *options, struct course_shared *shared,
                  struct err *err);
};

extern const struct campaign_kind server_campaign; /* server_campaign.c */
extern const struct campaign_kind client_campaign; /* client_campaign.c */

/* As blackbox_run() and blackbox_shrink(). */
__attribute__((warn_unused_result)) int supervise_run(const struct campaign_kind *kind,
                                                      const struct blackbox_options *options,
                                                      struct blackbox_summary *summary_r,
                                                      struct err *err);
__attribute__((warn_unused_result)) int supervise_shrink(const struct campaign_kind *kind,
                                                         const struct blackbox_options *options,
                                                         struct span stream, struct err *err);

#endif
