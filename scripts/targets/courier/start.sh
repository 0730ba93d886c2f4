#!/bin/sh
# start.sh DIR PORT USERS PASSWORD: runs a Courier-IMAP of its own in DIR, in the foreground, for
# users fred1 to fredUSERS.
set -eu
dir=$1 here=${0%/*}/..
. "$here/unpacked.sh"

unpacked_enter courier usr/sbin/couriertcpd "${0%/*}/inside.sh" "$@"
