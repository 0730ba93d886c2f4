#include "reference/session.h"

enum parse_result login_parse(struct reference_session *session, struct parser *parser)
{
    struct command *command = &session->command;
    enum parse_result result = parse_space(parser);
    if (result == PARSE_OK)
        result = parse_string(parser, &command->first);
    if (result == PARSE_OK)
        result = parse_space(parser);
    if (result == PARSE_OK)
        result = parse_string(parser, &command->second);
    return result == PARSE_OK ? parse_end(parser) : result;
}

bool login_step(struct reference_session *session)
{
    const struct command *command = &session->command;
    session->user = server_log_in(session->server, command->first, command->second);
    if (session->user == NULL) {
        server_command_refuse(session, "Wrong user name or password");
        return true;
    }
    session->state = SESSION_AUTHENTICATED;
    server_command_complete(session, "LOGIN completed");
    return true;
}

bool logout_step(struct reference_session *session)
{
    answer_bye(&session->output, "IMAP2 server quitting");
    session->state = SESSION_CLOSED;
    server_command_complete(session, "LOGOUT completed");
    return true;
}
