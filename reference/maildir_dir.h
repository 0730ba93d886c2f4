/*
 * maildir_dir: one Maildir as directories on disk: where it is, opening, creating, rights. Private
 * to the Maildir store.
 */
#ifndef IMAPSPEC_REFERENCE_MAILDIR_DIR_H
#define IMAPSPEC_REFERENCE_MAILDIR_DIR_H

#include <sys/types.h>

#include "reference/store.h"

/* Open directories; -1 where there is none. */
struct maildir_dir {
    int top; /* for names below it only: not readable */
    int cur, new, tmp;
    dev_t device; /* identity of the Maildir: of top */
    ino_t inode;
};

enum maildir_right {
    MAILDIR_READ = 1,
    MAILDIR_WRITE = 2,
};

/* A path with every "%u" replaced; false when the user's name cannot be part of a path. */
__attribute__((warn_unused_result)) bool maildir_path_expand(struct buffer *out,
                                                             const char *pattern, struct span user);

/* Opens what stands at path. NONEXISTENT when that is no Maildir, NO_READ when the system keeps
 * it closed, FAILED. The rights of maildir.h are not asked. */
__attribute__((warn_unused_result)) enum mail_error maildir_dir_open(const char *path,
                                                                     struct maildir_dir *dir_r);
void maildir_dir_close(struct maildir_dir *dir);

/* Makes what is missing of a Maildir, cur last: killed in between, there is no Maildir yet.
 * `is_folder`: one in another Maildir, marked as such by the file "maildirfolder". */
__attribute__((warn_unused_result)) enum mail_error maildir_dir_create(const char *path,
                                                                       bool is_folder);
/* Takes an empty Maildir away again; what is not empty stays. */
void maildir_dir_remove(const char *path);

/* MAILDIR_READ | MAILDIR_WRITE by the rules of maildir.h; 0 also when there is nothing at path. */
unsigned maildir_dir_rights(const char *path);
__attribute__((warn_unused_result)) enum mail_error maildir_dir_set_rights(const char *path,
                                                                           unsigned rights);

/* Adds the names of the Maildirs in the directory: with `is_folders` those that start with a dot,
 * without the dot and without INBOX, else those that do not. A directory that is not there is
 * empty. */
__attribute__((warn_unused_result)) enum mail_error
maildir_dir_list(const char *path, bool is_folders, struct arena *arena, struct mail_names *names);

/* Removes files of tmp that have not changed for 36 hours before `now_s` (of the machine's clock).
 */
void maildir_dir_clean(const struct maildir_dir *dir, int64_t now_s);

/* What an errno of a change means. */
enum mail_error maildir_error(int error);

#endif
