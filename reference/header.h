/*
 * header: the fields of an RFC 822 header (3.1, 3.2), in the form in which messages are
 * transmitted: lines end in CR LF, and only that is a line end; a bare CR or LF is an octet like
 * any other. The header ends at the first empty line, which belongs to it (B74), or with the
 * message.
 */
#ifndef IMAPSPEC_REFERENCE_HEADER_H
#define IMAPSPEC_REFERENCE_HEADER_H

#include "base/base.h"

struct mail_header_field {
    struct span name; /* without blanks before the colon; compare without regard to case */
    struct span body; /* what follows the colon, folds and all, without the last CR LF */
};

/* Octets of the message's header, the empty line included; the rest is the body text. A message
 * without an empty line is all header. */
size_t mail_header_nbytes(struct span message);

/*
 * Takes the next field from the front of *rest: start with the whole header (or message), call
 * until false. Stops at the empty line: nothing of a body is ever looked at. Lines that are no
 * field (no colon, or an impossible name) are skipped, their continuation lines too.
 */
bool mail_header_next(struct span *rest, struct mail_header_field *field_r);

/*
 * Appends the field body as one line: every fold (CR LF and the blanks after it) and every tab
 * becomes one space (B103), blanks at either end go. What a quoted string or a comment means is not
 * known here.
 */
void mail_header_unfold(struct buffer *out, struct span body);

#endif
