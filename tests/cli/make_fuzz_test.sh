#!/bin/sh
# make fuzz, that is tools/fuzz: what it is not able to do it refuses with 2 and a sentence, before it
# builds anything.
. "$SOURCE_ROOT/tests/cli/common.sh"

# refuses SENTENCE NAME=VALUE...
refuses() {
    sentence=$1
    shift
    env -u TARGET -u TIME -u ENGINE -u TREE "$@" "$SOURCE_ROOT/tools/fuzz" >out 2>err
    code=$?
    [ "$code" -eq 2 ] || die "tools/fuzz with $*: ended with $code, not 2"
    has err "$sentence"
    [ ! -s out ] || die "tools/fuzz with $*: wrote to standard output"
}

if command -v clang-19 >/dev/null; then
    refuses 'fuzz: TARGET is one of:' TIME=1
    refuses 'fuzz: TARGET is one of:' TARGET=nothing
    refuses 'fuzz: TARGET is one of:' TARGET='ses.*'
    for target in command feed session sequence envelope search client response mailbox loop files \
        store allocation; do
        has err "  $target: "
    done
fi
refuses 'fuzz: ENGINE is libfuzzer or afl, not honggfuzz' TARGET=session ENGINE=honggfuzz
refuses 'fuzz: there is no TREE oak' TARGET=session TREE=oak
refuses 'fuzz: TREE lf-plain is not one of afl' TARGET=session ENGINE=afl TREE=lf-plain
refuses 'fuzz: TREE afl is not one of libfuzzer' TARGET=session TREE=afl
refuses 'fuzz: TIME is a number of seconds, not soon' TARGET=session TIME=soon
refuses 'fuzz: TIME is a number of seconds, not -1' TARGET=session TIME=-1
