/* files: small things done with files and folders, in one place. Private to target/ and mutants/.
 */
#ifndef IMAPSPEC_TARGET_FILES_H
#define IMAPSPEC_TARGET_FILES_H

#include "base/base.h"
#include "model/fixture.h"

/* The whole file in the arena. -1 and *err. */
__attribute__((warn_unused_result)) int files_read(const char *path, struct arena *arena,
                                                   struct span *octets_r, struct err *err);
__attribute__((warn_unused_result)) int files_write(const char *path, struct span octets,
                                                    struct err *err);
bool files_exists(const char *path);
/* 0 also when it is there already. */
__attribute__((warn_unused_result)) int files_make_folder(const char *path, struct err *err);
void files_remove_tree(const char *path); /* what cannot be removed stays */

/*
 * Writes a mailbox in the neutral form that provision hooks get, into a new folder:
 *   NNNN.eml       message NNNN (four digits or more, from 0001), octet for octet, lines ended by
 *                  CR LF; the file's modification time is the internal date
 *   index          one line a message: "0001.eml SECONDS ZONE FLAG..."; seconds since 1970 UTC,
 * zone as +hhmm, flags as in IMAP, \Recent among them mailbox.meta   lines "name NAME", "messages
 * N", "keywords K...", and, where they apply, "read-only", "unreadable", "board"
 */
__attribute__((warn_unused_result)) int
files_write_fixture(const char *folder, const struct fixture_mailbox *mailbox, struct err *err);
/* One message as NNNN.eml is written. */
__attribute__((warn_unused_result)) int
files_write_message(const char *path, const struct fixture_message *message, struct err *err);

#endif
