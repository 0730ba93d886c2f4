#!/usr/bin/perl
# shim.pl: Perl's Net::IMAP::Simple, told what to do by the shim protocol (docs/shim.md). The library
# keeps counts of a mailbox as SELECT told them, no more, so `cache` is unsupported.
use strict;
use warnings;

BEGIN {
    eval { require Net::IMAP::Simple; 1 } or do {
        print STDERR "needs Net::IMAP::Simple (libnet-imap-simple-perl)\n";
        exit 77;
    };
}

package Client;
our @ISA = ('Net::IMAP::Simple');

sub _connect {
    my ($self) = @_;
    my $socket = $self->SUPER::_connect() or return;
    main::answer('ok');
    $main::is_connected = 1;
    return $socket;
}

package main;

our $is_connected;
our %verbs;
my $client;
my $last = '';    # line of the server

%verbs = (
    open     => \&do_open,
    features => sub { print map {"feature $_\n"} sort keys %verbs; 1 },
    quit     => sub { answer('ok'); exit 0 },
    login    => sub { $client->login(quoted($_[0]), $_[1]) },
    logout   => \&do_logout,
    select   => sub { $client->select(@_) },
    noop     => sub { $client->noop; is_ok() },
    expunge  => sub { defined $client->expunge_mailbox },
    copy     => sub { $client->copy(@_) },
    fetch    => \&do_fetch,
    'fetch-text' => \&do_fetch_text,
    store    => \&do_store,
    search   => \&do_search,
);

sub answer {
    my ($status, $text) = @_;
    $text = defined $text && length $text ? " $text" : '';
    $text =~ s/[^ -~]/ /g;
    print "$status$text\n";
}

sub is_ok { return $last =~ /^\w+ +OK/i }

sub unsupported { die {unsupported => shift} }

# The library leaves the quoting of a user's name to its users.
sub quoted {
    my ($text) = @_;
    unsupported('the library has no literals') if $text =~ /["\\%{\r\n\x80-\xff]/;
    return $text =~ /^[^ (){%*\x00-\x1f\x7f]+$/ ? $text : "\"$text\"";
}

sub do_open {
    my ($host, $port) = @_;
    ($client, $is_connected) = (undef, 0);
    $client = Client->new("$host:$port", retry => 0, readline_callback => sub { $last = shift });
    answer('failed', $Net::IMAP::Simple::errstr) unless $is_connected;
    return;
}

# The server may have closed without an answer.
sub do_logout {
    return if !$client->logout && $last =~ /^\w+ +(?:NO|BAD)/i;
    $client = undef;
    return 1;
}

sub do_fetch {
    my ($sequence, @items) = @_;
    @items = grep { !/^[()]$/ } @items;
    my $item = @items > 1 ? "(@items)" : $items[0];
    my %methods = ('RFC822.HEADER' => 'top', 'RFC822.SIZE' => 'list', 'FLAGS' => 'msg_flags');
    my $method = $methods{uc $item};
    $method ? $client->$method($sequence) : $client->fetch($sequence, $item);
    return is_ok();
}

sub do_fetch_text {
    my ($number) = @_;
    my $text = join '', $client->fetch($number, 'RFC822.TEXT');
    $text =~ s/([^ -~]|["\\])/sprintf '\\x%02x', ord $1/ge;
    print "text \"$text\"\n" if is_ok();
    return is_ok();
}

sub do_store {
    my ($sequence, $how, @flags) = @_;
    @flags = grep { !/^[()]$/ } @flags;
    return $client->add_flags($sequence, @flags) if $how =~ /^\+flags$/i;
    return $client->sub_flags($sequence, @flags) if $how =~ /^-flags$/i;
    unsupported('the library adds and takes away flags, no more');
}

sub do_search {
    my (@criteria) = @_;
    my @found = $client->search("@criteria");
    print join(' ', 'found', @found), "\n" if is_ok();
    return is_ok();
}

sub unescape {
    my ($text) = @_;
    $text =~ s/\\(?:x([0-9a-fA-F]{2})|(.))/defined $1 ? chr hex $1 : $2/ge;
    return $text;
}

# The criteria of SEARCH are given to the library as they are sent: what stood in quotes does so
# there.
sub words {
    my ($line, $keeps_quotes) = @_;
    my @words;
    while ($line =~ /"((?:[^"\\]|\\.)*)"|([()])|([^ "()]+)/g) {
        my $word = defined $1 ? unescape($1) : defined $2 ? $2 : $3;
        if (defined $1 && $keeps_quotes) {
            unsupported('the library has no literals') if $word =~ /["\\%{\r\n\x80-\xff]/;
            $word = "\"$word\"";
        }
        push @words, $word;
    }
    return @words;
}

sub run {
    my ($line) = @_;
    my ($verb, @arguments) = words($line, $line =~ /^search /);
    return unless defined $verb;
    my $code = $verbs{$verb} or unsupported('');
    return answer('failed', 'no connection')
        if !defined $client && $verb !~ /^(?:open|features|quit)$/;
    $last = '';
    my $ok = $code->(@arguments);
    return if $verb eq 'open';
    return answer('ok') if $ok;
    my ($status, $text) = $last =~ /^\w+ +(NO|BAD)\b ?(.*)/i;
    return answer(lc $status, $text) if defined $status;
    my $why = defined $client && $client->errstr;
    # without a completion the connection is of no use any more; the library does not close it
    $client = undef if $last !~ /^\w+ +OK\b/i;
    return answer('failed', $why ? $why : 'no answer');
}

$| = 1;
$SIG{PIPE} = 'IGNORE';
while (my $line = <STDIN>) {
    chomp $line;
    next if eval { run($line); 1 };
    my $why = $@;
    answer(ref $why ? ('unsupported', $why->{unsupported}) : ('failed', $why));
}
