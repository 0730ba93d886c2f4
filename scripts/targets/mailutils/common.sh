# Read by the scripts beside it, which have set $dir: the configuration of imap4d. Needs nothing of
# the system's own: users are those of a virtual domain, which is the only way to LOGIN without PAM.

. "${0%/*}/../account.sh"
PATH=$PATH:/usr/sbin:/sbin

# Makes the folder of a user's mail, with an empty INBOX, when there is none. Argument: his name.
make_home() {
    home=$dir/mail/$1
    [ ! -d "$home/INBOX" ] || return 0
    mkdir -p "$home/INBOX/cur" "$home/INBOX/new" "$home/INBOX/tmp"
    give -R "$account:$group" "$home"
    give "$account:$group" "$dir/mail"
}

# The configuration of every form, to the standard output. Argument: where INBOX is, or none.
settings() {
    cat <<END
mailbox {
  mailbox-type maildir;
  ${1:+mailbox-pattern "maildir:$1";}
};
logging {
  syslog no;
};
tcp-wrappers {
  enable no;
};
END
}
