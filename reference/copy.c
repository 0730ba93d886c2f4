#include <stdlib.h>

#include "reference/session.h"

enum parse_result copy_parse(struct reference_session *session, struct parser *parser)
{
    enum parse_result result = server_command_parse_sequence(session, parser);
    if (result == PARSE_OK)
        result = parse_space(parser);
    if (result == PARSE_OK)
        result = parse_string(parser, &session->command.first);
    return result == PARSE_OK ? parse_end(parser) : result;
}

static enum mail_error copy_messages(struct reference_session *session)
{
    struct command *command = &session->command;
    struct mail_store *store = session->server->store;
    size_t nmessages = 0, number;
    struct mail_message **messages =
        mem_alloc(server_sequence_count(&command->sequence) * sizeof(struct mail_message *));
    while ((number = server_sequence_next(&command->sequence)) != 0)
        messages[nmessages++] = view_entry(&session->view, number)->message;
    server_sequence_rewind(&command->sequence);
    enum mail_error error = store->ops->append(store, session->user->name, command->first,
                                               session->view.box, messages, nmessages);
    free((void *)messages);
    return error;
}

/* The copies are made; a source that cannot be marked as seen does not undo them. */
static void copy_report(struct reference_session *session, size_t number)
{
    const struct mail_message *message = view_entry(&session->view, number)->message;
    answer_count(&session->output, number, "COPY");
    if (!session->view.is_writable || (message->flags.system & MAIL_SEEN))
        return;
    struct mail_flags flags = message->flags;
    flags.system |= MAIL_SEEN;
    if (view_set_flags(&session->view, number, flags) == MAIL_OK)
        view_write_flags(&session->view, number, &session->output);
}

bool copy_step(struct reference_session *session)
{
    struct command *command = &session->command;
    if (!command->is_running) {
        enum mail_error error = copy_messages(session);
        if (error != MAIL_OK) {
            server_command_refuse(session, mail_error_text(error));
            return true;
        }
    }
    size_t number;
    while (session_room(session) > 0 && (number = server_sequence_next(&command->sequence)) != 0)
        copy_report(session, number);
    if (session_room(session) == 0)
        return false;
    server_command_complete(session, "COPY completed");
    return true;
}
