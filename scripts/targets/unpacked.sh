# Read by the start scripts of servers whose packages are unpacked into a folder instead of being
# installed, because as packages they drive others away. `make targets` unpacks them into
# build/targets; IMAPSPEC_TARGETS names another place. Such a server runs in namespaces of its own,
# where the folder lies over /usr and /etc. The caller has set $here (the folder of the targets) and
# $dir (the folder of the run). Status 77 of a start script: it cannot be run on this machine.

# unpacked_enter NAME PROGRAM SCRIPT ARGUMENT...: goes on as SCRIPT, in the namespaces, as their
# superuser, with the folder of NAME's packages as first argument. PROGRAM is one of them.
# What kills the first process in there, whose number will stand in $dir/pid, ends all of them.
unpacked_enter() {
    name=$1 program=$2 script=$3
    shift 3
    packages=${IMAPSPEC_TARGETS:-$here/../../build/targets}/$name
    if [ ! -x "$packages/$program" ]; then
        echo "needs the packages of $name unpacked, which \`make targets\` does" >&2
        exit 77
    fi
    packages=$(cd "$packages" && pwd -P)
    case $(cd "$dir" && pwd -P) in
    /usr/* | /etc/* | /run/*)
        echo "needs a folder for temporary files outside of /usr, /etc and /run" >&2
        exit 77
        ;;
    esac
    if ! why=$(unshare -Urmp --fork --kill-child \
        mount -t overlay overlay -o "lowerdir=$packages/usr:/usr" /usr 2>&1); then
        echo "needs user namespaces with overlay mounts: $why" >&2
        exit 77
    fi
    exec unshare -Urmp --fork --kill-child sh "$script" "$packages" "$@"
}

# unpacked_lay_over PACKAGES: makes the packages visible; files of $dir/etc go before theirs.
unpacked_lay_over() {
    read -r pid rest </proc/self/stat
    echo "$pid" >"$dir/pid"
    mkdir -p "$dir/etc"
    mount -t overlay overlay -o "lowerdir=$1/usr:/usr" /usr
    mount -t overlay overlay -o "lowerdir=$dir/etc:$1/etc:/etc" /etc
    mount -t tmpfs tmpfs /run
}

# unpacked_as_nobody COMMAND: runs it as somebody who is not the superuser and cannot become another
# one, as these servers want it; the files are still those of whoever started imapspec.
unpacked_as_nobody() {
    unshare -U --map-user=1000 --map-group=1000 "$@"
}
