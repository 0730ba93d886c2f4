# inside.sh PACKAGES DIR PORT USERS PASSWORD: the part of start.sh that runs in the namespaces. Mail
# is kept in memory: it comes and goes by IMAP alone.
set -eu
packages=$1 dir=$2 port=$3 users=$4 password=$5
. "${0%/*}/../unpacked.sh"

mkdir -p "$dir/etc"
cat >"$dir/etc/passwd" <<END
root:x:0:0:root:/root:/bin/sh
cyrus:x:1000:1000:cyrus:/run/cyrus:/bin/sh
END
cat >"$dir/etc/group" <<END
root:x:0:
mail:x:1000:
END
cat >"$dir/etc/imapd.conf" <<END
configdirectory: /run/cyrus
partition-default: /run/cyrus/mail
defaultpartition: default
servername: localhost
admins: cyrus
altnamespace: yes
unixhierarchysep: yes
autocreate_quota: 0
allowplaintext: yes
plaintextloginpause: 0
failedloginpause: 0
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /run/cyrus/sasldb2
sasl_mech_list: PLAIN
implicit_owner_rights: lkxa
expunge_mode: immediate
delete_mode: immediate
munge8bit: no
reject8bit: no
improved_mboxlist_sort: no
idlesocket: /run/cyrus/socket/idle
notifysocket: /run/cyrus/socket/notify
lmtpsocket: /run/cyrus/socket/lmtp
END
cat >"$dir/etc/cyrus.conf" <<END
START {
  recover cmd="ctl_cyrusdb -r"
}
SERVICES {
  imap cmd="imapd -U 1000" listen="127.0.0.1:$port" proto="tcp4" prefork=4 maxchild=500 maxfds=1024
}
EVENTS {
}
END
unpacked_lay_over "$packages"
mkdir -p /run/cyrus/mail /run/cyrus/socket /run/cyrus/db /run/cyrus/proc
{
    printf 'VERSION=3\nformat=print\ntype=hash\nHEADER=END\n'
    { echo cyrus && seq -f 'fred%.0f' "$users"; } |
        sed "s/.*/ &\\\\00localhost\\\\00userPassword\n $password/"
    echo DATA=END
} | db5.3_load /run/cyrus/sasldb2
cd /run/cyrus
unpacked_as_nobody cyrmaster -D -p /run/cyrus/master.pid
