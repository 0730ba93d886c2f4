#include "model/mailbox.h"

#include <stdlib.h>
#include <string.h>

const char *const item_names[ITEM_COUNT] = {"FLAGS",  "INTERNALDATE",  "RFC822.SIZE", "ENVELOPE",
                                            "RFC822", "RFC822.HEADER", "RFC822.TEXT"};

void mailbox_reset(struct mailbox *mailbox)
{
    struct mailbox kept = {.slots = mailbox->slots,
                           .slots_capacity = mailbox->slots_capacity,
                           .removed = mailbox->removed,
                           .removed_capacity = mailbox->removed_capacity,
                           .arena = mailbox->arena};
    free(mailbox->tree);
    arena_reset(&kept.arena);
    *mailbox = kept;
}

void mailbox_free(struct mailbox *mailbox)
{
    free(mailbox->slots);
    free(mailbox->tree);
    free(mailbox->removed);
    arena_free(&mailbox->arena);
    *mailbox = (struct mailbox){0};
}

/* ---- the tree ------------------------------------------------------------------------------- */

/* Node i (from 1) sums the slots in (i - lowbit(i), i]. A node made after its children needs only
 * their sums. */
static void tree_append(struct mailbox *mailbox, size_t node)
{
    uint32_t sum = mailbox->slots[node - 1].is_removed ? 0 : 1;
    size_t low = node & (~node + 1);
    for (size_t step = 1; step < low; step <<= 1)
        sum += mailbox->tree[node - step];
    mailbox->tree[node] = sum;
}

static void tree_make(struct mailbox *mailbox, size_t from)
{
    mailbox->tree = mem_grow(mailbox->tree, &mailbox->tree_capacity, mailbox->nslots + 1,
                             sizeof *mailbox->tree);
    for (size_t node = from; node <= mailbox->nslots; node++)
        tree_append(mailbox, node);
}

static uint32_t tree_sum(const struct mailbox *mailbox, size_t nslots)
{
    uint32_t sum = 0;
    for (size_t node = nslots; node > 0; node &= node - 1)
        sum += mailbox->tree[node];
    return sum;
}

/* Position of the k-th slot (from 1) that is not removed; there are at least k. */
static size_t tree_select(const struct mailbox *mailbox, uint32_t k)
{
    size_t step = 1, at = 0;
    while (step * 2 <= mailbox->nslots)
        step *= 2;
    for (; step > 0; step >>= 1) {
        if (at + step > mailbox->nslots || mailbox->tree[at + step] >= k)
            continue;
        at += step;
        k -= mailbox->tree[at];
    }
    return at;
}

/* ---- slots ---------------------------------------------------------------------------------- */

static void make_slots(struct mailbox *mailbox, size_t nslots)
{
    if (nslots <= mailbox->nslots)
        return;
    mailbox->slots =
        mem_grow(mailbox->slots, &mailbox->slots_capacity, nslots, sizeof *mailbox->slots);
    memset(mailbox->slots + mailbox->nslots, 0,
           (nslots - mailbox->nslots) * sizeof *mailbox->slots);
    size_t before = mailbox->nslots;
    mailbox->nslots = nslots;
    if (mailbox->tree != NULL)
        tree_make(mailbox, before + 1);
}

void mailbox_grow(struct mailbox *mailbox, uint32_t exists)
{
    ENSURE(!mailbox->is_exists_known || exists >= mailbox->exists);
    mailbox->has_grown_since_recent |= mailbox->is_exists_known && exists > mailbox->exists;
    mailbox->exists = exists;
    mailbox->is_exists_known = true;
    mailbox->nexpunged_since_exists = 0;
}

uint32_t mailbox_position(const struct mailbox *mailbox, uint32_t number)
{
    ENSURE(number > 0);
    if (mailbox->nremoved == 0)
        return number - 1;
    uint32_t there = (uint32_t)mailbox->nslots - mailbox->nremoved;
    if (number > there)
        return (uint32_t)mailbox->nslots + (number - there) - 1;
    return (uint32_t)tree_select(mailbox, number);
}

