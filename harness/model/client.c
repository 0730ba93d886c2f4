#include "model/session.h"

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

static uint32_t most_known(const struct model_session *s)
{
    return s->known_exists > s->known_before ? s->known_exists : s->known_before;
}

static void check_tag(struct model_session *s, const struct command *command)
{
    for (size_t i = 0; i < s->noutstanding; i++)
        if (s->outstanding[i] != command && command->tag.nbytes > 0 &&
            span_equal(s->outstanding[i]->tag, command->tag)) {
            breach(s, I24, "tag %.*s is used again while its command is outstanding",
                   SPAN_ARG(command->tag));
            return;
        }
}

void client_check_new(struct model_session *s, const struct command *command,
                      const struct wire_unit *unit)
{
    if (s->is_muted)
        return;
    if (!s->has_greeted)
        breach_as(s, I1, "client.waits-greeting", MODEL_STRICT,
                  "the client spoke before the greeting");
    if (s->has_bye && !s->is_logged_out)
        breach_as(s, I26, "resp.client-bye", s->nafter_bye++ == 0 ? MODEL_OBSERVE : MODEL_STRICT,
                  "a command was sent after BYE");
    else if (s->is_logged_out)
        breach_as(s, I26, "logout.client-reads-ok", MODEL_WARN, "a command was sent after LOGOUT");
    if (unit->kind == WIRE_TAGGED)
        check_tag(s, command);
}

/* ---- state ---------------------------------------------------------------------------------- */

static void check_pipelining(struct model_session *s, const struct command *command)
{
    bool is_search = command->verb == VERB_SEARCH || command->verb == VERB_FIND;
    const struct command *earlier = NULL;
    for (size_t i = 0; i < s->noutstanding && earlier == NULL; i++) {
        const struct command *other = s->outstanding[i];
        if (other == command)
            break;
        if ((is_search && other->verb == command->verb) ||
            (command_has(command, VERB_NEEDS_MAILBOX) && command_has(other, VERB_SELECTS)) ||
            (command_has(command, VERB_HAS_NUMBERS) && other->verb == VERB_EXPUNGE))
            earlier = other;
    }
    if (earlier != NULL)
        breach_as(s, I26, "pipeline.client-no-ambiguity", MODEL_WARN,
                  "%s was sent behind %s, which it depends on", command_name(command),
                  command_name(earlier));
}

static void check_state(struct model_session *s, const struct command *command)
{
    if (command->verb == VERB_NOOP && !s->is_authenticated)
        breach_as(s, I26, "state.client-login-first", MODEL_OBSERVE, "NOOP was sent before LOGIN");
    else if (command->verb == VERB_LOGIN && s->is_authenticated)
        breach_as(s, I26, "state.client-login-first", MODEL_OBSERVE, "LOGIN was sent again");
    else if (command_has(command, VERB_NEEDS_LOGIN) && !s->is_authenticated)
        breach(s, I26, "%s was sent before LOGIN was completed with OK", command_name(command));
    else if (command_has(command, VERB_NEEDS_MAILBOX) && (s->selected == NULL || s->is_doubtful) &&
             s->pending == NULL && session_oldest_with(s, VERB_SELECTS) == NULL)
        breach_as(s, I26, "state.client-select-first", MODEL_STRICT,
                  "%s was sent while no mailbox is selected", command_name(command));
    else
        check_pipelining(s, command);
}

static void check_numbers(struct model_session *s, const struct command *command)
{
    uint32_t last = sequence_last(&command->sequence), most = most_known(s);
    if (last == 0 || s->selected == NULL || s->is_doubtful || !command->is_bound || last <= most)
        return;
    if (most == 0)
        breach_as(s, I24, "sequence.client-empty", MODEL_STRICT,
                  "%s has a sequence though there is no message", command_name(command));
    else
        breach_as(s, I24, "sequence.client-bounds", MODEL_STRICT,
                  "%s names message %u, but only %u are known to exist", command_name(command),
                  last, most);
}

void client_check_command(struct model_session *s, const struct command *command)
{
    if (s->is_muted || !command->is_wellformed)
        return;
    check_state(s, command);
    check_numbers(s, command);
}

/* ---- lines that are no command -------------------------------------------------------------- */

static const char *syntax_requirement(const struct model_session *s, const struct command *command)
{
    struct span bytes = s->reading.input.bytes;
    if (!command_tag_is_valid(command))
        return command->tag.nbytes > 0 &&
                       (command->tag.data[0] == '*' || command->tag.data[0] == '+')
                   ? "tag.reserved-client"
                   : "tag.prefix";
    if (span_trim(bytes).nbytes == command->tag.nbytes)
        return "tag.prefix";
    size_t at = s->match.failed_at;
    if (at < bytes.nbytes && bytes.data[at] == ' ')
        return "cmd.client-single-sp";
    return verb_table[command->verb].syntax;
}

void client_check_rejected(struct model_session *s, const struct command *command)
{
    if (s->is_muted || s->match.verdict != GRAMMAR_REJECTED)
        return;
    if (s->was_refused) {
        breach_as(s, I25, "literal.client-refused", MODEL_STRICT,
                  "after a literal was refused came no new command but `%.*s`",
                  SPAN_ARG(span_slice(span_trim(s->reading.input.bytes), 0, 40)));
        return;
    }
    struct buffer text = {0};
    grammar_explain(&s->match, s->reading.input, &text);
    breach_as(s, I2, syntax_requirement(s, command), MODEL_STRICT, "%.*s",
              SPAN_ARG(buffer_span(&text)));
    buffer_free(&text);
}
