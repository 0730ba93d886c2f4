#!/bin/sh
# Reports from outside: JUnit and SARIF as their schemas want them, TAP as its manual has it, results
# as our own schema says; of any number of runs, of cut and of empty ones, whatever servers send.
. "$SOURCE_ROOT/tests/cli/common.sh"
schemas=$SOURCE_ROOT/tests/schemas

checks() {
    /usr/bin/python3 -B "$SOURCE_ROOT/tests/cli/check_report.py" "$@" >"$work/counts" 2>&1 ||
        die "$*: $(cat "$work/counts")"
}

# valid NAME: NAME.xml, .tap, .sarif and .md; leaves the counts in the files junit, tap and sarif
valid() {
    xmllint --noout --nonet --schema "$schemas/junit.xsd" "$1.xml" 2>said || die "$1: $(cat said)"
    checks junit "$1.xml"
    cp counts junit
    checks tap "$1.tap"
    cp counts tap
    checks sarif "$schemas/sarif-2.1.0.json" "$1.sarif"
    cp counts sarif
    for file in "$1.xml" "$1.tap" "$1.sarif" "$1.md"; do
        ! LC_ALL=C grep -q "$(printf '[\001-\011\013-\037\177]')" "$file" ||
            die "$file holds control characters"
        iconv -f UTF-8 -t UTF-8 "$file" >/dev/null || die "$file is no UTF-8"
    done
}

# reported NAME RESULTS...: all reports of them, valid
reported() {
    name=$1
    shift
    ends 0 report "$@" --junit "$name.xml" --tap "$name.tap" --sarif "$name.sarif" \
        --markdown "$name.md"
    [ ! -s out ] || die "report to files prints something"
    valid "$name"
}

# ---- runs of several targets, with every kind of result ----

mkdir "odd folder"
noop_scenario t.noop 2s >"odd folder/no op#1.scn"
noop_scenario t.second 2s >second.scn
sed 's/covers  noop.ok/&\n  needs   BBOARD/; s/t.noop/t.skipped/' "odd folder/no op#1.scn" >skipped.scn
for mode in polite refuses killed eight-bit nul long-line; do
    rogue_target "t-$mode" "$mode" "feature BBOARD no"
    echo "fail t.second known for long; RFC 1176 p.10" >"t-$mode.expect"
    imapspec server "t-$mode.target" "odd folder" second.scn skipped.scn --results "$mode.jsonl" \
        --junit "run-$mode.xml" --tap "run-$mode.tap" --sarif "run-$mode.sarif" \
        --markdown "run-$mode.md" --color never --timeout-scale 0.5
    [ "$code" -eq 1 ] || [ "$code" -eq 3 ] || die "$mode: ended with $code"
    checks results "$SOURCE_ROOT/reports/result.schema.json" "$mode.jsonl"
    [ "$(cat counts)" = "3 cases" ] || die "$mode: $(cat counts)"
    valid "run-$mode"
    # what a run writes is what can be made of its results
    reported "again-$mode" "$mode.jsonl"
    for kind in xml tap sarif md; do
        cmp -s "run-$mode.$kind" "again-$mode.$kind" || die "$mode: .$kind is another in the run"
    done
done

# each says the same of the same results: one passes though listed as fail
reported polite polite.jsonl
[ "$(cat junit)" = "t-polite 3 tests 1 failures 0 errors 1 skipped" ] || die "$(cat junit)"
[ "$(cat tap)" = "plan 3 1 ok 1 bad 1 skip 0 todo" ] || die "$(cat tap)"
[ "$(cat sarif)" = "t-polite whole 1 error 0 warning 0 note 0 accepted" ] || die "$(cat sarif)"
for kind in xml tap sarif md; do
    has "polite.$kind" "t-polite.expect:1: remove this line"
done
# one fails, one fails as listed
reported refuses refuses.jsonl
[ "$(cat junit)" = "t-refuses 3 tests 1 failures 0 errors 2 skipped" ] || die "$(cat junit)"
[ "$(cat tap)" = "plan 3 0 ok 1 bad 1 skip 1 todo" ] || die "$(cat tap)"
[ "$(cat sarif)" = "t-refuses whole 1 error 0 warning 0 note 1 accepted" ] || die "$(cat sarif)"
for kind in xml tap sarif md; do
    has "refuses.$kind" "noop.ok" "page 10 Cmd" "known for long" "imapspec server t-refuses.target"
done
# findings point at the line of the scenario that was not met
grep -A 6 '"ruleId": "noop.ok"' refuses.sarif >/dev/null || die "no rule"
has refuses.sarif '"uri": "odd%20folder/no%20op%231.scn"'
line=$(grep -n 'S: @ OK' second.scn | head -1 | cut -d: -f1)
grep -qF "\"startLine\": $line" refuses.sarif || die "the finding is not at line $line"

