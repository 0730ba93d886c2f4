#include "model/complete.h"

/* Messages known to be \Deleted and still there. is_foreign_r: all of them flagged by others. */
static uint32_t count_left(struct model_session *s, const struct command *command,
                           bool *is_foreign_r)
{
    uint32_t count = 0;
    *is_foreign_r = true;
    uint32_t last = s->selected->exists;
    if (s->truth == NULL && last > s->selected->nslots)
        last = (uint32_t)s->selected->nslots; /* nothing is known of the others */
    if (last > MAILBOX_MAX_SLOTS)
        last = MAILBOX_MAX_SLOTS;
    for (uint32_t number = 1; number <= last; number++) {
        struct slot *slot = mailbox_slot(s->selected, number);
        if (slot == NULL)
            break;
        uint64_t known = 0, flags = identity_flags(s, slot, &known);
        uint32_t instance = identity_of(s, slot);
        const struct truth_message *message = instance == 0 ? NULL : truth_at(s->truth, instance);
        bool is_foreign =
            message != NULL && message->changed_by != NULL && message->changed_by != s;
        if ((known & flags & FLAG_DELETED) == 0)
            continue;
        if (is_foreign && (message->is_removed || message->changed_at > command->nevents))
            continue;
        *is_foreign_r = *is_foreign_r && is_foreign;
        count++;
    }
    return count;
}

/* I18, M9 */
static void check_expunged(struct model_session *s, const struct command *command)
{
    bool is_foreign = false;
    uint32_t left = count_left(s, command, &is_foreign);
    bool is_single = s->setup.is_single_writer;
    if (left > 0 && is_foreign) {
        bool is_sure = s->checked_at > 0 && session_is_undisturbed(s, command);
        breach_as(s, M9, NULL, is_sure ? MODEL_STRICT : MODEL_OBSERVE,
                  "EXPUNGE was completed with OK, but %u messages that others flagged \\Deleted "
                  "are still there",
                  left);
        return;
    }
    enum model_strictness level = is_single && command->is_alone ? MODEL_STRICT : MODEL_OBSERVE;
    bool has_wrong = command->nremoved_kept > 0 || command->nexpunge_faults > 0;
    if (left > 0)
        breach_as(s, I18, has_wrong ? "expunge.renumber-immediate" : "expunge.response-each", level,
                  "EXPUNGE was completed with OK, but its lines leave %u messages flagged "
                  "\\Deleted",
                  left);
    else if (command->nremoved_kept > 0)
        breach_as(s, I18, "expunge.keeps-others", level,
                  "EXPUNGE removed %u messages that were not flagged \\Deleted",
                  command->nremoved_kept);
}

void complete_expunge(struct model_session *s, struct command *command, enum status status)
{
    if (status != STATUS_OK)
        return;
    if (s->selected == NULL) {
        complete_doubt_all(s);
        return;
    }
    if (command->nexpunged > 1)
        session_note(s, 59,
                     command->is_descending  ? "descending"
                     : command->is_ascending ? "ascending"
                                             : "mixed");
    if (command->nexpunged > 0)
        session_note(s, 60, s->selected->nexpunged_since_exists == 0 ? "sent" : "not sent");
    if (command->is_wellformed && command->is_bound && !s->is_doubtful && !complete_is_readonly(s))
        check_expunged(s, command);
}
