#!/bin/sh
# `imapspec client --exec`: clients that nobody tells anything, judged by what they do.
. "$SOURCE_ROOT/tests/cli/common.sh"

# client.pl HOST PORT STEP...: connects and does so. A step is `read`, a line is awaited; `until T`,
# a line that begins with T; `sleep S`; `die S`, by signal S; `again`, a new connection; anything
# else is sent, with \r and \n for CR and LF.
cat >client.pl <<'END'
use strict;
use warnings;
use IO::Socket::INET;
my ($host, $port, @steps) = @ARGV;
my $socket = IO::Socket::INET->new("$host:$port") or die "no connection";
for (@steps) {
    if ($_ eq 'read') { my $line = <$socket> }
    elsif (/^until (.*)/) { my $text = $1; while (my $line = <$socket>) { last if $line =~ /^\Q$text\E/ } }
    elsif (/^sleep (.*)/) { select undef, undef, undef, $1 }
    elsif (/^die (.*)/) { kill $1, $$; sleep 10 }
    elsif ($_ eq 'again') { close $socket; $socket = IO::Socket::INET->new("$host:$port") or die }
    else { s/\\r/\r/g; s/\\n/\n/g; s/\\x(..)/chr hex $1/ge; print $socket $_; $socket->flush }
}
END

client="exec perl $work/client.pl {host} {port}"
login="read 'a LOGIN fred secret\\r\\n' 'until a'"
inbox="$login 'b SELECT INBOX\\r\\n' 'until b'"
end="'z LOGOUT\\r\\n' 'until z'"

# plays SCENARIO STEPS: the client does so, served by that scenario.
plays() {
    imapspec client --exec "$client $2" --timeout-scale 0.4 -j1 "$1"
}

# breaks RULE REQUIREMENT STEPS: that is found; a fail, unless $level says otherwise.
level=fail
scenario=unscripted
breaks() {
    plays $scenario "$3"
    [ "$level" = fail ] && wanted=1 || wanted=0
    [ "$code" -eq "$wanted" ] || die "$1 $2: ended with $code"
    has out "$level by $1,"
    grep -q "$2 (p" out || die "$1: $2 is not told"
}

# ---- good ones

plays 'unscripted*' "$inbox 'c FETCH 1:5 ALL\\r\\n' 'until c' $end"
[ "$code" -eq 0 ] || die "a right client: $code"
has out "exec: 2 cases: 2 pass; 0 unexpected"
imapspec client --exec "$client $login $end"
[ "$code" -eq 0 ] || die "without a selector: $code"
has out "exec: 2 cases: 2 pass"
plays unscripted "$login $end again $login $end"
has out "1 case: 1 pass"
imapspec client --exec "$client read 'a LOGIN {user} {password}\\r\\n' 'until a OK' $end" \
    --user smith --password sesame unscripted -v
[ "$code" -eq 0 ] || die "another user: $code"
has out "1 pass"

# ---- exit codes

imapspec client --exec 'exit 3' unscripted
[ "$code" -eq 3 ] || die "ends without a connection: $code"
has out "1 blocked" "the client ended without a connection" "exited with status 3"
imapspec client --exec 'no-such-client {port}' unscripted
[ "$code" -eq 3 ] || die "cannot be started: $code"
has out "exited with status 127" "no-such-client: not found"
imapspec client --exec 'exec sleep 20' unscripted --timeout-scale 0.2
[ "$code" -eq 3 ] || die "never connects: $code"
has out "the client does not end"
plays unscripted "'sleep 20'"
[ "$code" -eq 3 ] || die "connects and says nothing: $code"
has out "the client does not end"
plays unscripted "$login 'sleep 20'"
[ "$code" -eq 3 ] || die "hangs: $code"
has out "the client does not end"
plays unscripted "$login 'die SEGV'"
[ "$code" -eq 1 ] || die "dies: $code"
has out "1 crash" "exec killed by SIGSEGV"
imapspec client --exec 'kill -ABRT $$' unscripted
[ "$code" -eq 1 ] || die "dies without a connection: $code"
has out "1 crash" "killed by SIGABRT"
ends 2 client --exec 'true' --vary nonsense
ends 4 client --exec 'true' no.such.scenario

# ---- each rule that shows in the stream

scenario=unscripted.slow
# before the greeting or in the midst of it, as it comes
breaks E1 'client\.[a-z-]*greeting[a-z-]*' "'a LOGIN fred secret\\r\\n' 'until a' $end"
breaks E6 state.client-preauth \
    "read 'a LOGIN fred secret\\r\\n' 'sleep 0.1' 'b SELECT INBOX\\r\\n' 'until b' $end"
breaks E8 literal.client-waits \
    "read 'a LOGIN fred {2}\\r\\n' 'sleep 0.1' '%%\\r\\n' 'until a' $end"
level=warn
breaks E12 pipeline.client-no-ambiguity \
    "$login 'b SELECT INBOX\\r\\n' 'sleep 0.1' 'c FETCH 1 FLAGS\\r\\n' 'until c' $end"
breaks E12 pipeline.client-no-ambiguity \
    "$inbox 'c SEARCH ALL\\r\\n' 'sleep 0.1' 'd SEARCH SEEN\\r\\n' 'until d' $end"

