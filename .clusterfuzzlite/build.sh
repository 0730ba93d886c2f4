#!/bin/sh
exec "$SRC/imapspec/fuzz/oss-fuzz/build.sh" "$@"
