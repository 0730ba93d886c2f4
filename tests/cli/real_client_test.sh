#!/bin/sh
# The suite against the real client TARGET (from the environment) does what its expectation file
# says, and what it finds is found again by the command printed with it; without that client, the
# test says so and passes. With sanitizers a part of it is played.
. "$SOURCE_ROOT/tests/cli/common.sh"
# a client that the superuser has run as somebody else must reach its files
chmod 755 "$work"

set --
[ "$SANITIZED" -eq 0 ] || set -- 'cache.*' 'client.select-*' 'robust.unknown-*' 'unscripted*'
imapspec client "$TARGET" "$@" -j 6 --seed 1 --color never --results run.jsonl
if [ "$code" -eq 4 ]; then
    has out "skipped: "
    echo "skipped:$(sed -n 's/^ *[0-9]* skipped: / /p' out)"
    exit 0
fi
[ "$code" -eq 0 ] || {
    tail -n 40 out >&2
    die "$TARGET: ended with $code"
}
"$SOURCE_ROOT/tools/reproduce" run.jsonl 4 >out 2>err || die "$TARGET: not found again"

# programs that are not there
programs=$(sed -n 's/^ *requires *"\([a-z]*\)".*/\1/p' "$SOURCE_ROOT/scripts/targets/$TARGET.target")
if [ -n "$programs" ]; then
    path=$PATH
    PATH=$work
    imapspec client "$TARGET" --color never
    PATH=$path
    [ "$code" -eq 4 ] || die "$TARGET without $programs: ended with $code"
    has out "skipped: needs $programs, which is not installed"
fi
check_nothing_left
