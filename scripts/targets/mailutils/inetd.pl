#!/usr/bin/perl
# inetd.pl PORT SECONDS PROGRAM...: runs PROGRAM for each connection to PORT of 127.0.0.1, which is its
# standard input and output, until SIGTERM. A program that computes for more than SECONDS is killed
# by the system: imap4d has endless loops. Each is in a session of its own, so that a loop is not
# taken for one of the others; none outlives this program.
use strict;
use warnings;
use IO::Socket::INET;
use POSIX qw(setsid WNOHANG);

my ($port, $seconds, @program) = @ARGV;
my $listener = IO::Socket::INET->new(
    LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 128, ReuseAddr => 1)
    or die "port $port: $!\n";
my %running;
$SIG{TERM} = sub {
    kill 'KILL', keys %running;
    exit 0;
};
$SIG{CHLD} = sub {
    while ((my $pid = waitpid -1, WNOHANG) > 0) {
        delete $running{$pid};
    }
};
for (;;) {
    my $connection = $listener->accept or next;
    # the handlers must not run in between
    my $signals = POSIX::SigSet->new(POSIX::SIGTERM, POSIX::SIGCHLD);
    POSIX::sigprocmask(POSIX::SIG_BLOCK, $signals);
    my $pid = fork // die "fork: $!\n";
    if ($pid == 0) {
        $SIG{TERM} = $SIG{CHLD} = 'DEFAULT';
        POSIX::sigprocmask(POSIX::SIG_UNBLOCK, $signals);
        setsid;
        open STDIN, '<&', $connection or die "connection: $!\n";
        open STDOUT, '>&', $connection or die "connection: $!\n";
        exec 'sh', '-c', 'ulimit -t "$1"; shift; exec setpriv --pdeathsig KILL "$@"', 'sh',
            $seconds, @program;
    }
    $running{$pid} = 1;
    POSIX::sigprocmask(POSIX::SIG_UNBLOCK, $signals);
    close $connection;
}
