#include "reference/session.h"

static enum parse_result parse_mailbox(struct reference_session *session, struct parser *parser,
                                       enum mail_kind kind)
{
    session->command.mail_kind = kind;
    enum parse_result result = parse_space(parser);
    if (result == PARSE_OK)
        result = parse_string(parser, &session->command.first);
    return result == PARSE_OK ? parse_end(parser) : result;
}

enum parse_result select_parse(struct reference_session *session, struct parser *parser)
{
    return parse_mailbox(session, parser, MAIL_MAILBOX);
}

enum parse_result bboard_parse(struct reference_session *session, struct parser *parser)
{
    if (session->server->config.no_bboard)
        return parse_bad(parser, "BBOARD is not supported");
    return parse_mailbox(session, parser, MAIL_BOARD);
}

/* A SELECT that fails leaves no mailbox selected: the old one goes when a new SELECT is made (p.11,
 * B54). */
bool select_step(struct reference_session *session)
{
    const struct command *command = &session->command;
    view_close(&session->view);
    session->state = SESSION_AUTHENTICATED;
    enum mail_error error = view_open(&session->view, session->server->store, session->user->name,
                                      command->mail_kind, command->first, &session->output);
    if (error != MAIL_OK) {
        server_command_refuse(session, mail_error_text(error));
        return true;
    }
    session->state = SESSION_SELECTED;
    if (session->view.is_writable)
        server_command_complete(session, "[READ-WRITE] Mailbox selected");
    else
        server_command_complete(session, "[READ-ONLY] Mailbox selected");
    return true;
}
