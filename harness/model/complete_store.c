#include "model/complete.h"

static uint64_t stored(const struct command *command, uint64_t before)
{
    uint64_t flags = command->flags & ~FLAG_RECENT;
    if (command->mode == STORE_ADD)
        return before | flags;
    if (command->mode == STORE_REMOVE)
        return before & ~flags;
    return flags | (before & FLAG_RECENT);
}

/* Flags of which it is certain what STORE does to them: unknown ones may be refused (B107). */
static uint64_t storable(const struct model_session *s)
{
    return FLAG_SETTABLE | (s->selected->listed & ~FLAG_RECENT);
}

/* I21 */
static void check_stored(struct model_session *s, const struct command *command, struct slot *slot,
                         uint32_t number)
{
    uint64_t wrong = (stored(command, slot->flags) ^ slot->flags) & storable(s) & ~FLAG_OTHERS;
    if (wrong == 0 || complete_is_readonly(s) || !command->is_alone ||
        !session_is_undisturbed(s, command))
        return;
    buffer_clear(&s->flags_text);
    flag_names_write(s->flags, wrong, &s->flags_text);
    breach(s, I21,
           "STORE was completed with OK, but the flags reported for message %u are wrong "
           "in %.*s",
           number, SPAN_ARG(buffer_span(&s->flags_text)));
}

static void store_slot(struct model_session *s, const struct command *command, struct slot *slot,
                       uint32_t number)
{
    bool is_reported = slot->flags_state == FLAGS_KNOWN && slot->flags_unit > command->unit;
    if (is_reported) {
        check_stored(s, command, slot, number);
    } else if (slot->flags_state == FLAGS_KNOWN && stored(command, slot->flags) != slot->flags) {
        uint64_t change = stored(command, slot->flags) ^ slot->flags;
        bool is_sure = (change & storable(s)) != 0 && !complete_is_readonly(s) &&
                       command->is_alone && session_is_undisturbed(s, command);
        mailbox_doubt_flags(s->selected, slot, is_sure ? FLAGS_OUTDATED : FLAGS_STALE);
    }
    struct truth_message *message = complete_truth(s, slot);
    if (message == NULL || complete_is_readonly(s))
        return;
    uint64_t unsure = command->flags & ~storable(s);
    message->flags = stored(command, message->flags);
    message->known |= command->mode == STORE_REPLACE ? storable(s) : command->flags & storable(s);
    message->known &= ~unsure & ~FLAG_RECENT;
    message->changed_at = s->world->nevents;
    message->changed_by = s;
    if (!command->is_alone || !session_is_undisturbed(s, command))
        message->known = 0;
}

void complete_store(struct model_session *s, struct command *command, enum status status)
{
    if (!command->is_wellformed && status != STATUS_OK)
        return;
    if (!reach_is_sure(s, command) || (status == STATUS_OK && reach_overflows(command))) {
        complete_doubt_all(s);
        return;
    }
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach)) {
        if (status == STATUS_OK) {
            store_slot(s, command, slot, reach.number);
            continue;
        }
        complete_doubt(s, slot, ~(uint64_t)0);
        if (slot->flags_state == FLAGS_KNOWN && stored(command, slot->flags) != slot->flags)
            mailbox_doubt_flags(s->selected, slot, FLAGS_STALE);
    }
    if (status != STATUS_OK)
        return;
    session_note(s, 25, command->nstored > 0 ? "STORE" : command->nfetched > 0 ? "FETCH" : "none");
}
