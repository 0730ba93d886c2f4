/*
 * maildir_batch: new messages for a Maildir, all or none: each is written to tmp/ first, then all
 * are moved to where they are seen. Private to the Maildir store.
 *
 *     struct maildir_batch batch = {.dir = &dir, .last_us = &last_us, .is_synced = true};
 *     maildir_batch_add_octets(&batch, ...) for each;      -1 with errno: nothing was added
 *     maildir_batch_commit(&batch);                        0, or -1 with errno: nothing remains
 *     maildir_batch_free(&batch);                          whatever was not moved is removed
 */
#ifndef IMAPSPEC_REFERENCE_MAILDIR_BATCH_H
#define IMAPSPEC_REFERENCE_MAILDIR_BATCH_H

#include "reference/maildir_dir.h"
#include "reference/maildir_name.h"

struct maildir_batch_file;

struct maildir_batch {
    const struct maildir_dir *dir;
    int64_t *last_us; /* of maildir_name_unique() */
    bool is_synced;

    struct maildir_batch_file *files; /* its own */
    size_t nfiles, capacity, nmoved;
};

struct maildir_batch_place {
    struct maildir_flags flags;
    bool is_old; /* goes to cur/: not recent */
};

__attribute__((warn_unused_result)) int maildir_batch_add_octets(struct maildir_batch *batch,
                                                                 struct span octets, int64_t wall_s,
                                                                 struct maildir_batch_place place);
/* The same message as the file of that name (a hard link: content and time are shared). */
__attribute__((warn_unused_result)) int maildir_batch_add_link(struct maildir_batch *batch,
                                                               int directory, const char *name,
                                                               struct maildir_batch_place place);
__attribute__((warn_unused_result)) int maildir_batch_commit(struct maildir_batch *batch);
void maildir_batch_free(struct maildir_batch *batch);

#endif
