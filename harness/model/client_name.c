#include "model/session.h"

enum { NAME_NBYTES_MAX = 256 };

void client_name_note(struct model_session *s, size_t node)
{
    struct span name = span_from(reading_text(&s->reading, node), sizeof "MAILBOX");
    size_t feed = span_find_byte(name, '\n');
    if (feed != SPAN_NPOS)
        name = span_from(name, feed + 1);
    else if (name.nbytes > 2 && name.data[0] == '"')
        name = span_slice(name, 1, name.nbytes - 2);
    if (s->client.nnames == CLIENT_NAMES || name.nbytes == 0 || name.nbytes > NAME_NBYTES_MAX)
        return;
    for (size_t i = 0; i < s->client.nnames; i++)
        if (span_equal(s->lists->names[i], name))
            return;
    s->lists->names[s->client.nnames++] = arena_copy(&s->arena, name);
}

static bool is_part_of(struct span part, struct span whole)
{
    return part.nbytes < whole.nbytes &&
           (span_starts_with(whole, part) || span_ends_with(whole, part));
}

/* E19 */
void client_name_check(struct model_session *s, const struct command *command)
{
    struct span name = command->mailbox, near = {"", 0};
    bool is_respelt = false;
    if (command->verb != VERB_SELECT || span_is_nocase(name, "INBOX") || name.nbytes == 0)
        return;
    for (size_t i = 0; i < s->client.nnames; i++) {
        struct span listed = s->lists->names[i];
        if (span_equal(listed, name))
            return;
        if (span_equal_nocase(listed, name)) {
            is_respelt = true;
            near = listed;
        } else if (!is_respelt && (is_part_of(listed, name) || is_part_of(name, listed))) {
            near = listed;
        }
    }
    if (near.nbytes > 0)
        breach_as(s, E19, NULL, is_respelt ? MODEL_WARN : MODEL_OBSERVE,
                  "SELECT names %.*s, but listed was %.*s", SPAN_ARG(name), SPAN_ARG(near));
}
