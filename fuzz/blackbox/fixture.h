/*
 * fixture: the mailboxes that streams are about (convert_fixtures), as targets are filled with
 * them. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_FIXTURE_H
#define IMAPSPEC_BLACKBOX_FIXTURE_H

#include "model/fixture.h"

enum { FIXTURE_BOXES_MOST = 8, FIXTURE_NTEMPLATES = 16 };

/* Not every target can be filled with everything: what lacks is left out from the end. */
enum fixture_extent {
    FIXTURE_WHOLE,
    FIXTURE_PLAIN, /* without read-only mailboxes and boards */
    FIXTURE_INBOX, /* INBOX alone */
    FIXTURE_NONE   /* cannot be filled: whatever is there */
};

struct fixture_set {
    enum fixture_extent extent;
    struct fixture_mailbox boxes[FIXTURE_BOXES_MOST];
    size_t nboxes;
    struct fixture_message templates[FIXTURE_NTEMPLATES]; /* what STREAM_DELIVER delivers */
};

/* Fills *set; all in the arena. */
void fixture_set_make(enum fixture_extent extent, struct arena *arena, struct fixture_set *set);

/* Whether a `fixture` line of a scenario belongs to the set. */
bool fixture_set_has(enum fixture_extent extent, struct span line);

#endif
