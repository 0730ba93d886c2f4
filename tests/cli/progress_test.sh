#!/bin/sh
# The live line: on a terminal, and nowhere else. Colours: there too, unless somebody objects.
. "$SOURCE_ROOT/tests/cli/common.sh"
TERM=xterm
export TERM

for i in 1 2 3 4; do
    noop_scenario t.case$i 20s | sed 's/C: @ NOOP/quiet 300ms\n  &/' >case$i.scn
done
rogue_target polite polite
rogue_target refuses refuses
escape=$(printf '\033')
return=$(printf '\r')
cat >played.sh <<END
target=\$1.target
shift
exec "$IMAPSPEC" server "\$target" case1.scn case2.scn case3.scn case4.scn -j 1 "\$@"
END

# shown TARGET [NAME=VALUE...] [REDIRECTION]: all that goes to a terminal
shown() {
    target=$1
    shift
    script -qec "env $1 sh played.sh $target $2" typescript </dev/null >/dev/null 2>&1
    code=$?
    tr "$return" '\n' <typescript | sed "s/$escape\[K//" >lines
}

# done, unexpected, time left; the line goes before anything else is said
shown polite "" ""
[ "$code" -eq 0 ] || die "on a terminal: $code"
has lines "0/4 done, 0 unexpected" "polite: 4 cases: 4 pass; 0 unexpected"
for n in 1 2 3; do
    grep -qE "^$n/4 done, 0 unexpected, [0-9]+ s left$" lines || die "$n of 4 is not shown"
done
grep -q "$return$escape\[Kpolite: 4 cases" typescript || die "the live line is not cleared"
shown refuses "" ""
[ "$code" -eq 1 ] || die "on a terminal: $code"
grep -qE "^[1-4]/4 done, [1-4] unexpected" lines || die "unexpected ones are not shown"
grep -q "$escape\[1;31mfail" typescript || die "no colours on a terminal"

# silent NAME=VALUE REDIRECTION: no live line
silent() {
    shown refuses "$1" "$2"
    [ "$code" -eq 1 ] || die "$*: $code"
    lacks lines " done, "
}
silent CI=true ""
lacks typescript "$escape"
silent TERM=dumb ""
lacks typescript "$escape"
silent "" ">log"
lacks log "$escape" " done, "
silent "" "2>log"
lacks log "$escape" " done, "
silent "" ">log 2>&1"
lacks log "$escape" " done, " "$return"
has log "refuses: 4 cases: 4 fail"
# no colours, but the line is no colour
shown refuses NO_COLOR=1 ""
has lines "4 done, "
! grep -q "$escape\[[0-9;]*m" typescript || die "colours in spite of NO_COLOR"
# asked for, they are there in a log too
shown refuses CI=true "--color always >log"
grep -q "$escape\[1;31mfail" log || die "--color always has no colours"

check_nothing_left
