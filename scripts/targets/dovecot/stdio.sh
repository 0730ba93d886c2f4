#!/bin/sh
# stdio.sh DIR USER: one IMAP session of USER on standard input and output, already logged in.
set -eu
dir=$1 user=$2
. "$(dirname "$0")/common.sh"

mkdir -p "$dir/run" "$dir/state" "$dir/mail/$user"
if [ ! -f "$dir/stdio.conf" ]; then
    mail_settings "$dir" >"$dir/stdio.conf.$$"
    mv "$dir/stdio.conf.$$" "$dir/stdio.conf"
fi
if [ "$(id -u)" -eq 0 ]; then
    chown "$account:$group" "$dir/run" "$dir/state" "$dir/mail" "$dir/mail/$user"
fi
export HOME="$dir/mail/$user" USER="$user"
as_account /usr/lib/dovecot/imap -c "$dir/stdio.conf"
