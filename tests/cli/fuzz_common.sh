# Shared by the tests of `imapspec fuzz` against servers and clients, which source it behind
# common.sh.

# repeats WORD ARGUMENT...: two runs with these arguments say the same from that word of the status
# line on, and keep the same corpus. What they said and kept is in first, first.kept, second...
repeats() {
    word=$1
    shift
    for run in first second; do
        ends 0 fuzz "$@" --findings $run.kept
        sed "s/^reference: .*  $word/$word/" out >$run
    done
    cmp -s first second || die "two runs with one seed differ: $(diff first second)"
    diff -r first.kept second.kept >difference || die "$(cat difference)"
}

# keeps_rate ARGUMENT...: a rate is kept, by whatever machine
keeps_rate() {
    before=$(date +%s%N)
    ends 0 fuzz "$@" --count 11 --rate 10 --findings rated
    after=$(date +%s%N)
    [ $(((after - before) / 1000000)) -ge 1000 ] || die "11 scenarios at 10 a second: too early"
}

# finds FAULT ROLE COUNT [OPTION...]: the fuzzer finds that fault of the bundled server or client
# in so many scenarios, and does not find the same again when it goes on. Each finding fails where it
# was found, alone, and passes where nothing is wrong. The program is left in faulty, the findings in
# found, those of the first run in $known.
finds() {
    fault=$1
    role=$2
    count=$3
    shift 3
    builds_fault "$fault" faulty
    good=$IMAPSPEC
    IMAPSPEC=$work/faulty
    rm -rf found
    for seed in 1 2 3 4; do # what is found when is a matter of chance
        imapspec fuzz reference "$@" --count "$count" --seed "$seed" --findings found
        [ "$code" -eq 0 ] || break
    done
    [ "$code" -eq 1 ] || die "$fault: ended with $code"
    for folder in found/*-*; do
        for file in scenario.scn events.bin wire.log meta.json; do
            [ -s "$folder/$file" ] || die "$folder/$file is missing"
        done
        has "$folder/meta.json" '"replay": "fail"' '"flaky": false'
        has "$folder/scenario.scn" "# Found by imapspec fuzz reference --seed $seed"
        ends 1 "$role" reference "$folder/scenario.scn"
        IMAPSPEC=$good
        ends 0 lint "$folder/scenario.scn"
        ends 0 "$role" reference "$folder/scenario.scn"
        IMAPSPEC=$work/faulty
    done
    known=$(ls -d found/*-*)
    ends 1 fuzz reference "$@" --count "$count" --seed "$seed" --findings found --resume
    for folder in $known; do
        lacks out "$folder/"
    done
    IMAPSPEC=$good
}

# shrinks FILE [OPTION...]: the file of the first finding leads to the same finding where there is
# the fault, and to nothing where there is not
shrinks() {
    folder=$(ls -d found/*-* | head -n 1)
    file=$folder/$1
    shift
    good=$IMAPSPEC
    IMAPSPEC=$work/faulty
    ends 1 shrink "$file" reference "$@" --findings shrunk
    [ -s "shrunk/$(basename "$folder")/scenario.scn" ] || die "shrunk to $(ls shrunk)"
    rm -rf shrunk
    IMAPSPEC=$good
    ends 0 shrink "$file" reference "$@" --findings none
    has out "shows nothing wrong"
}

# is_ended SIGNAL CODE PATTERN PROGRAM [OPTION...]: a run that has kept such a file is ended so, with
# that code
is_ended() {
    signal=$1
    wanted=$2
    pattern=$3
    program=$4
    shift 4
    rm -rf kept
    "$program" fuzz reference "$@" --time 60s --findings kept >out 2>err </dev/null &
    fuzzing=$!
    jobs_started="$jobs_started $fuzzing"
    until_true 60 is_kept "$pattern" || die "nothing is kept"
    kill -"$signal" "$fuzzing"
    wait "$fuzzing"
    code=$?
    [ "$code" -eq "$wanted" ] || die "$signal ended it with $code"
}

is_kept() {
    # shellcheck disable=SC2086 # a pattern
    ls -d kept/$1 >/dev/null 2>&1
}
