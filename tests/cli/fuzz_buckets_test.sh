#!/bin/sh
# One fault is one finding, whoever notices it, and two faults are two: by bugs planted into the
# bundled server, which are switched on in the environment.
. "$SOURCE_ROOT/tests/cli/common.sh"
IMAPSPEC=$PLANTED

nbugs=0
nbuckets=0
# buckets BUG[,BUG...] COUNT: how many findings there are after so many scenarios
buckets() {
    rm -rf found
    IMAPSPEC_BUG=$1
    export IMAPSPEC_BUG
    ends 1 fuzz reference --count "$2" --seed 3 --findings found
    unset IMAPSPEC_BUG
    n=$(ls -d found/*-* | wc -l)
    echo "$1: $n"
}

for bug in literal.empty-twice literal.second-not-granted expunge.old-numbers several.silent-removal state.failed-select; do
    buckets "$bug" 300
    nbugs=$((nbugs + 1))
    nbuckets=$((nbuckets + n))
done
[ $((nbuckets * 5)) -le $((nbugs * 6)) ] || die "$nbugs bugs have $nbuckets buckets"

# two at once that have nothing to do with each other stay two
buckets literal.empty-twice,expunge.old-numbers 300
[ "$n" -eq 2 ] || die "two bugs have $n buckets"
cat found/*/meta.json >metas
has metas "literal.no-early-plus" "expunge.renumber-immediate"
