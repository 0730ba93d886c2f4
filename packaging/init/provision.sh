#!/bin/sh
# provision.sh DIR USER MAILBOX FIXTURE: makes the mailbox what the folder FIXTURE says.
#
# MAILBOX is INBOX first: then all else that the user had has to go, for users are used again.
# FIXTURE holds
#   0001.eml ...   a message each, octet for octet, lines ended by CR LF; the file's modification
#                  time is the message's internal date
#   index          a line for each, in order: 0001.eml SECONDS ZONE FLAG...
#                  (SECONDS since 1970 UTC, ZONE as +hhmm, flags as in IMAP, \Recent among them)
#   mailbox.meta   lines `name NAME`, `messages N`, `keywords WORD...`, and `read-only`,
#                  `unreadable`, `board` where they apply; for a board USER is empty
# The files may be moved away. Exit with 0 when it is done, with 77 when the server cannot have such a
# mailbox (say why on standard output: the scenario is skipped), with anything else when it failed.
set -eu
dir=$1
user=$2
mailbox=$3
fixture=$4

# For example, into an mbox file; what it cannot hold is refused:
#
#   ! grep -qE '^(board|unreadable|read-only)$' "$fixture/mailbox.meta" || {
#       echo "no such mailboxes here"
#       exit 77
#   }
#   [ "$mailbox" != INBOX ] || rm -rf "$dir/mail/$user"
#   mkdir -p "$dir/mail/$user"
#   while read -r file seconds zone flags; do
#       ...
#   done <"$fixture/index" >"$dir/mail/$user/$mailbox"

echo "@NAME@/provision.sh is still the skeleton: write there how $mailbox of $user is filled"
exit 1
