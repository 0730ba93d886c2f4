#!/bin/sh
# start.sh DIR PORT USERS PASSWORD: runs a Cyrus IMAP of its own in DIR, in the foreground, for users
# fred1 to fredUSERS.
set -eu
dir=$1 here=${0%/*}/..
. "$here/unpacked.sh"

unpacked_enter cyrus usr/sbin/cyrmaster "${0%/*}/inside.sh" "$@"
