#include "model/session.h"

/* By the order of arrival. */
uint32_t identity_found(struct model_session *s, struct slot *slot)
{
    uint32_t position = (uint32_t)(slot - s->selected->slots);
    uint32_t at_select = s->selected->exists_at_select;
    if (position < at_select) {
        if (!s->is_dense)
            return 0;
        slot->instance = position + 1;
        slot->is_certain = true;
        return slot->instance;
    }
    uint32_t instance = s->first_unseen + (position - at_select);
    if (s->is_order_broken || s->truth->is_uncertain || instance > s->truth->nmessages)
        return 0;
    slot->instance = instance;
    slot->is_certain = s->setup.is_single_writer && !s->truth->is_order_doubtful;
    return instance;
}

/* Whether another session has removed what this one still has to be told of. */
static bool has_hidden_removals(const struct model_session *s)
{
    size_t there = s->selected->exists, live = s->truth->nlive;
    return there > live;
}

void identity_breach(struct model_session *s, struct slot *slot, const char *what)
{
    uint32_t position = (uint32_t)(slot - s->selected->slots);
    uint32_t number = mailbox_number(s->selected, position);
    const struct truth_message *own = truth_at(s->truth, slot->instance);
    if (own->is_removed)
        breach_as(s, M2, "expunge.other-session", MODEL_STRICT,
                  "%s of another message was sent for number %u, whose message another session "
                  "has removed",
                  what, number);
    else if (has_hidden_removals(s))
        breach(s, M1,
               "%s of another message was sent for number %u: the numbers have shifted "
               "without EXPUNGE",
               what, number);
    else if (s->has_own_expunge)
        breach(s, I18,
               "%s of another message was sent for number %u: the EXPUNGE lines did not "
               "say which messages went",
               what, number);
    else
        breach(s, M2, "%s of another message was sent for number %u", what, number);
}

/* Learns what the slot is from data that names it. */
static void bind(struct slot *slot, uint32_t instance)
{
    slot->instance = instance;
    slot->is_certain = true;
}

static bool is_mixed(struct model_session *s, uint32_t found, uint32_t *evidence)
{
    bool is_other = !s->setup.is_single_writer && *evidence != 0 && found != 0 &&
                    found != TRUTH_AMBIGUOUS && *evidence != TRUTH_AMBIGUOUS && *evidence != found;
    if (is_other)
        breach(s, M6, "one FETCH line carries data of two messages");
    *evidence = found;
    return is_other;
}

bool identity_meets(struct model_session *s, struct slot *slot, struct span message_id,
                    uint32_t *evidence)
{
    uint32_t own = identity_of(s, slot);
    uint32_t found = truth_find(s->world, s->truth, message_id);
    if (is_mixed(s, found, evidence))
        return false;
    if (found == 0)
        return true; /* none of the messages: whether the text is right is not said here */
    bool is_own = own != 0 && span_equal(truth_message_id(s->world, s->truth, own), message_id);
    if (is_own) {
        slot->is_certain = slot->is_certain || found == own; /* not by one of several copies */
        return true;
    }
    if (own == 0 || !slot->is_certain) {
        if (found == TRUTH_AMBIGUOUS)
            slot->instance = 0;
        else
            bind(slot, found);
        return true;
    }
    identity_breach(s, slot, "data");
    return false;
}

uint64_t identity_flags(struct model_session *s, struct slot *slot, uint64_t *known_r)
{
    if (slot->flags_state == FLAGS_KNOWN) {
        *known_r = ~(uint64_t)0;
        return slot->flags;
    }
    uint32_t instance = identity_of(s, slot);
    *known_r = 0;
    if (instance == 0 || !slot->is_certain || s->truth->is_uncertain || s->truth->is_flags_doubtful)
        return 0;
    const struct truth_message *message = truth_at(s->truth, instance);
    *known_r = message->known;
    return message->flags;
}
