/*
 * pattern: the patterns of FIND MAILBOXES and FIND BBOARDS (RFC 1176 p.12). `*` matches any run of
 * octets, the empty run included; `%` matches exactly one octet (B90); every other octet matches
 * itself, with regard to case. No octet of a name is special: dots and slashes are matched by the
 * wildcards like any other.
 */
#ifndef IMAPSPEC_REFERENCE_PATTERN_H
#define IMAPSPEC_REFERENCE_PATTERN_H

#include "base/base.h"

/* Whether the pattern matches the whole name. At worst pattern length times name length steps. */
bool mail_pattern_matches(struct span pattern, struct span name);

#endif
