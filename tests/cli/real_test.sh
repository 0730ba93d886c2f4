#!/bin/sh
# The suite against the real server TARGET (from the environment) does what its expectation file
# says; without that server, the test says so and passes. With sanitizers a part of it is played.
. "$SOURCE_ROOT/tests/cli/common.sh"
# a server that the superuser has run as somebody else must reach its files
chmod 755 "$work"

set --
[ "$SANITIZED" -eq 0 ] || set -- 'command.*' 'expunge.*' 'search.key-*' 'state.*' 'check.*'
imapspec server "$TARGET" "$@" -j 6 --seed 1 --color never
if [ "$code" -eq 4 ]; then
    has out "skipped: needs"
    echo "skipped:$(sed -n 's/^ *[0-9]* skipped: / /p' out)"
    exit 0
fi
[ "$code" -eq 0 ] || {
    tail -n 40 out >&2
    die "$TARGET: ended with $code"
}
check_nothing_left
