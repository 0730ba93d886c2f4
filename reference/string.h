/*
 * string: how the server writes the strings of RFC 1176 (p.9-10, p.28): quoted when every octet may
 * stand in a quoted string, else as a literal. A quoted string has no escapes, so these octets make
 * a literal of the whole value: `"`, `\`, `%`, `{`, all controls (CR and LF among them) and all
 * octets above 126. Nothing but ASCII therefore ever stands outside a literal.
 *
 * The formal syntax has no empty quoted string (`1*character`), so the empty value is the literal
 * {0} (B16). Bare atoms are never written: clients of the time cannot read them (B97).
 */
#ifndef IMAPSPEC_REFERENCE_STRING_H
#define IMAPSPEC_REFERENCE_STRING_H

#include "base/base.h"

/* Appends value as a quoted string or as "{n}" CRLF and its n octets. */
void mail_string_write(struct buffer *out, struct span value);

/* The same, or the atom NIL when the value is not present (whatever `value` holds then). */
void mail_nstring_write(struct buffer *out, struct span value, bool present);

/* True when mail_string_write() would quote the value: not empty, all octets allowed. */
bool mail_string_is_quotable(struct span value);

#endif
