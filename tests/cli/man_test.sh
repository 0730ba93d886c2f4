#!/bin/sh
# The manual pages are sound, and say of each command and option what --help says.
. "$SOURCE_ROOT/tests/cli/common.sh"

pages=$BUILD_ROOT/packaging/man
command -v mandoc >/dev/null || {
    echo "skipped: mandoc is not installed"
    exit 0
}
for page in imapspec.1 imapspec-scenario.5 imapspec-target.5 imapspec-expect.5 imapspec-results.5 \
    imapspec-running.7 imapspec-shim.7 imapspec-watching.7 imapspec-faults.7 imapspec-ci.7; do
    [ -s "$pages/$page" ] || die "$page is missing"
    mandoc -T lint -W warning "$pages/$page" >out 2>err || die "$page is not sound"
    mandoc -T ascii -O width=160 "$pages/$page" | sed 's/.\x08//g' >text
    # what Markdown means is understood, not printed
    sed -n '/^ \{5\}[^ ]/p' text >paragraphs
    ! grep -E '\]\([a-z/-]+\.md|^ *```|^ *\|' paragraphs >&2 || die "$page holds Markdown"
done

mandoc -T ascii -O width=160 "$pages/imapspec.1" | sed 's/.\x08//g' >text
has text "$("$IMAPSPEC" --version)"

# section COMMAND: what the page says of it
section() {
    awk -v command="$1" '
        /^   imapspec / { inside = $2 == command; next }
        /^[A-Z]/ { inside = 0 }
        inside' text
}
for command in $("$IMAPSPEC" help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
    ends 0 help "$command"
    usage=$(sed -n 's/^usage: \(.*[^ ]\) *$/\1/p' out)
    grep -qxF -e "   $usage" text || die "the page lacks: $usage"
    section "$command" >section
    [ -s section ] || die "the page says nothing of $command"
    # "-j, --jobs N" in both, the same ones in the same order
    sed -n 's/^  \(-., \|    \)\(--[a-z-]*\)\( [^ ][^ ]*\)\{0,1\} \{2,\}.*/\1\2\3/p' out |
        sed 's/^ *//' >wanted
    sed -n 's/^ \{5\}\(\(-., \)\{0,1\}--[a-z-]*\( [A-Z][^ ]*\)\{0,1\}\)\( .*\)\{0,1\}$/\1/p' \
        section >got
    cmp -s wanted got || {
        diff wanted got >&2
        die "options of $command: the page is not what --help says"
    }
    # the words of each option's help, whatever the lines
    tr -s ' \n' '  ' <section | tr A-Z a-z >words
    sed -n 's/^  \(-., \|    \)--[a-z-]*\( [^ ][^ ]*\)\{0,1\} \{2,\}//p' out | tr A-Z a-z |
        tr -d '`' >helps
    while read -r help; do
        grep -qF -e "$help" words || die "$command: the page lacks: $help"
    done <helps
done
