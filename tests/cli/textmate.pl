#!/usr/bin/perl
# textmate.pl FOLDER: reads lines "SUFFIX TAB LINE TAB PART TAB SCOPE" and says which of them the
# TextMate grammars of the Visual Studio Code extension in FOLDER do not bear out: that PART of LINE,
# in a file of that suffix, is given SCOPE (its first words). As the editor does it: the pattern that
# fits first in the line wins, the first of them in the grammar when several do.
use strict;
use warnings;
use JSON::PP;

my ($folder) = @ARGV;

sub json_of {
    my ($path) = @_;
    open my $file, '<', $path or die "$path: $!\n";
    local $/;
    return decode_json(<$file>);
}

my (%grammar_of, %language_of, %grammars);
my $package = json_of("$folder/package.json")->{contributes};
for my $language (@{ $package->{languages} }) {
    $language_of{$_} = $language->{id} for @{ $language->{extensions} };
    json_of("$folder/$language->{configuration}");
}
for my $entry (@{ $package->{grammars} }) {
    my $grammar = json_of("$folder/$entry->{path}");
    die "$entry->{path}: is not $entry->{scopeName}\n" if $grammar->{scopeName} ne $entry->{scopeName};
    $grammars{ $entry->{language} } = $grammar;
}
my $grammar; # of the line at hand

sub flat {
    return map {
        my $include = $_->{include};
        my $rule = defined $include ? $grammar->{repository}{ substr $include, 1 } : $_;
        die "there is no $include\n" unless defined $rule;
        defined $rule->{match} || defined $rule->{begin} ? $rule : flat(@{ $rule->{patterns} });
    } @_;
}

# The rule that fits first from $at on, and where: [begin, end] of the whole and of each group.
sub first_fit {
    my ($line, $at, @rules) = @_;
    my ($best, @where);
    for my $rule (@rules) {
        my $pattern = $rule->{match} // $rule->{begin};
        pos($line) = $at;
        next unless $line =~ /$pattern/g;
        next if defined $best && $-[0] >= $where[0][0];
        $best  = $rule;
        @where = map { defined $-[$_] ? [$-[$_], $+[$_]] : undef } 0 .. $#-;
    }
    return ($best, @where);
}

sub paint {
    my ($scopes, $name, $from, $to) = @_;
    return unless defined $name;
    $scopes->[$_] = $name for $from .. $to - 1;
}

# Up to the end of the line or, inside a rule with an end, up to what fits that; returns where.
sub tokenize {
    my ($scopes, $line, $at, $end, @rules) = @_;
    @rules = flat(@rules);
    while ($at <= length $line) {
        my ($rule, @where) = first_fit($line, $at, @rules);
        if (defined $end) {
            pos($line) = $at;
            $line =~ /$end/g or return length $line;
            return $+[0] if !defined $rule || $-[0] <= $where[0][0];
        }
        return $at unless defined $rule;
        my ($from, $to) = @{ $where[0] };
        paint($scopes, $rule->{name}, $from, $to);
        if (defined $rule->{begin}) {
            my $rest = tokenize($scopes, $line, $to, $rule->{end}, ());
            paint($scopes, $rule->{name}, $from, $rest);
            $to = tokenize($scopes, $line, $to, $rule->{end}, @{ $rule->{patterns} // [] });
        }
        for my $i (1 .. $#where) {
            my $capture = $rule->{captures}{$i};
            next unless defined $capture && defined $where[$i];
            my ($start, $stop) = @{ $where[$i] };
            paint($scopes, $capture->{name}, $start, $stop);
            tokenize($scopes, substr($line, 0, $stop), $start, undef, @{ $capture->{patterns} })
                if defined $capture->{patterns};
        }
        $at = $to > $at ? $to : $at + 1;
    }
    return $at;
}

my $nwrong = 0;
while (<STDIN>) {
    chomp;
    my ($suffix, $line, $part, $wanted) = split /\t/;
    $grammar = $grammars{ $language_of{$suffix} } or die "no grammar for $suffix\n";
    my @scopes = ('') x length $line;
    tokenize(\@scopes, $line, 0, undef, @{ $grammar->{patterns} });
    my $at = index $line, $part;
    die "\"$part\" is not in \"$line\"\n" if $at < 0;
    my @got = grep { index($_, $wanted) != 0 } @scopes[$at .. $at + length($part) - 1];
    next unless @got;
    print "$line\n  $part: $got[0], not $wanted\n";
    $nwrong++;
}
exit($nwrong == 0 ? 0 : 1);
