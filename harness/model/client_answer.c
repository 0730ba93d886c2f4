#include "model/session.h"

enum { ANSWER_BAD_MAX = 3 };

/* ---- what was refused ----------------------------------------------------------------------- */

static struct client_answer *find_answer(const struct model_session *s, uint64_t hash)
{
    size_t n = s->client.nanswers < CLIENT_ANSWERS ? s->client.nanswers : CLIENT_ANSWERS;
    for (size_t i = 0; i < n; i++)
        if (s->lists->answers[i].nbad > 0 && s->lists->answers[i].hash == hash)
            return (struct client_answer *)&s->lists->answers[i];
    return NULL;
}

/* 0: MAILBOXES, 1: BBOARDS, -1: none */
static int find_option(const struct command *command)
{
    struct span rest = buffer_span(&command->bytes);
    (void)span_cut(&rest, ' ');
    (void)span_cut(&rest, ' ');
    struct span option = span_cut(&rest, ' ');
    if (command->verb != VERB_FIND)
        return -1;
    return span_is_nocase(option, "MAILBOXES") ? 0 : span_is_nocase(option, "BBOARDS") ? 1 : -1;
}

static uint64_t sequence_hash(const struct sequence *sequence)
{
    return span_hash(
        span_make((const char *)sequence->ranges, sequence->nranges * sizeof *sequence->ranges));
}

static void note_bad(struct model_session *s, const struct command *command)
{
    uint64_t hash = client_hash(command);
    struct client_answer *answer = find_answer(s, hash);
    if (answer == NULL) {
        answer = &s->lists->answers[s->client.nanswers++ % CLIENT_ANSWERS];
        *answer = (struct client_answer){.hash = hash};
    }
    answer->nbad++;
    int option = find_option(command);
    if (option >= 0 && command->is_wellformed)
        s->client.find_bad[option]++;
    if (command->verb == VERB_BBOARD && command->is_wellformed)
        s->client.bboard_bad++;
}

/* What a server knows may depend on who asks. */
static void forget_bad(struct model_session *s)
{
    s->client.nanswers = 0;
}

void client_answer_note(struct model_session *s, const struct command *command, enum status status)
{
    if (!s->setup.judges_client) /* nobody asks */
        return;
    if (command->verb == VERB_LOGIN && status == STATUS_OK)
        forget_bad(s);
    if (command->verb == VERB_COPY)
        s->client.refused_copy =
            status == STATUS_OK || !command->is_wellformed ? 0 : sequence_hash(&command->sequence);
    if (status == STATUS_BAD) {
        note_bad(s, command);
        return;
    }
    if (s->client.nanswers == 0)
        return;
    struct client_answer *answer = find_answer(s, client_hash(command));
    if (answer != NULL)
        answer->nbad = 0;
}

bool client_answer_was_bad(const struct model_session *s, const struct command *command)
{
    return find_answer(s, client_hash(command)) != NULL;
}

/* ---- what is made of it --------------------------------------------------------------------- */

/* E14: the same again, before it was completed. */
static void check_retry(struct model_session *s, const struct command *command)
{
    static const char *const requirements[] = {
        [CLIENT_HINT_NONE] = "client.complete-on-tag",
        [CLIENT_HINT_OK] = "resp.client-ok",
        [CLIENT_HINT_NO] = "resp.client-no",
        [CLIENT_HINT_BAD] = "resp.client-bad",
        [CLIENT_HINT_TAG] = "client.unexpected-tag",
        [CLIENT_HINT_PLUS] = "client.complete-on-tag",
    };
    if (command->verb == VERB_NOOP || command->verb == VERB_CHECK ||
        s->client.hint == CLIENT_HINT_NONE)
        return;
    for (size_t i = 0; i < s->noutstanding && s->outstanding[i] != command; i++)
        if (s->client.hint_unit > s->outstanding[i]->unit &&
            client_hash(s->outstanding[i]) == client_hash(command)) {
            breach_as(s, E14, requirements[s->client.hint], MODEL_WARN,
                      "%s was sent again after a line that does not complete it",
                      command_name(command));
            return;
        }
}

/* E15 */
static void check_repetition(struct model_session *s, const struct command *command)
{
    struct client_answer *answer = find_answer(s, client_hash(command));
    if (answer == NULL || answer->nbad < ANSWER_BAD_MAX || answer->is_told)
        return;
    answer->is_told = true;
    breach(s, E15, "%s is sent once more, after having been answered BAD %u times",
           command_name(command), answer->nbad);
}

static void check_dependent(struct model_session *s, const struct command *command)
{
    if (command->verb == VERB_STORE && s->client.refused_copy != 0 &&
        (command->flags & FLAG_DELETED) != 0 && command->mode != STORE_REMOVE &&
        sequence_hash(&command->sequence) == s->client.refused_copy)
        breach_as(s, E15, NULL, MODEL_OBSERVE,
                  "messages are flagged \\Deleted though COPY of just these was refused");
    if (command->verb == VERB_STORE)
        s->client.refused_copy = 0;
}

/* E18 */
static void check_find(struct model_session *s, const struct command *command)
{
    static const char *const requirements[] = {"find.client-bad", "find.client-bboard-bad"};
    int option = find_option(command);
    unsigned nbad = option >= 0 ? s->client.find_bad[option] : 0;
    if (nbad > 0)
        breach_as(s, E18, requirements[option], nbad == 1 ? MODEL_OBSERVE : MODEL_WARN,
                  "FIND %s was sent again after BAD", option == 0 ? "MAILBOXES" : "BBOARDS");
    if (command->verb != VERB_BBOARD)
        return;
    if (s->client.bboard_bad > 0)
        breach_as(s, E18, requirements[1], s->client.bboard_bad == 1 ? MODEL_OBSERVE : MODEL_WARN,
                  "BBOARD was sent again after BAD");
    else if (s->client.find_bad[1] > 0)
        breach_as(s, E18, requirements[1], MODEL_OBSERVE,
                  "BBOARD was sent though FIND BBOARDS had been answered BAD");
}

void client_answer_check(struct model_session *s, const struct command *command)
{
    check_retry(s, command);
    check_repetition(s, command);
    if (!command->is_wellformed)
        return;
    check_dependent(s, command);
    check_find(s, command);
}
