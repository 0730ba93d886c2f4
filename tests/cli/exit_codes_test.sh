#!/bin/sh
# Each exit code, from outside.
. "$SOURCE_ROOT/tests/cli/common.sh"

noop_scenario t.noop 2s >noop.scn

# 0: every result as expected
rogue_target polite polite
ends 0 server polite.target noop.scn
has out "polite: 1 case: 1 pass; 0 unexpected" "seed "

# 0: also skip and warn are expected
sed 's/covers  noop.ok/&\n  needs   BBOARD/; s/t.noop/t.bboard/' noop.scn >bboard.scn
ends 0 server polite.target noop.scn bboard.scn

# 1: an unexpected fail, an unexpected crash
rogue_target refuses refuses
ends 1 server refuses.target noop.scn
has out "refuses: 1 case: 1 fail; 1 unexpected"
rogue_target killed killed
ends 1 server killed.target noop.scn
has out "killed: 1 case: 1 crash; 1 unexpected"

# 1: fail-fast too; the cases not played are not counted
noop_scenario t.second 2s >second.scn
ends 1 server refuses.target noop.scn second.scn -j 1 --fail-fast
has out "refuses: 1 case: 1 fail"

# 1: strictly, what is tolerated too; 0 when it is listed
cat >tolerated.scn <<'END'
scenario t.tolerated "NOOP may be answered otherwise" {
  role    client
  dialect imap2
  covers  noop.ok

  S: * OK <text-line>
  C: @ NOOP
  check noop.ok {
    either "refuses" {
      S: @ NO <text-line>
    } or nonstrict "obeys" {
      S: @ OK <text-line>
    }
  }
}
END
ends 0 server polite.target tolerated.scn
ends 1 server polite.target tolerated.scn --strict
echo "nonstrict t.tolerated it obeys; RFC 1176 p.10" >list.expect
ends 0 server polite.target tolerated.scn --strict --expect list.expect

# 1: an unexpected pass, and a line that has expired
echo "fail t.noop it refuses; RFC 1176 p.10" >list.expect
ends 1 server polite.target noop.scn --expect list.expect
echo "fail t.noop it refuses; RFC 1176 p.10 expires 2001-01-01" >list.expect
ends 1 server refuses.target noop.scn --expect list.expect

# 2: wrong usage, target, scenario, expectation file; nothing was tested
ends 2 server
ends 2 server no-such-target noop.scn
ends 2 server no-such.target noop.scn
echo 'scenario t.bad "bad" {' >bad.scn
ends 2 server polite.target bad.scn
has err "bad.scn:1"
lacks out "case"
echo 'target bad "bad" {' >bad.target
ends 2 server bad.target noop.scn
has err "bad.target:1"
ends 2 server polite.target noop.scn --expect no-such.expect

# 3: the target cannot be started, does not get ready, cannot be reached
sed "s|$ROGUE|/no/such/program|" polite.target >absent.target
ends 3 server absent.target noop.scn
has err "/no/such/program"
sed 's|"polite"|"no-such-mode"|' polite.target >exits.target
ends 3 server exits.target noop.scn
has err "exited with status 2 before it was ready" "usage: rogue"
sed "s|\"$ROGUE\".*|\"sleep\" \"60\"|; s/timeout 20s/timeout 1s/" polite.target >late.target
ends 3 server late.target noop.scn
has err "not ready after 1000 ms"
ends 3 server 127.0.0.1:1 noop.scn --user fred --password secret
has err "127.0.0.1"

# 3: every case is blocked
rogue_target silent never-speaks
ends 3 server silent.target noop.scn
has out "blocked    t.noop" "silent: 1 case: 1 blocked"

# 4: the selection is empty
ends 4 server polite.target noop.scn t.other
has err '"t.other" matches no scenario' "the selection matches no scenario"
ends 4 server polite.target noop.scn -x 't.*'

# 4: everything is skipped: a feature is absent, the server is not installed
rogue_target bare polite "feature    BBOARD no"
ends 4 server bare.target bboard.scn
has out "needs BBOARD, which bare does not have" "1 skip"
rogue_target missing polite 'requires   "/no/such/server"'
ends 4 server missing.target noop.scn
has out "needs /no/such/server, which is not installed" "1 skip"

# 5: what was asked for cannot be written
"$IMAPSPEC" list >/dev/full 2>err
[ $? -eq 5 ] || die "list to a full disk"
has err "standard output"
# of results and reports too; what was found is told all the same, and goes before
ends 5 server polite.target noop.scn --results /dev/full
has out "polite: 1 case: 1 pass"
has err "/dev/full: not all results could be written"
ends 5 server polite.target noop.scn --junit /dev/full
has err "/dev/full"
ends 1 server refuses.target noop.scn --results /dev/full
has err "/dev/full"

# 5: a bug of ours, here an assertion that fails in mid-run: see killed_test.sh

check_nothing_left
