#include "model/session.h"

/* ---- after the end (E16, E17) --------------------------------------------------------------- */

void client_state_new(struct model_session *s)
{
    if (s->has_bye && !s->is_logged_out)
        breach_as(s, E16, NULL, s->nafter_bye++ == 0 ? MODEL_OBSERVE : client_sure(s, MODEL_WARN),
                  "a command was sent after BYE");
    else if (s->is_logged_out)
        breach_as(s, E17, "logout.client-reads-ok", MODEL_WARN, "a command was sent after LOGOUT");
}

/* ---- what depends on what (E12) ------------------------------------------------------------- */

static bool depends_on(const struct command *command, const struct command *earlier)
{
    bool is_search = command->verb == VERB_SEARCH || command->verb == VERB_FIND;
    if (earlier->verb == VERB_LOGIN)
        return command->verb != VERB_LOGOUT;
    return (is_search && earlier->verb == command->verb) ||
           (command_has(command, VERB_NEEDS_MAILBOX | VERB_SELECTS) &&
            command_has(earlier, VERB_SELECTS)) ||
           (command_has(command, VERB_HAS_NUMBERS) && earlier->verb == VERB_EXPUNGE);
}

static void report_dependence(struct model_session *s, const struct command *command,
                              const struct command *earlier)
{
    breach(s, E12, "%s was sent behind %s, which it depends on", command_name(command),
           command_name(earlier));
    if (s->client.hint != CLIENT_HINT_NONE && s->client.hint_unit > earlier->unit)
        breach_as(s, E14, NULL, MODEL_OBSERVE, "%s was sent after a line that does not complete %s",
                  command_name(command), command_name(earlier));
}

static void check_dependence(struct model_session *s, const struct command *command)
{
    for (size_t i = 0; i < s->noutstanding; i++) {
        const struct command *earlier = s->outstanding[i];
        if (earlier == command)
            return;
        if (earlier->is_wellformed && depends_on(command, earlier)) {
            report_dependence(s, command, earlier);
            return;
        }
    }
}

/* ---- the right command for the state (E6, E7) ----------------------------------------------- */

static bool has_mailbox(const struct model_session *s)
{
    return s->pending != NULL || session_oldest_with(s, VERB_SELECTS) != NULL ||
           (s->selected != NULL && !s->is_doubtful);
}

/* When a SELECT was refused, what came next may have been sent before it was known. Then it was
 * sent behind a command on which it depends, which is a breach all the same, of a SHOULD. */
static void report_unselected(struct model_session *s, const struct command *command)
{
    if (s->client.was_refused_selection && s->selected != NULL)
        breach_as(
            s, E7, NULL, MODEL_WARN,
            "%s was sent after the next SELECT was refused: the old mailbox may be gone (B54)",
            command_name(command));
    else if (s->client.was_refused_selection)
        breach_as(s, E7, NULL, client_sure(s, MODEL_WARN), "%s was sent after SELECT was refused",
                  command_name(command));
    else
        breach(s, E7, "%s was sent while no mailbox is selected", command_name(command));
}

void client_state_check(struct model_session *s, const struct command *command)
{
    if (command->verb == VERB_NOOP && !s->is_authenticated)
        /* when a LOGIN was refused, it may keep the connection alive (B47) */
        breach_as(s, E6, "state.client-login-first",
                  s->client.has_sent_login ? MODEL_OBSERVE : MODEL_WARN,
                  "NOOP was sent before LOGIN%s",
                  s->client.has_sent_login ? " was completed with OK" : "");
    else if (command->verb == VERB_LOGIN && s->is_authenticated)
        breach_as(s, E6, "state.client-login-first", MODEL_OBSERVE, "LOGIN was sent again");
    s->client.has_sent_login = s->client.has_sent_login || command->verb == VERB_LOGIN;
    if (command_has(command, VERB_NEEDS_LOGIN) && !s->is_authenticated)
        breach(s, E6, "%s was sent before LOGIN was completed with OK", command_name(command));
    else if (command_has(command, VERB_NEEDS_MAILBOX) && !has_mailbox(s))
        report_unselected(s, command);
    else
        check_dependence(s, command);
}
