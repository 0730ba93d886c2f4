#include "model/complete.h"

struct reach reach_of(struct model_session *s, const struct command *command)
{
    uint32_t exists = s->selected->exists;
    return (struct reach){.session = s,
                          .command = command,
                          .limit = command->bound < exists ? command->bound : exists};
}

struct slot *reach_next(struct reach *reach)
{
    while (sequence_next(&reach->command->sequence, &reach->at, reach->limit, &reach->number)) {
        struct slot *slot = mailbox_slot(reach->session->selected, reach->number);
        if (slot != NULL)
            return slot;
    }
    return NULL;
}

bool reach_is_sure(const struct model_session *s, const struct command *command)
{
    return s->selected != NULL && command->is_wellformed && command->is_bound &&
           !command->is_renumbered && !s->is_doubtful;
}

bool reach_overflows(const struct command *command)
{
    return sequence_last(&command->sequence) > command->bound;
}

bool complete_is_readonly(const struct model_session *s)
{
    return s->access == ACCESS_READ_ONLY;
}

struct truth_message *complete_truth(struct model_session *s, struct slot *slot)
{
    uint32_t instance = identity_of(s, slot);
    if (instance != 0 && slot->is_certain)
        return truth_at(s->truth, instance);
    if (s->truth != NULL)
        s->truth->is_flags_doubtful = true;
    return NULL;
}

void complete_doubt(struct model_session *s, struct slot *slot, uint64_t flags)
{
    struct truth_message *message = complete_truth(s, slot);
    if (message == NULL)
        return;
    message->known &= ~flags;
    message->changed_at = s->world->nevents;
    message->changed_by = s;
}

void complete_doubt_all(struct model_session *s)
{
    if (s->truth != NULL)
        truth_doubt_flags(s->world, s->truth);
    else if (s->is_lenient && s->world != NULL)
        world_doubt(s->world);
    for (size_t i = 0; s->selected != NULL && i < s->selected->nslots; i++) {
        struct slot *slot = &s->selected->slots[i];
        if (!slot->is_removed && slot->flags_state == FLAGS_KNOWN)
            mailbox_doubt_flags(s->selected, slot, FLAGS_STALE);
    }
}
