#!/bin/sh
# The HTML report from outside: its options, and the page in a real browser, of which reports and
# screenshots are kept beside the program, in html-test. Without Chromium, the test says so and the
# rest is tested all the same.
. "$SOURCE_ROOT/tests/cli/common.sh"

imapspec server reference 'noop.*' 'expunge.*' --seed 1 --results one.jsonl --html run.html
[ "$code" -eq 0 ] || die "the run ended with $code"
has run.html '<!DOCTYPE html>' 'expunge.example' '</html>'
sed 's/"verdict":"pass","expected"/"verdict":"fail","expected"/' one.jsonl >two.jsonl

ends 0 report one.jsonl --html page.html
[ ! -s out ] || die "report --html prints something"
cmp -s run.html page.html || die "the page of a run is not that of its results"
ends 0 report one.jsonl --html -
cmp -s out page.html || die "the page on standard output is another"
ends 0 report one.jsonl two.jsonl --compare
has out 'worse   pass       fail       expunge.' '0 better, '
ends 0 report one.jsonl two.jsonl --compare --html compare.html --badges badges
has compare.html 'id=changes'
has badges/reference.svg '<svg xmlns="http://www.w3.org/2000/svg"'
ends 0 report one.jsonl --logs failed --html few.html
lacks few.html '<pre class=log>'
has page.html '<pre class=log>'
# nothing is fetched from anywhere
lacks page.html 'https:' 'src=' '@import' 'url('

ends 2 report one.jsonl --compare
has err 'two results files'
ends 2 report one.jsonl --logs every --html page.html
has err '--logs wants some, failed or all'
ends 2 report one.jsonl --html /nowhere/at/all.html
ends 2 report one.jsonl --html - --markdown -

# the comparison of whatever is installed: here what needs nothing
sh "$SOURCE_ROOT/reports/publish" -j 2 -o published reference reference-client >out 2>err ||
    die "publish fails"
has out 'reference: ' 'published/servers.html' 'published/clients.html'
for page in servers clients; do
    has published/$page.html '</html>'
    has published/$page.md '# '
done
has published/badges/reference.svg '</svg>'
! sh "$SOURCE_ROOT/reports/publish" -o published nosuch >out 2>err || die "publish takes any name"
has err 'there is no target nosuch'
check_nothing_left

[ "$SANITIZED" -eq 0 ] || exit 0
command -v python3 >/dev/null || {
    echo "skipped: python3 is not installed"
    exit 0
}
python3 "$SOURCE_ROOT/tests/reports/html_browser.py" "$IMAPSPEC" "${IMAPSPEC%/*}/html-test" \
    >out 2>err
code=$?
cat out
[ "$code" -eq 77 ] || [ "$code" -eq 0 ] || die "the page in the browser"