scenario=unscripted
level=fail
breaks E2 cmd.client-crlf "read 'a LOGIN fred secret\\n' 'until a' $end"
breaks E2 lex.atom-client "$login 'b SELECT b\\xffx\\r\\n' 'until b' $end"
breaks E4 lex.quoted-client "$login 'b SELECT \\x22\\x22\\r\\n' 'until b' $end"
breaks E3 tag.prefix "$login 'NOOP\\r\\n' read $end"
breaks E3 tag.reserved-client "$login '* NOOP\\r\\n' read $end"
breaks E3 tag.unique "$inbox 'c NOOP\\r\\nc NOOP\\r\\n' 'until c' 'until c' $end"
breaks E4 cmd.client-single-sp "$login 'b  NOOP\\r\\n' 'until b' $end"
breaks E4 syntax.client-fetch "$inbox 'c FETCH 1 (ALL)\\r\\n' 'until c' $end"
breaks E5 syntax.client-verbs "$login 'b FROB\\r\\n' 'until b' $end"
breaks E6 state.client-preauth "read 'a SELECT INBOX\\r\\n' 'until a' $end"
breaks E6 state.client-preauth \
    "read 'a LOGIN fred wrong\\r\\n' 'until a' 'b SELECT INBOX\\r\\n' 'until b' $end"
breaks E7 state.client-select-first "$login 'b FETCH 1 FLAGS\\r\\n' 'until b' $end"
breaks E8 literal.client-waits "read 'a LOGIN fred {6}\\r\\nse%ret\\r\\n' 'until a' $end"
breaks E10 literal.count-exact \
    "read 'a LOGIN fred {4}\\r\\n' read 'se%ret\\r\\n' 'until a' $end"
breaks E13 sequence.client-bounds "$inbox 'c FETCH 9 FLAGS\\r\\n' 'until c' $end"
level=warn
breaks E6 state.client-login-first "read 'b NOOP\\r\\n' 'until b' 'a LOGIN fred secret\\r\\n' 'until a' $end"
breaks E11 lex.prefer-short "read 'a LOGIN fred {6}\\r\\n' read 'secret\\r\\n' 'until a' $end"
breaks E12 pipeline.client-no-ambiguity \
    "$inbox 'c EXPUNGE\\r\\nd STORE 1 FLAGS (\\Seen)\\r\\n' 'until d' $end"
breaks E17 logout.client-sends "$login"
breaks E17 logout.client-reads-ok "$login 'z LOGOUT\\r\\ny NOOP\\r\\n' 'until z'"

# What only a server's words bring out needs a scenario that says them (E9, E14-E16, E18, E19).
cat >says.scn <<'END'
scenario x.says "What a server says" {
  role     server
  dialect  imap2
  needs    exec
  fixture  INBOX messages 5
  serve    model

  on? COPY <any> <any> {
    S: * NO disk nearly full
    split 1 gap 200ms
    S: @ OK done
  }
  on? COPY 2 <any> {
    S: @ BAD what
  }
  on? SELECT {<number>} {
    S: @ NO not so
  }
  on? CHECK {
    S: * BYE so long
    S: @ OK done
  }
  on? FIND MAILBOXES "*" {
    S: @ BAD what
  }
  on? FIND MAILBOXES "o*" {
    S: * MAILBOX notes
    S: @ OK done
  }
  exit
}
END
scenario=says.scn
level=fail
breaks E9 literal.client-refused \
    "$login 'b SELECT {6}\\r\\n' 'until b' 'sleep 0.1' 'secret\\r\\n' 'sleep 0.1' $end"
level=warn
breaks E14 resp.client-no \
    "$inbox 'c COPY 1 notes\\r\\n' 'until *' 'd COPY 1 notes\\r\\n' 'until d' $end"
breaks E16 resp.client-bye \
    "$inbox 'c CHECK\\r\\n' 'until c' 'd NOOP\\r\\n' 'until d' 'e NOOP\\r\\n' 'until e' $end"
bad="'c COPY 2 notes\\r\\n' 'until c'"
breaks E15 client.status-distinguished "$inbox $bad $bad $bad $bad $end"
find="'c FIND MAILBOXES *\\r\\n' 'until c'"
breaks E18 find.client-bad "$login $find $find $find $end"
breaks E19 find.client-value-reuse \
    "$login 'b FIND MAILBOXES o*\\r\\n' 'until b' 'c SELECT NOTES\\r\\n' 'until c' $end"

# ---- TLS

printf 'set -e\n' >tls.sh
cat >>tls.sh <<'END'
{ sleep 0.3; printf 'a LOGIN fred secret\r\n'; sleep 0.5; printf 'z LOGOUT\r\n'; sleep 0.5; } |
    openssl s_client -quiet -verify_quiet -verify_return_error -CAfile "$3" -connect "$1:$2"
END
cat >tls.target <<END
target tls "a client over TLS" {
  side    client
  carrier tls
  start   "sh" "$work/tls.sh" "{host}" "{port}" "{certificate}"
  feature exec yes
}
END
ends 0 client tls.target unscripted -v
has out "pass" "1 case: 1 pass"
sed 's/carrier tls/carrier tcp/' tls.target >no-tls.target
ends 2 client no-tls.target unscripted
has err "no-tls.target" "{certificate}"
sed 's/carrier tls/carrier stdio/' tls.target >stdio.target
ends 2 client stdio.target unscripted
has err "tcp or tls"
imapspec client --tls --exec 'sh tls.sh {host} {port} {certificate}' unscripted -v
[ "$code" -eq 0 ] || die "TLS by a command line: $code"
has out "1 pass"
if command -v curl >/dev/null; then
    curl='curl -sS -u fred:secret imaps://{host}:{port}/INBOX -X NOOP'
    imapspec client --tls --exec "$curl --cacert {certificate}" unscripted -v
    [ "$code" -eq 0 ] || die "curl with TLS: $code"
    has out "pass "
    imapspec client --tls --exec "$curl" unscripted -v
    has out "certificate problem"
    imapspec client --tls --exec "$curl --cacert {certificate} --resolve localhost:{port}:{host} \
        imaps://localhost:{port}/" unscripted -v
    has out "the client exited with status"
fi

check_nothing_left
