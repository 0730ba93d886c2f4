#!/bin/sh
# deliver.sh DIR USER MAILBOX MESSAGE: one new message, as mail delivery does it: complete in tmp,
# then moved to new.
set -eu
dir=$1 user=$2 mailbox=$3 message=$4

box=$dir/mail/$user/Maildir
[ "$mailbox" = INBOX ] || box=$box/.$mailbox
mkdir -p "$box/cur" "$box/new" "$box/tmp"
name=$(date +%s.M%NP$$).imapspec
mv "$message" "$box/tmp/$name"
if [ "$(id -u)" -eq 0 ]; then
    account=nobody:
    chown "$account" "$dir/mail/$user" "$box" "$box/cur" "$box/new" "$box/tmp" "$box/tmp/$name"
fi
mv "$box/tmp/$name" "$box/new/$name"
