#!/usr/bin/perl
# manual.pl: makes manual pages (mdoc) of what is written elsewhere, so that it is written once.
#
#   manual.pl OUTPUT page NAME SECTION TITLE DATE VERSION DOCUMENT[:HEADING]...
#       of documents in Markdown, or of one chapter of each
#   manual.pl OUTPUT program TEMPLATE PROGRAM DATE VERSION
#       of a template in mdoc, in which a line
#           @COMMANDS@               stands for all commands, as `PROGRAM help` tells them
#           @DOCUMENT[:HEADING]@     for that document
#
# What of Markdown is understood is what docs/ uses: headings, paragraphs, lists, tables, code, links.
use strict;
use warnings;

# What a link to a document becomes.
my %page_of = (
    'scenario-language.md' => 'imapspec-scenario(5)',
    'targets.md'           => 'imapspec-target(5)',
    'results.md'           => 'imapspec-results(5)',
    'shim.md'              => 'imapspec-shim(7)',
    'running.md'           => 'imapspec-running(7)',
    'watching.md'          => 'imapspec-watching(7)',
    'faults.md'            => 'imapspec-faults(7)',
    'ci.md'                => 'imapspec-ci(7)',
);

my @out;

# ---- text ----

sub escape {
    my ($text) = @_;
    $text =~ s/\\/\\e/g;
    $text =~ s/([^\x00-\x7f])/sprintf '\\[u%04X]', ord $1/ge;
    return $text;
}

# Code keeps its hyphens and quotes as they are typed.
sub escape_code {
    my $text = escape($_[0]);
    $text =~ s/-/\\-/g;
    $text =~ s/'/\\(aq/g;
    $text =~ s/`/\\(ga/g;
    $text =~ s/\^/\\(ha/g;
    $text =~ s/~/\\(ti/g;
    return $text;
}

sub plain {
    my $text = escape($_[0]);
    $text =~ s/\[([^\]]*)\]\(([^)]*)\)/link_text($1, $2)/ge;
    $text =~ s/(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])/\\fI$1\\fR/g;
    return $text;
}

sub link_text {
    my ($text, $to) = @_;
    my ($file) = $to =~ m{([^/#]+\.md)};
    return $text unless defined $file && $page_of{$file};
    return $page_of{$file} if $text =~ /^\S+\.md$/;
    return "$text ($page_of{$file})";
}

# Code is in bold; the rest of the line is plain. What is emphasized may hold code.
sub inline {
    my ($text) = @_;
    $text =~ s/\*\*([^*].*?)\*\*/\x01$1\x02/g;
    my @parts = split /(`[^`]*`)/, $text;
    $text = join '', map { /^`(.*)`$/ ? '\fB' . escape_code($1) . '\fR' : plain($_) } @parts;
    $text =~ s/\x01/\\fB/g;
    $text =~ s/\x02/\\fR/g;
    return $text;
}

