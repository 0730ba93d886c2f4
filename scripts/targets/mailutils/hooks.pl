#!/usr/bin/perl
# hooks.pl DIR: fills the Maildirs of imap4d as told on standard input (docs/targets.md, "hooks").
use strict;
use warnings;
use lib ".";    # hooks run in the folder of the target file
use Hooks;

my ($dir) = @ARGV;
my $names = 0;
my %letters = ('\Draft' => 'D', '\Flagged' => 'F', '\Answered' => 'R', '\Seen' => 'S',
    '\Deleted' => 'T');

# In a Maildir of imap4d lines end with LF, and CR LF is sent for each.
sub stored {
    my ($path) = @_;
    my $octets = octets_of $path;
    cannot 'a Maildir of imap4d has no LF without CR before it' if $octets =~ /(?<!\r)\n/;
    $octets =~ s/\r\n/\n/g;
    return $octets;
}

# The folders of a user, whose name may have a domain, and of a mailbox.
sub folders {
    my ($user, $mailbox) = @_;
    cannot "no folder of imap4d is called $mailbox" if $mailbox =~ m{/|^\.|\.$};
    my $home = "$dir/mail/" . $user =~ s/@.*//r;
    return ($home, "$home/$mailbox");
}

sub make_box {
    my ($home, $box) = @_;
    make_folder "$dir/mail", $home, $box, map { "$box/$_" } qw(cur new tmp);
}

# A name also tells the UID and, by a letter of its own, that a message is not recent (O) any more.
sub provision {
    my ($user, $mailbox, $fixture) = @_;
    my ($home, $box) = folders $user, $mailbox;
    my $meta = meta_of $fixture;
    cannot 'imap4d has no keywords' if ($meta->{keywords} // '') ne '';
    cannot 'imap4d has no bulletin boards' if exists $meta->{board};
    remove_tree $mailbox eq 'INBOX' ? $home : $box;
    make_box $home, $box;
    my $number = 0;
    for (split /\n/, octets_of "$fixture/index") {
        my ($file, undef, undef, @flags) = split ' ';
        my $old = (grep { $_ eq '\Recent' } @flags) ? '' : ',a=O';
        my $info = join '', sort map { $letters{$_} // () } @flags;
        $number++;
        write_octets "$box/cur/$number.imapspec$old,u=$number:2,$info", stored "$fixture/$file";
    }
    my $mode = exists $meta->{unreadable} ? 0 : exists $meta->{'read-only'} ? 0555 : 0755;
    chmod $mode, $box or die "chmod: $!\n";
}

# As mail delivery does it: complete in tmp, then moved to new.
sub deliver {
    my ($user, $mailbox, $message) = @_;
    my ($home, $box) = folders $user, $mailbox;
    my $name = sprintf '%d.M%dP%d.imapspec', time, ++$names, $$;
    make_box $home, $box;
    write_octets "$box/tmp/$name", stored $message;
    move "$box/tmp/$name", "$box/new/$name";
}

serve provision => \&provision, deliver => \&deliver;
