#!/bin/sh
# examples/own-parser: builds as its Makefile says, runs with libFuzzer, AFL++ and without an engine,
# finds nothing in a parser that is right and something in one that is not.
#
#     own_parser_test.sh TREE BUILD
set -eu
tree=$1
build=$2
work=$(mktemp -d "${TMPDIR:-/tmp}/own-parser-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
cp -r "$tree/examples/own-parser" "$work/example"
cd "$work/example"

die() {
    echo "FAILED: $*" >&2
    [ ! -s "$work/log" ] || tail -30 "$work/log" >&2
    exit 1
}

# builds PROGRAM [DEFINE]
builds() {
    rm -f "$1"
    make IMAPSPEC="$tree" BUILD="$build" DEFINE="${2:-}" "$1" >"$work/log" 2>&1 || die "make $1"
    ! grep -q warning "$work/log" || die "make $1 warns"
}

builds play
./play 5000 >"$work/log" 2>&1 || die "play"
grep -q '^5000 sessions' "$work/log" || die "play says something else"

if command -v clang-19 >/dev/null; then
    export ASAN_OPTIONS=detect_leaks=0
    builds fuzz-libfuzzer
    mkdir corpus
    ./fuzz-libfuzzer -seed=1 -runs=5000 corpus seeds >"$work/log" 2>&1 || die "a finding in what is right"
    # that it is our mutator shows in what is kept: commands that no seed has
    cat corpus/* >all
    grep -aq 'BBOARD' all || die "the generator is not at work"
    builds fuzz-libfuzzer -DOWN_BUG
    ! ./fuzz-libfuzzer -seed=1 -runs=100000 seeds >"$work/log" 2>&1 || die "the bug is not found"
    grep -q 'AddressSanitizer' "$work/log" || die "found otherwise"
else
    echo "clang-19 is not installed: not tried with libFuzzer"
fi

if command -v afl-clang-fast >/dev/null; then
    builds fuzz-afl
    export ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0
    AFL_CUSTOM_MUTATOR_LIBRARY=$build/afl_mutator.so AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 \
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 afl-fuzz -i seeds -o found -m none -t 5000 -s 1 -V 5 \
        -- ./fuzz-afl >"$work/log" 2>&1 </dev/null || die "afl-fuzz"
    grep -Eq '^execs_done *: [0-9]{3,}' found/default/fuzzer_stats || die "hardly anything was run"
    grep -Eq '^stability *: 100.00%' found/default/fuzzer_stats || die "it is not stable"
    find found/default/queue -name 'id:*' | grep -Eq 'insert|regenerate|duplicate|swap' ||
        die "AFL++ has not used our mutator"
    [ "$(find found/default/crashes -name 'id:*' | wc -l)" -eq 0 ] || die "crashes in what is right"
else
    echo "afl++ is not installed: not tried with it"
fi
