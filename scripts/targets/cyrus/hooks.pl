#!/usr/bin/perl
# hooks.pl PORT PASSWORD: fills mailboxes of Cyrus as told on standard input (docs/targets.md,
# "hooks"). Mail enters by IMAP, in the server's own dialect.
use strict;
use warnings;
use lib ".";    # hooks run in the folder of the target file
use IO::Socket::INET;
use Hooks qw(cannot octets_of meta_of serve);

my ($port, $password) = @ARGV;
my $admin;

# ---- the dialog ----

# A session that is logged in.
sub connect_as {
    my ($user) = @_;
    my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)
        or die "port $port: $@\n";
    <$socket>;
    my $session = { socket => $socket, number => 0 };
    ask($session, "LOGIN $user $password");
    return $session;
}

# Sends a command and returns its tag.
sub send_command {
    my ($session, $command) = @_;
    my $tag = 'p' . ++$session->{number};
    print { $session->{socket} } "$tag $command\r\n" or die "the server hung up\n";
    return $tag;
}

# The completion of a command, without its tag; other lines are dropped.
sub answer {
    my ($session, $tag) = @_;
    my $socket = $session->{socket};
    while (defined(my $line = <$socket>)) {
        return $1 if $line =~ /^\Q$tag\E (.*)\r\n/;
    }
    die "the server hung up\n";
}

# Sends all commands at once and wants them all to succeed.
sub ask {
    my ($session, @commands) = @_;
    my @tags = map { send_command($session, $_) } @commands;
    my @refused = grep { !/^OK/ } map { answer($session, $_) } @tags;
    cannot("Cyrus says: $refused[0]") if @refused;
}

sub append_command {
    my ($mailbox, $flags, $seconds, $zone, $text) = @_;
    my ($sign, $hours, $minutes) = $zone =~ /^([-+])(\d\d)(\d\d)$/ or die "no zone: $zone\n";
    my $offset = ($hours * 60 + $minutes) * 60;
    my ($s, $m, $h, $day, $month, $year) = gmtime($seconds + ($sign eq '-' ? -$offset : $offset));
    my $name = (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$month];
    my $date = sprintf '%2d-%s-%d %02d:%02d:%02d %s', $day, $name, $year + 1900, $h, $m, $s, $zone;
    return qq(APPEND "$mailbox" ($flags) "$date" {) . length($text) . "+}\r\n$text";
}

# ---- requests ----

# Commands that append the messages of a fixture: those that are not recent, and those that are.
sub appends_of {
    my ($mailbox, $fixture) = @_;
    my (@old, @recent);
    open my $index, '<', "$fixture/index" or die "$fixture/index: $!\n";
    while (<$index>) {
        my ($file, $seconds, $zone, @flags) = split ' ';
        my $flags = join ' ', grep { $_ ne '\Recent' } @flags;
        my $is_recent = grep { $_ eq '\Recent' } @flags;
        cannot('with Cyrus the recent messages are the last ones') if @recent && !$is_recent;
        my $command =
            append_command($mailbox, $flags, $seconds, $zone, octets_of("$fixture/$file"));
        push @{ $is_recent ? \@recent : \@old }, $command;
    }
    return (\@old, \@recent);
}

sub provision {
    my ($user, $mailbox, $fixture) = @_;
    my $meta = meta_of($fixture);
    cannot('Cyrus has no bulletin boards') if exists $meta->{board};
    my ($old, $recent) = appends_of($mailbox, $fixture);
    if ($mailbox eq 'INBOX') {
        $admin //= connect_as('cyrus');
        # refused when the user has never logged in; logging in makes his INBOX
        answer($admin, send_command($admin, "DELETE user/$user"));
    }
    my $session = connect_as($user);
    my @commands = $mailbox eq 'INBOX' ? () : (qq(CREATE "$mailbox"));
    push @commands, @$old;
    # what has been selected is no longer recent
    push @commands, qq(SELECT "$mailbox"), 'UNSELECT' if @$old;
    push @commands, @$recent;
    # rights of IMAP's ACL; some of them the owner always has
    my $rights = exists $meta->{unreadable} ? 'lkxa' : exists $meta->{'read-only'} ? 'lrkxa' : undef;
    push @commands, qq(SETACL "$mailbox" $user $rights) if defined $rights;
    ask($session, @commands, 'LOGOUT');
}

sub deliver {
    my ($user, $mailbox, $message) = @_;
    my $seconds = (stat $message)[9];
    my $session = connect_as($user);
    ask($session, append_command($mailbox, '', $seconds, '+0000', octets_of($message)), 'LOGOUT');
}

serve(provision => \&provision, deliver => \&deliver);
