#!/bin/sh
# stdio.sh DIR USER: one IMAP session of USER on standard input and output, already logged in.
set -eu
dir=$1 user=$2
. "${0%/*}/common.sh"

make_folders "mail/$user"
if [ ! -f "$dir/stdio.conf" ]; then
    mail_settings >"$dir/stdio.conf.$$"
    mv "$dir/stdio.conf.$$" "$dir/stdio.conf"
fi
export HOME="$dir/mail/$user" USER="$user"
become /usr/lib/dovecot/imap -c "$dir/stdio.conf"
