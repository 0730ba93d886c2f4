/*
 * view: the mailbox as one session's client knows it. Message numbers are places in the view; they
 * change only when an EXPUNGE line is sent, never because another session removed something. What
 * others did is taken up by view_announce() at the end of a command.
 *
 * \Recent belongs to the view: a message is recent here if no session with write access had been
 * given it before (B55, B56). A view with write access claims it, so that later ones do not show
 * it.
 */
#ifndef IMAPSPEC_REFERENCE_VIEW_H
#define IMAPSPEC_REFERENCE_VIEW_H

#include "reference/store.h"

struct view_entry {
    struct mail_message *message; /* the watch sees to it that it stays */
    uint64_t told : 63; /* the client was told the flags as of this change of the mailbox's, see
                           mail_message.changed */
    uint64_t is_recent : 1;
};

/* All zeros: no mailbox selected. */
struct view {
    struct mail_box *box;
    bool is_writable;
    bool has_removed;           /* messages are gone, their EXPUNGE lines not sent yet */
    struct view_entry *entries; /* entries[n - 1] is message n; ids ascending */
    size_t nentries, capacity;
    size_t nrecent;
    size_t told_recent;      /* of the last RECENT line */
    unsigned told_keywords;  /* how many the last FLAGS line listed */
    struct mail_watch watch; /* last_id: that of the last message that was ever among `entries` */
};

/* Opens the mailbox, sends FLAGS, EXISTS and RECENT. On an error nothing is sent, the view stays
 * empty. `view` must be empty. */
__attribute__((warn_unused_result)) enum mail_error view_open(struct view *view,
                                                              struct mail_store *store,
                                                              struct span user, enum mail_kind kind,
                                                              struct span name, struct buffer *out);
void view_close(struct view *view); /* harmless when nothing is open; keeps some memory */
void view_free(struct view *view);

bool view_is_open(const struct view *view);
struct view_entry *view_entry(struct view *view, size_t number); /* 1..nentries */

/* Let the store look for changes made outside. The cheap look of view_peek() may fail or miss
 * something: view_rescan() will tell. */
void view_peek(struct view *view);
__attribute__((warn_unused_result)) enum mail_error view_rescan(struct view *view);

enum view_news {
    VIEW_KEEP_NUMBERS, /* no EXPUNGE lines: the command was given numbers (B62) */
    VIEW_RENUMBER,     /* EXPUNGE lines for what others removed, EXISTS after them */
    VIEW_COUNT,        /* the same; EXISTS in any case */
    VIEW_REPORT,       /* the same; EXISTS and RECENT in any case */
};

/* Sends what the client does not know yet: keywords, flags, removals, arrivals, RECENT. */
void view_announce(struct view *view, enum view_news how, struct buffer *out);

/* Sends FLAGS if another session has brought keywords that the client does not know: before any
 * line that may show one (p.20, I17). */
void view_tell_keywords(struct view *view, struct buffer *out);

/* Sets the flags of a message in the store, and nowhere else: the client is to be told by
 * view_write_flags() or by what FETCH writes. */
__attribute__((warn_unused_result)) enum mail_error view_set_flags(struct view *view, size_t number,
                                                                   struct mail_flags flags);

/* `* n FETCH (FLAGS (...))` or the FLAGS item alone; notes that the client has been told. */
void view_write_flags(struct view *view, size_t number, struct buffer *out);
void view_write_flags_item(struct view *view, size_t number, struct buffer *out);

#endif
