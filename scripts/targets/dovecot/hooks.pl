#!/usr/bin/perl
# hooks.pl DIR: fills Dovecot's Maildirs as told on standard input, a request a line
# (docs/targets.md, "hooks"), without starting a program for each.
use strict;
use warnings;

use Time::HiRes qw(stat utime);

use lib ".";    # hooks run in the folder of the target file
use Hooks qw(cannot give make_folder write_octets move remove_tree meta_of serve);

my ($dir) = @ARGV;
my $names = 0;

sub make_box {
    my ($home, $box) = @_;
    make_folder("$dir/mail", $home, "$home/Maildir", $box, map { "$box/$_" } qw(cur new tmp));
}

# A keyword's letter is its place in Dovecot's table: "0 name" is a.
sub keyword_letters {
    my ($box, @keywords) = @_;
    my %letter;
    return \%letter unless @keywords;
    cannot('a Maildir has 26 keywords at most') if @keywords > 26;
    @letter{@keywords} = ('a' .. 'z')[0 .. $#keywords];
    write_octets("$box/dovecot-keywords", join '', map { "$_ $keywords[$_]\n" } 0 .. $#keywords);
    return \%letter;
}

# The file's name in the Maildir: letters of flags stand in the order of ASCII.
sub place {
    my ($file, $letter, @flags) = @_;
    my %system = ('\Flagged' => 'F', '\Answered' => 'R', '\Seen' => 'S', '\Deleted' => 'T');
    my $info = join '', sort map { $system{$_} // $letter->{$_} // () } @flags;
    return $info eq '' ? $file : "$file:2,$info";
}

# Message n gets the UID n. The table of UIDs also says that messages were there before: without it
# Dovecot takes all for recent.
sub provision {
    my ($user, $mailbox, $fixture) = @_;
    my $home = "$dir/mail/$user";
    my $box = $mailbox eq 'INBOX' ? "$home/Maildir" : "$home/Maildir/.$mailbox";
    cannot("no Maildir of Dovecot is called $mailbox") if $mailbox =~ m{/|^\.|\.$|\.\.};
    my $meta = meta_of($fixture);
    cannot('Dovecot has no bulletin boards') if exists $meta->{board};
    remove_tree($mailbox eq 'INBOX' ? $home : $box);
    make_box($home, $box);
    my $rights = exists $meta->{unreadable} ? 'l' : exists $meta->{'read-only'} ? 'lr' : undef;
    write_octets("$box/dovecot-acl", "owner $rights\n") if defined $rights;
    my $letter = keyword_letters($box, split ' ', $meta->{keywords} // '');

    my ($uids, $number, $has_recent) = ('', 0, 0);
    open my $index, '<', "$fixture/index" or die "$fixture/index: $!\n";
    while (<$index>) {
        my ($file, undef, undef, @flags) = split ' ';
        my $is_recent = grep { $_ eq '\Recent' } @flags;
        cannot('with Dovecot the recent messages are the last ones') if $has_recent && !$is_recent;
        $has_recent = $is_recent;
        $uids .= ++$number . " :$file\n";
        my $to = "$box/" . ($is_recent ? 'new/' : 'cur/') . place($file, $letter, @flags);
        move("$fixture/$file", $to);
        give($to);
    }
    my $next = $meta->{messages} + 1;
    write_octets("$box/dovecot-uidlist",
        "3 V646315200 N$next G0123456789abcdef0123456789abcdef\n$uids");
}

# As mail delivery does it: complete in tmp, then moved to new. Dovecot sees by the folder's time of
# change that there is mail. That has the grain of the kernel's clock, some milliseconds: what comes
# so soon after Dovecot's own look would be overlooked for seconds. So it is made to differ.
sub deliver {
    my ($user, $mailbox, $message) = @_;
    my $home = "$dir/mail/$user";
    my $box = $mailbox eq 'INBOX' ? "$home/Maildir" : "$home/Maildir/.$mailbox";
    my $name = sprintf '%d.M%dP%d.imapspec', time, ++$names, $$;
    make_box($home, $box);
    move($message, "$box/tmp/$name");
    give("$box/tmp/$name");
    my $before = (stat "$box/new")[9];
    move("$box/tmp/$name", "$box/new/$name");
    utime time, $before + 0.001, "$box/new" if (stat "$box/new")[9] <= $before;
}

serve(provision => \&provision, deliver => \&deliver);
