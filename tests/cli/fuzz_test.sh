#!/bin/sh
# The black-box fuzzer from outside: what it finds and does not find, what it leaves behind, how it
# ends.
. "$SOURCE_ROOT/tests/cli/common.sh"

# ---- wrong usage ----
ends 2 fuzz
has err "fuzz wants one target"
ends 2 fuzz reference other
ends 2 fuzz reference --time soon
has err '--time wants a time such as 60s, 10m or 2h, not "soon"'
ends 2 fuzz reference --time 0s
ends 2 fuzz reference --count many
ends 2 fuzz reference --no-such-option
ends 2 fuzz no-such-target
ends 2 fuzz reference --shim ./mine
ends 2 fuzz
ends 2 shrink
has err "shrink wants a file and a target"
ends 2 shrink nowhere.scn reference
has err "nowhere.scn"
printf 'scenario x "x" {\n' >bad.scn
ends 2 shrink bad.scn reference
has err "bad.scn:"
: >in-the-way
ends 2 fuzz reference --count 1 --findings in-the-way/findings
has err "in-the-way"

# ---- nobody else's server ----
ends 2 fuzz 192.0.2.1:143 --user u --password p --count 1
has err "192.0.2.1 is not on this machine; with --i-own-this-server"
ends 2 fuzz reference --against example.org:143 --user u --password p --count 1
has err "example.org is not on this machine"
ends 3 fuzz 127.0.0.1:1 --user u --password p --count 1
check_nothing_left

# ---- nothing is found where nothing is wrong, and everything is said ----
ends 0 fuzz reference --count 2000 --seed 7 --findings clean
has out "findings 0" "seed 7" "state x command x answer" "never accepted"
lacks out "never sent"
[ -d clean/corpus ] || die "there is no corpus"
[ "$(ls clean)" = corpus ] || die "findings: $(ls clean)"

# the same seed, the same answers
for run in first second; do
    ends 0 fuzz reference --count 600 --seed 9 --findings $run.kept
    sed 's/^reference: .*  OK/OK/' out >$run
done
cmp -s first second || die "two runs with one seed differ: $(diff first second)"
diff -r first.kept second.kept >difference || die "$(cat difference)"

# what was worth while is gone on with
cp -r clean resumed
ends 0 fuzz reference --count 50 --seed 8 --findings resumed --resume
before=$(ls clean/corpus | wc -l)
[ "$(ls resumed/corpus | wc -l)" -ge "$before" ] || die "the corpus was lost"
ends 0 fuzz reference --against reference --count 200 --findings both

# ---- over TCP ----
ends 0 fuzz reference-tcp --count 100 --findings tcp
check_nothing_left

# ---- what is wrong is found, small, and fails where it was found alone ----
faults="expunge/first-only expunge/answered-goes-too fetch/header-sets-seen"
[ "$SANITIZED" -eq 0 ] || faults=expunge/first-only
for fault in $faults; do
    builds_fault "$fault" faulty
    good=$IMAPSPEC
    IMAPSPEC=$work/faulty
    rm -rf found
    ends 1 fuzz reference --count 1500 --findings found
    cp out found.out
    nfound=0
    for folder in found/*-*; do
        nfound=$((nfound + 1))
        for file in scenario.scn events.bin wire.log meta.json; do
            [ -s "$folder/$file" ] || die "$folder/$file is missing"
        done
        has "$folder/meta.json" '"replay": "fail"' '"flaky": false' '"minimal": true'
        has "$folder/scenario.scn" "# Found by imapspec fuzz reference --seed 1"
        ncommands=$(grep -c '^ *\(s[1-4] \)\{0,1\}C[:=]' "$folder/scenario.scn")
        [ "$ncommands" -le 8 ] || die "$folder has $ncommands commands"
        ends 1 server reference "$folder/scenario.scn"
        IMAPSPEC=$good
        ends 0 lint "$folder/scenario.scn"
        ends 0 server reference "$folder/scenario.scn"
        IMAPSPEC=$work/faulty
    done
    [ "$nfound" -ge 1 ] || die "$fault is not found"

    # again, nothing is added
    ls found >before.list
    ends 1 fuzz reference --count 1500 --findings found --resume
    ls found >after.list
    cmp -s before.list after.list || die "found again: $(diff before.list after.list)"

    # from the stream, and from the scenario, to the same
    folder=$(ls -d found/*-* | head -n 1)
    ends 1 shrink "$folder/events.bin" reference --findings shrunk
    ends 1 shrink "$folder/scenario.scn" reference --findings shrunk2
    [ -s "shrunk/$(basename "$folder")/scenario.scn" ] || die "shrunk to $(ls shrunk)"
    IMAPSPEC=$good
    ends 0 shrink "$folder/events.bin" reference --findings none
    has out "shows nothing wrong"
    rm -rf shrunk shrunk2
done

# ---- ended from outside, it ends in good order ----
for signal in INT TERM; do
    rm -rf kept
    "$IMAPSPEC" fuzz reference --time 60s --findings kept >out 2>err </dev/null &
    fuzzing=$!
    jobs_started="$jobs_started $fuzzing"
    until_true 30 test -d kept/corpus || die "nothing is kept"
    kill -"$signal" "$fuzzing"
    wait "$fuzzing"
    code=$?
    [ "$code" -eq 0 ] || die "$signal ended it with $code"
    has out "findings 0" "grammar: alternatives"
done

"$work/faulty" fuzz reference --time 60s --findings kept2 >out 2>err </dev/null &
fuzzing=$!
jobs_started="$jobs_started $fuzzing"
is_found() {
    ls kept2/*-*/meta.json >/dev/null 2>&1
}
until_true 30 is_found || die "nothing is found"
kill -TERM "$fuzzing"
wait "$fuzzing"
code=$?
[ "$code" -eq 1 ] || die "SIGTERM ended it with $code"
is_found || die "the finding is lost"
check_nothing_left
