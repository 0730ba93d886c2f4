#!/bin/sh
# deliver.sh DIR USER MAILBOX MESSAGE: adds the message in the file MESSAGE to the mailbox while
# sessions are open on it, as a mail transport would. Lines end in CR LF; the file may be moved away.
# Exit codes are those of provision.sh.
set -eu
dir=$1
user=$2
mailbox=$3
message=$4

# For example:
#
#   my-deliver --config "$dir/my.conf" --user "$user" --mailbox "$mailbox" <"$message"

echo "@NAME@/deliver.sh is still the skeleton: write there how a message comes into $mailbox of $user"
exit 1
