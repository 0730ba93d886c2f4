#!/bin/sh
# provision.sh DIR USER MAILBOX FIXTURE: puts the mailbox of the folder FIXTURE into USER's Maildir.
# INBOX replaces all that the user has. Status 77: Dovecot cannot have such a mailbox.
set -eu
dir=$1 user=$2 mailbox=$3 fixture=$4
. "${0%/*}/common.sh"

cannot() {
    echo "$*"
    exit 77
}

home=$dir/mail/$user
if [ "$mailbox" = INBOX ]; then
    old=$home box=$home/Maildir
else
    case $mailbox in
    */* | .* | *. | *..*) cannot "no Maildir of Dovecot is called $mailbox" ;;
    esac
    old=$home/Maildir/.$mailbox box=$old
fi

nmessages=0 keywords= rights=
while read -r key value; do
    case $key in
    messages) nmessages=$value ;;
    keywords) keywords=$value ;;
    read-only) rights=lr ;;
    unreadable) rights=l ;;
    board) cannot "Dovecot has no bulletin boards" ;;
    esac
done <"$fixture/mailbox.meta"

[ ! -e "$old" ] || rm -rf "$old"
mkdir -p "$box/cur" "$box/new" "$box/tmp"
[ -z "$rights" ] || echo "owner $rights" >"$box/dovecot-acl"

# Dovecot's table of keywords: "0 name" is the flag letter a, "1 name" is b
if [ -n "$keywords" ]; then
    number=0
    for keyword in $keywords; do
        echo "$number $keyword"
        number=$((number + 1))
    done >"$box/dovecot-keywords"
    [ "$number" -le 26 ] || cannot "a Maildir has 26 keywords at most"
fi

# Adds the letter of a keyword to the flags in $info.
add_letter() {
    letters=abcdefghijklmnopqrstuvwxyz
    for keyword in $keywords; do
        [ "$keyword" != "$1" ] || break
        letters=${letters#?}
    done
    info=$info${letters%"${letters#?}"}
}

# Message n gets the UID n. The table of UIDs also says that messages were there before: without it
# Dovecot takes all for recent. Letters of flags must be in ASCII order. Those without any are moved
# at once, which is much quicker.
cd "$fixture"
old_messages= new_messages= has_recent= number=0
{
    echo "3 V646315200 N$((nmessages + 1)) G0123456789abcdef0123456789abcdef"
    while read -r file seconds zone flags; do
        info= folder=cur
        number=$((number + 1))
        echo "$number :$file"
        case " $flags " in *' \Flagged '*) info=F ;; esac
        case " $flags " in *' \Answered '*) info=${info}R ;; esac
        case " $flags " in *' \Seen '*) info=${info}S ;; esac
        case " $flags " in *' \Deleted '*) info=${info}T ;; esac
        case " $flags " in
        *' \Recent '*) folder=new ;;
        *) [ -z "$has_recent" ] || cannot "with Dovecot the recent messages are the last ones" >&2 ;;
        esac
        [ $folder = cur ] || has_recent=yes
        for flag in $flags; do
            case $flag in \\*) ;; *) add_letter "$flag" ;; esac
        done
        case $folder$info in
        cur) old_messages="$old_messages $file" ;;
        new) new_messages="$new_messages $file" ;;
        *) mv "$file" "$box/$folder/$file:2,$info" ;;
        esac
    done <index
} >"$box/dovecot-uidlist"
# no quotes: these are lists of names like 0001.eml
[ -z "$old_messages" ] || mv $old_messages "$box/cur"
[ -z "$new_messages" ] || mv $new_messages "$box/new"

give -R "$account:$group" "$home"
