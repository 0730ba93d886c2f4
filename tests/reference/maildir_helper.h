/* Temporary folders and Maildirs for the tests. */
#ifndef IMAPSPEC_TESTS_REFERENCE_MAILDIR_HELPER_H
#define IMAPSPEC_TESTS_REFERENCE_MAILDIR_HELPER_H

#include <stdint.h>

#include "base/base.h"

/* A fresh temporary folder (returns new), and its removal with all that is in it. */
char *maildir_temporary(void);
void maildir_remove_tree(const char *path);

/* ROOT/NAME (returns new). */
char *maildir_join(const char *root, const char *name);

void maildir_make(const char *path); /* the directory and cur, new, tmp in it */

/* Writes PATH/NAME with that modification time. */
void maildir_put(const char *path, const char *name, const char *text, int64_t wall_s);
void maildir_rename(const char *path, const char *old, const char *new);
void maildir_delete(const char *path, const char *name);

/* Names in the directory PATH/NAME in octet order, each followed by a newline (returns new). */
char *maildir_listing(const char *path, const char *name);
size_t maildir_count(const char *path, const char *name);

/* Content of PATH/NAME (returns new, NUL-terminated); NULL when there is none. */
char *maildir_content(const char *path, const char *name);

#endif
