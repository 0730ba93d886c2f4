/*
 * store_memory: mail kept in memory, for tests, fuzzing and every run that needs no real files. All
 * of store.h with no I/O and no failures; nothing changes behind its back.
 *
 * Mailboxes are created by create(), by the first use of a user's INBOX, and by COPY. Names are 1
 * to 255 printable ASCII characters.
 */
#ifndef IMAPSPEC_REFERENCE_STORE_MEMORY_H
#define IMAPSPEC_REFERENCE_STORE_MEMORY_H

#include "reference/store.h"

struct mail_store *mail_store_memory_new(void); /* returns new; mail_store_free() */

#endif
