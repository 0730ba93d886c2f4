/* client_note: the newest of what the server said and of what was ignored. Private to the client.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_NOTE_H
#define IMAPSPEC_REFERENCE_CLIENT_NOTE_H

#include "reference/client.h"

enum { CLIENT_NOTES_MAX = 256, CLIENT_NOTE_NBYTES_MAX = 4096 };

/* All zeros: none. */
struct client_notes {
    struct client_note items[CLIENT_NOTES_MAX]; /* a ring; texts owned */
    size_t first, nitems;
};

void client_notes_clear(struct client_notes *notes);
/* "text", or "why: text" when why is given. Long texts are cut. */
void client_notes_add(struct client_notes *notes, enum client_note_kind kind, const char *why,
                      struct span text);
struct client_note client_notes_get(const struct client_notes *notes, size_t place);

#endif
