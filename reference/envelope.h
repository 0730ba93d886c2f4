/*
 * envelope: the ENVELOPE of a message and its fields as SEARCH sees them (RFC 1176 p.18-19,
 * p.26-27).
 *
 * The ten fields, in order: date, subject, from, sender, reply-to, to, cc, bcc, in-reply-to,
 * message-id. The text fields are the header fields' bodies on one line (mail_header_unfold()); of
 * several fields of a name the first counts (B103). The address fields are lists of addresses
 * (reference/address.h); several fields of a name are one list. Without any address in Sender or
 * Reply-To the field repeats From's. What the header does not have is NIL; a text field that is
 * there but empty is the empty string. Other fields, ReSent-From and its like too (B104), mean
 * nothing.
 *
 * Names of header fields are known in any letter case. A header without any field gives ten NILs.
 */
#ifndef IMAPSPEC_REFERENCE_ENVELOPE_H
#define IMAPSPEC_REFERENCE_ENVELOPE_H

#include "base/base.h"

enum mail_envelope_field {
    MAIL_ENVELOPE_DATE,
    MAIL_ENVELOPE_SUBJECT,
    MAIL_ENVELOPE_FROM,
    MAIL_ENVELOPE_SENDER,
    MAIL_ENVELOPE_REPLY_TO,
    MAIL_ENVELOPE_TO,
    MAIL_ENVELOPE_CC,
    MAIL_ENVELOPE_BCC,
    MAIL_ENVELOPE_IN_REPLY_TO,
    MAIL_ENVELOPE_MESSAGE_ID,
};

/*
 * Appends the envelope of a header (or whole message: reading stops at the empty line) whose lines
 * end in CR LF: one parenthesised list, addresses next to each other without a separator (B99).
 * Takes time linear in the header.
 */
void mail_envelope_write(struct buffer *out, struct span header);

/*
 * Appends the text SEARCH looks in for one field. Text fields: the text. Address fields (B81): the
 * addresses written anew, `Name <mailbox@host>, mailbox@host, Name <@a,@b:mailbox@host>`, without
 * any quoting. Nothing when the envelope has NIL there.
 */
void mail_envelope_field_text(struct buffer *out, struct span header,
                              enum mail_envelope_field field);

#endif