# any number of runs, two of one target among them
reported all ./*.jsonl refuses.jsonl
[ "$(wc -l <junit)" -eq 7 ] || die "not seven suites"
[ "$(wc -l <sarif)" -eq 7 ] || die "not seven runs"
grep -q '^plan 21 ' tap || die "$(cat tap)"

# repetitions are cases of their own
rogue_target polite polite
imapspec server polite.target second.scn --repeat 3 --results repeated.jsonl
[ "$code" -eq 0 ] || die "repeat: $code"
has out "3 cases: 3 pass"
reported repeated repeated.jsonl
[ "$(cat junit)" = "polite 3 tests 0 failures 0 errors 0 skipped" ] || die "$(cat junit)"

# ---- a run that was cut short, a run of nothing ----

size=$(wc -c <refuses.jsonl)
head -c $((size - 40)) refuses.jsonl >cut.jsonl
reported cut cut.jsonl
has err "cut.jsonl: the last line is incomplete"
grep -q 't-refuses 3 tests .* 1 errors' junit || die "cut: $(cat junit)"
grep -q '^plan 3 ' tap || die "cut: $(cat tap)"
[ "$(grep -c '^ok\|^not ok' cut.tap)" -eq 2 ] || die "cut: not two points"
grep -q ' cut ' sarif || die "cut: $(cat sarif)"
for kind in xml tap sarif md; do
    has "cut.$kind" "2 of 3 cases were played"
done
# at the end of a line it is as clear
head -2 refuses.jsonl >cut.jsonl
reported cut cut.jsonl
has cut.md "1 of 3 cases were played"
has cut.xml "1 of 3 cases were played"

head -1 refuses.jsonl | sed 's/"planned":3/"planned":0/' >empty.jsonl
reported empty empty.jsonl
[ "$(cat junit)" = "t-refuses 0 tests 0 failures 0 errors 0 skipped" ] || die "$(cat junit)"
[ "$(cat tap)" = "plan 0 0 ok 0 bad 0 skip 0 todo" ] || die "$(cat tap)"
: >nothing.jsonl
ends 2 report nothing.jsonl --junit nothing.xml
has err "nothing.jsonl:1"
[ ! -e nothing.xml ] || die "a report of nothing"

# ---- where they go ----

# to standard output: nothing else does then
ends 1 server t-refuses.target second.scn "odd folder" --junit - --color never
cp out stdout.xml
xmllint --noout --nonet --schema "$schemas/junit.xsd" stdout.xml 2>said || die "$(cat said)"
has err "t-refuses: 2 cases: 2 fail; 1 unexpected"
ends 0 report refuses.jsonl --tap -
cmp -s out refuses.tap || die "--tap - is another"
ends 0 report refuses.jsonl
cmp -s out refuses.md || die "the default is not Markdown"
ends 2 report refuses.jsonl --tap - --junit -
has err "only one report can go to standard output"
ends 2 server polite.target second.scn --tap - --sarif -

# where nothing can be written is told before anything is played
ends 2 server polite.target second.scn --junit no/such/folder/j.xml
has err "no/such/folder/j.xml"
lacks out "case"
ends 2 report refuses.jsonl --sarif no/such/folder/s.json
"$IMAPSPEC" report refuses.jsonl --junit - >/dev/full 2>err
[ $? -eq 5 ] || die "a full disk is not told"
# a device is written to, not replaced
ends 5 report refuses.jsonl --junit /dev/full
[ -c /dev/full ] || die "/dev/full is replaced"

# an older report does not stay when there is none now
cp refuses.xml old.xml
sed "s|$ROGUE|/no/such/program|" polite.target >absent.target
ends 3 server absent.target second.scn --junit old.xml
[ ! -e old.xml ] || die "the report of another run is left"
cp refuses.xml old.xml
ends 4 server polite.target second.scn t.other --junit old.xml
[ ! -e old.xml ] || die "the report of another run is left, with nothing played"
cp refuses.xml old.xml
ends 0 server polite.target second.scn -n --junit old.xml
[ -e old.xml ] || die "a dry run removes a report"

# ---- the bundled server's whole suite, and its client's ----

for side in server client; do
    imapspec $side reference --seed 1 --results $side.jsonl
    [ "$code" -eq 0 ] || die "$side: $code"
    checks results "$SOURCE_ROOT/reports/result.schema.json" $side.jsonl
done
reported whole server.jsonl client.jsonl
grep -q '^plan [0-9]* [0-9]* ok 0 bad ' tap || die "$(cat tap)"

check_nothing_left
