#!/bin/sh
# Wrong usage ends with 2 and a sentence that names what is wrong; --help names every option.
. "$SOURCE_ROOT/tests/cli/common.sh"

noop_scenario t.noop >noop.scn
rogue_target polite polite

# wrong SENTENCE ARGUMENT...
wrong() {
    sentence=$1
    shift
    ends 2 "$@"
    has err "imapspec: $sentence"
    [ ! -s out ] || die "imapspec $*: wrote to standard output"
}

ends 2
has out "usage: imapspec COMMAND"
wrong 'there is no command "frobnicate"' frobnicate
wrong 'there is no command "frobnicate"' help frobnicate
wrong 'which target?' server
wrong 'there is no option --frob' server polite.target --frob
wrong 'there is no option -q' server polite.target -q
wrong 'there is no option -q' server polite.target -vq
wrong 'there is no option --frob' lint --frob noop.scn
wrong '--seed wants a number, not "x"' server polite.target --seed x
wrong '--seed wants a number, not "-1"' server polite.target --seed=-1
wrong '--seed wants a number, not ""' server polite.target --seed=
wrong '--seed wants a number, not "99999999999999999999"' server polite.target \
    --seed 99999999999999999999
wrong '--jobs wants a number, not "two"' server polite.target -j two
wrong '--jobs wants a number, not "2x"' server polite.target -j2x
wrong '--seed wants a value: N' server polite.target --seed
wrong '--strict takes no value' server polite.target --strict=yes
wrong '--timeout-scale wants a number above 0, not "0"' server polite.target --timeout-scale 0
wrong '--timeout-scale wants a number above 0, not "nan"' server polite.target --timeout-scale nan
wrong '--vary wants none, chunks, tags, case, forms or all, several joined by commas, not "some"' \
    server polite.target --vary some
wrong '--vary wants none, chunks, tags, case, forms or all, several joined by commas, not "case,"' \
    server polite.target --vary case,
wrong '--color wants auto, always or never, not "red"' server polite.target --color red
wrong '--update-expected needs --expect FILE' server polite.target noop.scn --update-expected
wrong '127.0.0.1:143: a server that runs needs --user and --password' server 127.0.0.1:143
wrong 'which files?' lint
wrong 'which files?' fmt
wrong 'features wants one target' features
wrong 'explain wants a requirement' explain
wrong 'report wants results files' report
wrong 'there is no requirement or reading "no.such"' explain no.such
wrong 'there is no requirement or reading "B9999"' explain B9999
wrong 'serve takes options only, not "x"' serve x
wrong '--port wants a number up to 65535' serve --port 65536
wrong '--user and --password go together' serve --user fred
ends 2 report no-such.jsonl
has err "no-such.jsonl: "
ends 2 lint no-such.scn
has err "no-such.scn: "
ends 2 server polite.target noop.scn --results /no/such/folder/r.jsonl
has err "/no/such/folder/r.jsonl"

# a client cannot be tested as a server
sed 's/side       server/side       client/; /provision/d' polite.target >client.target
ends 2 server client.target noop.scn

# the shipped files are not to be found
IMAPSPEC_DATA=$work/nowhere "$IMAPSPEC" list >out 2>err
[ $? -eq 2 ] || die "list without data"
has err "IMAPSPEC_DATA is $work/nowhere"

# help, in all its forms
ends 0 help
has out "usage: imapspec COMMAND"
cp out help
for form in --help -h; do
    ends 0 $form
    cmp -s out help || die "imapspec $form differs from imapspec help"
done
ends 0 --version
grep -qE '^imapspec [0-9]+\.[0-9]+\.[0-9]+$' out || die "--version"

# options COMMAND FILE SOURCE: --help names each option that the command's table in SOURCE has
commands="server client watch serve shim mutants lint fmt list explain cover features report init"
for command in $commands; do
    has help "  $command "
    ends 0 "$command" --help
    has out "usage: imapspec $command"
    cp out first
    ends 0 help "$command"
    cmp -s out first || die "help $command differs from $command --help"
    case $command in
    server | client | features) source="test_options.def report_options.def" ;;
    fmt) source=lint.c ;;
    report) source="report.c report_options.def" ;;
    serve | watch | mutants | cover | explain | init) source=$command.c ;;
    *) continue ;;
    esac
    # shellcheck disable=SC2086 # several files
    names=$(cd "$SOURCE_ROOT/harness/cli" &&
        sed -n "s/^.*{'\{0,1\}[a-z0]'\{0,1\}, \"\([a-z-]*\)\", .*/\1/p" $source)
    [ -n "$names" ] || die "no options found in $source"
    for name in $names; do
        grep -qE -e "--$name( [A-Z:]+)?  +[A-Za-z0-9]" out || die "$command --help lacks --$name"
    done
done
# after "--" nothing is an option
ends 4 server polite.target noop.scn -- --help
has err '"--help" matches no scenario'
