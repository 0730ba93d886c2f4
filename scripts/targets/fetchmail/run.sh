#!/bin/sh
# run.sh DIR HOST PORT: one poll. What is got goes nowhere.
set -eu
home=$(mktemp -d "$1/fetchmail.XXXXXX")
umask 077
cat >"$home/rc" <<END
poll $2 service $3 protocol IMAP auth password timeout 2
  user fred password secret mda "cat >/dev/null" fetchall sslproto ''
END
export HOME="$home" FETCHMAILHOME="$home"
exec fetchmail --fetchmailrc "$home/rc" --pidfile "$home/pid" --nosyslog --nodetach -v </dev/null
