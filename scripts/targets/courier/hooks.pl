#!/usr/bin/perl
# hooks.pl DIR: fills Courier's Maildirs as told on standard input (docs/targets.md, "hooks"). All
# belongs to whoever runs imapspec: Courier runs as the same, whatever it looks like to itself.
use strict;
use warnings;
use lib ".";    # hooks run in the folder of the target file
use Hooks qw(cannot octets_of remove_tree meta_of serve);

my ($dir) = @ARGV;
my $names = 0;

sub folder_of {
    my ($user, $mailbox) = @_;
    my $box = "$dir/mail/$user/Maildir";
    return $box if $mailbox eq 'INBOX';
    $mailbox =~ m{^INBOX((?:\.[^./]+)+)$} or cannot('mailboxes of Courier are called INBOX.something');
    return "$box/$1";
}

sub make_folders {
    for my $folder (@_) {
        mkdir $folder or $!{EEXIST} or die "$folder: $!\n";
    }
}

sub write_text {
    my ($path, $text) = @_;
    open my $file, '>:raw', $path or die "$path: $!\n";
    print $file $text or die "$path: $!\n";
    close $file or die "$path: $!\n";
}

# Courier keeps lines ended by LF and counts a CR for each. The modification time is the date.
sub put_message {
    my ($from, $to) = @_;
    my $text = octets_of($from);
    $text =~ s/\r\n/\n/g;
    my $seconds = (stat $from)[9];
    write_text($to, $text);
    utime $seconds, $seconds, $to or die "$to: $!\n";
}

# Messages in the table of UIDs have been seen by a session; the others are recent.
sub put_messages {
    my ($fixture, $box) = @_;
    my @letters = (['\Flagged', 'F'], ['\Answered', 'R'], ['\Seen', 'S'], ['\Deleted', 'T']);
    my ($uids, $number, $nold) = ('', 0, 0);
    open my $index, '<', "$fixture/index" or die "$fixture/index: $!\n";
    while (<$index>) {
        my ($file, undef, undef, @flags) = split ' ';
        my %has = map { $_ => 1 } @flags;
        $number++;
        if (!$has{'\Recent'}) {
            cannot('with Courier the recent messages are the last ones') if $nold < $number - 1;
            $uids .= "$number $file\n";
            $nold = $number;
        }
        my $info = join '', map { $has{ $_->[0] } ? $_->[1] : () } @letters;
        put_message("$fixture/$file", "$box/cur/$file:2,$info");
        my $keywords = join '', map { "$_\n" } grep { !/^\\/ } @flags;
        write_text("$box/courierimapkeywords/$file", $keywords) if $keywords ne '';
    }
    write_text("$box/courierimapuiddb", '1 646315200 ' . ($nold + 1) . "\n$uids");
}

sub provision {
    my ($user, $mailbox, $fixture) = @_;
    my $meta = meta_of($fixture);
    cannot('Courier has no bulletin boards') if exists $meta->{board};
    my $box = folder_of($user, $mailbox);
    remove_tree($box);
    make_folders("$dir/mail/$user", "$dir/mail/$user/Maildir");
    make_folders($box, map { "$box/$_" } qw(cur new tmp courierimapkeywords));
    write_text("$box/maildirfolder", '') if $mailbox ne 'INBOX';
    # rights of IMAP's ACL; the owner always has "a"
    my $rights = exists $meta->{unreadable} ? 'al' : exists $meta->{'read-only'} ? 'alr' : undef;
    write_text("$box/courierimapacl", "owner $rights\nadministrators aceilrstwx\n")
        if defined $rights;
    put_messages($fixture, $box);
}

# As mail delivery does it: complete in tmp, then moved to new.
sub deliver {
    my ($user, $mailbox, $message) = @_;
    my $box = folder_of($user, $mailbox);
    my $name = sprintf '%d.M%dP%d.imapspec', time, ++$names, $$;
    make_folders("$dir/mail/$user", $box, map { "$box/$_" } qw(cur new tmp));
    put_message($message, "$box/tmp/$name");
    rename "$box/tmp/$name", "$box/new/$name" or die "$box/new/$name: $!\n";
}

serve(provision => \&provision, deliver => \&deliver);
