#!/bin/sh
# clang-tidy finds nothing, with the configuration in .clang-tidy.
# usage: tidy.sh SOURCE_ROOT BUILD_ROOT
set -eu
cd "$1"
# engine.c and floor.c are compiled by the engines' builds alone.
find harness reference reports fuzz bench -name '*.c' ! -path fuzz/drivers/engine.c \
    ! -path fuzz/drivers/floor.c -print0 |
    xargs -0 -n 4 -P "$(nproc)" clang-tidy --quiet -p "$2" 2>&1 |
    grep -v -E '^([0-9]+ warnings? (generated|treated)|Suppressed|Use -header-filter)' >"$2/tidy.log" || true
if grep -q -E '(warning|error):' "$2/tidy.log"; then
    cat "$2/tidy.log"
    exit 1
fi
