/*
 * mailbox_truth: what two mailboxes hold and what up to four views must show of them, kept as plain
 * lists. It shares nothing with the server's store and views, and takes no short cuts.
 */
#ifndef IMAPSPEC_TARGETS_MAILBOX_TRUTH_H
#define IMAPSPEC_TARGETS_MAILBOX_TRUTH_H

#include "base/base.h"

enum { TRUTH_NBOXES = 2, TRUTH_NVIEWS = 4, TRUTH_NMAILS_MAX = 192, TRUTH_NKEYWORDS = 3 };

struct truth_mail {
    unsigned box;
    unsigned text; /* which content: copies have that of their original */
    uint32_t system;
    unsigned keywords; /* bit i: "ki" */
    bool is_new;       /* no view with write access has taken it in */
    bool is_gone;
    unsigned nclaims; /* views with write access that show it as recent */
};

/* One message of a view: where in `mails`, and what its client was told of it. */
struct truth_seen {
    unsigned mail;
    uint32_t told_system;
    unsigned told_keywords;
    bool is_recent;
};

struct truth_view {
    bool is_open, is_writable;
    unsigned box;
    struct truth_seen seen[TRUTH_NMAILS_MAX];
    size_t nseen;
    unsigned next;   /* mails from here on have not been looked at */
    unsigned listed; /* keywords that its client was told of */
    uint64_t recent; /* as its client was told last */
};

struct truth {
    struct truth_mail mails[TRUTH_NMAILS_MAX]; /* in order of arrival, of both mailboxes */
    unsigned nmails;
    unsigned listed[TRUTH_NBOXES]; /* keywords of the mailbox */
    bool is_readonly[TRUTH_NBOXES];
    struct truth_view views[TRUTH_NVIEWS];
};

/* A message arrives; false when there is no room. */
bool truth_add(struct truth *truth, const struct truth_mail *mail);

/* The nth mail, from 0, that is in the mailbox; NULL: there is none. */
struct truth_mail *truth_nth(struct truth *truth, unsigned box, size_t n);
size_t truth_count(const struct truth *truth, unsigned box);

/* The view's client hears of what has happened: what arrived is there, and what was removed is gone
 * when it may be renumbered. */
void truth_open(struct truth *truth, unsigned view, unsigned box);
void truth_announce(struct truth *truth, unsigned view, bool renumbers);

/* Reads the lines that a view wrote as a client would, from what its client believed until now, and
 * fails unless that leads to what truth_announce() says, which must have been called in between:
 * `before` is the view as it was before that. */
void truth_replay(const struct truth *truth, const struct truth_view *before, unsigned view,
                  struct span lines);

#endif
