#!/bin/sh
# What the black-box fuzzer sees of a server that answers rightly: that it is slow at one command,
# that its memory grows, that it dies. And what it does about time: limits, and restarts.
. "$SOURCE_ROOT/tests/cli/common.sh"

# ill NAME SETTING...: NAME.target, the bundled server with mail in memory, ill by these settings
ill() {
    name=$1
    shift
    settings=
    for setting in "$@"; do
        settings="$settings \"$setting\""
    done
    {
        echo "target $name \"ill\" {"
        echo "  side       server"
        echo "  dialect    imap2"
        printf '  start      "env" "LD_PRELOAD=%s"%s "%s" "serve"' "$ILL" "$settings" "$IMAPSPEC"
        echo ' "--port" "{port}" "--user" "fred" "--password" "secret"'
        echo "  ready      port timeout 20s"
        echo "  user       \"fred\" password \"secret\""
        echo "}"
    } >"$name.target"
}

# ---- one command is late: said once, and only of that command ----
ill slow "ILL_WORD=CHECK" "ILL_SLOW_MS=700"
ends 1 fuzz slow.target --count 60 --findings slow
has out "slow (no requirement): CHECK is answered after"
has slow/slow-*/meta.json '"signature": "CHECK is answered late"' '"flaky": false'
others=$(cat slow/slow-*/meta.json | grep '"signature"' | grep -cv CHECK)
[ "$others" -eq 0 ] || die "other commands are called slow"

# ---- it dies: it is started anew, and the run goes on ----
ill dies "ILL_WORD=EXPUNGE" "ILL_ONCE=$work/died"
imapspec fuzz dies.target --count 150 --findings dies
[ -e "$work/died" ] || die "EXPUNGE was never said"
has out "restarts 1" "150 scenarios" "crash"
check_nothing_left

# ---- it hangs in a line that has not ended, so nothing is awaited: seen in that scenario ----
ill hangs "ILL_WORD=CHECK" "ILL_SLOW_MS=60000"
sed 's/^}$/  limit timeout 1s\n}/' hangs.target >hangs-soon.target
printf 'a1 LOGIN fred secret\r\na2 CHECK' >stream
ends 1 shrink stream hangs-soon.target --findings hangs
has out "hang (conn.listening): behind what was said last and not answered nobody is greeted"

# ---- nobody can log in: no good end of a run that has tested nothing ----
ill shut
sed 's/ password "secret"$/ password "wrong"/' shut.target >shut-out.target
for count in 1 1000; do
    ends 3 fuzz shut-out.target --count $count --findings shut
    has err "nobody could log in as fred, so nothing was tested: \"a1 NO "
    lacks out "scenarios"
done

# ---- there is no mail: nothing is wrong with that, but little is tested ----
sed 's/"{port}"/"{port}" "--maildir" "{dir}\/mail"/' shut.target >empty.target
ends 0 fuzz empty.target --count 40 --findings empty
has out "no FETCH was answered with OK: is there mail in INBOX?"
ends 0 fuzz reference --count 40 --findings filled
lacks out "no FETCH"

# ---- memory grows: not before it has been measured twice. Without COPY mailboxes stay small ----
ill leaks "ILL_WORD=CHECK" "ILL_LEAK=20000" "ILL_NOT=COPY"
ends 1 fuzz leaks.target --count 2300 --findings leaks
has out "memory (no requirement): the process grew by"
[ -s "$(ls -d leaks/memory-*)/events.bin" ] || die "no stream is kept"
ill well "ILL_NOT=COPY"
imapspec fuzz well.target --count 2100 --findings well
lacks out "the process grew"

# ---- time is kept: what is found late is kept as it is ----
ill late "ILL_WORD=CHECK" "ILL_SLOW_MS=900"
before=$(date +%s)
imapspec fuzz late.target --time 3s --findings late
after=$(date +%s)
[ $((after - before)) -le 40 ] || die "3 s took $((after - before))"
check_nothing_left
