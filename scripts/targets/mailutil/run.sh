#!/bin/sh
# run.sh DIR HOST PORT: prunes a mailbox, then moves what is left of it into a file; a session each.
# The superuser has no mailboxes in files, so somebody else does it.
set -eu
here=$(cd "${0%/*}" && pwd -P)
dir=$1 mailbox="{$2:$3/imap/notls/user=fred}INBOX"
. "$here/../account.sh"
home=$(mktemp -d "$dir/mailutil.XXXXXX")
give "$account" "$home"
export HOME="$home"
cd "$home"

# The program that follows, as that account. Its terminal is looked after by somebody who has read
# the password.
as_account() {
    (become /usr/bin/python3 -B - 20 'assword:=secret\r' -- mailutil "$@" <"$here/../terminal.py")
}

status=0
as_account prune "$mailbox" seen || status=$?
as_account create '#driver.unix/box' || status=$?
as_account appenddelete "$mailbox" box || status=$?
exit $status
