#!/bin/sh
# Seeded faults from outside: what kills, what does not, what cannot be built, and what hangs.
. "$SOURCE_ROOT/tests/cli/common.sh"

# a folder of data of our own: two scenarios, the fixtures and macros of the tree
mkdir -p data/scripts/imap2/server data/tests/faults/sub
cp -r "$SOURCE_ROOT/scripts/std" data/scripts/std
cp -r "$SOURCE_ROOT/corpus" data/corpus
IMAPSPEC_DATA=$work/data
noop_scenario t.noop >data/scripts/imap2/server/noop.scn
cat >data/scripts/imap2/server/logout.scn <<'END'
scenario t.logout "LOGOUT says goodbye" {
  role    client
  covers  logout.bye-before-ok

  S: * OK <text-line>
  C: @ LOGOUT
  check logout.bye-before-ok
  S: * BYE <text-line>
  S: @ OK <text-line>
}
END
ends 0 lint data/scripts/imap2/server
faults=data/tests/faults

# fault NAME BREAKS REPLACED BY: a fault in the answer to NOOP
fault() {
    printf '%s\n' "fault t.$1 \"$1\"" "breaks $2" "file reference/check.c" \
        "replace" " | $3" "by" " | $4" >"$faults/sub/$1.fault"
}
says='server_command_complete(session, "NOOP completed");'

# ---- killed by name; the table; a scenario that kills nothing ----
fault silent noop.ok "$says" ""
ends 1 mutants
has out "killed           t.silent  by 1 scenario, 1 by name" "t.logout kills nothing" \
    "1 of 2 scenarios kill none of these faults" "1 fault: 1 killed (100 %), 1 by name (100 %)"
grep -qE '^A\.4 +[0-9]+ +1 +1 +1  NOOP, LOGIN, LOGOUT$' out || die "the table of groups"

# which scenario, by what; a selection of scenarios or faults asks no scenario to kill
ends 0 mutants -v t.noop
has out "    fail  t.noop: noop.ok"
ends 0 mutants --faults $faults
ends 0 mutants --fault 't.si*' --faults $faults/sub/silent.fault
ends 4 mutants --fault 'u.*'
has err "the selection matches no fault"
ends 4 mutants u.noop
has err '"u.noop" matches no scenario' "the selection matches no scenario"
ends 1 mutants -x t.noop
has out "survived         t.silent"

# ---- why no fault can be shown ----
sed -i 's/^  covers .*/&\n  no-fault "it only says goodbye"/' data/scripts/imap2/server/logout.scn
ends 0 mutants --matrix m.jsonl --markdown m.md
lacks out "kills nothing"
sed -i 's/^  covers .*/&\n  no-fault "it cannot fail"/' data/scripts/imap2/server/noop.scn
ends 1 mutants
has out 't.noop says `no-fault`, but kills t.silent'
sed -i '/it cannot fail/d' data/scripts/imap2/server/noop.scn

# ---- the matrix: a header, a line for each fault, one for each scenario ----
[ "$(wc -l <m.jsonl)" -eq 4 ] || die "the matrix has not 4 lines"
has m.jsonl '{"imapspec-matrix":1,' '"whole":true' '{"fault":"t.silent","claim":"silent"' \
    '"breaks":["noop.ok"],"outcome":"killed"' \
    '"kills":[{"scenario":"t.noop","verdict":"fail","hit":["' '"named":["noop.ok"]}]}' \
    '{"scenario":"t.logout","no-fault":"it only says goodbye","kills":[]}' \
    '{"scenario":"t.noop","no-fault":"","kills":["t.silent"]}'
has m.md "# Seeded faults" '| `t.silent` | silent | noop.ok | killed | 1 | 1 |' \
    '| `t.logout` | 0 | it only says goodbye |'

# ---- survivors, and what is no fault at all; the others are played all the same ----
fault unnamed expunge.none "$says" ""
ends 1 mutants
has out "killed, unnamed  t.unnamed  by 1 scenario, 0 by name" "breaks: expunge.none" \
    "reported: noop.ok" "2 faults: 2 killed (100 %), 1 by name (50 %)"
