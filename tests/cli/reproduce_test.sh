#!/bin/sh
# What a run finds on a real server is found again by the command printed with it, and what is said
# of another verdict is said.
. "$SOURCE_ROOT/tests/cli/common.sh"
# a server that the superuser has run as somebody else must reach its files
chmod 755 "$work"

replay() {
    "$SOURCE_ROOT/tools/reproduce" "$@" >"$work/out" 2>"$work/err"
}

# a deviation that is there again
noop_scenario t.noop 2s >noop.scn
rogue_target refuses refuses
ends 1 server refuses.target noop.scn --results run.jsonl
replay run.jsonl || die "not found again"
has out "1 of 1 deviations"
# one that is not
sed 's/"verdict":"fail","expected"/"verdict":"crash","expected"/' run.jsonl >other.jsonl
! replay other.jsonl || die "another verdict was not noticed"
has out "t.noop: crash, and alone: fail"

# real servers, whichever are there
for target in dovecot-stdio mailutils; do
    imapspec server "$target" 'command.*' 'expunge.*' 'store.*' --seed 1 --results run.jsonl
    [ "$code" -ne 4 ] || continue
    [ "$code" -le 1 ] || die "$target: ended with $code"
    replay run.jsonl 6 || die "$target: not found again"
    has out "6 of"
done

check_nothing_left
