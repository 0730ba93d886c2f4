#!/bin/sh
# What `cmake --install` puts into a folder works there, with the source and build trees out of
# sight: it plays the suite against the bundled server and Dovecot, lints, explains, completes.
. "$SOURCE_ROOT/tests/cli/common.sh"
unset IMAPSPEC_DATA

cmake --install "$BUILD_ROOT" --prefix "$work/p" >out 2>err || die "cmake --install"
for file in bin/imapspec share/imapspec/scripts/std/imap2.scn share/imapspec/grammar/imap2.abnf \
    share/imapspec/result.schema.json share/man/man1/imapspec.1 share/man/man5/imapspec-target.5 \
    share/doc/imapspec/docs/running.md share/bash-completion/completions/imapspec \
    share/zsh/site-functions/_imapspec share/imapspec/editors/vim/syntax/imapspec.vim \
    share/imapspec/editors/vscode/package.json; do
    [ -s "p/$file" ] || die "$file is not installed"
done
find p -name CMakeLists.txt -o -name '*.[ch]' -o -name '*.orig' | grep . && die "too much is installed"
mv p moved
chmod -R go+rX "$work"

# The trees are covered by empty folders, where that is allowed.
cat >hidden <<END
#!/bin/sh
for tree in "$SOURCE_ROOT" "$BUILD_ROOT"; do
    [ ! -d "\$tree" ] || mount -t tmpfs none "\$tree"
done
exec "\$@"
END
cover="unshare -m"
[ "$(id -u)" -eq 0 ] || cover="unshare -rm"
if $cover sh ./hidden test ! -e "$SOURCE_ROOT/README.md" 2>/dev/null; then
    printf '#!/bin/sh\nexec %s sh %s/hidden %s/moved/bin/imapspec "$@"\n' "$cover" "$work" "$work" \
        >installed
    chmod +x installed
    IMAPSPEC=$work/installed
else
    echo "the source tree stays in sight: no right to cover it"
    IMAPSPEC=$work/moved/bin/imapspec
fi

ends 0 --version
ends 0 lint moved/share/imapspec/scripts moved/share/imapspec/tests/faults
ends 0 explain expunge.response-each
has out "moved/share/imapspec/scripts/imap2/server/"
ends 0 list 'expunge.*'
has out expunge.scattered
ends 0 complete -- server dove
has out dovecot
if [ "$IMAPSPEC" = "$work/installed" ]; then
    ends 2 mutants
    has err "built"
fi
ends 0 init fresh
ends 0 lint fresh.target

if [ "$SANITIZED" -eq 0 ]; then
    ends 0 server reference --seed 1
    ends 0 client reference --seed 1
else
    ends 0 server reference 'expunge.*' --seed 1
fi
ends 0 server reference-tcp 'expunge.*' --seed 1
ends 0 client reference-shim 'client.*' --seed 1
imapspec server dovecot 'expunge.*' 'search.key-*' 'fetch.*' -j 4 --seed 1
[ "$code" -eq 0 ] || [ "$code" -eq 4 ] || die "dovecot: ended with $code"
[ "$code" -eq 0 ] || has out "skipped: needs"
check_nothing_left
