#!/bin/sh
# run.sh HOST PORT: asks for all messages and gets what there is to know about the first, a session
# each. curl sends what it is told to, so the numbers have to come from the server.
set -eu
mailbox=imap://$1:$2/INBOX
ask() {
    curl --disable --silent --show-error --max-time 10 --user fred:secret --request "$1" "$mailbox"
}
status=0
found=$(ask 'SEARCH ALL') || status=$?
number=$(echo "$found" | tr -d '\r' | awk 'toupper($2) == "SEARCH" { print $3; exit }')
[ -z "$number" ] || ask "FETCH $number ALL" || status=$?
exit $status
