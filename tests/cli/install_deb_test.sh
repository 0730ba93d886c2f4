#!/bin/sh
# The Debian package: CPack builds it, it is what Debian expects, and what it holds runs where it has
# been unpacked.
. "$SOURCE_ROOT/tests/cli/common.sh"
unset IMAPSPEC_DATA

for tool in dpkg-deb dpkg-shlibdeps; do
    command -v $tool >/dev/null || {
        echo "skipped: $tool is not installed"
        exit 0
    }
done
cpack --config "$BUILD_ROOT/CPackConfig.cmake" -B "$work/packages" >out 2>err || die "cpack"
package=$(ls packages/*.deb)
version=$("$IMAPSPEC" --version | cut -d ' ' -f 2)
[ "$package" = "packages/imapspec_${version}_$(dpkg --print-architecture).deb" ] || die "$package"

dpkg-deb --info "$package" >info
# shown as paragraphs, not as typed
dpkg-deb --field "$package" Description | grep -q '^  ' && die "the description is indented"
has info "Package: imapspec" "Version: $version" "Section: mail" "Recommends: " \
    "Maintainer: " "Description: conformance tests for IMAP2 servers and clients"
for library in libc6 libjansson4 libuv1 libssl3; do
    grep -qE "^ Depends: .*$library \(>= " info || die "does not depend on $library"
done
dpkg-deb --info "$package" control >control
awk 'NF == 0 { ended = 1 } ended && NF { exit 1 }' control || die "a blank line in the control file ends it for apt"
! grep -E '^ Depends: .*(cmocka|san|clang)' info || die "depends on what only tests need"

dpkg-deb --contents "$package" >contents
! grep -vE '^[-dl][rwx-]{9} root/root ' contents || die "not all of it is root's"
! grep -vE ' \./(usr/|$)' contents || die "something is outside /usr"
for file in usr/bin/imapspec usr/share/man/man1/imapspec.1.gz usr/share/man/man7/imapspec-shim.7.gz \
    usr/share/bash-completion/completions/imapspec usr/share/zsh/vendor-completions/_imapspec \
    usr/share/doc/imapspec/copyright usr/share/doc/imapspec/changelog.gz \
    usr/share/imapspec/scripts/std/imap2.scn; do
    grep -qF " ./$file" contents || die "$file is not in the package"
done
lacks contents "$SOURCE_ROOT" site-functions CMakeLists .gitattributes

dpkg -x "$package" root || die "dpkg -x"
IMAPSPEC=$work/root/usr/bin/imapspec
ends 0 --version
ends 0 explain expunge.response-each
has out "root/usr/share/imapspec/scripts/imap2/server/"
ends 0 server reference 'expunge.*' --seed 1
ends 0 server reference-tcp check.completes --seed 1
check_nothing_left

if command -v lintian >/dev/null; then
    lintian --no-cfg --allow-root --fail-on error "$package" >out 2>err || die "lintian"
fi
