#!/bin/sh
# The bundled client driven by requests, against the bundled server, over TCP.
. "$SOURCE_ROOT/tests/cli/common.sh"

: >served
"$IMAPSPEC" serve --port 0 >served 2>&1 &
jobs_started=$!
for i in 1 2 3 4 5 6 7 8 9 10; do
    grep -q listening served && break
    sleep 0.2
done
port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' served)
[ -n "$port" ] || die "the server does not listen: $(cat served)"

# The shim wants pipes at both ends.
cat >requests <<END
open 127.0.0.1 $port
login fred "secret"
select INBOX
cache
search ALL
select "no \\x22such\\x22"
fetch 1 ALL
frob
logout
open 127.0.0.1 $port
login fred wrong
close
open 127.0.0.1 1
END
cat requests | "$IMAPSPEC" shim 2>err | cat >out
statuses=$(sed -n 's/^\(ok\|no\|bad\|unsupported\|failed\).*/\1/p' out | tr '\n' ' ')
wanted="ok ok ok ok ok no failed unsupported ok ok no ok failed ok "
[ "$statuses" = "$wanted" ] || die "statuses: $statuses"
has out 'mailbox "INBOX"' 'access read-write' 'recent 0' 'failed no mailbox is selected'
[ -s err ] && die "something on stderr"

imapspec shim </dev/null
[ "$code" -eq 2 ] || die "a shim without pipes ended with $code"
has err "pipes"
ends 2 shim argument