# Lines of at most 78 octets; a sentence begins a line.
sub put_text {
    my ($text) = @_;
    my $line = '';
    for my $word (split ' ', $text) {
        if ($line ne '' && length("$line $word") > 78) {
            put_line($line);
            $line = '';
        }
        $line .= $line eq '' ? $word : " $word";
        if ($word =~ /[.!?](?:["')\]]|\\f[RBI])*$/) {
            put_line($line);
            $line = '';
        }
    }
    put_line($line) if $line ne '';
}

sub put_line {
    my ($line) = @_;
    push @out, $line =~ /^(?:\\f[RBI])*[.']/ ? "\\&$line" : $line;
}

# An argument of a macro: nothing in it is a macro or a delimiter.
sub argument {
    my @words = split ' ', $_[0];
    for (@words) {
        s/"/\\(dq/g;
        $_ = "\\&$_" if /^(?:[A-Z%][a-z]{1,2}|[.,:;()\[\]?!|])$/;
    }
    return join ' ', @words;
}

sub put_paragraph {
    push @out, '.Pp' unless @out && $out[-1] =~ /^\.(?:Sh|Ss|Pp|It\b)/;
    put_text($_[0]);
}

sub put_code {
    pop @out if @out && $out[-1] eq '.Pp';
    push @out, '.Bd -literal -offset indent';
    for my $line (@_) {
        my $text = escape_code($line);
        $text =~ s/\s+$//;
        push @out, $text =~ /^[.']/ || $text eq '' ? "\\&$text" : $text;
    }
    push @out, '.Ed';
}

# ---- Markdown ----

sub cells {
    my ($row) = @_;
    $row =~ s/^\s*\|//;
    $row =~ s/\|\s*$//;
    my @cells = split /(?<!\\)\|/, $row, -1;
    for (@cells) {
        s/\\\|/|/g;
        s/^\s+|\s+$//g;
    }
    return @cells;
}

sub row_words {
    my ($head, @cells) = @_;
    my @parts;
    for my $i (1 .. $#cells) {
        next if $cells[$i] eq '';
        my $name = $head->[$i] // '';
        push @parts, $i == 1 || $name eq '' ? $cells[$i] : ucfirst($name) . ": $cells[$i]";
    }
    return map { /[.!?:]\)?$/ ? $_ : "$_." } @parts;
}

# A row becomes an item: its first cell the tag, the others text, named by their columns from the third.
sub put_table {
    my ($head, @rows) = @_;
    my @names = cells($head);
    shift @rows if @rows && $rows[0] =~ /^[\s|:-]+$/;
    pop @out if @out && $out[-1] eq '.Pp';
    push @out, '.Bl -tag -width Ds';
    for my $row (@rows) {
        my ($tag, @rest) = cells($row);
        push @out, '.It ' . argument(inline($tag));
        my @words = row_words(\@names, $tag, @rest);
        put_text(inline(join ' ', @words)) if @words;
    }
    push @out, '.El';
}

sub put_list {
    my ($kind, @items) = @_;
    pop @out if @out && $out[-1] eq '.Pp';
    push @out, ".Bl -$kind";
    for my $item (@items) {
        push @out, '.It';
        put_text(inline($item));
    }
    push @out, '.El';
}

# Cuts a document into blocks: [kind, line...].
sub blocks_of {
    my @blocks;
    my $inside = 0;
    for my $line (@_) {
        my $last = @blocks ? $blocks[-1] : ['none'];
        if ($line =~ /^```/) {
            push @blocks, ['code'] if !$inside;
            $inside = !$inside;
            push @blocks, ['none'] if !$inside;
        } elsif ($inside) {
            push @$last, $line;
        } elsif ($line =~ /^(#+) +(.*)/) {
            push @blocks, ['heading', length $1, $2];
        } elsif ($line =~ /^\s*$/) {
            push @blocks, ['none'];
        } elsif ($line =~ /^\|/) {
            push @blocks, ['table'] if $last->[0] ne 'table';
            push @{ $blocks[-1] }, $line;
        } elsif ($line =~ /^([*-]|\d+\.) +(.*)/) {
            my ($mark, $text) = ($1, $2);
            my $kind = $mark =~ /\d/ ? 'enum' : 'bullet';
            # items may have blank lines between them
            pop @blocks if $last->[0] eq 'none' && @blocks > 1 && $blocks[-2][0] eq $kind;
            push @blocks, [$kind] if !@blocks || $blocks[-1][0] ne $kind;
            push @{ $blocks[-1] }, $text;
        } elsif ($last->[0] =~ /^(?:bullet|enum)$/) {
            $last->[-1] .= " $line";
        } else {
            push @blocks, ['text', ''] if $last->[0] ne 'text';
            $blocks[-1][1] .= "$line ";
        }
    }
    return grep { $_->[0] ne 'none' } @blocks;
}

sub lines_of {
    my ($path) = @_;
    open my $file, '<:encoding(UTF-8)', $path or die "$path: $!\n";
    chomp(my @lines = <$file>);
    return @lines;
}

# A chapter goes up to the next heading of its rank.
sub chapter {
    my ($heading, @blocks) = @_;
    my ($rank, @found);
    for my $block (@blocks) {
        if ($block->[0] eq 'heading') {
            last if defined $rank && $block->[1] <= $rank;
            if (!defined $rank && $block->[2] eq $heading) {
                $rank = $block->[1];
                next;
            }
        }
        push @found, $block if defined $rank;
    }
    die "there is no chapter \"$heading\"\n" unless @found;
    return @found;
}

sub put_blocks {
    for my $block (@_) {
        my ($kind, @lines) = @$block;
        if ($kind eq 'heading') {
            next if $lines[0] == 1;
            pop @out if @out && $out[-1] eq '.Pp';
            my $name = argument(inline($lines[1]));
            push @out, $lines[0] == 2 ? '.Sh ' . uc $name : ".Ss $name";
        } elsif ($kind eq 'text') {
            put_paragraph(inline($lines[0]));
        } elsif ($kind eq 'code') {
            put_code(@lines);
        } elsif ($kind eq 'table') {
            put_table(@lines);
        } else {
            put_list($kind, @lines);
        }
    }
}

sub put_document {
    my ($path, $heading) = split /:/, $_[0], 2;
    my @blocks = blocks_of(lines_of($path));
    @blocks = chapter($heading, @blocks) if defined $heading;
    put_blocks(@blocks);
}

# ---- the program's own help ----

# What --help says between the usage and the options: paragraphs, and examples behind two blanks.
sub put_details {
    my @paragraph;
    my @example;
    my $flush = sub {
        put_paragraph(inline(join ' ', @paragraph)) if @paragraph;
        put_code(@example) if @example;
        @paragraph = @example = ();
    };
    for my $line (@_, '') {
        if ($line eq '') {
            $flush->();
        } elsif ($line =~ /^  (.*)/ && !@paragraph) {
            push @example, $1;
        } else {
            push @paragraph, $line;
        }
    }
}

sub put_option {
    my ($letter, $name, $value, $help) = @_;
    my $tag = defined $letter ? "Fl $letter , Fl -$name" : "Fl -$name";
    $tag .= ' Ar ' . argument(escape_code($value)) if defined $value;
    push @out, ".It $tag";
    put_text(inline(ucfirst $help) . '.');
}

sub put_command {
    my ($program, $name) = @_;
    my ($usage, @lines) = split /\n/, `$program help $name`;
    my ($arguments) = $usage =~ /^usage: imapspec (.*?) *$/ or die "$name: no usage\n";
    my (@details, @options);
    for (@lines) {
        if (/^  (?:-(\w),|   ) --(\S+)(?: (\S+))?  +(\S.*)$/) {
            push @options, [$1, $2, $3, $4];
        } else {
            push @details, $_;
        }
    }
    push @out, '.Ss imapspec ' . argument(escape_code($arguments));
    shift @details while @details && $details[0] eq '';
    put_details(@details);
    return unless @options;
    push @out, '.Bl -tag -width Ds';
    put_option(@$_) for @options;
    push @out, '.El';
}

sub put_commands {
    my ($program) = @_;
    my @names = `$program help` =~ /^  ([a-z]+) /mg;
    die "$program help: no commands\n" unless @names;
    put_command($program, $_) for @names;
}

# ---- pages ----

sub put_head {
    my ($name, $section, $title, $date, $version) = @_;
    push @out, ".Dd $date", '.Dt ' . uc($name) . " $section", ".Os \"imapspec $version\"",
        '.Sh NAME', ".Nm $name", ".Nd $title";
}

sub page {
    my ($name, $section, $title, $date, $version, @documents) = @_;
    put_head($name, $section, $title, $date, $version);
    push @out, '.Sh DESCRIPTION';
    put_document($_) for @documents;
    push @out, '.Sh SEE ALSO', '.Xr imapspec 1';
}

sub program {
    my ($template, $program, $date, $version) = @_;
    for my $line (lines_of($template)) {
        if ($line eq '@COMMANDS@') {
            put_commands($program);
        } elsif ($line =~ /^\@(.*)\@$/) {
            put_document($1);
        } else {
            $line =~ s/\@DATE\@/$date/;
            $line =~ s/\@VERSION\@/$version/;
            push @out, $line;
        }
    }
}

my ($output, $what) = splice @ARGV, 0, 2;
$what //= '';
if ($what eq 'page') {
    page(@ARGV);
} elsif ($what eq 'program') {
    program(@ARGV);
} else {
    die "usage: manual.pl OUTPUT page|program ...\n";
}
open my $file, '>', $output or die "$output: $!\n";
print $file "$_\n" for @out;
close $file or die "$output: $!\n";
