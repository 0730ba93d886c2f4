#!/bin/sh
# imapspec grammar: the grammar itself; seeds and a dictionary, the ones that are checked in.
. "$SOURCE_ROOT/tests/cli/common.sh"

ends 0 grammar
cmp out "$SOURCE_ROOT/harness/grammar/imap2.abnf" || die "another grammar is printed"

ends 0 grammar --coverage
has out "request  "
has out " alternatives used by "

ends 0 grammar --seeds seeds --dictionary imap2.dict
has out "request: "
how="imapspec grammar --seeds corpus/seeds --dictionary corpus/dictionaries/imap2.dict"
for side in request response; do
    diff -r "seeds/$side" "$SOURCE_ROOT/corpus/seeds/$side" >differences ||
        die "corpus/seeds/$side is not what comes of the grammar and the scenarios: remove it, then $how"
done
cmp imap2.dict "$SOURCE_ROOT/corpus/dictionaries/imap2.dict" || die "the dictionary is old: $how"
[ "$(cat seeds/*/* | wc -c)" -lt 300000 ] || die "the seeds have grown too large"

ends 2 grammar --seeds /nowhere/at/all
has err "/nowhere/at/all"
ends 2 grammar --dictionary /nowhere/at/all
has err "/nowhere/at/all"
ends 2 grammar request
has err "\`request\` is one argument too many"
