# What programs behind `hooks` of a target file have in common (docs/targets.md): requests are read
# from standard input, a line each, and answered.
package Hooks;
use strict;
use warnings;
use Exporter qw(import);

our @EXPORT = qw(cannot give make_folder octets_of write_octets move remove_tree meta_of serve);

# The superuser has servers run as `nobody` (account.sh), who must own what is put there.
my ($uid, $gid) = $> == 0 ? (getpwnam 'nobody')[2, 3] : ();

sub give {
    return unless defined $uid;
    chown($uid, $gid, @_) == @_ or die "chown: $!\n";
}

# The server cannot have this: the scenario is skipped for that reason.
sub cannot { die { cannot => "@_" } }

sub make_folder {
    for my $folder (@_) {
        next if -d $folder;
        mkdir $folder or $!{EEXIST} or die "$folder: $!\n";
        give($folder);
    }
}

sub octets_of {
    my ($path) = @_;
    open my $file, '<:raw', $path or die "$path: $!\n";
    local $/;
    return scalar <$file>;
}

sub write_octets {
    my ($path, $octets) = @_;
    open my $file, '>:raw', $path or die "$path: $!\n";
    print $file $octets or die "$path: $!\n";
    close $file or die "$path: $!\n";
    give($path);
}

sub move {
    my ($from, $to) = @_;
    rename $from, $to or die "$to: $!\n";
}

sub remove_tree {
    my ($path) = @_;
    if (-d $path && !-l $path) {
        chmod 0700, $path;
        opendir my $folder, $path or die "$path: $!\n";
        remove_tree("$path/$_") for grep { $_ ne '.' && $_ ne '..' } readdir $folder;
        rmdir $path or die "$path: $!\n";
    }
    elsif (-e $path) {
        unlink $path or die "$path: $!\n";
    }
}

# What mailbox.meta says, by the first word of the line.
sub meta_of {
    my ($fixture) = @_;
    return { map { (split ' ', $_, 2)[0, 1] } map { "$_ " } split /\n/,
        octets_of("$fixture/mailbox.meta") };
}

# Answers requests, by name, until the input ends.
sub serve {
    my (%requests) = @_;
    $| = 1;
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
}

1;
