#!/bin/sh
# Expectation files: what is listed, what is not, what is wrong in them, and writing them anew.
. "$SOURCE_ROOT/tests/cli/common.sh"

noop_scenario t.noop 2s >noop.scn
rogue_target polite polite
rogue_target refuses refuses
rogue_target killed killed

# judged CODE TARGET LINE: with that expectation file
judged() {
    echo "$3" >list.expect
    ends "$1" server "$2.target" noop.scn --expect list.expect --color never
}

judged 1 refuses "# nothing is listed"
judged 0 refuses "fail  t.noop  it refuses; RFC 1176 p.10"
has out "it refuses; RFC 1176 p.10" "1 fail; 0 unexpected"
judged 0 refuses "fail  t.*  it refuses"
# flaky goes either way, but is counted
judged 0 refuses "flaky t.noop  now and then"
has out "1 fail; 0 unexpected, 1 flaky"
judged 0 polite "flaky t.noop  now and then"
has out "1 pass; 0 unexpected, 1 flaky"
judged 0 killed "crash t.noop  known to crash"
# another result than the listed one, in both directions
judged 1 polite "fail  t.noop  it refuses"
has out "t.noop" "1 unexpected" \
    "list.expect:1: remove this line: listed as fail, but it passes now: it refuses"
judged 1 refuses "crash t.noop  it crashes"
has out "list.expect:1: listed as crash, but the verdict is fail now: it crashes"
judged 1 killed "fail  t.noop  it refuses"
has out "list.expect:1: listed as fail, but the verdict is crash now: killed was killed"
# what is expired counts no more, whatever the result
judged 1 refuses "fail  t.noop  it refuses expires 2001-01-01"
has out "list.expect:1: this line has expired and counts no more: it refuses" \
    "list.expect:1: fail t.noop: has expired and counts no more: write another date, or remove"
judged 1 polite "fail  t.noop  it refuses expires 2001-01-01"
has out "list.expect:1: fail t.noop: has expired"
judged 1 polite "flaky t.noop  it refuses expires 2001-01-01"
judged 0 refuses "fail  t.noop  it refuses expires 2999-12-31"

# a line that fits nothing is unexpected too, but only when the whole suite was played
ends 0 list
listed=$(sed -n '1s/ .*//p' out)
echo "fail  no.such.scenario  gone long ago" >list.expect
ends 0 server reference "$listed" --expect list.expect
lacks out "no.such.scenario"

# the file beside the target file is used by itself
echo "fail  t.noop  it refuses" >refuses.expect
ends 0 server refuses.target noop.scn
has out "0 unexpected"
: >empty.expect
ends 1 server refuses.target noop.scn --expect empty.expect

# wrong FILE'S-TEXT PLACE: ends with 2 and file:line:column, and nothing is played
wrong() {
    printf '%s\n' "$1" >bad.expect
    ends 2 server refuses.target noop.scn --expect bad.expect
    has err "bad.expect:$2: "
    lacks out "case"
}
wrong "fails t.noop it refuses" 1:1
wrong "# comment
fail t.noop" 2:12
wrong "fail" 1:5
wrong "fail t.noop ?" 1:13
wrong "fail t.noop it refuses expires 2026-02-30" 1:32
wrong "fail t.noop one
fail t.noop two" 2:6

# --update-expected writes what is new with ?, which the next run refuses until a reason is there
rm refuses.expect
ends 0 server refuses.target noop.scn --expect new.expect --update-expected
has out "new.expect written" "lack a reason"
grep -qE '^fail +t\.noop +\?$' new.expect || die "not written: $(cat new.expect)"
ends 2 server refuses.target noop.scn --expect new.expect
has err "new.expect:1:"
sed 's/?$/it refuses; RFC 1176 p.10/' new.expect >list.expect
ends 0 server refuses.target noop.scn --expect list.expect
# nothing to change: the file stays, to the octet; comments too
echo "# a comment at the end" >>list.expect
cp list.expect before
ends 0 server refuses.target noop.scn --expect list.expect --update-expected
cmp -s before list.expect || die "an exact file was changed"
# another result: the reason is kept
ends 0 server killed.target noop.scn --expect list.expect --update-expected
grep -qE '^crash +t\.noop +it refuses; RFC 1176 p\.10$' list.expect ||
    die "reason lost: $(cat list.expect)"
has list.expect "# a comment at the end"
# it passes now: the line goes
ends 0 server polite.target noop.scn --expect list.expect --update-expected
lacks list.expect "t.noop"
ends 0 server polite.target noop.scn --expect list.expect
# a target that cannot be had changes nothing
cp before list.expect
sed "s|$ROGUE|/no/such/program|" polite.target >absent.target
ends 3 server absent.target noop.scn --expect list.expect --update-expected
cmp -s before list.expect || die "written though nothing was played"

check_nothing_left
