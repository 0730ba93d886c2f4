#include "reference/flags.h"
#include "reference/session.h"

static const struct {
    const char *name;
    char mode;
} attributes[] = {
    {"FLAGS", '='},
    {"+FLAGS", '+'},
    {"-FLAGS", '-'},
};

static char store_mode_of(struct span name)
{
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++) {
        if (span_is_nocase(name, attributes[i].name))
            return attributes[i].mode;
    }
    return 0;
}

/* \Recent is taken and left alone (B106); a flag the mailbox does not offer is refused rather than
 * created or forgotten (B107). */
static enum parse_result parse_one_flag(struct reference_session *session, struct parser *parser)
{
    struct command *command = &session->command;
    struct span name;
    if (parse_flag(parser, &name) != PARSE_OK)
        return PARSE_BAD;
    if (flag_look_up(session->view.box, name, &command->flags) == FLAG_UNKNOWN)
        command->refusal = "The mailbox has no such flag";
    return PARSE_OK;
}

static enum parse_result parse_flag_list(struct reference_session *session, struct parser *parser)
{
    struct span rest = parse_rest(parser);
    if (rest.nbytes == 0 || rest.data[0] != '(')
        return parse_one_flag(session, parser);
    if (span_starts_with(rest, SPAN_LIT("()"))) { /* takes all flags away (B7) */
        parser->at += 2;
        return PARSE_OK;
    }
    do {
        parser->at++; /* the parenthesis or the space */
        if (parse_one_flag(session, parser) != PARSE_OK)
            return PARSE_BAD;
    } while (!parse_at_end(parser) && parser->text.data[parser->at] == ' ');
    if (parse_at_end(parser) || parser->text.data[parser->at] != ')')
        return parse_bad(parser, "Flag list without an end");
    parser->at++;
    return PARSE_OK;
}

enum parse_result store_parse(struct reference_session *session, struct parser *parser)
{
    struct command *command = &session->command;
    command->flags = (struct mail_flags){0};
    command->refusal = NULL;
    if (server_command_parse_sequence(session, parser) != PARSE_OK ||
        parse_space(parser) != PARSE_OK)
        return PARSE_BAD;
    command->store_mode = store_mode_of(parse_word(parser));
    if (command->store_mode == 0)
        return parse_bad(parser, "STORE takes FLAGS, +FLAGS or -FLAGS");
    if (parse_space(parser) != PARSE_OK || parse_flag_list(session, parser) != PARSE_OK)
        return PARSE_BAD;
    return parse_end(parser);
}

static struct mail_flags flags_combined(struct mail_flags old, char mode, struct mail_flags with)
{
    switch (mode) {
    case '+':
        return (struct mail_flags){old.system | with.system, old.keywords | with.keywords};
    case '-':
        return (struct mail_flags){old.system & ~with.system, old.keywords & ~with.keywords};
    default:
        return with;
    }
}

/* A reason not to begin at all, or NULL. */
static const char *store_refusal(struct reference_session *session)
{
    struct command *command = &session->command;
    if (!session->view.is_writable)
        return "The mailbox is read-only";
    if (command->refusal != NULL)
        return command->refusal;
    const char *refusal = NULL;
    size_t number;
    while (refusal == NULL && (number = server_sequence_next(&command->sequence)) != 0) {
        if (view_entry(&session->view, number)->message->is_removed)
            refusal = mail_error_text(MAIL_GONE);
    }
    server_sequence_rewind(&command->sequence);
    return refusal;
}

bool store_step(struct reference_session *session)
{
    struct command *command = &session->command;
    if (!command->is_running) {
        const char *refusal = store_refusal(session);
        if (refusal != NULL) {
            server_command_refuse(session, refusal);
            return true;
        }
    }
    size_t number;
    while (session_room(session) > 0 && (number = server_sequence_next(&command->sequence)) != 0) {
        struct mail_flags old = view_entry(&session->view, number)->message->flags;
        enum mail_error error = view_set_flags(
            &session->view, number, flags_combined(old, command->store_mode, command->flags));
        if (error == MAIL_OK)
            view_write_flags(&session->view, number, &session->output);
        else if (command->error == MAIL_OK)
            command->error = error;
    }
    if (session_room(session) == 0)
        return false;
    if (command->error == MAIL_OK)
        server_command_complete(session, "STORE completed");
    else
        server_command_refuse(session, mail_error_text(command->error));
    return true;
}
