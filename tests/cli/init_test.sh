#!/bin/sh
# `imapspec init` writes a target file that lints, refuses to be played as it is, and becomes a working
# one by filling in what it says.
. "$SOURCE_ROOT/tests/cli/common.sh"

# ---- what is written ----

ends 0 init
has out "wrote mine.target" "imapspec server mine.target"
for program in start provision deliver; do
    [ -x "mine/$program.sh" ] || die "mine/$program.sh is not executable"
    sh -n "mine/$program.sh" || die "mine/$program.sh"
done
lacks mine.target @NAME@
ends 0 lint mine.target
ends 0 fmt --check mine.target

ends 0 init --client my-reader
has out "wrote my-reader.target" "wrote my-reader/shim.sh" "imapspec client my-reader.target"
ends 0 lint my-reader.target
ends 0 fmt --check my-reader.target

# ---- nothing is overwritten, and nothing is written by halves ----

cp mine.target before
ends 2 init
has err "mine.target" "is there already"
cmp -s mine.target before || die "mine.target was overwritten"
mkdir half
echo mine >half/deliver.sh
ends 2 init half
has err "half/deliver.sh" "is there already"
[ ! -e half.target ] && [ ! -e half/start.sh ] || die "a part was written"
for name in ../up a/b 'a b' .hidden -x '' 'a"b'; do
    ends 2 init -- "$name"
done
ends 2 init one two
has err "init wants one name"
ends 2 init --server one
if [ "$(id -u)" -ne 0 ]; then
    mkdir closed
    chmod 555 closed
    (cd closed && "$IMAPSPEC" init) >out 2>err && die "written into a closed folder"
fi

# ---- as it is, it does not pass ----

ends 3 server mine.target
has err "mine/start.sh is still the skeleton"
ends 3 features mine.target
has err "mine/start.sh is still the skeleton"
ends 4 client my-reader.target
has out "my-reader/shim.sh is still the skeleton"
check_nothing_left

# ---- filled in ----

cat >mine/start.sh <<'END'
#!/bin/sh
set -eu
mkdir -p "$1/mail"
for n in $(seq 50); do echo "fred$n:secret"; done >"$1/users"
exec "$IMAPSPEC" serve --port "$2" --maildir "$1/mail" --users "$1/users" --no-sync
END
# half a start: mailboxes cannot be filled yet, and that is told
ends 1 server mine.target expunge.scattered -j 1
has out "mine/provision.sh is still the skeleton"

cat >mine/provision.sh <<'END'
#!/bin/sh
set -eu
dir=$1 user=$2 mailbox=$3 fixture=$4
grep -qE '^(board|unreadable|read-only|keywords)' "$fixture/mailbox.meta" && {
    echo "only plain mailboxes without keywords"
    exit 77
}
box=$dir/mail/$user
if [ "$mailbox" = INBOX ]; then rm -rf "$box"; else box=$box/.$mailbox; fi
mkdir -p "$box/tmp" "$box/new" "$box/cur"
while read -r file seconds zone flags; do
    letters=
    case $flags in *\\Draft*) letters=${letters}D ;; esac
    case $flags in *\\Flagged*) letters=${letters}F ;; esac
    case $flags in *\\Answered*) letters=${letters}R ;; esac
    case $flags in *\\Seen*) letters=${letters}S ;; esac
    case $flags in *\\Deleted*) letters=${letters}T ;; esac
    case $flags in
    *\\Recent*) mv "$fixture/$file" "$box/new/$file" ;;
    *) mv "$fixture/$file" "$box/cur/$file:2,$letters" ;;
    esac
done <"$fixture/index"
END
cat >mine/deliver.sh <<'END'
#!/bin/sh
set -eu
box=$1/mail/$2
[ "$3" = INBOX ] || box=$box/.$3
mkdir -p "$box/tmp" "$box/new" "$box/cur"
mv "$4" "$box/new/$(basename "$4").$$"
END
ends 0 lint mine.target
ends 0 server mine.target 'expunge.*' 'login.*' 'check.*' -j 4 --seed 1
has out "pass"
grep -qE '[1-9][0-9]* pass' out || die "nothing passed"
check_nothing_left

# the client's skeleton, handing over to the bundled client's shim
cat >my-reader/shim.sh <<'END'
#!/bin/sh
exec "$IMAPSPEC" shim
END
ends 0 client my-reader.target 'client.*' -j 4 --seed 1
check_nothing_left
