#!/bin/sh
# The black-box fuzzer from outside: what it finds and does not find, what it leaves behind, how it
# ends.
. "$SOURCE_ROOT/tests/cli/common.sh"
. "$SOURCE_ROOT/tests/cli/fuzz_common.sh"

# ---- wrong usage ----
ends 2 fuzz
has err "fuzz wants one target"
ends 2 fuzz reference other
ends 2 fuzz reference --time soon
has err '--time wants a time such as 60s, 10m or 2h, not "soon"'
ends 2 fuzz reference --time 0s
ends 2 fuzz reference --count many
ends 2 fuzz reference --rate many
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

mkdir -p kept/model-1
printf '{"oracle": "model"\n' >kept/model-1/meta.json
ends 2 fuzz reference --count 1 --findings kept
has err "kept/model-1/meta.json:2:1: no JSON: "
printf '{"oracle": "model"}\n' >kept/model-1/meta.json
ends 1 fuzz reference --count 1 --findings kept
has out "findings 1" "1 of the findings were in kept before this run"

# ---- nobody else's server ----
ends 2 fuzz 192.0.2.1:143 --user u --password p --count 1
has err "192.0.2.1 is not on this machine; with --i-own-this-server"
ends 2 fuzz reference --against example.org:143 --user u --password p --count 1
has err "example.org is not on this machine"
ends 3 fuzz 127.0.0.1:1 --user u --password p --count 1
check_nothing_left

# ---- nothing is found where nothing is wrong, and everything is said ----
nscenarios=5000
[ "$SANITIZED" -eq 0 ] || nscenarios=2000
ends 0 fuzz reference --count $nscenarios --seed 7 --findings clean
has out "findings 0" "seed 7" "state x command x answer" "never accepted"
lacks out "never sent"
[ -d clean/corpus ] || die "there is no corpus"
[ "$(ls clean)" = corpus ] || die "findings: $(ls clean)"

# the same seed, the same answers; and no faster than it may be
repeats OK reference --count 600 --seed 9
keeps_rate reference

# what was worth while is gone on with
cp -r clean resumed
ends 0 fuzz reference --count 50 --seed 8 --findings resumed --resume
before=$(ls clean/corpus | wc -l)
[ "$(ls resumed/corpus | wc -l)" -ge "$before" ] || die "the corpus was lost"
ends 0 fuzz reference --against reference --count 200 --findings both

# ---- over TCP ----
ends 0 fuzz reference-tcp --count 100 --findings tcp
IMAPSPEC_SERVER=/nowhere/imapspec
export IMAPSPEC_SERVER
ends 3 fuzz reference-tcp --count 1
has err "/nowhere/imapspec: no such file"
IMAPSPEC_SERVER=$IMAPSPEC
ends 0 fuzz reference-tcp --count 1
unset IMAPSPEC_SERVER
check_nothing_left

# ---- what is wrong is found, small, and fails where it was found alone ----
faults="expunge/first-only expunge/answered-goes-too fetch/header-sets-seen"
[ "$SANITIZED" -eq 0 ] || faults=expunge/first-only
for fault in $faults; do
    finds "$fault" server 1500
    for folder in $known; do
        has "$folder/meta.json" '"minimal": true'
        ncommands=$(grep -c '^ *\(s[1-4] \)\{0,1\}C[:=]' "$folder/scenario.scn")
        [ "$ncommands" -le 10 ] || die "$folder has $ncommands commands"
    done
    shrinks events.bin
    shrinks scenario.scn
done

# ---- what a server should not do is found when that is asked for ----
ends 0 fuzz reference --warnings --count 300 --findings warned
builds_fault response/recent-outgrows careless
IMAPSPEC=$work/careless
ends 0 fuzz reference --count 300 --findings unwarned
ends 1 fuzz reference --warnings --count 300 --findings warned
has out "RECENT says"
for folder in warned/*-*; do
    has "$folder/meta.json" '"replay": "warn"'
    has "$folder/scenario.scn" "--seed 1 --warnings, scenario"
done
shown=$(ls -d warned/*-* | head -n 1)
ends 1 shrink "$shown/events.bin" reference --warnings --findings again
ends 0 shrink "$shown/events.bin" reference --findings none
IMAPSPEC=$good

# ---- ended from outside, it ends in good order ----
for signal in INT TERM; do
    is_ended $signal 0 corpus "$IMAPSPEC"
    has out "findings 0" "grammar: alternatives"
done
is_ended TERM 1 '*-*/meta.json' "$work/faulty"
is_kept '*-*/meta.json' || die "the finding is lost"
check_nothing_left

# ---- tags that a server dislikes are one finding, whatever the commands ----
finds command/tag-alphanumeric server 500
grep -qF "tag.any-atom" found/*-*/meta.json || die "no finding is about tags"
[ "$(echo "$known" | wc -l)" -eq 1 ] || die "disliked tags: $known"
