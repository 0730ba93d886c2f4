# Read by the scripts beside it, which have set $dir: the account that Dovecot runs as, and what its
# configurations have in common.
. "${0%/*}/../account.sh"

# Makes folders of the run and gives them to the account.
make_folders() {
    for folder in run state mail "$@"; do
        [ -d "$dir/$folder" ] || mkdir -p "$dir/$folder"
        give "$account:$group" "$dir/$folder"
    done
}

# Settings of mail, to the standard output.
mail_settings() {
    cat <<END
base_dir = $dir/run
state_dir = $dir/state
log_path = /dev/stderr
ssl = no
protocols = imap
default_internal_user = $account
default_internal_group = $group
default_login_user = $account
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:$dir/mail/%u/Maildir
mail_plugins = acl
plugin {
  acl = vfile
}
namespace inbox {
  inbox = yes
}
END
}
