/* client_flags: sets of flags as text with blanks between: "\Seen work" (RFC 1176 p.5, p.14). Flags
 * are the same in any letter case (B39). */
#ifndef IMAPSPEC_REFERENCE_CLIENT_FLAGS_H
#define IMAPSPEC_REFERENCE_CLIENT_FLAGS_H

#include "reference/client.h"
#include "reference/client_string.h"

void client_flags_add(struct buffer *flags, struct span flag);
void client_flags_remove(struct buffer *flags, struct span flag);

/* Whether it may stand in a command: an atom, one backslash before it or not. */
bool client_flags_is_flag(struct span flag);

#endif
