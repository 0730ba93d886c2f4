#!/bin/sh
# The same seed gives the same results; the bundled server gives the same verdicts by function call
# and over TCP; so do variations of what is sent. On the whole suite.
. "$SOURCE_ROOT/tests/cli/common.sh"

# played FILE TARGET OPTION...: the suite's results; fails may be there, they only have to be equal
played() {
    file=$1
    target=$2
    shift 2
    imapspec server "$target" --results "$file" "$@" --color never
    [ "$code" -eq 0 ] || [ "$code" -eq 1 ] || die "$target $*: ended with $code"
}

# What of a results file must not differ: all but times.
timeless() {
    sed 's/"ms":[0-9.e+-]*/"ms":0/; s/"started":"[^"]*"/"started":""/' "$1" | sort
}

# same ONE OTHER COMMAND: both give the same under it
same() {
    $3 "$1" >one.txt
    $3 "$2" >other.txt
    [ -s one.txt ] || die "$1 is empty"
    diff one.txt other.txt >differences || die "$1 and $2: $(head -c 2000 differences)"
}

played one.jsonl reference --seed 11 -j 2
played two.jsonl reference --seed 11 -j 1
same one.jsonl two.jsonl timeless
ncases=$(verdicts one.jsonl | wc -l)
[ "$ncases" -ge 5 ] || die "only $ncases cases"

# but for what only one of them can have: virtual time, say
played tcp.jsonl reference-tcp --seed 11 -j 2
for file in one tcp; do
    verdicts $file.jsonl | sed -n 's/ skip$//p'
done | sort -u >skipped
[ $(($(wc -l <skipped) * 10)) -le "$ncases" ] || die "much is skipped: $(cat skipped)"
decided() {
    verdicts "$1" | while read -r id verdict; do
        grep -qxF -e "$id" skipped || echo "$id $verdict"
    done
}
same one.jsonl tcp.jsonl decided

played varied.jsonl reference --seed 11 --vary all
same one.jsonl varied.jsonl verdicts

# generated values follow the seed, and the seed is in the results
noop_scenario t.generated | sed 's/C: @ NOOP/C: @ SEARCH SUBJECT <string>/' >generated.scn
for seed in 1 2 3; do
    for time in first second; do
        imapspec server reference generated.scn --seed $seed --results $seed.$time.jsonl
    done
    same $seed.first.jsonl $seed.second.jsonl timeless
    has $seed.first.jsonl "\"seed\":\"$seed\""
done
sent() {
    grep -o 'C: a1 SEARCH.*' "$1" | sed 's/0\.0.*//'
}
{
    sent 1.first.jsonl
    sent 2.first.jsonl
    sent 3.first.jsonl
} | sort -u >values
[ "$(wc -l <values)" -ge 2 ] || die "three seeds, one value: $(cat values)"

# repetitions draw anew, each with a seed of its own that reproduces it
imapspec server reference generated.scn --seed 1 --repeat 3 --results repeated.jsonl
[ "$(verdicts repeated.jsonl | wc -l)" -eq 3 ] || die "not played three times"
sent repeated.jsonl | sort -u >repeated
sort values >wanted
diff repeated wanted >differences || die "seeds 1 to 3: $(cat differences)"

# without --seed one is drawn and printed
imapspec server reference generated.scn
seed=$(sed -n 's/^seed //p' out)
[ -n "$seed" ] || die "no seed is printed"
cp out drawn
imapspec server reference generated.scn --seed "$seed"
sed 's/ 0\.[0-9]* s$//' drawn >drawn.timeless
sed 's/ 0\.[0-9]* s$//' out | diff - drawn.timeless >differences || die "seed $seed: $(cat differences)"

check_nothing_left
