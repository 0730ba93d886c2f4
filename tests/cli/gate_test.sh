#!/bin/sh
# The gate as a maintainer meets it: a behaviour of a server regresses, is restored, improves. The
# server is the bundled one, built with one of the seeded faults and without.
. "$SOURCE_ROOT/tests/cli/common.sh"

# The tree under test: `server` is what a maintainer's build makes, `gate` what the CI job calls.
some=
[ "$SANITIZED" = 0 ] || some="expunge.* noop.*"
set -f
gate() {
    these=$some
    case "$*" in *failed:*) these= ;; esac
    # shellcheck disable=SC2086
    ./server server reference $these --seed 1 --expect known.expect "$@" >out 2>err </dev/null
    code=$?
}
builds_fault expunge/zero-line regressed
echo "# nothing is known" >known.expect

# as it should be: green
ln -sf "$IMAPSPEC" server
gate
[ "$code" -eq 0 ] || die "sound, and red: $code"
has out "; 0 unexpected"

# regressed: red, and the first screen of 24 lines tells all of it
ln -sf regressed server
gate --results red.jsonl
[ "$code" -eq 1 ] || die "regressed, and $code"
head -24 out >screen
has screen "fail " "    wanted  " "    got     " \
    "  reproduce: ./server server reference "
grep -qE '^  (expunge|resp)[a-z.-]* \(page [0-9]+ ' screen ||
    die "no requirement with its page on the first screen"
command=$(sed -n 's/^ *reproduce: //p' screen | head -1)
sh -c "$command --color never" >again 2>err
[ $? -eq 1 ] || die "$command does not reproduce it"

# what failed is played again alone, and is found again
gate failed:red.jsonl
[ "$code" -eq 1 ] || die "failed: $code"
grep -qE '^reference: ([0-9]+) cases: \1 fail; \1 unexpected' out || die "others are played too"

# restored: green
ln -sf "$IMAPSPEC" server
gate
[ "$code" -eq 0 ] || die "restored, and red: $code"
gate failed:red.jsonl
[ "$code" -eq 0 ] || die "restored, and what had failed is red: $code"

# it is known, and somebody has said why: green
ln -sf regressed server
gate --update-expected
[ "$code" -eq 0 ] || die "--update-expected: $code"
gate
[ "$code" -eq 2 ] || die "lines without a reason are taken: $code"
has err "known.expect:2:" "no reason"
sed -i 's/?$/tells of message 0; RFC 1176 p.13/' known.expect
gate
[ "$code" -eq 0 ] || die "known, and red: $code"

# an improvement that nobody has taken out of the list: red, and says which lines
ln -sf "$IMAPSPEC" server
gate
[ "$code" -eq 1 ] || die "improved, and $code"
head -24 out >screen
grep -qE '^  known\.expect:[0-9]+: remove this line: listed as fail, but it passes now: tells' \
    screen || die "the line to be removed is not told"
grep -n . known.expect | sed -n 's/^\([0-9]*\):fail.*/known.expect:\1:/p' >lines
while read -r place; do
    has out "$place remove this line"
done <lines
gate --update-expected
gate
[ "$code" -eq 0 ] || die "lines removed, and red: $code"
lacks known.expect "fail "

check_nothing_left
