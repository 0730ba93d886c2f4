#!/bin/sh
# run.sh DIR HOST PORT: opens a mailbox, deletes the first message, reads the second, expunges, ends.
set -eu
home=$(mktemp -d "$1/alpine.XXXXXX")
mkdir "$home/mail"
cat >"$home/rc" <<END
personal-name=Fred
user-domain=example.com
inbox-path={$2:$3/imap/notls/user=fred}INBOX
feature-list=quit-without-confirm,expunge-without-confirm
last-version-used=9.99
END
export HOME="$home" TERM=xterm LINES=24 COLUMNS=80
exec /usr/bin/python3 -B "${0%/*}/../terminal.py" 20 'PASSWORD:=secret\r' 'Preserve=n' \
    'opened with=d' '=\r' '=<' '=x' '=q' '=y' '=y' -- \
    alpine -p "$home/rc" -i -nowrite_password_cache