rm $faults/sub/unnamed.fault
fault other-words noop.ok '"NOOP completed"' '"NOOP done"'
fault nowhere noop.ok '"NOOP succeeded"' '""'
fault everywhere noop.ok 'server_command_complete(' 'x('
fault unbuildable noop.ok "$says" "no_such_function(session;"
fault unlinkable noop.ok "$says" "extern int nowhere_to_be_found; nowhere_to_be_found = 1;"
ends 1 mutants --matrix m.jsonl
has out "survived         t.other-words" "$faults/sub/other-words.fault: other-words" \
    "no match         t.nowhere" "sub/nowhere.fault:4:1: this text does not stand in reference/" \
    "no match         t.everywhere" "this text stands" "times in reference/check.c (lines" \
    "not built        t.unbuildable" "reference/check.c:" "error:" \
    "not built        t.unlinkable" "nowhere_to_be_found" \
    "killed           t.silent" \
    "6 faults: 1 killed (16 %), 1 by name (16 %), 1 survived, 2 not built, 2 no match"
has m.jsonl '"outcome":"survived"' '"outcome":"no match"' '"outcome":"not built"'
rm $faults/sub/other-words.fault $faults/sub/nowhere.fault $faults/sub/everywhere.fault \
    $faults/sub/unbuildable.fault $faults/sub/unlinkable.fault

# ---- loops, floods and crashes are bounded, and kill ----
fault crashes noop.ok "$says" "__builtin_trap();"
fault loops noop.ok "$says" "for (;;) { __asm__ volatile(\"\"); }"
[ "$SANITIZED" -eq 1 ] || # which need all the memory there is
    fault floods noop.ok "$says" "for (;;) $says"
ends 1 mutants -j 2
has out "killed, unnamed  t.loops  by 1 scenario, 0 by name" \
    "killed, unnamed  t.crashes  by 1 scenario, 0 by name" "reported: no requirement" \
    "killed           t.silent"
[ "$SANITIZED" -eq 1 ] || has out "t.floods  by 1 scenario"
rm $faults/sub/loops.fault $faults/sub/crashes.fault
rm -f $faults/sub/floods.fault

# ---- a file that is wrong ----
fault wrong no.such.requirement "$says" ""
printf 'fault t.silent "again"\nbreaks noop.ok\nfile reference/check.c\nreplace\n | a\nby\n' \
    >$faults/twice.fault
ends 2 mutants
has err "sub/wrong.fault:2:8: the catalogue has no requirement" \
    "twice.fault:1:1: there is a fault \`t.silent\` already, in $faults/sub/silent.fault" \
    "         ^"
has out "1 fault: 1 killed" "left out, because they are wrong: 2"
ends 2 lint $faults
has err "sub/wrong.fault:2:8: the catalogue has no requirement"
rm $faults/sub/wrong.fault $faults/twice.fault
ends 0 lint $faults
ends 2 mutants --faults nowhere.fault
has err "nowhere.fault: no such file or folder"
printf 'scenario t.bad "bad" {\n  role client\n}\n' >data/scripts/imap2/server/bad.scn
ends 2 mutants
has err "bad.scn:1:1: "
rm data/scripts/imap2/server/bad.scn

# faults of clients are played on their own
sed 's/t\.silent/t.client/; s/noop\.ok/client.unexpected-tag/; 2s/^/side client\n/' \
    $faults/sub/silent.fault >$faults/client.fault
ends 0 mutants
has out "1 fault of the other side left out"
rm $faults/client.fault

# ---- without a fault, everything has to pass; what does not is not judged ----
sed 's/t\.noop/t.never/; s/S: @ OK/S: @ NO/' data/scripts/imap2/server/noop.scn \
    >data/scripts/imap2/server/never.scn
ends 1 mutants
has err "without a fault, t.never ends in fail" "it is not judged"
has out "t.never kills nothing" "killed           t.silent  by 1 scenario"
rm data/scripts/imap2/server/never.scn

# ---- ends in mid-run ----
for i in 1 2 3 4 5 6; do
    fault "loops$i" noop.ok "$says" "for (;;) { __asm__ volatile(\"\"); }"
done
first_is_done() {
    grep -q "t.loops" out
}
for signal in TERM KILL; do
    : >out
    "$IMAPSPEC" mutants -j 2 >out 2>err </dev/null &
    run=$!
    jobs_started="$jobs_started $run"
    until_true 120 first_is_done || die "nothing is played"
    [ -n "$(ls -A "$TMPDIR")" ] || die "there is no temporary folder"
    kill -$signal "$run"
    wait "$run" 2>/dev/null
    code=$?
    [ "$code" -gt 128 ] || die "$signal ended it with $code"
    check_nothing_left
    [ "$signal" = KILL ] || has err "interrupted when "
done
