#!/bin/sh
# Every source is laid out as .clang-format says.
# usage: format.sh SOURCE_ROOT
set -eu
cd "$1"
find harness reference reports tests bench fuzz examples -name '*.[ch]' -print0 |
    xargs -0 clang-format --dry-run --Werror
