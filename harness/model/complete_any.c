#include "model/complete.h"

static unsigned effects_of(const struct command *command)
{
    unsigned effects = command->shared | SHARED_ANY;
    if (command->is_counted_writing || !command->is_wellformed)
        effects |= SHARED_WRITES;
    if (command_has(command, VERB_SELECTS))
        effects |= SHARED_SELECTS;
    if (command->verb == VERB_LOGIN)
        effects |= SHARED_LOGIN;
    if (command->verb == VERB_LOGOUT)
        effects |= SHARED_LOGOUT;
    return effects;
}

bool complete_shares_tag(struct model_session *s, struct command *command)
{
    unsigned effects = 0;
    for (size_t i = 0; i < s->noutstanding; i++)
        if (s->outstanding[i] != command && span_equal(s->outstanding[i]->tag, command->tag))
            effects |= effects_of(s->outstanding[i]);
    if (effects == 0)
        return command->shared != 0;
    effects |= effects_of(command);
    for (size_t i = 0; i < s->noutstanding; i++)
        if (span_equal(s->outstanding[i]->tag, command->tag))
            s->outstanding[i]->shared = effects;
    return true;
}

/* The mailbox that is selected from here on is not known. */
static void doubt_selection(struct model_session *s)
{
    select_leave(s);
    s->pending = NULL;
    s->pending_command = NULL;
    s->is_doubtful = s->is_lenient = s->has_crossed = true;
}

void complete_any(struct model_session *s, const struct command *command, enum status status)
{
    if ((command->shared & SHARED_WRITES) != 0) {
        if (s->world != NULL)
            world_doubt(s->world);
        complete_doubt_all(s);
    }
    if ((command->shared & SHARED_SELECTS) != 0)
        doubt_selection(s);
    if ((command->shared & SHARED_LOGIN) != 0 && status == STATUS_OK)
        s->is_authenticated = true;
    if ((command->shared & SHARED_LOGOUT) != 0) {
        s->may_have_ended = true;
        s->is_logged_out = s->is_logged_out && status == STATUS_OK;
    }
}
