#!/bin/sh
# imapspec watch between real peers: the same verdicts as without it, findings as they happen, TLS on
# either leg, exit codes.
. "$SOURCE_ROOT/tests/cli/common.sh"

# started FILE: the port that the program writing FILE listens at
started() {
    until_true 20 grep -qs '^listening on' "$1" || die "$1: nothing listens"
    port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' "$1")
}

# serve ARGUMENT...: a server, its port in $server
serve() {
    "$IMAPSPEC" serve --port 0 --no-sync "$@" >serve.out 2>&1 &
    jobs_started="$jobs_started $!"
    started serve.out
    server=$port
}

# watch FILE ARGUMENT...: `imapspec watch` in front of the server, its port in $port, pid in $watch
watch() {
    file=$1
    shift
    "$IMAPSPEC" watch --listen 127.0.0.1:0 --to "127.0.0.1:$server" "$@" >"$file" 2>"$file.err" &
    watch=$!
    jobs_started="$jobs_started $watch"
    started "$file"
}

# ended CODE: the watch ends with that code once it is told to
ended() {
    kill -INT "$watch" 2>/dev/null || true
    wait "$watch"
    code=$?
    [ "$code" -eq "$1" ] || die "watch ended with $code, not $1"
}

# talk PORT: says what is on standard input and prints what is answered, to the end
talk() {
    bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && { cat <&3 & cat >&3; wait; }' "$1"
}

mkdir mail
serve --maildir mail

# a suite through it gives what it gives without it, and what its scenarios do wrong on purpose is
# told of the client, nothing of the server
watch through.out --log through.log --results through.jsonl
imapspec server "127.0.0.1:$port" --user fred --password secret --seed 1 --results one.jsonl
[ "$code" -eq 0 ] || die "the suite through watch: $code"
imapspec server "127.0.0.1:$server" --user fred --password secret --seed 1 --results two.jsonl
[ "$code" -eq 0 ] || die "the suite without watch: $code"
ended 1
verdicts one.jsonl >one.txt
verdicts two.jsonl >two.txt
[ "$(grep -c ' pass$' one.txt)" -ge 50 ] || die "only $(grep -c ' pass$' one.txt) cases passed"
diff one.txt two.txt >differences || die "other verdicts: $(head -c 1000 differences)"
lacks through.out "server fail" "server warn"
has through.out "client fail: syntax.client-verbs (p.28 Syn" "; E5): " "    C: " \
    "client fail: state.client-preauth (p.6 Proto; E6)"
grep -qE '^[0-9]+ connections, [0-9]+ octets from clients, [0-9]+ from the server: [0-9]+ fail, ' \
    through.out || die "no summary"
has through.log "== connection 1" " C: " " S: * OK "
has through.jsonl '"id":"connection-1"' '"verdict":"fail"' '"requirement":"state.client-preauth"'
ends 0 report through.jsonl --markdown report.md
has report.md state.client-preauth

# findings are told while the connection stands
watch live.out --once -v
(
    printf 'a SELECT INBOX\r\n' # before LOGIN
    until_true 20 grep -q 'state.client-preauth' live.out || echo late >late
    printf 'b LOGOUT\r\n'
    sleep 0.3
) | talk "$port" >talk.out 2>&1
[ ! -e late ] || die "the finding was told too late"
wait "$watch"
[ $? -eq 1 ] || die "--once did not end with 1"
has talk.out "a BAD" "b OK"
has live.out "connection 1: opened" "connection 1: closed"

# one side only; a client that does nothing wrong
watch silent.out --once --judge server
printf 'a LOGIN fred secret\r\nb LOGOUT\r\n' | talk "$port" >talk.out 2>&1
wait "$watch"
[ $? -eq 0 ] || die "--judge server judges the client"

# no server
free=$server
server=1
watch nobody.out --once
talk "$port" </dev/null >/dev/null 2>&1
wait "$watch"
[ $? -eq 3 ] || die "no server, but not 3"
has nobody.out "no connection to the server" "refused"
server=$free

# TLS on either leg: one watch takes it off that the other has put on
if openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
    -keyout key.pem -out certificate.pem >/dev/null 2>&1; then
    watch inner.out --tls-listen certificate.pem --tls-key key.pem
    inner=$watch
    plain=$server
    server=$port
    watch outer.out --tls-to
    imapspec server "127.0.0.1:$port" --user fred --password secret --seed 1 \
        --results tls.jsonl
    [ "$code" -eq 0 ] || die "the suite through TLS: $code"
    ended 1
    watch=$inner
    ended 1
    verdicts tls.jsonl >tls.txt
    diff two.txt tls.txt >differences || die "other verdicts with TLS: $(head -c 1000 differences)"
    lacks outer.out "server fail" "server warn"
    server=$plain
fi

# usage
ends 2 watch
has err "--listen HOST:PORT and --to HOST:PORT"
ends 2 watch --listen 127.0.0.1 --to 127.0.0.1:1
has err "--listen wants HOST:PORT"
ends 2 watch --listen 127.0.0.1:0 --to 127.0.0.1:0
has err "not 0"
ends 2 watch --listen 127.0.0.1:0 --to 127.0.0.1:1 --judge nobody
has err "--judge wants"
ends 2 watch --listen 127.0.0.1:0 --to 127.0.0.1:1 --tls-key key.pem
has err "--tls-key goes with --tls-listen"
ends 2 watch --listen 127.0.0.1:0 --to 127.0.0.1:1 --tls-listen missing.pem
has err "missing.pem"
ends 2 watch --listen 127.0.0.1:0 --to 127.0.0.1:1 more
has err "takes options only"
ends 3 watch --listen "127.0.0.1:$server" --to 127.0.0.1:1
has err "in use"
