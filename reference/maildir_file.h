/*
 * maildir_file: whole files read and written, with errno as the error. Private to the Maildir
 * store.
 */
#ifndef IMAPSPEC_REFERENCE_MAILDIR_FILE_H
#define IMAPSPEC_REFERENCE_MAILDIR_FILE_H

#include <stdint.h>

#include "base/base.h"

/* Appends the content of a regular file. 0, or -1 with errno set (EINVAL: not a regular file). */
__attribute__((warn_unused_result)) int maildir_file_read(int directory, const char *name,
                                                          struct buffer *out);

__attribute__((warn_unused_result)) int maildir_file_write_all(int fd, struct span octets);

/* Makes a new file with that modification time; on failure (-1, errno) there is none. */
struct maildir_file_spec {
    struct span octets;
    int64_t wall_s;
    bool is_synced;
};
__attribute__((warn_unused_result)) int maildir_file_create(int directory, const char *name,
                                                            const struct maildir_file_spec *spec);

/* rename() that fails with EEXIST where something is in the way, on file systems that can. */
__attribute__((warn_unused_result)) int maildir_file_move(int from, const char *old, int to,
                                                          const char *new);

#endif
