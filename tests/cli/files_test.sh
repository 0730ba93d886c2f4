#!/bin/sh
# The commands that only read files: lint, fmt, list, explain, cover, features, report.
. "$SOURCE_ROOT/tests/cli/common.sh"

noop_scenario t.noop >good.scn
rogue_target good polite
printf 'scenario t.bad "bad" {\n  role client\n  covers no.such.requirement\n\n  C: @ NOOP\n}\n' >bad.scn
printf 'target bad "bad" {\n  side nowhere\n}\n' >bad.target

# ---- lint: every error of every file, with its place, and a caret below it ----
ends 0 lint good.scn good.target
[ ! -s out ] && [ ! -s err ] || die "lint says something of good files"
ends 2 lint bad.scn
has err "bad.scn:3:10: " "no.such.requirement" "         ^"
ends 2 lint good.scn bad.target
has err "bad.target:2:8: "
mkdir -p folder/deeper
cp bad.scn folder/one.scn
cp bad.target folder/deeper/two.target
ends 2 lint folder
has err "folder/one.scn:3:" "folder/deeper/two.target:2:"
# a check that can never fail, and a forbidden line outside any check
printf 'scenario t.idle "idle" {\n  role client\n  covers noop.ok\n\n  check noop.ok {\n    S*: * <any>\n  }\n  S!: * <number> EXPUNGE\n  S: @ OK <text-line>\n}\n' >idle.scn
ends 2 lint idle.scn
has err "idle.scn:5:" "idle.scn:8:"
# what is linted is what is run: a bad file stops a run before anything is started
ends 2 server good.target folder/one.scn
has err "folder/one.scn:3:10: "

# ---- fmt ----
printf 'scenario   t.loose "loose"  {\nrole client\n   covers noop.ok\n\n\n\n S: * OK <text-line>\ncheck noop.ok {\n C: @ NOOP\nS: @ OK <text-line>\n   }\n}\n' >loose.scn
cp loose.scn before.scn
ends 0 fmt -w good.scn
ends 1 fmt --check loose.scn good.scn
[ "$(cat out)" = "loose.scn" ] || die "--check names other files"
cmp -s loose.scn before.scn || die "--check changes the file"
ends 0 fmt loose.scn
cp out formatted.scn
cmp -s loose.scn before.scn || die "fmt changes the file without -w"
ends 0 fmt -w loose.scn
cmp -s loose.scn formatted.scn || die "fmt -w writes something else than fmt prints"
ends 0 fmt --check loose.scn
ends 0 fmt -w loose.scn
cmp -s loose.scn formatted.scn || die "fmt is not idempotent"
# it changes no meaning: both play alike
for file in before loose; do
    ends 0 server reference $file.scn --seed 4 -vv --color never
    sed 's/scn:[0-9]*/scn/; s/0\.[0-9]* s//; s/before\.scn/loose.scn/' out >$file.played
done
cmp -s before.played loose.played || die "fmt changes what is played"
# a file that cannot be read stays as it is
ends 2 fmt -w broken.scn
printf 'scenario t.x "x" {\n  role client\n  covers noop.ok\n\n  C= "unclosed\n}\n' >broken.scn
cp broken.scn before.scn
ends 2 fmt -w broken.scn
has err "broken.scn:5:"
cmp -s broken.scn before.scn || die "fmt -w changes a broken file"
"$IMAPSPEC" fmt - <formatted.scn >out 2>err || die "fmt of standard input"
cmp -s out formatted.scn || die "fmt of standard input"
# target files and macros too
ends 0 fmt -w good.target
ends 0 fmt --check good.target
ends 0 lint good.target

# ---- list ----
ends 0 list
[ "$(wc -l <out)" -ge 5 ] || die "list lists little"
grep -qE '^[a-z0-9.-]+ +[A-Z`"+]' out || die "list prints no claims"
ends 0 list 'req:noop.ok'
[ -s out ] || die "nothing covers noop.ok"
ends 0 list good.scn
[ "$(sed 's/  */ /' out)" = "t.noop NOOP is answered" ] || die "list of a file: $(cat out)"
ends 4 list no.such.scenario
has err '"no.such.scenario" matches no scenario'
ends 2 list bad.scn

