#!/bin/sh
# Requests to a client's shim: several under way at a time, and only where the shim says that its
# client overlaps commands; parts of verbs that a shim lacks.
. "$SOURCE_ROOT/tests/cli/common.sh"

# shim_target NAME SED [LINE...]: the bundled shim, whose answers are edited.
shim_target() {
    name=$1
    printf '"$IMAPSPEC" shim | sed -u "%s"\n' "$2" >"$work/$name.sh"
    shift 2
    {
        echo "target $name \"the bundled shim, edited\" {"
        echo "  side       client"
        echo "  start      \"sh\" \"$work/$name.sh\""
        for line; do
            echo "  $line"
        done
        echo "}"
    } >"$name.target"
}

# ---- a program that overlaps commands

ends 0 client reference-shim 'pipeline.fetches-*' 'pipeline.data-*' pipeline.bye pipeline.many
lacks out " skip"

# ---- one that does not say so

shim_target serial '/^feature overlap/d'
ends 0 client serial.target pipeline.bye pipeline.many
has out "needs shim.overlap, which serial does not have" " pass"
shim_target forced '/^feature overlap/d' 'feature    shim.overlap yes'
ends 0 client forced.target pipeline.bye
lacks out " skip"
shim_target silent 's/^feature .*//;/^$/d;s/^ok$/&/'
ends 4 client silent.target pipeline.lost
has out "needs shim.overlap"

# ---- parts of verbs

shim_target partly 's/^feature find$/feature find mailboxes/'
ends 0 client partly.target client.name-reuse client.board-reuse
has out "7 pass, 3 skip" "needs shim.find.bboards, which partly does not have"
shim_target wholly 's/^feature find$/feature find bboards/' 'feature    shim.find.mailboxes yes'
ends 0 client wholly.target client.name-reuse client.board-reuse
has out "10 cases: 10 pass"

check_nothing_left
