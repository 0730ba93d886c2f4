# Read by the scripts beside it: who Dovecot runs as, and what its configurations have in common.
# Sets account and group (an ordinary user: the one who runs this, or for the superuser `nobody`).

if [ "$(id -u)" -eq 0 ]; then
    account=nobody
    group=$(id -gn nobody)
    as_account() {
        # the death of imapspec ends the program, whatever account it runs as
        exec setpriv --reuid="$account" --regid="$group" --clear-groups --pdeathsig TERM "$@"
    }
else
    account=$(id -un)
    group=$(id -gn)
    as_account() {
        exec "$@"
    }
fi

# Settings of mail, to the standard output. Argument: the folder of the run.
mail_settings() {
    cat <<END
base_dir = $1/run
state_dir = $1/state
log_path = /dev/stderr
ssl = no
protocols = imap
default_internal_user = $account
default_internal_group = $group
default_login_user = $account
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:$1/mail/%u/Maildir
mail_plugins = acl
plugin {
  acl = vfile
}
namespace inbox {
  inbox = yes
}
END
}
