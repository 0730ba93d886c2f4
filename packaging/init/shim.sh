#!/bin/sh
# shim.sh: drives the client under test. Reads a request a line, makes the client do it, answers with
# data lines and one status line (ok, no TEXT, bad TEXT, failed TEXT, unsupported), each written out at
# once. imapspec-shim(7), or docs/shim.md, lists the requests; `imapspec shim` is an example to try by
# hand. When the client cannot be had on this machine, exit with 77 and say why on standard error:
# everything is skipped then.
set -eu

# A shell is seldom what a client can be driven by. This line hands over to the program that can:
#
#   exec ./@NAME@/my-shim

echo "@NAME@/shim.sh is still the skeleton: write there how the client is driven" >&2
exit 77
