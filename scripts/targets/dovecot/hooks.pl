#!/usr/bin/perl
# hooks.pl DIR: fills Dovecot's Maildirs as told on standard input, a request a line
# (docs/targets.md, "hooks"), without starting a program for each.
use strict;
use warnings;

my ($dir) = @ARGV;
my $names = 0;
$| = 1;

# The superuser has Dovecot run as `nobody` (common.sh), who must own what is put there.
my ($uid, $gid) = $> == 0 ? (getpwnam 'nobody')[2, 3] : ();

sub give {
    return unless defined $uid;
    chown($uid, $gid, @_) == @_ or die "chown: $!\n";
}

sub make_folder {
    my ($folder) = @_;
    mkdir $folder or $!{EEXIST} or die "$folder: $!\n";
    give($folder);
}

sub make_box {
    my ($home, $box) = @_;
    make_folder($_) for "$dir/mail", $home, "$home/Maildir", $box, map { "$box/$_" } qw(cur new tmp);
}

sub move {
    my ($from, $to) = @_;
    rename $from, $to or die "$to: $!\n";
    give($to);
}

sub write_file {
    my ($path, $text) = @_;
    open my $file, '>', $path or die "$path: $!\n";
    print $file $text or die "$path: $!\n";
    close $file or die "$path: $!\n";
    give($path);
}

sub remove_tree {
    my ($path) = @_;
    if (-d $path && !-l $path) {
        opendir my $folder, $path or die "$path: $!\n";
        remove_tree("$path/$_") for grep { $_ ne '.' && $_ ne '..' } readdir $folder;
        rmdir $path or die "$path: $!\n";
    }
    elsif (-e $path) {
        unlink $path or die "$path: $!\n";
    }
}

sub cannot { die { cannot => "@_" } }

# What mailbox.meta says.
sub read_meta {
    my ($fixture) = @_;
    my %meta = (keywords => '', messages => 0);
    open my $file, '<', "$fixture/mailbox.meta" or die "$fixture/mailbox.meta: $!\n";
    while (<$file>) {
        chomp;
        my ($key, $value) = split ' ', $_, 2;
        $meta{$key} = $value // '' if defined $key;
    }
    cannot('Dovecot has no bulletin boards') if exists $meta{board};
    return \%meta;
}

# A keyword's letter is its place in Dovecot's table: "0 name" is a.
sub keyword_letters {
    my ($box, @keywords) = @_;
    my %letter;
    return \%letter unless @keywords;
    cannot('a Maildir has 26 keywords at most') if @keywords > 26;
    @letter{@keywords} = ('a' .. 'z')[0 .. $#keywords];
    write_file("$box/dovecot-keywords", join '', map { "$_ $keywords[$_]\n" } 0 .. $#keywords);
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
    my $meta = read_meta($fixture);
    remove_tree($mailbox eq 'INBOX' ? $home : $box);
    make_box($home, $box);
    my $rights = exists $meta->{unreadable} ? 'l' : exists $meta->{'read-only'} ? 'lr' : undef;
    write_file("$box/dovecot-acl", "owner $rights\n") if defined $rights;
    my $letter = keyword_letters($box, split ' ', $meta->{keywords});

    my ($uids, $number, $has_recent) = ('', 0, 0);
    open my $index, '<', "$fixture/index" or die "$fixture/index: $!\n";
    while (<$index>) {
        my ($file, undef, undef, @flags) = split ' ';
        my $is_recent = grep { $_ eq '\Recent' } @flags;
        cannot('with Dovecot the recent messages are the last ones') if $has_recent && !$is_recent;
        $has_recent = $is_recent;
        $uids .= ++$number . " :$file\n";
        move("$fixture/$file", "$box/" . ($is_recent ? 'new/' : 'cur/') . place($file, $letter, @flags));
    }
    my $next = $meta->{messages} + 1;
    write_file("$box/dovecot-uidlist",
        "3 V646315200 N$next G0123456789abcdef0123456789abcdef\n$uids");
}

# As mail delivery does it: complete in tmp, then moved to new.
sub deliver {
    my ($user, $mailbox, $message) = @_;
    my $home = "$dir/mail/$user";
    my $box = $mailbox eq 'INBOX' ? "$home/Maildir" : "$home/Maildir/.$mailbox";
    my $name = sprintf '%d.M%dP%d.imapspec', time, ++$names, $$;
    make_box($home, $box);
    move($message, "$box/tmp/$name");
    move("$box/tmp/$name", "$box/new/$name");
}

my %requests = (provision => \&provision, deliver => \&deliver);
while (<STDIN>) {
    chomp;
    my ($what, @fields) = split /\t/, $_, -1;
    my $request = $requests{$what};
    if (!defined $request) {
        print "failed there is no request $what\n";
    }
    elsif (eval { $request->(@fields); 1 }) {
        print "ok\n";
    }
    elsif (ref $@) {
        print "cannot $@->{cannot}\n";
    }
    else {
        chomp(my $why = $@);
        $why =~ tr/\r\n/  /;
        print "failed $why\n";
    }
}
