#!/bin/sh
# start.sh DIR PORT USERS PASSWORD: runs imap4d for each connection to PORT, in the foreground, for
# users fred1@dom to fredUSERS@dom.
set -eu
dir=$1 port=$2 users=$3 password=$4
. "${0%/*}/common.sh"

{
    settings
    cat <<END
virtdomain {
  passwd-dir $dir/domains;
};
auth {
  authentication generic;
  authorization virtdomain;
};
END
} >"$dir/imap4d.conf"

mkdir -p "$dir/mail" "$dir/domains"
# a passwd line each: the password is to be hashed, home and INBOX must be there
perl -e '
    my ($dir, $users, $password, $uid, $gid) = @ARGV;
    my $hash = crypt $password, q(im);
    for my $n (1 .. $users) {
        my $home = "$dir/mail/fred$n";
        for my $folder ($home, "$home/INBOX", map { "$home/INBOX/$_" } qw(cur new tmp)) {
            mkdir $folder;
            chown $uid, $gid, $folder if $> == 0;
        }
        print "fred$n:$hash:$uid:${gid}::$home:/bin/sh:$home/INBOX\n";
    }' "$dir" "$users" "$password" "$(id -u "$account")" "$(id -g "$account")" \
    >"$dir/domains/dom"
give "$account:$group" "$dir/mail" "$dir/domains" "$dir/domains/dom"
become perl "$(readable "${0%/*}/inetd.pl")" "$port" 4 imap4d --config-file="$dir/imap4d.conf" --inetd
