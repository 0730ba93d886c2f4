#include "model/session.h"

uint64_t client_hash(const struct command *command)
{
    return span_hash(span_from(buffer_span(&command->bytes), command->tag.nbytes));
}

enum model_strictness client_sure(const struct model_session *s, enum model_strictness otherwise)
{
    return s->setup.may_cross ? otherwise : MODEL_STRICT;
}

/* ---- octets --------------------------------------------------------------------------------- */

static void check_greeting(struct model_session *s)
{
    if (s->has_greeted || s->client.has_told_early_greeting)
        return;
    s->client.has_told_early_greeting = true;
    if (s->client.is_greeting_begun)
        breach_as(s, E1, "client.greeting-whole-line", MODEL_STRICT,
                  "the client spoke before the line of the greeting had ended");
    else
        breach(s, E1, "the client spoke before the greeting");
}

void model_session_client_octets(struct model_session *s, size_t nbytes,
                                 struct finding_list *findings)
{
    session_judge(s, s->setup.judges_client, findings);
    s->client.facts.noctets += nbytes;
    if (nbytes > 0)
        check_greeting(s);
}

void model_session_server_octets(struct model_session *s, size_t nbytes)
{
    if (nbytes > 0)
        s->client.is_greeting_begun = true;
}

void model_session_client_early(struct model_session *s, struct finding_list *findings)
{
    session_judge(s, s->setup.judges_client, findings);
    session_begin_early(s);
    client_literal_early(s);
}

void model_session_client_ended(struct model_session *s, bool is_reset,
                                struct finding_list *findings)
{
    session_judge(s, s->setup.judges_client, findings);
    if (s->client.has_ended)
        return;
    s->client.has_ended = true;
    client_end_check(s, is_reset);
}

const struct model_client_facts *model_session_client_facts(const struct model_session *s)
{
    return &s->client.facts;
}

/* ---- commands ------------------------------------------------------------------------------- */

void client_check_new(struct model_session *s, const struct command *command,
                      const struct wire_unit *unit)
{
    struct model_client_facts *facts = &s->client.facts;
    facts->ncommands++;
    if (s->client.early_command == command)
        s->client.early_command = NULL; /* the memory of an earlier one */
    if (s->noutstanding > facts->noverlapped)
        facts->noverlapped = s->noutstanding;
    if (s->noutstanding > 1)
        s->client.has_overlapped = true;
    if (s->is_muted)
        return;
    check_greeting(s);
    client_state_new(s);
    if (unit->kind == WIRE_TAGGED)
        client_tag_check(s, command);
}

static void count_repetitions(struct model_session *s, const struct command *command)
{
    uint64_t hash = client_hash(command);
    struct model_client_facts *facts = &s->client.facts;
    facts->nidentical = hash == s->client.last_hash ? facts->nidentical + 1 : 1;
    s->client.last_hash = hash;
}

void client_check_command(struct model_session *s, const struct command *command,
                          const struct wire_unit *unit)
{
    count_repetitions(s, command);
    if (s->is_muted)
        return;
    client_answer_check(s, command);
    if (!command->is_wellformed)
        return;
    client_literal_check(s, unit);
    client_state_check(s, command);
    client_number_check(s, command);
    client_name_check(s, command);
}

void client_check_rejected(struct model_session *s, const struct command *command,
                           const struct wire_unit *unit)
{
    if (!s->is_muted && unit->is_complete && s->match.verdict == GRAMMAR_REJECTED)
        client_line_rejected(s, command, unit);
}

/* ---- what it is told ------------------------------------------------------------------------ */

/*
 * What a client can know when it sends a command: everything before the completion it last waited
 * for. Numbers are held against the most messages there have been since the round trip before the
 * last, so that data still under way is never held against it (E13).
 */
void client_round_trip(struct model_session *s)
{
    s->known_before = s->known_exists;
    s->known_exists = s->selected != NULL ? s->selected->exists : 0;
}

void client_hint(struct model_session *s, enum client_hint hint)
{
    s->client.hint = hint;
    s->client.hint_unit = s->nunits;
}

static void hear_number(struct model_session *s, size_t node, enum word word)
{
    const struct mailbox *view = s->pending != NULL ? s->pending : s->selected;
    struct span text = reading_text(&s->reading, node);
    uint32_t number = 0;
    bool is_number = number_parse_u32(span_slice(text, 0, number_digits(text)), &number) == 0;
    if (view == NULL || !is_number)
        return;
    bool is_known = view->is_exists_known;
    if (word == WORD_EXPUNGED ? !is_known || number > view->exists
                              : is_known && number < view->exists)
        s->client.is_confused = true;
    if (word == WORD_EXISTS && number > s->client.peak_exists)
        s->client.peak_exists = number;
}

void client_hears(struct model_session *s, size_t node, enum word word)
{
    if (word == WORD_EXISTS || word == WORD_EXPUNGED)
        hear_number(s, node, word);
    else if (word == WORD_MAILBOX_DATA)
        client_name_note(s, node);
    else if (word == WORD_OK_DATA)
        client_hint(s, CLIENT_HINT_OK);
    else if (word == WORD_NO_DATA)
        client_hint(s, CLIENT_HINT_NO);
    else if (word == WORD_BAD_DATA)
        client_hint(s, CLIENT_HINT_BAD);
}

void client_hears_nonsense(struct model_session *s, const struct wire_unit *unit)
{
    if (unit->kind == WIRE_UNTAGGED)
        s->client.is_confused = true;
}

void client_completed(struct model_session *s, const struct command *command, enum status status)
{
    client_answer_note(s, command, status);
    if (command->verb == VERB_LOGOUT && status != STATUS_OK)
        s->client.was_refused_logout = true;
    if (!command_has(command, VERB_SELECTS))
        return;
    s->client.was_refused_selection = status != STATUS_OK;
    if (status != STATUS_OK)
        return;
    s->client.has_selected = true;
    s->client.is_confused = false;
    s->client.peak_exists = s->selected != NULL ? s->selected->exists : 0;
}
