#!/bin/sh
# start.sh DIR PORT: runs the server under test in the foreground, on 127.0.0.1:PORT, with
# configuration and mail below DIR, a fresh folder that is removed when the run is over.
#
# It must let in the users of @NAME@.target, fred1 to fred50 with the password "secret", and each of
# them must have an empty INBOX. When the server cannot be had on this machine, exit with 77 and say
# why on standard error: everything is skipped then.
set -eu
dir=$1
port=$2

# For example:
#
#   mkdir -p "$dir/mail"
#   cat >"$dir/my.conf" <<END
#   listen = 127.0.0.1:$port
#   mail   = $dir/mail
#   END
#   exec my-imapd --foreground --config "$dir/my.conf"

echo "@NAME@/start.sh is still the skeleton: write there how the server is started on port $port" >&2
exit 1
