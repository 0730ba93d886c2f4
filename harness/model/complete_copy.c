#include "model/complete.h"

static void copy_slots(struct model_session *s, const struct command *command,
                       struct truth *destination)
{
    /* Where mail stands that had arrived and was not announced, before the copies or behind them,
     * is up to the server. */
    bool has_unannounced = destination == s->truth && destination->nlive > command->bound;
    if (!session_is_undisturbed(s, command) || has_unannounced)
        destination->is_order_doubtful = true;
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach)) {
        uint32_t instance = identity_of(s, slot);
        if (instance == 0) {
            destination->is_uncertain = true;
            return;
        }
        /* By value: the copy may go into the same mailbox and move its messages. */
        struct truth_message source = *truth_at(s->truth, instance);
        truth_copy(s->world, destination, &source, s);
    }
}

void complete_copy(struct model_session *s, struct command *command, enum status status)
{
    struct truth *destination = NULL;
    if (s->world != NULL && command->is_wellformed)
        destination = world_truth(s->world, s->user, command->mailbox, false);
    bool is_sure = reach_is_sure(s, command) && !reach_overflows(command);
    bool is_clear = is_sure && (s->truth != NULL || destination == NULL);
    if (!command->is_wellformed && status == STATUS_OK && s->world != NULL)
        world_doubt(s->world);
    if (destination != NULL && status == STATUS_OK && is_clear)
        copy_slots(s, command, destination);
    else if (destination != NULL &&
             (status == STATUS_OK || command->ncopied > 0 || !is_clear ||
              sequence_first(&command->sequence) != sequence_last(&command->sequence)))
        destination->is_uncertain = destination->is_uncertain || !destination->is_readonly;
    if (status == STATUS_OK)
        session_note(s, 67, command->ncopied > 0 ? "sent" : "not sent");
    if (!is_sure && (command->is_wellformed || status == STATUS_OK))
        complete_doubt_all(s);
    if (!is_sure || complete_is_readonly(s))
        return;
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach)) {
        complete_doubt(s, slot, FLAG_SEEN); /* B68 */
        if (slot->flags_state == FLAGS_KNOWN && (slot->flags & FLAG_SEEN) == 0 &&
            slot->flags_unit <= command->unit)
            mailbox_doubt_flags(s->selected, slot, FLAGS_STALE);
    }
}
