#!/bin/sh
# deliver.sh DIR USER MAILBOX MESSAGE: one new message, as mail delivery does it: complete in tmp,
# then moved to new.
set -eu
dir=$1 user=$2 mailbox=$3 message=$4
. "${0%/*}/common.sh"

box=$dir/mail/$user/Maildir
[ "$mailbox" = INBOX ] || box=$box/.$mailbox
[ -d "$box/tmp" ] || mkdir -p "$box/cur" "$box/new" "$box/tmp"
name=$(date +%s.M%N)P$$.imapspec
mv "$message" "$box/tmp/$name"
give "$account:$group" "$dir/mail/$user" "$box" "$box/cur" "$box/new" "$box/tmp" "$box/tmp/$name"
mv "$box/tmp/$name" "$box/new/$name"
