#!/bin/sh
# start.sh DIR PORT USERS PASSWORD: runs the server in the foreground, for users fred1 to
# fredUSERS.
set -eu
dir=$1 port=$2 users=$3 password=$4
. "${0%/*}/../account.sh"

export PYTHONDONTWRITEBYTECODE=1
become /usr/bin/python3 "$(readable "${0%/*}/server.py")" "$dir/mail" "$port" "$users" "$password"
