/*
 * shelf: two Maildir mailboxes in a folder of their own, what is done to them by an input, and what
 * must be there afterwards. Unlike other targets' places it is on disk: in /dev/shm, or where there
 * is none in /tmp; it goes with shelf_close().
 *
 * What an operation is about to make of the mailboxes is noted before it begins. So whoever finds
 * the folder after a process has died in the middle knows what may be there: the operation was
 * done, or not, or, when it was about several messages, for some of them.
 */
#ifndef IMAPSPEC_TARGETS_SHELF_H
#define IMAPSPEC_TARGETS_SHELF_H

#include "reference/store.h"
#include "targets/cut.h"

enum { SHELF_NBOXES = 2, SHELF_NMAILS_MAX = 48, SHELF_NTEXTS_MAX = 64 };

struct shelf_mail {
    unsigned text; /* which content: copies have that of their original */
    uint32_t system;
    bool has_keyword;
    /* of what was noted before an operation: */
    bool may_be_missing; /* it is being removed, or added */
    bool may_be_changed; /* its flags become these */
    uint32_t new_system;
    bool new_keyword;
};

struct shelf_list {
    struct shelf_mail mails[SHELF_NMAILS_MAX];
    size_t nmails;
};

/* No pointers but of the process that has the store open: can be shared with a child. */
struct shelf_state {
    char folder[64];
    struct shelf_list lists[SHELF_NBOXES];
    unsigned ntexts;
    size_t shortest[SHELF_NTEXTS_MAX]; /* octets left of a text whose file was cut; SIZE_MAX */
};

struct shelf {
    struct shelf_state *state; /* borrowed */
    struct mail_store *store;
    struct mail_box *boxes[SHELF_NBOXES];
};

void shelf_make(struct shelf_state *state);   /* the folder, with two empty mailboxes */
void shelf_remove(struct shelf_state *state); /* and all that is in it */

void shelf_open(struct shelf *shelf, struct shelf_state *state);
void shelf_close(struct shelf *shelf);

/* What two octets say. `cut` (or CUT_NOTHING) is in force while it is done. After CUT_ALL_CALLS the
 * shelf has been opened anew, and everything was looked at; after anything else what is open is as
 * it must be. */
void shelf_act(struct shelf *shelf, unsigned code, unsigned argument, enum cut_kind cut,
               unsigned nth);

/* Opens the mailboxes, looks at every message, and fails unless they are what the state says; the
 * state then says what was found. */
void shelf_check(struct shelf_state *state);

#endif
