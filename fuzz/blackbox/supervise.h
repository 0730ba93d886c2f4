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
    const char *who;           /* "server" */
    int64_t stuck_ms;          /* no play takes longer */
    enum mutator_side samples; /* what they are made of */
    /* Makes a campaign, and gets its target ready: in *player_r what plays on it. False when the
     * target cannot be played against: why is in the summary. */
    bool (*open)(const struct blackbox_options *options, struct course_shared *shared,
                 struct course_player *player_r);
    /* Also one that could not be got ready. */
    void (*close)(void *campaign);
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
