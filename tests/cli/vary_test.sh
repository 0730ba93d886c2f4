#!/bin/sh
# --vary: what is sent differs in the way that is asked for and in no other, by the seed alone; and
# the bundled server, which is right, gives no result that is unexpected.
. "$SOURCE_ROOT/tests/cli/common.sh"

cat >say.scn <<'END'
include "std/imap2.scn"

scenario t.say "Strings, a date, a sequence and keywords are understood" {
  role     client
  dialect  imap2
  covers   search.result-line
  fixture  INBOX messages 9
  axis     key in { Unseen }

  use start(INBOX, 9)
  C: @ FETCH 2:4,9 (FLAGS RFC822.SIZE)
  S{4}: * <number> FETCH (FLAGS <flag-list> RFC822.SIZE <number>)
  S: @ OK <text-line>
  C: @ SEARCH SUBJECT "message" FROM sender BEFORE 1-Oct-99 ${key}
  check search.result-line {
    S: * SEARCH 1 2 3 4 5 6 7 8 9
    S: @ OK <text-line>
  }
  C: @ STORE 1 +FLAGS (\Deleted)
  S*: * 1 FETCH (FLAGS (\Deleted ...))
  S: @ OK <text-line>
  use logout()
}
END

# sent WHAT SEED: what the client says under --vary WHAT, in the file WHAT.SEED
sent() {
    ends 0 server reference say.scn --vary "$1" --seed "$2" --results r.jsonl
    verdicts r.jsonl | grep -q ' pass$' || die "$1 $2: not passed"
    grep -o '"log":".*' r.jsonl | sed 's/\\n/\
/g' | sed -n 's/\\\(["\\]\)/\1/g; s/^ *[0-9.]* C: //p' >"$1.$2"
    [ -s "$1.$2" ] || die "$1 $2: nothing was sent"
}

# differ WHAT: some of its seeds say it otherwise than none.1, and two of them differ
differ() {
    cmp -s "$1.1" none.1 && cmp -s "$1.2" none.1 && cmp -s "$1.3" none.1 && die "$1: nothing varies"
    cmp -s "$1.1" "$1.2" && cmp -s "$1.2" "$1.3" && die "$1: three seeds, one choice"
    return 0
}

# alike WHAT SED: but for what the sed script does away with, all seeds say what none.1 says
alike() {
    sed "$2" none.1 >none.plain
    for file in "$1".*[0-9]; do
        sed "$2" "$file" | cmp -s - none.plain || die "$file: $(cat "$file")"
    done
}

lower='y/ABCDEFGHIJKLMNOPQRSTUVWXYZ/abcdefghijklmnopqrstuvwxyz/'
sent none 1
sent none 2
cmp -s none.1 none.2 || die "none: two seeds differ"
for seed in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    for what in tags chunks case forms tags,case all; do
        sent "$what" "$seed"
    done
    has "case.$seed" " sender " '"message"' " Unseen" # a value of an axis keeps its form
    has "forms.$seed" " Unseen" '(\Deleted)'
done

differ tags
alike tags 's/^[^ ]* /T /'
differ case
alike case "$lower"
differ tags,case
alike tags,case "s/^[^ ]* /T /; $lower"
alike chunks ''
differ forms
grep -q 'SELECT INBOX' forms.*[0-9] || die "forms: never an atom"
grep -q 'SELECT "INBOX"' forms.*[0-9] || die "forms: never a quoted string"
grep -q 'SELECT {5}' forms.*[0-9] || die "forms: never a literal"
grep -q 'BEFORE "1-Oct-99"' forms.*[0-9] || die "forms: never a quoted date"
grep -q 'FETCH 2,3,4,9 ' forms.*[0-9] || die "forms: never a sequence written out"
alike forms '/^a[1256] /d; /^a3 FETCH/s/[0-9:,]* (/S (/; /^a4/d; /^[^a]/d; /^a[0-9]/!d'
differ all

# the same seed gives the same octets
for what in case forms all; do
    mv "$what.3" first
    sent "$what" 3
    cmp -s first "$what.3" || die "$what: one seed, two results"
done

# the command that reproduces a case says how it was varied
sed 's/S: \* SEARCH 1 2/S: * SEARCH 1/' say.scn >wrong.scn
ends 1 server reference wrong.scn --vary case,forms --seed 4
has out "--vary case,forms"

# no false alarm
seeds='1 2 3 4 5 6 7 8 9 10'
[ "$SANITIZED" -eq 0 ] || seeds='1 2'
for seed in $seeds; do
    ends 0 server reference --vary all --seed "$seed" -j 2 --color never
    has out "; 0 unexpected"
done
ends 0 server reference-tcp --vary all --seed 11 -j 2 --color never
has out "; 0 unexpected"
check_nothing_left