# ---- dry run: the cases with axes and orders ----
cat >axes.scn <<'END'
scenario t.axes "axes and orders" {
  role client
  covers noop.ok
  session a
  session b
  axis word in { NOOP noop }

  a S: * OK <text-line>
  b S: * OK <text-line>
  interleave commands {
    a {
      C: @ ${word}
      S: @ OK <text-line>
    }
    b {
      C: @ NOOP
      S: @ OK <text-line>
    }
  }
  check noop.ok
  a quiet 1ms
}
END
ends 0 server reference axes.scn -n
[ "$(cat out)" = "t.axes/word=NOOP[01]
t.axes/word=NOOP[10]
t.axes/word=noop[01]
t.axes/word=noop[10]" ] || die "the cases are: $(cat out)"
ends 0 server reference axes.scn 't.axes/word=noop[10]' -n
[ "$(cat out)" = "t.axes/word=noop[10]" ] || die "a case's ID selects: $(cat out)"
ends 0 server reference axes.scn -v
has out "4 cases: 4 pass"
ends 4 server reference axes.scn -n -x t.axes

# ---- explain ----
ends 0 explain expunge.none
has out "expunge.none  (server, must; RFC 1176 p. 13" "requires:  With nothing flagged" "scenario:  "
ends 0 explain 'expunge.*'
[ "$(grep -c '^  requires: ' out)" -ge 3 ] || die "a glob explains little"
ends 0 explain B59
has out "B59  " "adopted:"

# ---- cover ----
ends 0 cover good.scn
has out "  1 of "
ends 0 cover -m good.scn
lacks out "      noop.ok"
has out "      expunge.none"
ends 0 cover
grep -qE '^ +[0-9]+ of +[0-9]+  requirements of servers' out || die "cover has no sum"

has out "1 more cannot be tested over the wire:" "transport.port-143: "
ends 0 cover --side client
grep -qE '^ +[0-9]+ of +[0-9]+  requirements of clients' out || die "cover --side client has no sum"
ends 2 cover --side both
has err '--side wants server or client, not "both"'
ends 0 cover --readings
has out "choices that the RFC leaves" "B59   Order of EXPUNGE lines: "
grep -qE '^ +[0-9]+ choices, 0 of them recorded nowhere$' out || die "$(grep NOWHERE out)"
ends 0 server reference login.noop --seed 1 --results some.jsonl
ends 0 cover --results some.jsonl
grep -qE '^ +[0-9]+ of +[0-9]+ +[1-9][0-9]* judged +[1-9][0-9]* met  requirements' out ||
    die "cover does not count results"
ends 0 explain noop.ok --results some.jsonl
has out "  reference:  pass in "
ends 2 explain noop.ok --results absent.jsonl
ends 2 cover --results good.scn
has err "good.scn:1"

# ---- features ----
ends 0 features reference
grep -qE '^MULTI-ACCESS +yes ' out || die "features of the reference"
ends 0 features reference-tcp
grep -qE '^BBOARD +yes ' out || die "features of the reference over TCP"
ends 0 features good.target
grep -qE '^PREAUTH ' out || die "features of a target file"
sed "s|$ROGUE|/no/such/program|" good.target >absent.target
ends 3 features absent.target

# ---- report ----
rogue_target refuses refuses
ends 0 server good.target good.scn --results one.jsonl
ends 1 server refuses.target good.scn --results two.jsonl
ends 0 report one.jsonl two.jsonl
has out "# " "noop.ok" "good" "refuses" "fail" "pass"
cp out first
ends 0 report one.jsonl two.jsonl --markdown report.md
cmp -s first report.md || die "report --markdown differs"
ends 2 report one.jsonl good.scn
has err "good.scn:1"

check_nothing_left
