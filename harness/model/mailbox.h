/*
 * mailbox: one session's view of the selected mailbox, built from what the server has said and
 * nothing else (section D.4 of the catalogue).
 *
 * A message keeps its *position*, its place in the order of arrival, for the whole selection; its
 * *number* is one more than the messages still there before it. Slots are never moved: removing one
 * marks it, and a Fenwick tree over the marks, made at the first removal, turns numbers into
 * positions and back in logarithmic time. Slots exist only as far as somebody has asked for them,
 * and up to MAILBOX_MAX_SLOTS: a server that claims four thousand million messages costs nothing.
 */
#ifndef IMAPSPEC_MODEL_MAILBOX_H
#define IMAPSPEC_MODEL_MAILBOX_H

#include "model/content.h"
#include "model/envelope.h"
#include "model/flags.h"

enum { MAILBOX_MAX_SLOTS = 1 << 20 };

enum item {
    ITEM_FLAGS,
    ITEM_DATE,
    ITEM_SIZE,
    ITEM_ENVELOPE,
    ITEM_RFC822,
    ITEM_HEADER,
    ITEM_TEXT,
    ITEM_COUNT
};
enum {
    ITEMS_FAST = 1 << ITEM_FLAGS | 1 << ITEM_DATE | 1 << ITEM_SIZE,
    ITEMS_ALL = ITEMS_FAST | 1 << ITEM_ENVELOPE,
    ITEMS_TEXTS = 1 << ITEM_RFC822 | 1 << ITEM_HEADER | 1 << ITEM_TEXT
};
extern const char *const item_names[ITEM_COUNT];

enum flags_state {
    FLAGS_UNKNOWN,
    FLAGS_KNOWN,
    FLAGS_STALE,   /* may have changed since without a word */
    FLAGS_OUTDATED /* have changed since without a word */
};

struct slot_texts { /* of messages about which more than flags and size is known */
    struct span internal_date;
    struct envelope *envelope;
    struct content contents[ITEM_COUNT - ITEM_RFC822];
};

struct slot {
    uint64_t flags;
    uint64_t size;
    struct slot_texts *texts; /* in the mailbox's arena; NULL: nothing yet */
    uint32_t instance;        /* of the truth, from 1; 0: not known */
    uint32_t flags_unit;      /* server unit that last told the flags */
    unsigned char sent;       /* 1 << enum item: what the server has sent since SELECT */
    unsigned char flags_state;
    bool is_removed;
    bool is_certain; /* the instance is more than a guess from the order of arrival */
};

struct mailbox {
    bool is_exists_known, is_recent_known, is_listed;
    uint32_t exists, recent;
    uint32_t exists_at_select; /* positions below it are the numbers at selection, less one */
    uint64_t listed;           /* flags of the FLAGS line */
    uint64_t flags_complained; /* seen on messages though not listed, and reported */

    struct slot *slots; /* positions 0..nslots-1 */
    size_t nslots, slots_capacity;
    uint32_t *tree; /* Fenwick tree of slots not removed, from 1; NULL before the first removal */
    size_t tree_capacity;
    uint32_t nremoved;

    uint32_t *removed; /* positions removed since the last command was sent, in order */
    size_t nlogged, removed_capacity;

    uint32_t nflags_known, nflags_recent; /* messages whose flags are known; with \Recent among */
    uint32_t nexpunged_since_exists, nexpunged_since_recent;
    bool has_grown_since_recent;
    struct arena arena;
};

void mailbox_reset(struct mailbox *mailbox); /* empty, nothing known; keeps memory */
void mailbox_free(struct mailbox *mailbox);

void mailbox_grow(struct mailbox *mailbox, uint32_t exists); /* not below the present count */

/* Removes message `number`, 1..exists. Returns its slot, which stays valid, or NULL when it was
 * beyond those kept. */
struct slot *mailbox_expunge(struct mailbox *mailbox, uint32_t number);

/* NULL when there is no such message, or it is beyond those kept. Valid until the next call that
 * may make a slot. */
struct slot *mailbox_slot_made(struct mailbox *mailbox, uint32_t number);
static inline struct slot *mailbox_slot(struct mailbox *mailbox, uint32_t number)
{
    bool is_plain = number > 0 && number <= mailbox->exists && number <= mailbox->nslots;
    return is_plain && mailbox->nremoved == 0 ? &mailbox->slots[number - 1]
                                              : mailbox_slot_made(mailbox, number);
}
uint32_t mailbox_position(const struct mailbox *mailbox, uint32_t number);
/* Current number of a position: 0 when removed. */
uint32_t mailbox_number(const struct mailbox *mailbox, uint32_t position);
struct slot_texts *mailbox_texts(struct mailbox *mailbox, struct slot *slot); /* makes them */

void mailbox_set_flags(struct mailbox *mailbox, struct slot *slot, uint64_t flags, uint32_t unit);
void mailbox_doubt_flags(struct mailbox *mailbox, struct slot *slot, enum flags_state state);

/* Renumbers positions from 0, dropping removed slots: when a selection becomes current. */
void mailbox_settle(struct mailbox *mailbox);

void mailbox_forget_removed(struct mailbox *mailbox);
/* Numbers, as they were when the log was last cleared, of what has been removed since; ascending,
 * to `out`, which has room for nlogged of them. */
void mailbox_removed_numbers(const struct mailbox *mailbox, uint32_t *out);

#endif
