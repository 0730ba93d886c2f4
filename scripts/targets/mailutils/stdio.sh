#!/bin/sh
# stdio.sh DIR USER: one IMAP session of USER on standard input and output, already logged in.
set -eu
dir=$1 user=$2
. "${0%/*}/common.sh"

make_home "$user"
conf=$home.conf
[ -f "$conf" ] || {
    settings "$home/INBOX"
    cat <<END
preauth stdio;
namespace personal {
  prefix "" {
    directory $home;
    delimiter "/";
  };
};
END
} >"$conf"
export HOME="$home" USER="$user" LOGNAME="$user"
become imap4d --config-file="$conf" --inetd --test
