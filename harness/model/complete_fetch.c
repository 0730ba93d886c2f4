#include "model/complete.h"

static unsigned missing_items(const struct command *command, const struct slot *slot)
{
    unsigned missing = command->items & ~(unsigned)slot->sent;
    for (int item = ITEM_RFC822; item < ITEM_COUNT; item++)
        if ((command->items >> item & 1) != 0 && slot->texts != NULL &&
            slot->texts->contents[item - ITEM_RFC822].unit <= command->unit)
            missing |= 1u << item;
    return missing;
}

static const char *fetch_requirement(const struct command *command, const struct slot *slot,
                                     unsigned missing)
{
    if ((missing & ITEMS_TEXTS) != 0 && (missing & (unsigned)slot->sent) != 0)
        return "fetch.text-always";
    if (missing == command->items)
        return "fetch.every-message";
    if (command->items == ITEMS_ALL)
        return "fetch.all";
    return command->items == ITEMS_FAST ? "fetch.fast" : "fetch.item-list";
}

/* I20 */
static void check_fetched(struct model_session *s, const struct command *command)
{
    struct reach reach = reach_of(s, command);
    unsigned missing = 0;
    const char *requirement = NULL;
    uint32_t first = 0, count = 0;
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach)) {
        unsigned lacks = missing_items(command, slot);
        if (lacks == 0)
            continue;
        if (count++ == 0) {
            first = reach.number;
            missing = lacks;
            requirement = fetch_requirement(command, slot, lacks);
        }
    }
    if (count == 0)
        return;
    int item = 0;
    while ((missing >> item & 1) == 0)
        item++;
    breach_as(s, I20, requirement, MODEL_STRICT,
              "FETCH was completed with OK, but %s of message %u was not sent; %u messages lack "
              "something",
              item_names[item], first, count);
}

/* The value known at the OK is claimed to be current (I20, M4). */
static void check_current(struct model_session *s, const struct command *command, struct slot *slot,
                          uint32_t number)
{
    bool is_calm = command->is_alone && session_is_undisturbed(s, command);
    if (slot->flags_state == FLAGS_OUTDATED && is_calm) {
        breach_as(s, I20, "fetch.ok-means-current", MODEL_STRICT,
                  "FETCH FLAGS was completed with OK, but the changed flags of message %u were "
                  "not sent",
                  number);
        return;
    }
    uint32_t instance = identity_of(s, slot);
    const struct truth_message *message = instance == 0 ? NULL : truth_at(s->truth, instance);
    if (message == NULL || !slot->is_certain || s->truth->is_flags_doubtful ||
        slot->flags_state != FLAGS_KNOWN || !is_calm || s->truth->is_uncertain ||
        message->changed_by == NULL || complete_is_readonly(s))
        return;
    if (message->is_removed)
        return; /* served still, but nothing changes it any more */
    bool is_own = message->changed_by == s;
    uint64_t wrong = (slot->flags ^ message->flags) & message->known & ~FLAG_RECENT;
    if (wrong == 0 || (!is_own && message->changed_at > s->checked_at))
        return;
    buffer_clear(&s->flags_text);
    flag_names_write(s->flags, wrong, &s->flags_text);
    breach_as(s, M4, is_own ? "fetch.ok-means-current" : NULL, MODEL_STRICT,
              "FETCH FLAGS was completed with OK, but for message %u it does not show what STORE "
              "did to %.*s",
              number, SPAN_ARG(buffer_span(&s->flags_text)));
}

static void set_seen(struct model_session *s, const struct command *command, struct slot *slot,
                     bool is_ok)
{
    struct truth_message *message = complete_truth(s, slot);
    if (message != NULL && (message->flags & message->known & FLAG_SEEN) == 0) {
        bool is_calm = command->is_alone && session_is_undisturbed(s, command);
        if (is_ok && is_calm && s->access == ACCESS_READ_WRITE && !message->is_removed) {
            message->flags |= FLAG_SEEN;
            message->known |= FLAG_SEEN;
            message->changed_at = s->world->nevents;
            message->changed_by = s;
        } else {
            complete_doubt(s, slot, FLAG_SEEN);
        }
    }
    if (slot->flags_state == FLAGS_KNOWN && (slot->flags & FLAG_SEEN) == 0 &&
        (slot->flags_unit <= command->unit || !is_ok))
        mailbox_doubt_flags(s->selected, slot, FLAGS_STALE);
}

static void apply_seen(struct model_session *s, const struct command *command, bool is_ok)
{
    unsigned reading = 1u << ITEM_RFC822 | 1u << ITEM_TEXT;
    if ((command->items & reading) == 0 || complete_is_readonly(s))
        return;
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach))
        set_seen(s, command, slot, is_ok);
}

void complete_fetch(struct model_session *s, struct command *command, enum status status)
{
    bool is_ok = status == STATUS_OK;
    bool may_set_seen = command->is_wellformed ? (command->items & ITEMS_TEXTS) != 0 : is_ok;
    bool is_sure = reach_is_sure(s, command);
    if (may_set_seen && (!is_sure || reach_overflows(command)))
        complete_doubt_all(s);
    if (!is_sure)
        return;
    if (is_ok) {
        check_fetched(s, command);
        if (reach_overflows(command))
            session_note(s, 35, "OK");
    } else if (reach_overflows(command)) {
        session_note(s, 35, status == STATUS_BAD ? "BAD" : "NO");
    }
    if (is_ok && command->nfetched == 0)
        session_note(s, 26, "left out");
    apply_seen(s, command, is_ok);
    if (!is_ok || (command->items & 1u << ITEM_FLAGS) == 0)
        return;
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach))
        check_current(s, command, slot, reach.number);
}
