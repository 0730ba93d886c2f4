#!/bin/sh
# `imapspec shim --check`: the bundled shim is right; shims that are wrong in one way each are found
# out, and it is told in what.
. "$SOURCE_ROOT/tests/cli/common.sh"

check() {
    imapspec shim --check --timeout-scale 0.4 "$@"
}

# finds NAME TEXT SHIM: the shim is wrong in the check of that name, with that text in what is told.
finds() {
    printf '%s\n' "$3" >bad.sh
    check --exec "sh $work/bad.sh" "$1"
    [ "$code" -eq 1 ] || die "$1: ended with $code"
    grep -q "^WRONG    $1: " out || die "$1 is not told"
    has out "$2"
}

# finds_answer NAME TEXT SED: the bundled shim, whose answers are edited.
finds_answer() {
    finds "$1" "$2" "\"\$IMAPSPEC\" shim | sed -u '$3'"
}

# finds_request NAME TEXT CASES: the bundled shim, whose requests some cases of a shell take.
finds_request() {
    finds "$1" "$2" "while IFS= read -r line; do
case \$line in
$3
*) printf '%s\n' \"\$line\" ;;
esac
done | \"\$IMAPSPEC\" shim"
}

# ---- right ones

ends 0 shim --check reference-shim
has out "reference-shim: 44 checks: 44 ok, 0 wrong, 0 left out"
check --exec 'exec "$IMAPSPEC" shim' -v 'line.*'
[ "$code" -eq 0 ] || die "the bundled shim by a command line: $code"
has out "ok       line.words: " "> fetch  1  ( \"FLAGS\" RFC822.SIZE )" "shim: 4 checks: 4 ok"
lacks out "verb.noop"
check --exec '"$IMAPSPEC" shim | sed -u "s/^feature.*bboard//;/^$/d"' verb.bboard verb.noop
[ "$code" -eq 0 ] || die "a shim without a verb: $code"
has out "left out verb.bboard: \`bboard\` is not among its features" "1 ok, 0 wrong, 1 left out"

# ---- lines

finds_answer start 'neither a status' 's/^ok$/done/'
finds_answer start 'lower case' 's/^ok$/OK/'
finds_answer start 'a line ends in LF alone' 's/$/\r/'
finds_answer start 'an empty line' 's/^ok$/\n&/'
finds_answer verb.search '`hits`' 's/^found/hits/'
finds_answer verb.search 'found NUMBER...' 's/^found.*/found one two/'
finds_answer verb.fetch-text 'is written \xHH' 's/\\x0d/\r /'
finds_answer verb.fetch-text 'an escape is' 's/\\x0d/\\r/g'
finds_answer verb.fetch-text 'octet for octet' 's/\\x0d//g'
finds_answer verb.reply 'to NAME ROUTE MAILBOX HOST' 's/^to .*/to "odd@example.org"/'
finds_answer verb.log 'note KIND TEXT' 's/^note [a-z]* /note warning /'
finds start 'flushed' '"$IMAPSPEC" shim | sed "s/x/x/"'
finds start 'before it is asked' 'echo "ok my shim 1.0"; exec "$IMAPSPEC" shim'
finds_request line.unasked 'no answer' 'noop) echo noop; echo noop ;;'

# ---- verbs

finds_answer features 'name of a verb' 's/^feature noop$/&\nfeature nap/'
finds_answer features 'feature open' '/^feature open$/d'
finds_answer verb.unknown '`unsupported`' 's/^unsupported$/failed what is that/'
finds_request verb.check '`ok`' 'check) echo frobnicate ;;'
finds_answer verb.unnamed '`unsupported`' '/^feature check$/d'
finds_request verb.unconnected 'got:    ok' 'noop) echo log ;;'
finds_request line.octets 'as they were written' \
    'login*nobody*) echo "login nobody \"x\\x0ay\\xff\"" ;;'
finds_request status.no '`no`' 'select*nosuch*) echo frobnicate ;;'
finds_request verb.logout 'LOGOUT' 'logout) echo close ;;'
finds_request verb.close 'LOGOUT' 'close) echo logout ;;'

# ---- order: what is unknown is answered at once

finds order 'while the first request waits' 'exec 3>&1
while IFS= read -r line; do
case $line in
frob*) echo unsupported >&3 ;;
*) printf "%s\n" "$line" ;;
esac
done | "$IMAPSPEC" shim'


# One request after the other, though it says that commands are overlapped.
finds order.overlap 'FETCH 1 alone' 'rm -f to from; mkfifo to from
"$IMAPSPEC" shim <to >from &
exec 3>to 4<from
while IFS= read -r line; do
printf "%s\n" "$line" >&3
while IFS= read -r answer <&4; do
printf "%s\n" "$answer"
case $answer in ok* | no\ * | bad* | failed* | unsupported*) break ;; esac
done
done'

# ---- connections

finds_request open.refused '`failed`' \
    'open*) case $opened in yes) echo "$line" ;; *) echo log ;; esac; opened=yes ;;'
finds open.greeting 'before the greeting' '"$IMAPSPEC" shim | {
IFS= read -r line
[ "$line" != ok ] || sleep 5
printf "%s\n" "$line"
exec cat
}'

# ---- cache

finds_answer cache.counts 'no data line `recent`' '/^recent/d'
finds_answer cache.counts 'exists 4' 's/^exists 4/exists 3/'
finds_answer cache.counts 'exists NUMBER' 's/^exists.*/exists many/'
finds_answer cache.before-open 'exists 0' 's/^exists 0/exists 4/'
finds_answer cache.quoted 'envelope N FIELD' 's/^envelope 2 subject .*/& 1/'
finds_answer cache.quoted 'quotes and a backslash' 's/^envelope 2 subject .*/envelope 2 subject ""/'
finds_answer cache.again 'exists 0' 's/^exists 0/exists 4/'
finds_answer cache.afterwards 'believed last' 's/^exists .*/exists 0/'
finds_answer cache.arrived 'had arrived' 's/^exists 5/exists 4/'

# ---- the end, and being stuck or dead

finds quit 'does not end' '"$IMAPSPEC" shim; exec sleep 20'
finds quit.eof 'does not end' 'trap "" HUP; (cat; sleep 20) | "$IMAPSPEC" shim; exec sleep 20'
finds quit 'written at the end' '"$IMAPSPEC" shim; echo bye'
finds_request verb.expunge 'within 2 s' 'expunge) sleep 20 ;;'
finds verb.search 'SIGKILL' 'while IFS= read -r line; do
case $line in
search*) kill -9 0 ;;
*) printf "%s\n" "$line" ;;
esac
done | "$IMAPSPEC" shim'
finds start 'exited with status 3: out of luck' 'echo "out of luck" >&2; exit 3'

# ---- usage

ends 2 shim --check
has err "TARGET"
ends 2 shim --check no-such-target
ends 2 shim --check reference
has err "reference-shim"
ends 2 shim --check curl
has err "cannot be told anything"
ends 2 shim --check dovecot
has err "is a server"
ends 2 shim --exec true
ends 4 shim --check reference-shim no.such.check
cat >absent.target <<END
target absent "absent" {
  side  client
  start "/no/such/shim"
}
END
ends 3 shim --check absent.target
has err "/no/such/shim"
sed -i 's|start|requires "no-such-program"\n  start|' absent.target
ends 4 shim --check absent.target
has err "not installed"

check_nothing_left
