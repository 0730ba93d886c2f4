# Shared by the tests of this folder, which source it: a folder of their own, and short words for
# running imapspec and looking at what it said. From the environment:
#
#   IMAPSPEC      the program             ROGUE, PEAK   the helper programs rogue.c and peak.c
#   SOURCE_ROOT   the source tree         SANITIZED     1 when built with sanitizers
#
# The current folder is one of the test's own. Everything that imapspec or a server started by a
# test leaves behind is found: temporary folders in $TMPDIR, processes by that folder's name.
set -u
umask 022
IMAPSPEC_DATA=$SOURCE_ROOT
ASAN_OPTIONS=quarantine_size_mb=16:${ASAN_OPTIONS:-}
export IMAPSPEC_DATA ASAN_OPTIONS IMAPSPEC
unset CI NO_COLOR 2>/dev/null || true

work=$(mktemp -d "${TMPDIR:-/tmp}/cli-test-XXXXXX")
TMPDIR=$work/tmp
export TMPDIR
mkdir "$TMPDIR"
echo "$TMPDIR/" >"$work/pattern" # not in a command line of ours
cd "$work"
jobs_started=

tidy() {
    status=$?
    for pid in $jobs_started; do
        kill -9 "$pid" 2>/dev/null
    done
    cd /
    rm -rf "$work"
    exit "$status"
}
trap tidy EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

die() {
    echo "FAILED: $*" >&2
    for file in out err; do
        [ -s "$work/$file" ] && echo "--- $file:" >&2 && head -c 4000 "$work/$file" >&2
    done
    exit 1
}

# imapspec ARGUMENT...: leaves $code, and what it wrote in the files out and err.
imapspec() {
    "$IMAPSPEC" "$@" >"$work/out" 2>"$work/err" </dev/null
    code=$?
}

# ends CODE ARGUMENT...: imapspec ends with that code.
ends() {
    wanted=$1
    shift
    imapspec "$@"
    [ "$code" -eq "$wanted" ] || die "imapspec $*: ended with $code, not $wanted"
}

# has FILE TEXT...: the file (out, err, ...) holds each text.
has() {
    file=$1
    shift
    for text in "$@"; do
        grep -qF -e "$text" "$file" || die "\"$text\" is not in $file"
    done
}

lacks() {
    file=$1
    shift
    for text in "$@"; do
        ! grep -qF -e "$text" "$file" || die "\"$text\" is in $file"
    done
}

# until_true SECONDS COMMAND...: waits for it, at most that long.
until_true() {
    looks=$(($1 * 20))
    shift
    while ! "$@"; do
        looks=$((looks - 1))
        [ "$looks" -gt 0 ] || return 1
        sleep 0.05
    done
}

# Processes whose command line names our temporary folder, which every started server's does.
ours_running() {
    grep -laF -f "$work/pattern" /proc/[0-9]*/cmdline 2>/dev/null
}

nothing_is_left() {
    [ -z "$(ours_running)" ] && [ -z "$(ls -A "$TMPDIR")" ]
}

# No process and no temporary folder is left behind; both may need a moment to go.
check_nothing_left() {
    until_true 20 nothing_is_left ||
        die "left behind: $(ours_running) $(ls -A "$TMPDIR")"
}

# rogue_target NAME MODE [LINE...]: NAME.target, which starts rogue in that mode.
rogue_target() {
    name=$1
    mode=$2
    shift 2
    {
        echo "target $name \"rogue $mode\" {"
        echo "  side       server"
        echo "  dialect    imap2"
        echo "  start      \"$ROGUE\" \"$mode\" \"{port}\" \"{dir}/\""
        echo "  ready      port timeout 20s"
        echo "  user       \"fred{n}\" password \"secret\" count 20"
        echo "  provision  \"true\""
        for line in "$@"; do
            echo "  $line"
        done
        echo "}"
    } >"$name.target"
}

# noop_scenario ID [TIMEOUT]: a scenario that NOOP decides, on standard output.
noop_scenario() {
    cat <<END
scenario $1 "NOOP is answered" {
  role    client
  dialect imap2
  covers  noop.ok
  timeout ${2:-5s}

  S: * OK <text-line>
  C: @ NOOP
  check noop.ok
  S: @ OK <text-line>
  C: @ LOGOUT
  S?: * BYE <text-line>
  S: @ OK <text-line>
}
END
}

# "ID verdict" of each case of a results file, sorted.
verdicts() {
    sed -n 's/^{"id":"\(.*\)","scenario":.*,"verdict":"\([a-z]*\)","expected":.*/\1 \2/p' "$1" |
        sort
}

# builds_fault FAULT PROGRAM: imapspec with that fault of tests/faults/server in its bundled server
# (client/...: of tests/faults/client in its bundled client), by the compiler and libraries that it
# was itself built with.
builds_fault() {
    tools=$(dirname "$IMAPSPEC")/toolchain.txt
    /usr/bin/python3 -B - "$SOURCE_ROOT" "$1" >fault.c <<'END' || die "$1 does not apply"
import sys
tree, fault = sys.argv[1:]
place = fault if fault.startswith("client/") else f"server/{fault}"
lines = open(f"{tree}/tests/faults/{place}.fault").read().splitlines()
path = [line.split()[1] for line in lines if line.startswith("file ")]
text, into = {"replace": [], "by": []}, None
for line in lines:
    if line in text:
        into = text[line]
    elif line.startswith(" |"):
        into.append(line[3:])
old, new = ("\n".join(text[key]) for key in ("replace", "by"))
source = open(f"{tree}/{path[0]}").read()
assert len(path) == 1 and source.count(old) == 1
print(source.replace(old, new))
END
    (
        IFS='
'
        said() {
            sed -n "s/^$1 //p" "$tools"
        }
        # shellcheck disable=SC2046 # one argument a line
        set -- "$2" $(said compiler) $(said flag) -w -O1
        program=$1
        shift
        # shellcheck disable=SC2046
        "$@" $(said define | sed 's/^/-D/') $(said include | sed 's/^/-I/') -c fault.c \
            -o fault.o && "$@" $(said object) fault.o $(said library) -o "$program"
    ) >built 2>&1 || die "$1 does not build: $(cat built)"
}
