#!/bin/sh
# Servers that misbehave beyond measure, over TCP: each gets its own clear verdict within its time
# limit, in bounded memory.
. "$SOURCE_ROOT/tests/cli/common.sh"

noop_scenario t.noop 1s >noop.scn
limit_kib=$((300 * 1024))
[ "$SANITIZED" = 1 ] && limit_kib=$((1200 * 1024)) # shadow memory, and what is freed is kept

# meets MODE CODE VERDICT TEXT...: a run against such a server ends so and says those texts
meets() {
    mode=$1
    wanted_code=$2
    word=$3
    shift 3
    rogue_target "$mode" "$mode" 'stderr-bad "AddressSanitizer"'
    "$PEAK" peak "$IMAPSPEC" server "$mode.target" noop.scn --seed 1 --color never -v \
        --results r.jsonl >out 2>err </dev/null
    code=$?
    [ "$code" -eq "$wanted_code" ] || die "$mode: ended with $code, not $wanted_code"
    grep -qE "^$word +t\.noop" out || die "$mode: not $word"
    [ "$(verdicts r.jsonl)" = "t.noop $word" ] || die "$mode: results hold $(verdicts r.jsonl)"
    [ "$#" -eq 0 ] || has out "$@"
    [ "$(cat peak)" -le "$limit_kib" ] || die "$mode: took $(cat peak) KiB"
    [ "$(wc -c <r.jsonl)" -le 1000000 ] || die "$mode: the results file is huge"
    # the clock of the case: its limit of a second, the moment for what had come in time, and a
    # moment to see a process dead; ten times that for a machine that is busy
    ms=$(sed -n 's/.*"ms":\([0-9]*\).*/\1/p' r.jsonl)
    [ "$ms" -le 30000 ] || die "$mode: took $ms ms"
    check_nothing_left
    echo "$mode: $word after $ms ms, $(cat peak) KiB"
}

meets polite 0 pass
meets bytewise 0 pass
meets never-speaks 3 blocked "the time is up" "wanted  * OK <text-line>" "got     nothing"
meets closes-at-once 3 blocked "the server closed the connection" "got     end of stream"
meets half-greeting 1 fail "resp.line-shapes" "end of the stream before the CRLF"
meets never-answers 1 fail "the time is up" "wanted  @ OK <text-line>" "got     nothing"
meets closes 1 fail "the server closed the connection" "got     end of stream"
meets half-closes 1 fail "end of the stream before the CRLF" "got     end of stream"
meets resets 1 fail "the server reset the connection"
meets killed 1 crash "killed by signal 9"
meets segv 1 crash "killed by signal 11"
meets exits 1 crash "exited with status 3"
meets sanitizer 1 crash "heap-use-after-free"
meets nul 1 fail "resp.ascii" "NUL outside a literal" "a\\x00b"
meets eight-bit 1 fail "resp.ascii" "octet above 0x7F"
meets bare-lf 1 fail "resp.crlf" "LF without CR"
meets wrong-tag 1 fail "tag.echo" "zz99"
meets refuses 1 fail "got     a1 NO not today"
meets announced-literal 1 fail "got     an unfinished line or literal"
# by the second or by the octet, whichever is first
meets huge-literal 1 fail "RFC822 {4294967296}"
meets flood 1 fail
grep -qE "the server floods|the time is up" out || die "flood: another reason"
# a line of 100 MiB that ends is only a warning; on a slow machine its second is up before
noop_scenario t.noop 20s >noop.scn
meets long-line 0 warn "limits.large-message" "line longer than the limit"
# a process that computes without end is seen when its case took a while
noop_scenario t.noop 2s >noop.scn
meets spins 1 crash "spins"
noop_scenario t.noop 10s >noop.scn
meets busy 0 pass # that has ended once it has greeted somebody

# the same without a target file: a server that somebody else runs
"$ROGUE" polite >port &
jobs_started=$!
until_true 10 test -s port || die "rogue prints no port"
ends 0 server "127.0.0.1:$(cat port)" noop.scn --user fred --password secret -v
grep -qE '^pass +t\.noop' out || die "HOST:PORT"
