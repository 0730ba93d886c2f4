#!/bin/sh
# The black-box fuzzer against clients, from outside: what it finds and does not find, what it leaves
# behind, how it ends.
. "$SOURCE_ROOT/tests/cli/common.sh"
. "$SOURCE_ROOT/tests/cli/fuzz_common.sh"

# ---- wrong usage ----
ends 2 fuzz reference --client --against reference-tcp
has err "--against compares servers, and reference is a client"
ends 2 fuzz reference --client --warnings
has err "--warnings are of servers, and reference is a client"
ends 2 fuzz reference --client --shim ./mine
has err "fuzz wants one target"
ends 2 shrink events.bin
has err "shrink wants a file and a target"
printf 'scenario x "x" {\n  role server\n  start noop\n  finish ok\n}\n' >x.scn
ends 2 shrink x.scn reference --client
has err "x.scn: a scenario for a client cannot be shrunk"
ends 3 fuzz --shim /nowhere/shim --count 3
has err "its shim names no features"

# ---- nor is it a good end when nothing was tested ----
for command in true /nowhere/client; do
    ends 3 fuzz --exec "$command" --count 2 --findings never
    has err "the client never said a command, so nothing was tested"
done
printf 'import socket, sys\ns = socket.create_connection(("127.0.0.1", int(sys.argv[1])))\n' >shy.py
printf 's.recv(1000)\ns.send(b"a1 NOOP\\r\\n")\n' >>shy.py
imapspec fuzz --exec "exec /usr/bin/python3 '$work/shy.py' {port}" --count 2 --timeout-scale 6 \
    --findings shy
has out "the client was never logged in"

# ---- nothing is found where nothing is wrong, and everything is said ----
ends 0 fuzz reference --client --count 600 --seed 7 --findings clean
has out "findings 0" "seed 7" "responses: alternatives told" "state x verb"
[ "$(ls clean)" = corpus ] || die "findings: $(ls clean)"

# the same seed, the same answers; and no faster than it may be
repeats ok reference --client --count 200 --seed 9
keeps_rate reference --client

# what was worth while is gone on with
ends 0 fuzz reference --client --count 20 --seed 8 --findings first.kept --resume
[ "$(ls first.kept/corpus | wc -l)" -ge "$(ls second.kept/corpus | wc -l)" ] || die "corpus lost"

# ---- as a process, by a shim, and as a program that does what it does ----
ends 0 fuzz reference-shim --count 15 --timeout-scale 6 --findings shim
ends 0 fuzz --shim "$IMAPSPEC shim" --count 15 --timeout-scale 6 --findings shim
cat >client.py <<'END'
import imaplib, sys
try:
    client = imaplib.IMAP4(sys.argv[1], int(sys.argv[2]))
    client.login("fred", "secret")
    client.select("INBOX")
    client.fetch("1:2", "(FLAGS)")
    client.logout()
except (imaplib.IMAP4.error, OSError):
    sys.exit(1)
END
imapspec fuzz --exec "exec /usr/bin/python3 '$work/client.py' {host} {port}" --count 5 \
    --timeout-scale 6 --findings exec
case $code in
0 | 1) ;;
*) die "ended with $code" ;;
esac
has out "responses: alternatives told"
check_nothing_left

# ---- where it is open what a line is, a client may have read a completion that we have not ----
printf '\022\022\021\007\r\n\022 {3}\r\nA0004 No {3}\r\na4 no' >garbled
ends 0 shrink garbled reference --client

# ---- what is wrong is found, small, and fails where it was found alone ----
faults="cache/expunge-keeps-count command/any-tag cache/flags-or"
[ "$SANITIZED" -eq 0 ] || faults=cache/expunge-keeps-count
for fault in $faults; do
    finds "client/$fault" client 500 --client
    shrinks events.bin --client
done

# ---- ended from outside, it ends in good order ----
is_ended INT 0 corpus "$IMAPSPEC" --client
has out "findings 0" "responses: alternatives"
check_nothing_left
