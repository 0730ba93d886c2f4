#!/bin/sh
# Campaigns: on all cores of this machine, with a planted bug that has to be found, kept and told
# apart however the campaign ends; then AFL++ on two machines, which are two folders here, as
# docs/fuzzing.md has it. Builds trees of its own below build/, as the commands do for everybody.
. "$SOURCE_ROOT/tests/cli/common.sh"

ends 2 campaign
has err "campaign wants one in-process target"
ends 2 campaign session other
ends 2 campaign oak
has err "there is no target \`oak'" "  session: "
for time in soon 0 0m 10d -1s 99999999999999999999; do
    ends 2 campaign session --time "$time"
    has err "is no number of seconds or cores"
done
ends 2 campaign session --cores 999
has err "cores, not 999"
ends 2 campaign session --exchange 0
ends 2 campaign session --status --place "$work/nowhere"
has err "there is no campaign in $work/nowhere"

for compiler in clang-19 afl-clang-fast; do
    command -v $compiler >/dev/null || {
        echo "skipped: $compiler is not installed"
        exit 0
    }
done

# ---- one machine ----
cores=$(nproc)
[ "$cores" -le 2 ] || cores=2

# The files of a finding, in every folder but `not-again`.
nfound() {
    find "$work/place/findings" -type f ! -name what ! -path '*not-again*' 2>/dev/null | wc -l
}

is_found() {
    [ "$(nfound)" -gt 0 ]
}

# Lines about what a worker has reached.
ntold() {
    if [ -f place/status.jsonl ]; then grep -c '"edges"' place/status.jsonl; else echo 0; fi
}

is_told() {
    [ "$(ntold)" -ge $((cores + told_before)) ]
}

# campaign SIGNAL: begins one with a bug, and ends it when something is found and told
campaign() {
    told_before=$(ntold)
    PLANTED=1 IMAPSPEC_BUG=expunge.old-numbers STATUS=2 "$IMAPSPEC" campaign session --time 20m \
        --cores "$cores" --exchange 3 --place place >out 2>err </dev/null &
    fuzzing=$!
    jobs_started="$jobs_started $fuzzing"
    until_true 900 is_told || die "no status"
    until_true 300 is_found || die "nothing was found"
    kill -"$1" "$fuzzing"
    wait "$fuzzing"
    code=$?
    [ "$code" -eq 1 ] || die "$1 ended it with $code"
    is_found || die "the finding is lost"
}

campaign TERM
grep -q '"worker": "libfuzzer-0"' out || die "nothing about the first core"
grep -rlq 'session.model' place/findings/session.model-*/what || die "not by its oracle"
before=$(nfound)
ncorpus=$(find place/corpus -type f | wc -l)
[ "$ncorpus" -gt 10 ] || die "$ncorpus inputs are shared"
if [ "$cores" -gt 1 ]; then
    grep -q '"worker": "afl-main-1"' out || die "nothing about the second core"
    # what AFL++ keeps is in the corpus, by its SHA-1
    queued=$(find place/afl/afl-main-1/queue -name 'id:*,src:*' -type f | head -n 1)
    [ -z "$queued" ] || [ -f "place/corpus/$(sha1sum <"$queued" | cut -d ' ' -f 1)" ] ||
        die "$queued is not shared"
fi

# it goes on with what is there
campaign INT
[ "$(nfound)" -ge "$before" ] || die "findings were lost"
[ "$(find place/corpus -type f | wc -l)" -ge "$ncorpus" ] || die "inputs were lost"
ends 0 campaign session --status --place place
has out "worker " "libfuzzer-0 " "place/findings/session.model-"

[ "$cores" -gt 1 ] || exit 0

# ---- two machines ----
build=$SOURCE_ROOT/build/fuzz-afl
seeds=$SOURCE_ROOT/fuzz/eval/seeds/request
unset ASAN_OPTIONS
AFL_NO_UI=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1
AFL_CUSTOM_MUTATOR_LIBRARY=$build/afl_mutator.so AFL_AUTORESUME=1 AFL_IMPORT_FIRST=1
export AFL_NO_UI AFL_SKIP_CPUFREQ AFL_NO_AFFINITY AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES
export AFL_CUSTOM_MUTATOR_LIBRARY AFL_AUTORESUME AFL_IMPORT_FIRST

# machine NAME SEED: its main instance for a while
machine() {
    afl-fuzz -M "main-$1" -i "$seeds" -o "$1/sync" -m none -t 5000 -s "$2" -V 10 \
        -- "$build/fuzz_session_planted" >"$work/out" 2>"$work/err" </dev/null || die "afl-fuzz on $1"
    stats=$1/sync/main-$1/fuzzer_stats
    grep -Eq '^stability *: 100.00%' "$stats" || die "$(grep stability "$stats")"
    grep -Eq '^execs_done *: [0-9]{3,}' "$stats" || die "$(grep execs_done "$stats")"
    ls "$1/sync/main-$1/queue" >names
    grep -Eq 'insert|regenerate|duplicate|swap' names || die "our mutator was not at work"
    [ "$(find "$1/sync/main-$1/crashes" -name 'id:*' | wc -l)" -eq 0 ] || die "crashes without a bug"
}

mkdir one two
machine one 1
machine two 2
mkdir -p stage
cp -a one/sync/main-one stage/main-one
cp -a stage/main-one two/sync/main-one
machine two 3
ls two/sync/main-two/queue >names
grep -q 'sync:main-one' names || die "nothing was taken in from the other machine"
afl-whatsup -s two/sync >out 2>&1 || die "afl-whatsup"

# What is kept of all that is replayed with what AFL++'s compiler has made, too.
cmake --build "$build" --target run_files >out 2>err || die "run_files by afl-clang-fast"
"$build/run_files" --folders "$SOURCE_ROOT/corpus/regressions" >out 2>err || die "a regression"
