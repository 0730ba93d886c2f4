#include "model/session.h"

static uint32_t most_known(const struct model_session *s)
{
    uint32_t most = s->known_exists > s->known_before ? s->known_exists : s->known_before;
    return most < s->client.peak_exists && !s->client.is_confused ? most : s->client.peak_exists;
}

/* A number that was there once: the client has been told that it is gone, but when does it know? */
static enum model_strictness strictness_of_gone(const struct model_session *s)
{
    return client_sure(s, s->client.has_overlapped ? MODEL_OBSERVE : MODEL_WARN);
}

/* E13 */
void client_number_check(struct model_session *s, const struct command *command)
{
    uint32_t last = sequence_last(&command->sequence), most = most_known(s);
    if (last == 0 || s->selected == NULL || s->is_doubtful || !command->is_bound || last <= most)
        return;
    if (most == 0 && s->client.peak_exists == 0)
        breach_as(s, E13, "sequence.client-empty", MODEL_STRICT,
                  "%s has a sequence though there is no message", command_name(command));
    else if (last > s->client.peak_exists)
        breach(s, E13, "%s names message %u, but only %u are known to exist", command_name(command),
               last, most);
    else
        breach_as(s, E13, most == 0 ? "sequence.client-empty" : NULL, strictness_of_gone(s),
                  "%s names message %u, but only %u were left one round trip ago",
                  command_name(command), last, most);
}
