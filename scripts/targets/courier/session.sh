#!/bin/sh
# session.sh MAILDIR: runs instead of Courier's imapd when a user has logged in: makes his Maildir if
# need be, so that thousands of users cost nothing until they come.
set -eu
[ -d "$1" ] || mkdir -p "$1/cur" "$1/new" "$1/tmp"
exec /usr/bin/imapd "$1"
