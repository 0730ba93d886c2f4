#!/bin/sh
# Ends of the harness in mid-run: what was done can be read, nothing stays behind.
. "$SOURCE_ROOT/tests/cli/common.sh"

# The last case hangs for a minute, unless it is cut short.
for i in 1 2 3; do
    noop_scenario t.quick$i 60s >quick$i.scn
done
noop_scenario t.slow 60s | sed 's/C: @ NOOP/quiet 60s\n  &/' >slow.scn
rogue_target polite polite

# begins TARGET: a run in the background that hangs in t.slow after the quick ones; its number in
# $run, the results so far in r.jsonl
begins() {
    rm -f r.jsonl
    "$IMAPSPEC" server "$1" quick1.scn quick2.scn quick3.scn slow.scn -j 1 --results r.jsonl \
        --color never >out 2>err </dev/null &
    run=$!
    jobs_started="$jobs_started $run"
    until_true 60 three_are_done || die "$1: $(verdicts r.jsonl)"
    [ -n "$(ours_running)" ] || die "$1: no process names the temporary folder"
    [ -n "$(ls -A "$TMPDIR")" ] || die "$1: there is no temporary folder"
}

three_are_done() {
    [ -f r.jsonl ] && [ "$(verdicts r.jsonl | wc -l)" -eq 3 ]
}

is_gone() {
    ! kill -0 "$run" 2>/dev/null
}

# Every report of what was done can be made, and says that it is not all.
check_reports() {
    ends 0 report r.jsonl --junit r.xml --tap r.tap --sarif r.sarif --markdown r.md
    has r.md "| 3 | 3 | 0 |" "noop.ok"
    xmllint --noout --nonet --schema "$SOURCE_ROOT/tests/schemas/junit.xsd" r.xml 2>said ||
        die "$1: $(cat said)"
    for kind in tap sarif; do
        schema=$SOURCE_ROOT/tests/schemas/sarif-2.1.0.json
        [ $kind = sarif ] || schema=
        # shellcheck disable=SC2086 # no schema is no argument
        /usr/bin/python3 -B "$SOURCE_ROOT/tests/cli/check_report.py" $kind $schema r.$kind \
            >said 2>&1 || die "$1: $(cat said)"
    done
    [ "$(grep -c '<testcase ' r.xml)" -eq 4 ] || die "$1: not three cases and the error"
    [ "$(grep -c '^ok ' r.tap)" -eq 3 ] || die "$1: not three test points"
    for kind in xml tap sarif md; do
        has r.$kind "3 of 4 cases were played"
    done
}

# ended_by SIGNAL CODE: the signal ends it, with that code for a shell, and nothing is left
ended_by() {
    kill -"$1" "$run"
    wait "$run" 2>/dev/null
    code=$?
    [ "$code" -eq "$2" ] || die "$1 ended it with $code, not $2"
    check_nothing_left
    check_reports "$1"
    [ "$(verdicts r.jsonl)" = "t.quick1 pass
t.quick2 pass
t.quick3 pass" ] || die "$1: results hold $(verdicts r.jsonl)"
}

for target in polite.target reference-tcp; do
    begins $target
    ended_by KILL 137
    begins $target
    ended_by TERM 143
done

# told what was done
begins polite.target
kill -TERM "$run"
wait "$run" 2>/dev/null
has err "interrupted when 3 of 4 cases were done"
has out "polite: 3 cases: 3 pass"
check_reports TERM
# the reports of a run that is interrupted are written by itself
rm -f r.jsonl
"$IMAPSPEC" server polite.target quick1.scn quick2.scn quick3.scn slow.scn -j 1 --seed 1 \
    --results r.jsonl --junit run.xml --color never >out 2>err </dev/null &
run=$!
jobs_started="$jobs_started $run"
until_true 60 three_are_done || die "nothing is played"
kill -TERM "$run"
wait "$run" 2>/dev/null
ends 0 report r.jsonl --junit r.xml
cmp -s r.xml run.xml || die "an interrupted run writes another report than its results give"

# a bug of ours: what ENSURE() does when it fails, from outside
begins polite.target
ended_by ABRT 5

# a results file cut in the middle of a line is read up to there, and said so
size=$(wc -c <r.jsonl)
head -c $((size - 40)) r.jsonl >cut.jsonl
ends 0 report cut.jsonl
has err "cut.jsonl: the last line is incomplete"
head -c 20 r.jsonl >cut.jsonl
ends 2 report cut.jsonl
has err "cut.jsonl:1"

# the worker that plays a case is killed: that case is an error, the rest is played
begins polite.target
for file in /proc/[0-9]*/stat; do
    { read -r pid rest <"$file"; } 2>/dev/null || continue
    parent=$(echo "$rest" | sed 's/^.*) . \([0-9]*\) .*/\1/')
    [ "$parent" = "$run" ] || continue
    grep -qF "server" "/proc/$pid/cmdline" && tr '\0' ' ' <"/proc/$pid/cmdline" |
        grep -qF "slow.scn" && echo "$pid"
done >children
# the first one forked is the guard of the folder; the worker comes after it
kill -9 "$(tail -1 children)"
wait "$run"
[ $? -eq 1 ] || die "a killed worker"
grep -qE '^error +t\.slow' out || die "no error is told"
has out "the process that played the case was killed by Killed" "3 pass, 1 error"
check_nothing_left

# --keep leaves the folder, and only that
ends 0 server polite.target quick1.scn --keep
[ -n "$(ls -A "$TMPDIR")" ] || die "--keep keeps nothing"
[ -z "$(ours_running)" ] || die "--keep keeps a process"
rm -rf "$TMPDIR"/*

# the bundled server by itself ends on either signal, and frees its port
is_listening() {
    grep -q "^listening on 127.0.0.1:[1-9]" served 2>/dev/null
}
for signal in TERM INT; do
    rm -f served
    env --default-signal=INT "$IMAPSPEC" serve --maildir "$TMPDIR/mail" >served 2>err &
    run=$!
    jobs_started="$jobs_started $run"
    until_true 20 is_listening || die "serve says nothing"
    kill -$signal "$run"
    until_true 20 is_gone || die "serve does not end by $signal"
    wait "$run"
    [ $? -eq 0 ] || die "serve did not end well by $signal"
done

# so does a run; background jobs of a script ignore SIGINT, hence env
rm -f r.jsonl
env --default-signal=INT "$IMAPSPEC" server polite.target quick1.scn slow.scn -j 1 \
    --results r.jsonl --color never >out 2>err </dev/null &
run=$!
jobs_started="$jobs_started $run"
until_true 60 grep -q t.quick1 r.jsonl 2>/dev/null || die "nothing is played"
kill -INT "$run"
wait "$run" 2>/dev/null
[ $? -eq 130 ] || die "SIGINT does not end a run"
has err "interrupted when 1 of 2 cases were done"
rm -rf "$TMPDIR/mail"
check_nothing_left
