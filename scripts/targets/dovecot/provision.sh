#!/bin/sh
# provision.sh DIR USER MAILBOX FIXTURE: puts the mailbox of the folder FIXTURE into USER's Maildir.
# INBOX replaces all that the user has. Status 77: Dovecot cannot have such a mailbox.
set -eu
dir=$1 user=$2 mailbox=$3 fixture=$4

home=$dir/mail/$user
if [ "$mailbox" = INBOX ]; then
    rm -rf "$home"
    box=$home/Maildir
else
    case $mailbox in
    */* | .* | *. | *..*)
        echo "no Maildir of Dovecot is called $mailbox"
        exit 77
        ;;
    esac
    box=$home/Maildir/.$mailbox
    rm -rf "$box"
fi
mkdir -p "$box/cur" "$box/new" "$box/tmp"

keywords= rights=
while read -r key value; do
    case $key in
    keywords) keywords=$value ;;
    read-only) rights=lr ;;
    unreadable) rights=l ;;
    board)
        echo "Dovecot has no bulletin boards"
        exit 77
        ;;
    esac
done <"$fixture/mailbox.meta"

# Dovecot's table of keywords: "0 name" is the flag letter a, "1 name" is b
number=0
for keyword in $keywords; do
    echo "$number $keyword"
    number=$((number + 1))
done >"$box/dovecot-keywords"
[ "$number" -le 26 ] || {
    echo "a Maildir has 26 keywords at most"
    exit 77
}

# The letter of a keyword.
letter() {
    letters=abcdefghijklmnopqrstuvwxyz
    for keyword in $keywords; do
        [ "$keyword" != "$1" ] || break
        letters=${letters#?}
    done
    rest=${letters#?}
    info=$info${letters%"$rest"}
}

# Numbers follow the time at the start of the file names. Letters must be in ASCII order.
while read -r file seconds zone flags; do
    info= folder=cur
    case " $flags " in *' \Flagged '*) info=F ;; esac
    case " $flags " in *' \Answered '*) info=${info}R ;; esac
    case " $flags " in *' \Seen '*) info=${info}S ;; esac
    case " $flags " in *' \Deleted '*) info=${info}T ;; esac
    case " $flags " in *' \Recent '*) folder=new ;; esac
    for flag in $flags; do
        case $flag in \\*) ;; *) letter "$flag" ;; esac
    done
    number=${file%.eml}
    while [ "${number#0}" != "$number" ]; do
        number=${number#0}
    done
    name=$((600000000 + number)).M${number}.imapspec:2,$info
    [ "$folder$info" != new ] || name=${name%:2,}
    mv "$fixture/$file" "$box/$folder/$name"
done <"$fixture/index"

[ -z "$rights" ] || echo "owner $rights" >"$box/dovecot-acl"
if [ "$(id -u)" -eq 0 ]; then
    chown -R "nobody:$(id -gn nobody)" "$home"
fi
