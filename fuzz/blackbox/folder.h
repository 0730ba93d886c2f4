/*
 * folder: where a finding is kept: FINDINGS/KEY with scenario.scn, events.bin, wire.log and
 * meta.json. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_FOLDER_H
#define IMAPSPEC_BLACKBOX_FOLDER_H

#include <jansson.h>

#include "blackbox/course.h"
#include "shrink/shrink.h"

/* What was done about a finding. */
struct finding_work {
    struct shrink_statistics statistics;
    unsigned nconfirmed;  /* plays that showed it again */
    bool is_flaky;        /* one did not */
    bool is_late;         /* there was no time to shrink it to the end */
    bool is_unshrunk;     /* or to begin with that */
    const char *replayed; /* the verdict of the scenario */
    struct table shows;   /* keys that the stream shows when it is played on, and probed */
};

/* Appends the first lines of scenario.scn: how it was found, and what. */
void folder_write_head(const struct course *course, const struct sample *sample,
                       const struct play_finding *finding, struct buffer *out);

/* Makes the folder, and writes the three files; an empty log is left out. */
__attribute__((warn_unused_result)) int folder_fill(const char *folder, struct span scenario,
                                                    struct span events, struct span log,
                                                    struct err *err);

/* meta.json as far as it is the same for servers and clients; the caller's. */
json_t *folder_describe(const struct course *course, const struct sample *sample,
                        const struct play_finding *finding, const struct finding_work *work);
/* A text that may quote octets which are no UTF-8: they are escaped then. */
json_t *folder_text(const char *text);

__attribute__((warn_unused_result)) int folder_write_meta(const char *folder, const json_t *root,
                                                          struct err *err);

/* meta.json of the bucket, the caller's; NULL when there is none. -1 with *err, its line and column
 * when it is not what fuzz writes. */
__attribute__((warn_unused_result)) int
folder_read_meta(const struct course *course, const char *key, json_t **meta_r, struct err *err);

/* Notes the findings that are there as known, by their own keys and those that they are told to
 * show: a bucket of the course for each. Folders without meta.json are passed over. */
__attribute__((warn_unused_result)) int folder_load(struct course *course, struct err *err);

/* The verdict of the ordinary player on the scenario: "fail" is as it should be. */
const char *folder_replay(const struct course *course, const struct run_target *target,
                          double timeout_scale, struct span scenario, const char *path);

#endif
