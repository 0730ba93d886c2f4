# inside.sh PACKAGES DIR PORT USERS PASSWORD: the part of start.sh that runs in the namespaces.
set -eu
packages=$1 dir=$2 port=$3 users=$4 password=$5 here=$(cd "${0%/*}" && pwd)
. "$here/../unpacked.sh"

unpacked_lay_over "$packages"
mkdir -p "$dir/courier" "$dir/mail" /run/courier/authdaemon
cp "$packages/etc/courier/imapd" "$dir/courier"
mount --bind "$dir/courier" /etc/courier
export LD_LIBRARY_PATH=/usr/lib:/usr/lib/courier-authlib

cat >/etc/courier/authdaemonrc <<END
authmodulelist="authuserdb"
authmodulelistorig="authuserdb"
daemons=5
authdaemonvar=/run/courier/authdaemon
DEBUG_LOGIN=0
DEFAULTOPTIONS=""
LOGGEROPTS=""
END
crypt=$(echo "$password" | userdbpw -md5)
umask 077
awk -v n="$users" -v crypt="$crypt" -v home="$dir/mail" '
    BEGIN {
        for (i = 1; i <= n; i++) {
            mail = home "/fred" i "/Maildir"
            print "fred" i "\thome=" home "|mail=" mail "|uid=1000|gid=1000|systempw=" crypt
        }
    }' >/etc/courier/userdb
makeuserdb
unpacked_as_nobody /usr/lib/courier/courier-authlib/authdaemond &
tries=0
while [ ! -S /run/courier/authdaemon/socket ] && [ $tries -lt 100 ]; do
    tries=$((tries + 1))
    sleep 0.05
done

# as its own start script does it: these settings are handed on as environment variables
set -a
. /etc/courier/imapd
prefix=/usr exec_prefix=/usr IMAP_EMPTYTRASH=
cd /
unpacked_as_nobody couriertcpd -address=127.0.0.1 -maxprocs=1000 -maxperip=1000 -nodnslookup \
    -noidentlookup "$port" /usr/lib/courier/courier/imaplogin "$here/session.sh" Maildir
