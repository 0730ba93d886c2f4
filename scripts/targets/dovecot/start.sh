#!/bin/sh
# start.sh DIR PORT USERS PASSWORD: runs a Dovecot of its own in DIR, in the foreground, for users
# fred1 to fredUSERS.
set -eu
dir=$1 port=$2 users=$3 password=$4
. "${0%/*}/common.sh"

make_folders
{
    mail_settings
    cat <<END
listen = 127.0.0.1
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
mail_max_userip_connections = 1000
# authenticates nobody; has refusals told at once, not half a second later
passdb {
  driver = static
  args = noauthenticate=y nodelay=y
}
passdb {
  driver = passwd-file
  args = scheme=PLAIN $dir/users
}
userdb {
  driver = static
  args = uid=$account gid=$group home=$dir/mail/%u
}
# without this penalty file, failed logins wait longer and longer, over all connections
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  service_count = 0
  process_min_avail = 1
  client_limit = 1000
  inet_listener imap {
    port = $port
  }
  inet_listener imaps {
    port = 0
  }
}
# one process for many sessions: 15 times as many sessions a second
service imap {
  service_count = 0
  client_limit = 100
}
service auth {
  client_limit = 2000
}
END
} >"$dir/dovecot.conf"
awk -v n="$users" -v password="$password" \
    'BEGIN { for (i = 1; i <= n; i++) print "fred" i ":" password }' >"$dir/users"
give "$account:$group" "$dir/users"
PATH=$PATH:/usr/sbin:/sbin
become dovecot -F -c "$dir/dovecot.conf"
