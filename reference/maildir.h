/*
 * maildir: a mail store (store.h) over Maildir folders on disk, which may be shared with other
 * programs that speak Maildir at the same time.
 *
 * Where mail is. A user's inbox is the Maildir at `mail_path`; the user's other mailboxes are
 * Maildirs in it named "." and the mailbox name (Maildir++: mailbox Work.Old is .Work.Old). Boards
 * are the Maildirs in `board_root`, named as they are. A Maildir is a directory with a directory
 * "cur" in it.
 *
 * Names. Refused before any file is touched: names that are empty, longer than 254 octets, start
 * with a dot, or hold a slash or a control character; user names likewise, when they are part of
 * the path. Dots elsewhere mean nothing special. Symbolic links are followed to directories, never
 * to messages.
 *
 * A message is a file in new/ or cur/; its lines may end in LF or CRLF, every LF without a CR is
 * shown as CRLF (and counted so in RFC822.SIZE). Files are never changed, only renamed:
 *
 *     \Answered R   \Flagged F   \Seen S   \Deleted T     letters behind ":2," in the file name
 *     keywords      a..z     by the file dovecot-keywords of each Maildir ("0 name": a), as Dovecot
 *                            does; 26 keywords a mailbox; a new one that finds no letter is refused
 *     other letters          kept as they are
 *     INTERNALDATE           the file's modification time, shown in `zone_minutes`
 *     \Recent                the file is in new/; being shown moves it to cur/
 *                            (copies are new mail: their letters, if any, already stand on the name
 *                            in new/)
 *
 * Messages are numbered by the time at the start of their file names, then by the names, as found
 * when the first session opens the mailbox; what comes later is added at the end.
 *
 * Access. The permission bits of the Maildir directory itself decide, for the superuser too: no
 * read bit at all, not readable; no write bit at all, not writable; otherwise what the system
 * allows this process. Boards are read-only until set_access() of this store object says otherwise.
 *
 * Killed at any moment, or sharing with other programs, this holds:
 *   - new messages are written to tmp/ and moved by rename(): nothing incomplete is ever visible;
 *   - a change of flags is one rename(), an expunge one unlink(): a message has its old or its new
 *     flags, is there or not;
 *   - COPY first puts all copies into tmp/ (hard links if the file system can), then renames each.
 * A failure takes back what was done. A kill between two renames leaves the first copies in the
 *     mailbox, each complete and in order, and the rest in tmp/, where nobody sees them;
 *   - leftovers in tmp/ are removed when a mailbox is opened, 36 hours after their last change.
 * Messages and copies are synced to disk unless `no_sync`; flag changes and expunges are left to
 * the file system's own pace, so a power failure may undo the last of them.
 *
 * A look at new/ and cur/ reads the directories only when their modification times have changed, or
 * are so young that another change could be hidden by the clock's grain; a thorough look always
 * does.
 */
#ifndef IMAPSPEC_REFERENCE_MAILDIR_H
#define IMAPSPEC_REFERENCE_MAILDIR_H

#include "reference/store.h"

struct mail_maildir_config {
    const char *mail_path;  /* every "%u" in it stands for the user's name; without one all users
                               share the Maildir. The last directory is created when it is missing */
    const char *board_root; /* NULL: there are no boards */
    int zone_minutes;       /* zone of all internal dates, east of UTC */
    bool no_sync;           /* for tests */
};

/* Returns new; mail_store_free(). Touches no files. */
struct mail_store *mail_store_maildir_new(const struct mail_maildir_config *config);

#endif
