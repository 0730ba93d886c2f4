#include "reference/view.h"

#include <stdlib.h>
#include <string.h>

#include "reference/answer.h"

bool view_is_open(const struct view *view)
{
    return view->box != NULL;
}

struct view_entry *view_entry(struct view *view, size_t number)
{
    ENSURE(number >= 1 && number <= view->nentries);
    return &view->entries[number - 1];
}

/* Where in the mailbox's list the messages begin that the view has not seen. */
static size_t first_unseen(const struct view *view)
{
    const struct mail_box *box = view->box;
    size_t at = view->watch.last_id == 0 ? 0 : box->nmessages;
    while (at > 0 && box->messages[at - 1]->id > view->watch.last_id)
        at--;
    return at;
}

/* A failure to claim only means that another session shows the messages as recent again. */
static void claim_new(struct view *view, size_t from)
{
    struct mail_message **claimed =
        mem_alloc((view->nentries - from) * sizeof(struct mail_message *));
    size_t nclaimed = 0;
    for (size_t i = from; i < view->nentries; i++) {
        if (view->entries[i].is_recent)
            claimed[nclaimed++] = view->entries[i].message;
    }
    (void)view->box->store->ops->claim(view->box, claimed, nclaimed);
    free((void *)claimed);
}

/* Takes in the messages that were added to the mailbox; whether there were any. It looks at none of
 * them unless some are new: to read them from memory would be the most of a SELECT. */
static bool take_arrivals(struct view *view)
{
    const struct mail_box *box = view->box;
    size_t at = first_unseen(view);
    size_t narrivals = box->nmessages - at;
    if (narrivals == 0)
        return false;
    size_t from = view->nentries, nrecent = 0;
    view->entries =
        mem_grow(view->entries, &view->capacity, from + narrivals, sizeof *view->entries);
    for (; at < box->nmessages; at++) {
        struct mail_message *message = box->messages[at];
        bool is_recent = box->nnew > 0 && message->is_new;
        view->entries[view->nentries++] =
            (struct view_entry){message, box->nchanges & (UINT64_MAX >> 1), is_recent};
        nrecent += is_recent;
    }
    view->watch.last_id = box->messages[box->nmessages - 1]->id;
    view->nrecent += nrecent;
    if (nrecent > 0 && view->is_writable)
        claim_new(view, from);
    return true;
}

static void write_recent(struct view *view, struct buffer *out)
{
    answer_count(out, view->nrecent, "RECENT");
    view->told_recent = view->nrecent;
}

static void write_keywords(struct view *view, struct buffer *out)
{
    answer_mailbox_flags(out, view->box);
    view->told_keywords = view->box->nkeywords;
}

enum mail_error view_open(struct view *view, struct mail_store *store, struct span user,
                          enum mail_kind kind, struct span name, struct buffer *out)
{
    ENSURE(!view_is_open(view));
    enum mail_error error =
        store->ops->open(store, user, kind, name, &view->box, &view->is_writable);
    if (error != MAIL_OK) {
        view->box = NULL;
        return error;
    }
    mail_box_watch(view->box, &view->watch);
    (void)take_arrivals(view);
    write_keywords(view, out);
    answer_count(out, view->nentries, "EXISTS");
    write_recent(view, out);
    return MAIL_OK;
}

void view_close(struct view *view)
{
    if (!view_is_open(view))
        return;
    for (size_t i = 0; i < view->nentries && view->watch.nremoved > 0; i++) {
        if (view->entries[i].message->is_removed)
            mail_message_drop(view->box, view->entries[i].message);
    }
    mail_box_unwatch(view->box, &view->watch);
    mail_box_close(&view->box);
    *view = (struct view){.entries = view->entries, .capacity = view->capacity};
}

void view_free(struct view *view)
{
    view_close(view);
    free(view->entries);
    *view = (struct view){0};
}

static enum mail_error refresh(struct view *view, bool is_thorough)
{
    const struct mail_store_ops *ops = view->box->store->ops;
    return ops->refresh == NULL ? MAIL_OK : ops->refresh(view->box, is_thorough);
}

void view_peek(struct view *view)
{
    (void)refresh(view, false);
}

enum mail_error view_rescan(struct view *view)
{
    return refresh(view, true);
}

/* 0 when the view does not have the message. */
static size_t number_of_id(const struct view *view, uint64_t id)
{
    size_t low = 0, high = view->nentries;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (view->entries[middle].message->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < view->nentries && view->entries[low].message->id == id ? low + 1 : 0;
}

static void take_change(struct view *view, size_t number, struct buffer *out)
{
    const struct view_entry *entry = &view->entries[number - 1];
    if (entry->message->is_removed)
        view->has_removed = true;
    else if (entry->message->changed > entry->told)
        view_write_flags(view, number, out);
}

static void take_changes(struct view *view, struct buffer *out)
{
    const uint64_t *ids;
    size_t nids;
    if (!mail_box_changes(view->box, &view->watch, &ids, &nids)) {
        for (size_t number = 1; number <= view->nentries; number++)
            take_change(view, number, out);
        return;
    }
    for (size_t i = 0; i < nids; i++) {
        size_t number = number_of_id(view, ids[i]);
        if (number > 0)
            take_change(view, number, out);
    }
}

/* Ascending, each line with the number the message has after the lines before it (p.13, B59). */
static void write_removed(struct view *view, struct buffer *out)
{
    size_t nkept = 0;
    for (size_t i = 0; i < view->nentries; i++) {
        struct view_entry entry = view->entries[i];
        if (!entry.message->is_removed) {
            view->entries[nkept++] = entry;
            continue;
        }
        answer_count(out, nkept + 1, "EXPUNGE");
        view->nrecent -= entry.is_recent;
        mail_message_drop(view->box, entry.message);
    }
    view->nentries = nkept;
    view->has_removed = false;
    view->watch.nremoved = 0;
}

void view_tell_keywords(struct view *view, struct buffer *out)
{
    if (view->told_keywords != view->box->nkeywords)
        write_keywords(view, out);
}

void view_announce(struct view *view, enum view_news how, struct buffer *out)
{
    view_tell_keywords(view, out);
    take_changes(view, out);
    bool must_tell_count = how == VIEW_COUNT || how == VIEW_REPORT;
    if (how != VIEW_KEEP_NUMBERS && view->has_removed) {
        write_removed(view, out);
        must_tell_count = true;
    }
    must_tell_count = take_arrivals(view) || must_tell_count;
    if (must_tell_count)
        answer_count(out, view->nentries, "EXISTS");
    if (view->nrecent != view->told_recent || how == VIEW_REPORT)
        write_recent(view, out);
}

enum mail_error view_set_flags(struct view *view, size_t number, struct mail_flags flags)
{
    struct mail_message *message = view_entry(view, number)->message;
    if (message->is_removed)
        return MAIL_GONE;
    return view->box->store->ops->set_flags(view->box, message, flags);
}

void view_write_flags_item(struct view *view, size_t number, struct buffer *out)
{
    struct view_entry *entry = view_entry(view, number);
    answer_flags_item(out, view->box, entry->message->flags, entry->is_recent);
    entry->told = entry->message->changed & (UINT64_MAX >> 1);
}

void view_write_flags(struct view *view, size_t number, struct buffer *out)
{
    struct view_entry *entry = view_entry(view, number);
    view_tell_keywords(view, out);
    answer_fetch_flags(out, number, view->box, entry->message->flags, entry->is_recent);
    entry->told = entry->message->changed & (UINT64_MAX >> 1);
}
