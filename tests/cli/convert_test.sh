#!/bin/sh
# imapspec convert: streams, transcripts and logs to scenarios that play, and back.
. "$SOURCE_ROOT/tests/cli/common.sh"

# An event stream: two sessions, a literal that waits, a message that arrives.
printf 'a1 LOGIN fred {6}\r\n\022secret\r\n\022a2 SELECT INBOX\r\n\022\006\003\002b1 NOOP\r\n\022' >events.bin
ends 0 convert events.bin --id t.stream
has out 'scenario t.stream' 's1 C: a1 LOGIN fred {"secret"}' 'deliver INBOX "fixtures/t3.eml"' 's2 C: b1 NOOP'
cp out stream.scn
ends 0 convert --stream stream.scn
cmp out events.bin || die "the stream has changed on its way through a scenario"
ends 0 lint stream.scn
ends 0 server reference stream.scn

# Any octets are a stream; how data were cut by needless escapes is all that is lost.
perl -e 'print pack "C*", map { ($_ * 167 + $_ * $_ * 13) % 256 } 1 .. 2000' >any.bin
ends 0 convert --from stream any.bin
cp out any.scn
ends 0 convert --stream any.scn
cp out again.bin
ends 0 convert --from stream again.bin
cp out again.scn
ends 0 convert --stream again.scn
cmp out again.bin || die "the stream has changed on its way through a scenario"

# A transcript, which a person may have typed.
cat >transcript <<'END'
# anything else is left out
S: * OK ready {5}
C: a1 LOGIN fred {6}
S: + go on
C| secret
C:
S: a1 OK welcome
C: a2 SELECT m
S: * FLAGS (\Answered \Flagged \Deleted \Seen)
S: * 0 EXISTS
S: * 0 RECENT
S: a2 OK [READ-WRITE] done
END
ends 0 convert transcript
has out 'C: a1 LOGIN fred {"secret"}' 'S: * OK <text-line>' 'S: * 0 EXISTS' 'S: a2 OK <text-line>'
{ sed -n 1,2p out; echo '  fixture m empty'; sed -n '3,$p' out; } >transcript.scn
ends 0 server reference transcript.scn

# What the harness logs is understood.
cat >log <<'END'
    0.000 a -- connected
    0.000 a S: * OK ready
    0.001 a C: a1 LOGIN fred secret
    0.001 a S: a1 OK welcome
    0.002 a C: a2 FETCH 1 RFC822.TEXT\x20
    0.002 a S: * 1 FETCH (RFC822.TEXT {5}
    0.002 a S| x"
    0.002 a S| y
    0.002 a S: )
    0.002 a S: a2 BAD no
    0.002 a -- end of stream
END
ends 0 convert log
has out 'session  a' 'a C: a1 LOGIN fred secret' 'C= "a2 FETCH 1 RFC822.TEXT \r\n"' \
    'a S: * 1 FETCH (RFC822.TEXT {"x\"\r\ny"})' 'a S: a2 BAD <text-line>'
lacks out connected

# Mistakes have a place.
ends 2 convert
has err 'convert wants one file'
ends 2 convert no-such-file
ends 2 convert --from x events.bin
has err '--from wants log, transcript or stream, not "x"'
ends 2 convert --id 'a b' events.bin
has err '--id wants'
printf '0.000 C: a1 FETCH ... (3141 octets)\n' >short
ends 2 convert short
has err 'short:1:1: the log does not show the whole line'
printf 'C: a1 LOGIN {3}\nS: a1 OK\nC: a2 NOOP\n' >hole
ends 2 convert hole
has err 'hole:3:1: the literal announced before has less content'
printf 'C: a1 LOGIN {3}\nC| secret\n' >much
ends 2 convert much
has err 'much:2:1: more content of a literal than was announced'
ends 2 convert --stream transcript
has err 'transcript:2'
cat stream.scn transcript.scn >both.scn
ends 2 convert --stream both.scn
has err 'choose one with --id'
ends 0 convert --stream both.scn --id t.stream
cmp out events.bin || die "another scenario than the one chosen"
