#!/usr/bin/perl
# hooks.pl DIR [WORD...]: for servers that keep mail in memory: puts mail where they read it, as told
# on standard input (docs/targets.md, "hooks"). A mailbox is read when its user logs in, from
# DIR/mail/USER/MAILBOX, in the form of a fixture; DIR/mail/USER/.generation, which is new each time
# that INBOX is provided, tells that all has to be read anew. New mail is looked for at each command
# in DIR/mail/USER/MAILBOX/new. WORD: what the server cannot have: read-only, unreadable.
use strict;
use warnings;
use lib ".";    # hooks run in the folder of the target file
use Hooks;

my ($dir, @cannot) = @ARGV;
my $generations = 0;
my $names = 0;

sub folders {
    my ($user, $mailbox) = @_;
    cannot "no mailbox of this server is called $mailbox" if $mailbox =~ m{/|^\.};
    my $home = "$dir/mail/$user";
    return ($home, "$home/$mailbox");
}

sub provision {
    my ($user, $mailbox, $fixture) = @_;
    my $meta = meta_of $fixture;
    exists $meta->{$_} and cannot "this server has nothing that is $_" for 'board', @cannot;
    my ($home, $box) = folders $user, $mailbox;
    remove_tree $mailbox eq 'INBOX' ? $home : $box;
    make_folder "$dir/mail", $home;
    write_octets "$home/.generation", join ' ', $$, ++$generations if $mailbox eq 'INBOX';
    move $fixture, $box;
}

sub deliver {
    my ($user, $mailbox, $message) = @_;
    my ($home, $box) = folders $user, $mailbox;
    make_folder "$dir/mail", $home, $box, "$box/new";
    move $message, sprintf '%s/new/%d.%06d.%d.eml', $box, time, ++$names, $$;
}

serve provision => \&provision, deliver => \&deliver;
