#!/bin/sh
# unpacked-stop.sh DIR: ends a server that was started by unpacked_enter, and all it has started.
set -eu
read -r pid <"$1/pid"
kill -KILL "$pid"
