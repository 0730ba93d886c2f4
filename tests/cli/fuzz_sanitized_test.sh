#!/bin/sh
# What a sanitizer sees in a server or a client ends its process: that is a finding of the black-box
# fuzzer, by function as over TCP. By bugs planted into the bundled ones, which are switched on in
# the environment.
. "$SOURCE_ROOT/tests/cli/common.sh"
IMAPSPEC=$PLANTED

# crashes BUG WHAT COUNT TARGET...: it is found in so many scenarios, and told by the sanitizer's name
# for it
crashes() {
    what=$2
    count=$3
    IMAPSPEC_BUG=$1
    export IMAPSPEC_BUG
    shift 3
    rm -rf found again
    ends 1 fuzz "$@" --count "$count" --seed 1 --findings found
    has out "crash (" "$what"
    folder=$(ls -d found/crash-* | head -n 1)
    ends 1 shrink "$folder/events.bin" "$@" --findings again
    unset IMAPSPEC_BUG
    rm -rf again
    has "$folder/meta.json" "$what"
}

crashes client.result-moves heap-use-after-free 1500 reference --client
crashes parser.month-table buffer-overflow 100 reference
crashes parser.month-table buffer-overflow 100 reference-tcp
check_nothing_left
