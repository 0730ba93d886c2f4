# Read by scripts of targets, which have set $dir: the account that the server runs as. The superuser
# has it run as `nobody`, anybody else as himself. What was found out is kept in a file, as these
# scripts run once or more for each scenario.

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

# A file or folder where the account can read it, which it may not where it lies (below /root, say):
# prints its path.
readable() {
    if [ "$starter" -ne 0 ]; then
        echo "$1"
    else
        mkdir -p "$dir/readable"
        cp -RL "$1" "$dir/readable/"
        chmod -R a+rX "$dir/readable"
        echo "$dir/readable/${1##*/}"
    fi
}

# Becomes a program that runs as the account, and ends when imapspec does.
become() {
    [ "$starter" -ne 0 ] ||
        exec setpriv --reuid="$account" --regid="$group" --clear-groups --pdeathsig TERM "$@"
    exec "$@"
}

# The server cannot have this: the scenario is skipped for that reason.
cannot() {
    echo "$*"
    exit 77
}
