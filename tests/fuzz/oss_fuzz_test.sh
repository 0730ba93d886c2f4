# Each in-process target is built as OSS-Fuzz asks for it, from CC, CFLAGS, LIB_FUZZING_ENGINE,
# SANITIZER and OUT alone, and run for a moment on its seeds and a few inputs of its own.
#
#     oss_fuzz_test.sh TREE
#
# With libFuzzer and AddressSanitizer, by clang; and by gcc with an engine that only replays files.
set -eu
tree=$1
work=$(mktemp -d "${TMPDIR:-/tmp}/oss-fuzz-test-XXXXXX")
trap 'rm -rf "$work"' EXIT

die() {
    echo "FAILED: $*" >&2
    exit 1
}

# build NAME SANITIZER COMPILER FLAGS ENGINE
build() {
    mkdir "$work/$1"
    env -i PATH="$PATH" CCACHE_DIR="${CCACHE_DIR:-$work/ccache}" CC="$3" CFLAGS="$4" \
        LIB_FUZZING_ENGINE="$5" SANITIZER="$2" OUT="$work/$1" \
        "$tree/fuzz/oss-fuzz/build.sh" >"$work/log" 2>&1 || { cat "$work/log" >&2 && die "$1: build"; }
}

# of each target: what was built, and its seeds in $work/seeds
each_target() {
    ntargets=0
    # shellcheck disable=SC2013
    for target in $(sed -n 's/^    X(\([a-z_]*\),.*/\1/p' "$tree/fuzz/targets/target.h"); do
        program=$work/$1/fuzz_$target
        [ -x "$program" ] || die "$1: no program fuzz_$target"
        [ -s "$program.dict" ] || die "$1: $target has no dictionary"
        [ -s "$program.options" ] || die "$1: $target has no options"
        rm -rf "$work/seeds"
        mkdir "$work/seeds"
        (cd "$work/seeds" && cmake -E tar xf "${program}_seed_corpus.zip")
        nseeds=$(find "$work/seeds" -type f | wc -l)
        [ "$nseeds" -gt 0 ] || die "$1: $target has no seeds"
        "$2" || { tail -30 "$work/log" >&2 && die "$1: $target"; }
        ntargets=$((ntargets + 1))
    done
    [ "$ntargets" -gt 0 ] || die "$1: no targets"
    echo "$1: $ntargets targets"
}

fuzz() {
    (cd "$work" && ASAN_OPTIONS=detect_leaks=0 "$program" -seed=1 -runs=300 -max_len=1024 \
        -dict="$program.dict" "$work/seeds" >"$work/log" 2>&1)
}

# One run of the target, always the same: what it keeps is in $work/$1.
keep() {
    rm -rf "${work:?}/$1"
    mkdir "$work/$1"
    (cd "$work" && ASAN_OPTIONS=detect_leaks=0 setarch -R "$program" -seed=1 -runs=2000 -reload=0 \
        -max_len=1024 "$work/$1" "$tree/fuzz/eval/seeds/request" >"$work/log" 2>&1)
}

# The same seed twice leaves the same corpus: nothing of the clock, of addresses or of earlier inputs
# is in what a target does. libFuzzer itself looks at the clock now and then, so it may try again.
is_determined() {
    case $target in
    command | feed | session | mailbox) ;;
    *) return 0 ;;
    esac
    for try in 1 2 3; do
        keep first && keep second || return 1
        [ "$(find "$work/first" -type f | wc -l)" -gt 10 ] || return 1
        ! diff -r "$work/first" "$work/second" >"$work/log" 2>&1 || return 0
        echo "$target: try $try differs"
    done
    return 1
}

replay() {
    find "$work/seeds" -type f -exec "$program" {} + >"$work/log" 2>&1
}

ccache=$(command -v ccache || true)
if command -v clang-19 >/dev/null; then
    build libfuzzer address "$ccache clang-19" \
        "-O1 -fno-omit-frame-pointer -gline-tables-only -fsanitize=address -fsanitize-address-use-after-scope -fsanitize=fuzzer-no-link" \
        -fsanitize=fuzzer
    each_target libfuzzer fuzz
    each_target libfuzzer is_determined
else
    echo "clang-19 is not installed: not tried with libFuzzer"
fi

cat >"$work/main.c" <<'END'
#include <stdint.h>
#include <stdio.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);
__attribute__((weak)) int LLVMFuzzerInitialize(int *argc, char ***argv);
int main(int argc, char **argv)
{
    static uint8_t data[1 << 20];
    if (LLVMFuzzerInitialize != NULL)
        (void)LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL)
            return 1;
        size_t nbytes = fread(data, 1, sizeof data, file);
        (void)fclose(file);
        (void)LLVMFuzzerTestOneInput(data, nbytes);
    }
    return 0;
}
END
gcc -c "$work/main.c" -o "$work/main.o"
ar rc "$work/libFuzzingEngine.a" "$work/main.o"
build replay none "$ccache gcc" -O1 "$work/libFuzzingEngine.a"
each_target replay replay