uint32_t mailbox_number(const struct mailbox *mailbox, uint32_t position)
{
    if (position >= mailbox->nslots)
        return position - mailbox->nremoved + 1;
    if (mailbox->slots[position].is_removed)
        return 0;
    return mailbox->nremoved == 0 ? position + 1 : tree_sum(mailbox, (size_t)position + 1);
}

struct slot *mailbox_slot_made(struct mailbox *mailbox, uint32_t number)
{
    if (number == 0 || number > mailbox->exists)
        return NULL;
    uint32_t position = mailbox_position(mailbox, number);
    if (position >= MAILBOX_MAX_SLOTS)
        return NULL;
    make_slots(mailbox, (size_t)position + 1);
    return &mailbox->slots[position];
}

struct slot_texts *mailbox_texts(struct mailbox *mailbox, struct slot *slot)
{
    if (slot->texts == NULL)
        slot->texts = arena_alloc(&mailbox->arena, sizeof *slot->texts);
    return slot->texts;
}

static void uncount_flags(struct mailbox *mailbox, const struct slot *slot)
{
    if (slot->flags_state != FLAGS_KNOWN)
        return;
    mailbox->nflags_known--;
    if ((slot->flags & FLAG_RECENT) != 0)
        mailbox->nflags_recent--;
}

void mailbox_set_flags(struct mailbox *mailbox, struct slot *slot, uint64_t flags, uint32_t unit)
{
    uncount_flags(mailbox, slot);
    slot->flags = flags;
    slot->flags_unit = unit;
    slot->flags_state = FLAGS_KNOWN;
    mailbox->nflags_known++;
    if ((flags & FLAG_RECENT) != 0)
        mailbox->nflags_recent++;
}

void mailbox_doubt_flags(struct mailbox *mailbox, struct slot *slot, enum flags_state state)
{
    uncount_flags(mailbox, slot);
    slot->flags_state = (unsigned char)state;
}

struct slot *mailbox_expunge(struct mailbox *mailbox, uint32_t number)
{
    ENSURE(number > 0 && number <= mailbox->exists);
    struct slot *slot = mailbox_slot(mailbox, number);
    mailbox->exists--;
    mailbox->nexpunged_since_exists++;
    mailbox->nexpunged_since_recent++;
    if (slot == NULL)
        return NULL;
    if (mailbox->tree == NULL)
        tree_make(mailbox, 1);
    uncount_flags(mailbox, slot);
    slot->is_removed = true;
    mailbox->nremoved++;
    size_t position = (size_t)(slot - mailbox->slots);
    for (size_t node = position + 1; node <= mailbox->nslots; node += node & (~node + 1))
        mailbox->tree[node]--;
    mailbox->removed = mem_grow(mailbox->removed, &mailbox->removed_capacity, mailbox->nlogged + 1,
                                sizeof *mailbox->removed);
    mailbox->removed[mailbox->nlogged++] = (uint32_t)position;
    return slot;
}

void mailbox_settle(struct mailbox *mailbox)
{
    mailbox->exists_at_select = mailbox->exists;
    mailbox->nlogged = 0;
    if (mailbox->nremoved == 0)
        return;
    size_t kept = 0;
    for (size_t i = 0; i < mailbox->nslots; i++)
        if (!mailbox->slots[i].is_removed)
            mailbox->slots[kept++] = mailbox->slots[i];
    mailbox->nslots = kept;
    mailbox->nremoved = 0;
    free(mailbox->tree);
    mailbox->tree = NULL;
    mailbox->tree_capacity = 0;
}

/* ---- the log of removals -------------------------------------------------------------------- */

void mailbox_forget_removed(struct mailbox *mailbox)
{
    mailbox->nlogged = 0;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

void mailbox_removed_numbers(const struct mailbox *mailbox, uint32_t *out)
{
    if (mailbox->nlogged == 0)
        return;
    memcpy(out, mailbox->removed, mailbox->nlogged * sizeof *out);
    qsort(out, mailbox->nlogged, sizeof *out, compare_numbers);
    /* Before it stood then what stands before it now, and those removed since. */
    for (size_t i = 0; i < mailbox->nlogged; i++)
        out[i] = tree_sum(mailbox, out[i]) + (uint32_t)i + 1;
}
