#!/bin/sh
# What is shipped passes our own lint and has the canonical layout.
. "$SOURCE_ROOT/tests/cli/common.sh"

ends 0 lint "$SOURCE_ROOT/scripts"
[ ! -s err ] || die "lint has something to say"
ends 0 fmt --check "$SOURCE_ROOT/scripts"
[ ! -s out ] || die "not in canonical layout: $(cat out)"

# all scenarios are about requirements there are, and are found by themselves
ends 0 list
listed=$(wc -l <out)
written=$(find "$SOURCE_ROOT/scripts/imap2" -name '*.scn' -exec cat {} + |
    grep -c '^scenario ')
[ "$listed" -eq "$written" ] || die "$written scenarios are written, $listed listed"

# each target file that is shipped can be opened under its own name
for file in "$SOURCE_ROOT"/scripts/targets/*.target; do
    name=$(basename "$file" .target)
    side=$(sed -n 's/^ *side  *//p' "$file")
    ends 0 "$side" "$name" -n
    grep -q "^target $name " "$file" || die "$file: holds a target of another name"
done

# and the whole suite passes against the bundled server and client
for side in server client; do
    ends 0 $side reference --color never
    has out " 0 unexpected"
    ! grep -qE '^(warn|blocked|nonstrict|fail|crash|error) ' out || die "the bundled $side does not pass"
done
