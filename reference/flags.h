/* flags: flag names as a client writes them (RFC 1176 p.14, p.27-28). */
#ifndef IMAPSPEC_REFERENCE_FLAGS_H
#define IMAPSPEC_REFERENCE_FLAGS_H

#include "reference/store.h"

enum flag_meaning {
    FLAG_STORED,  /* a system flag or a keyword of the mailbox: added to *flags */
    FLAG_RECENT,  /* \Recent, which nobody can store */
    FLAG_UNKNOWN, /* no message of the mailbox can have it */
};

/* Looks the flag up, in any letter case. */
enum flag_meaning flag_look_up(const struct mail_box *box, struct span name,
                               struct mail_flags *flags);

#endif
