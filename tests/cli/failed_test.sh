#!/bin/sh
# The selector failed:RESULTS plays again what did not go well, as it was.
. "$SOURCE_ROOT/tests/cli/common.sh"

mkdir scenarios
for name in four one two three; do
    noop_scenario t.$name 2s >scenarios/$name.scn
done
rogue_target polite polite
rogue_target refuses refuses
echo "fail t.two known; RFC 1176 p.10" >known.expect

# played WANTED ARGUMENT...: these cases are selected
played() {
    wanted=$1
    shift
    imapspec server "$@" -n
    [ "$(sort out | tr '\n' ' ')" = "$wanted" ] || die "$*: selects $(cat out), not $wanted"
}

# fails, listed or not; in the file where it stands, though the suite is another one
ends 1 server refuses.target scenarios -x t.four --seed 77 --results red.jsonl --expect known.expect
played "t.one t.three t.two " refuses.target failed:red.jsonl
ends 1 server refuses.target failed:red.jsonl
has out "seed 77" "3 cases: 3 fail"
ends 1 server refuses.target failed:red.jsonl --seed 5
has out "seed 5"
# what has become good is green; a listed one that passes is unexpected, so it is one of them
ends 0 server polite.target failed:red.jsonl
ends 1 server polite.target scenarios --expect known.expect --results gone.jsonl
played "t.two " polite.target failed:gone.jsonl

# among others, and left out
played "t.four t.two " polite.target failed:gone.jsonl t.four scenarios
played "t.four t.one t.three " polite.target scenarios -x failed:gone.jsonl
played "t.one t.three t.two " polite.target failed:gone.jsonl failed:red.jsonl
# each once, however often it was played
ends 1 server refuses.target scenarios/one.scn --repeat 3 --results repeated.jsonl
played "t.one " refuses.target failed:repeated.jsonl

# none is none, not all
ends 0 server polite.target scenarios --results green.jsonl
ends 4 server polite.target failed:green.jsonl
has err "green.jsonl: no case of it failed" "the selection matches no scenario"
ends 4 server polite.target scenarios failed:green.jsonl
played "t.four t.one t.three t.two " polite.target scenarios -x failed:green.jsonl

# a cut file is read as far as it goes; what is no results file is wrong usage
head -c $(($(wc -c <red.jsonl) - 9)) red.jsonl >cut.jsonl
imapspec server polite.target failed:cut.jsonl -n
[ "$code" -eq 0 ] || die "cut: $code"
has err "cut.jsonl: the last line is incomplete"
ends 2 server polite.target failed:no-such.jsonl
has err "no-such.jsonl: "
ends 2 server polite.target failed:scenarios/one.scn
has err "scenarios/one.scn:1"

# the files are gone: what was played is not there, and that is said
rm -r scenarios
ends 4 server polite.target failed:gone.jsonl
has err '"t.two" matches no scenario'

# shipped scenarios are found from anywhere, with axes and orders
ends 1 server refuses.target "$SOURCE_ROOT/scripts/imap2/server/command" --seed 3 -j 2 \
    --results suite.jsonl --timeout-scale 0.2
imapspec server refuses.target "$SOURCE_ROOT/scripts/imap2/server/command" -n --seed 3
sort out >all
(
    cd / && "$IMAPSPEC" server "$work/refuses.target" "failed:$work/suite.jsonl" -n
) >out 2>err
[ -s out ] || die "nothing is selected: $(cat err)"
sort out | comm -23 - all >others
[ ! -s others ] || die "others are selected: $(cat others)"

check_nothing_left
