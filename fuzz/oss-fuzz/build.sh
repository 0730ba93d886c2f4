#!/bin/sh
# Builds the in-process targets as OSS-Fuzz and ClusterFuzzLite ask for it, into $OUT: of each a
# program fuzz_TARGET, its seeds as fuzz_TARGET_seed_corpus.zip, fuzz_TARGET.dict and .options.
#
# From the environment: CC, CFLAGS, LIB_FUZZING_ENGINE, SANITIZER, OUT; and, when they are there, CXX
# and CXXFLAGS (to link), WORK, SRC. Besides these it asks for the libraries
# jansson, libuv and OpenSSL as archives, and nothing else.
set -eu
: "${CC:?}" "${LIB_FUZZING_ENGINE:?}" "${OUT:?}"
tree=$(cd "$(dirname "$0")/../.." && pwd)
[ -f "$tree/fuzz/targets/target.h" ] || tree=${SRC:?}/imapspec
work=${WORK:-$(mktemp -d)}/imapspec
cflags=${CFLAGS:-}
link="${CXX:-$CC} ${CXXFLAGS:-$cflags}"
jobs=$(nproc 2>/dev/null || echo 2)
rm -rf "$work"
mkdir -p "$work" "$OUT"
cd "$tree"

# What makes and judges inputs is not what is tested: sanitizers would only make it slow, and
# coverage of it lead astray. MemorySanitizer has to see everything.
case ${SANITIZER:-address} in
address | undefined) plain=-fno-sanitize=all ;;
*) plain= ;;
esac
# shellcheck disable=SC2086
$CC $plain -x c -c /dev/null -o "$work/probe.o" 2>/dev/null || plain=
# The mutator is for libFuzzer and what has its functions.
cat >"$work/probe.c" <<'END'
#include <stddef.h>
#include <stdint.h>
size_t LLVMFuzzerMutate(uint8_t *data, size_t nbytes, size_t max);
int LLVMFuzzerTestOneInput(uint8_t *data, size_t nbytes);
int LLVMFuzzerTestOneInput(uint8_t *data, size_t nbytes)
{
    return (int)LLVMFuzzerMutate(data, nbytes, nbytes);
}
END
has_mutator=yes
# shellcheck disable=SC2086
{ $CC $cflags -c "$work/probe.c" -o "$work/probe.o" &&
    $link "$work/probe.o" $LIB_FUZZING_ENGINE -o "$work/probe"; } 2>/dev/null || has_mutator=no
rm "$work/probe.c"

embed() {
    cmake -DINPUT="$tree/$1" -DOUTPUT="$work/$2.c" -DSYMBOL="$2" -P "$tree/cmake/embed.cmake"
}
embed harness/grammar/imap2.abnf grammar_imap2_abnf
embed reports/page/report.css report_css
embed reports/page/report.js report_js
for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    embed corpus/fixtures/t$n.eml convert_t${n}_eml
done

# Lines of: object, source, further flags.
sources() {
    for folder in "$@"; do
        for file in "$tree/$folder"/*.c; do
            name=$(basename "$file" .c)
            [ "$name" = main ] || echo "$work/$(echo "$folder" | tr / _)_$name.o $file"
        done
    done
}
echo '#define IMAPSPEC_VERSION "oss-fuzz"' >"$work/version.h"
options="-std=c11 -D_GNU_SOURCE -include $work/version.h -I$tree/harness -I$tree -I$tree/fuzz"
{
    sources reference fuzz/targets
    for folder in harness/*/ reports/ fuzz/stream/ fuzz/convert/ fuzz/mutator/; do
        case $folder in harness/cli/) continue ;; esac
        sources "${folder%/}"
    done | sed "s/\$/${plain:+ $plain}/"
    for file in "$work"/*.c; do
        echo "${file%.c}.o $file${plain:+ $plain}"
    done
} >"$work/sources"
# shellcheck disable=SC2016
xargs -P "$jobs" -L 1 sh -c 'words="$1 $2"; object=$3; source=$4; shift 4
    exec $words "$@" -c "$source" -o "$object"' sh "$CC" "$cflags $options" <"$work/sources"
rm "$work/probe.o"
find "$work" -name '*.o' -exec ar rc "$work/imapspec.a" {} +
# What targets replace functions of the C library by; and libraries, which $OUT has to do without.
wrap=$(sed -n 's/^imapspec_wrap(targets \(.*\))/\1/p' CMakeLists.txt | sed 's/[^ ][^ ]*/-Wl,--wrap=&/g')
[ -n "$wrap" ] || { echo "build.sh: no line imapspec_wrap(...) in CMakeLists.txt" >&2 && exit 1; }
libraries="-Wl,-Bstatic -ljansson -luv_a -lssl -lcrypto -Wl,-Bdynamic -lpthread -ldl -lm"

# name, takes streams, of what servers say
sed -n 's/^    X(\([a-z_]*\), ".*", \(true\|false\), \(true\|false\)).*/\1 \2 \3/p' \
    "$tree/fuzz/targets/target.h" >"$work/targets"
while read -r target is_stream is_response; do
    program=fuzz_$target
    glue=
    responses=
    [ "$is_response" = false ] || responses=-DFUZZ_RESPONSES
    if [ "$is_stream" = true ] && [ $has_mutator = yes ]; then
        glue=$work/glue_$is_response.o
        # shellcheck disable=SC2086
        $CC $cflags $options $plain $responses -c "$tree/fuzz/glue/libfuzzer.c" -o "$glue"
    fi
    echo "#define FUZZ_TARGET \"$target\"" >"$work/target.h"
    # shellcheck disable=SC2086
    $CC $cflags $options -include "$work/target.h" -c "$tree/fuzz/drivers/engine.c" -o "$work/engine.o"
    # shellcheck disable=SC2086
    $link "$work/engine.o" $glue "$work/imapspec.a" $wrap $LIB_FUZZING_ENGINE $libraries -o "$OUT/$program"
    rm "$work/engine.o"

    seeds=$work/seeds
    rm -rf "$seeds"
    mkdir "$seeds"
    case $target in
    envelope) own=corpus/fixtures ;;
    sequence | search) own= ;;
    *) own=corpus/seeds/request ;;
    esac
    [ "$is_response" = false ] || own=corpus/seeds/response
    for folder in $own corpus/seeds/"$target" corpus/regressions/"$target"; do
        [ ! -d "$tree/$folder" ] ||
            find "$tree/$folder" -type f -size -64k ! -name '*.md' -exec cp {} "$seeds" \;
    done
    [ -n "$(ls "$seeds")" ] || printf 'a1 NOOP\r\n' >"$seeds/noop"
    rm -f "$OUT/${program}_seed_corpus.zip"
    (cd "$seeds" && cmake -E tar cf "$OUT/${program}_seed_corpus.zip" --format=zip -- *)
    cp "$tree/corpus/dictionaries/imap2.dict" "$OUT/$program.dict"
    printf '[libfuzzer]\nmax_len = 4096\ntimeout = 10\nrss_limit_mb = 2048\n' >"$OUT/$program.options"
done <"$work/targets"
rm -rf "$work"
