#!/bin/sh
# What each verdict looks like, and that the command printed with it reproduces it.
. "$SOURCE_ROOT/tests/cli/common.sh"

cat >all.scn <<'END'
include "std/imap2.scn"

scenario v.pass "all is well" {
  role client
  covers noop.ok

  use login()
  C: @ NOOP
  check noop.ok
  S: @ OK <text-line>
  use logout()
}

scenario v.fail "a MUST is not met" {
  role client
  covers noop.ok
  axis word in { NO BAD }

  use login()
  C: @ NOOP
  check noop.ok
  S: @ ${word} <text-line>
  use logout()
}

scenario v.warn "a SHOULD is not met" {
  role client
  covers check.exists noop.ok
  fixture INBOX messages 3

  use start(INBOX, 3)
  C: @ CHECK
  check check.exists
  S: * 7 EXISTS
  S*: * <any>
  S: @ OK <text-line>
  C: @ NOOP
  check noop.ok
  S: @ OK <text-line>
  use logout()
}

scenario v.nonstrict "a tolerated branch" {
  role client
  covers noop.ok

  use login()
  C: @ NOOP
  check noop.ok {
    either "refuses" {
      S: @ NO <text-line>
    } or nonstrict "obeys" {
      S: @ OK <text-line>
    }
  }
  use logout()
}

scenario v.blocked "the requirement is not reached" {
  role client
  covers noop.ok

  use login()
  C: @ FROBNICATE
  S: @ OK <text-line>
  C: @ NOOP
  check noop.ok
  S: @ OK <text-line>
}

scenario v.skip "a feature is absent" {
  role client
  covers noop.ok
  needs shim.login

  check noop.ok
  S: * OK <text-line>
}

scenario v.error "the scenario asks for what there is not" {
  role client
  covers noop.ok
  fixture INBOX "fixtures/no-such.mbox"

  check noop.ok
  S: * OK <text-line>
}
END

# reproduces VERDICT: the command printed in out gives that verdict again, and the same finding
reproduces() {
    command=$(sed -n 's/^ *reproduce: //p' out)
    [ "$(echo "$command" | wc -l)" -eq 1 ] || die "not one reproduction command"
    sed -n '/ at .*wire line/,/got/p' out >first
    cp out printed
    sh -c "$command --color never" >again 2>err
    has again "$1"
    cp out again.out
    sed -n '/ at .*wire line/,/got/p' again >second
    cmp -s first second || die "$command: finds something else: $(cat again)"
}

# verdict ID CODE VERDICT TEXT...: playing that case ends so, and says those texts
verdict() {
    id=$1
    wanted_code=$2
    word=$3
    shift 3
    ends "$wanted_code" server reference all.scn "$id" --seed 5 --color never --results r.jsonl -v
    grep -qE "^$word +" out || die "$id: no line begins with $word"
    has out "seed 5" "$@"
    [ "$(verdicts r.jsonl)" = "$id $word" ] || die "$id: results hold $(verdicts r.jsonl)"
}

verdict 'v.fail/word=NO' 1 fail "a MUST is not met" "all.scn:14" \
    "noop.ok (page 10 Cmd; 28 Syn \`noop\`): NOOP succeeds." "fail at all.scn:22" \
    "wanted  @ NO <text-line>" "got     a2 OK" "C: a2 NOOP" "S: a2 OK" "wire:"
reproduces fail
verdict v.warn 0 warn "a SHOULD is not met" "check.exists (page" "warn at all.scn:34" \
    "wanted  * 7 EXISTS" "reproduce: "
reproduces warn
verdict v.blocked 3 blocked "FROBNICATE" "wanted  @ OK <text-line>" "got     a2 BAD"
reproduces blocked
verdict v.nonstrict 0 nonstrict "a tolerated branch"
verdict v.skip 4 skip "needs shim.login"
verdict v.error 1 error "no-such.mbox"
reproduces error

# nothing is said of what passes, unless asked for
ends 0 server reference all.scn v.pass --seed 5
[ "$(wc -l <out)" -eq 2 ] || die "a pass is told"
ends 0 server reference all.scn v.pass --seed 5 -v --color never
grep -qE '^pass +v\.pass +all is well' out || die "-v does not tell a pass"
ends 0 server reference all.scn v.pass --seed 5 -vv --color never
has out "C: a2 NOOP"

# all together: the worst is not the only one; counts add up
ends 1 server reference all.scn --seed 5 -j 2 --color never
has out "8 cases: 1 pass, 1 nonstrict, 1 warn, 1 skip, 1 blocked, 2 fail, 1 error; 3 unexpected"

# strict: what is tolerated has to be listed
for id in v.warn v.nonstrict; do
    ends 1 server reference all.scn $id --strict
    has out "1 unexpected"
done

# a crash, with what the process said last
noop_scenario t.noop 2s >noop.scn
for mode in killed segv exits; do
    rogue_target $mode $mode
    ends 1 server $mode.target noop.scn --seed 5 --color never
    grep -qE '^crash +t\.noop' out || die "$mode: no crash"
done
has out "exits exited with status 3"
rogue_target report sanitizer 'stderr-bad "AddressSanitizer"'
ends 1 server report.target noop.scn --seed 5 --color never
grep -qE '^crash +t\.noop' out || die "a sanitizer's report is no crash"
has out "heap-use-after-free"
reproduces crash

# names with blanks and quotes, and options, are in the command in a form that a shell takes
mkdir "odd 'folder"
noop_scenario t.odd 2s >"odd 'folder/odd name.scn"
rogue_target refuses refuses
ends 1 server refuses.target "odd 'folder" --seed 5 --color never --vary tags --timeout-scale 1.5
has out "--vary tags" "--timeout-scale 1.5"
reproduces fail
has again "--vary tags" "--timeout-scale 1.5"
tag=$(sed -n 's/^ *got *\([^ ]*\) NO.*/\1/p' printed)
has again "got     $tag NO"

# no control character of a server reaches the terminal
rogue_target eight eight-bit
ends 1 server eight.target noop.scn --color never
has out "caf\\xc3\\xa9"
! LC_ALL=C grep -q "$(printf '\303')" out || die "raw octets are printed"

# colours on demand only
ends 1 server refuses.target noop.scn --color always
grep -q "$(printf '\033')" out || die "--color always has no colours"
ends 1 server refuses.target noop.scn --color auto
! grep -q "$(printf '\033')" out || die "colours in a file"

check_nothing_left
