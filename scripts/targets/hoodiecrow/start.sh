#!/bin/sh
# start.sh DIR PORT USERS PASSWORD: runs the server in the foreground, for users fred1 to fredUSERS.
# The package is looked for in build/targets of the tree, or in $IMAPSPEC_TARGETS.
set -eu
dir=$1 port=$2 users=$3 password=$4
. "${0%/*}/../account.sh"

package=${IMAPSPEC_TARGETS:-${0%/*}/../../../build/targets}/hoodiecrow/node_modules/hoodiecrow-imap
if [ ! -f "$package/package.json" ]; then
    echo "needs the npm package hoodiecrow-imap, which \`make targets\` installs" >&2
    exit 77
fi
modules=$(readable "${package%/*}")
become node "$(readable "${0%/*}/server.js")" "$modules/${package##*/}" "$dir/mail" "$port" "$users" "$password"
