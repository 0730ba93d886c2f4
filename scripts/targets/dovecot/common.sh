# Read by the scripts beside it, which have set $dir: who Dovecot runs as (account, group) and what
# its configurations have in common. The superuser has it run as `nobody`, anybody else as himself.
# What was found out is kept in a file, as these scripts run once or more for each scenario.

if [ -f "$dir/account" ]; then
    read -r starter account group <"$dir/account"
else
    starter=$(id -u) account=$(id -un)
    [ "$starter" -ne 0 ] || account=nobody
    group=$(id -gn "$account")
    echo "$starter $account $group" >"$dir/account.$$"
    mv "$dir/account.$$" "$dir/account"
fi

# Gives files to the account. Arguments: those of chown behind the name of the owner.
give() {
    [ "$starter" -ne 0 ] || chown "$@"
}

# Becomes a program that runs as the account, and ends when imapspec does.
become() {
    [ "$starter" -ne 0 ] ||
        exec setpriv --reuid="$account" --regid="$group" --clear-groups --pdeathsig TERM "$@"
    exec "$@"
}

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
