#include <stdlib.h>

#include "reference/session.h"

enum {
    ANY_STATE = SESSION_GREETED | SESSION_AUTHENTICATED | SESSION_SELECTED,
    LOGGED_IN = SESSION_AUTHENTICATED | SESSION_SELECTED,
};

static enum parse_result no_arguments(struct reference_session *session, struct parser *parser)
{
    (void)session;
    return parse_end(parser);
}

/* NOOP is allowed before LOGIN: every known server does (B47). */
static const struct command_kind kinds[] = {
    {"BBOARD", bboard_parse, select_step, LOGGED_IN, false},
    {"CHECK", no_arguments, check_step, SESSION_SELECTED, true},
    {"COPY", copy_parse, copy_step, SESSION_SELECTED, false},
    {"EXPUNGE", no_arguments, expunge_step, SESSION_SELECTED, true},
    {"FETCH", fetch_parse, fetch_step, SESSION_SELECTED, false},
    {"FIND", find_parse, find_step, LOGGED_IN, false},
    {"LOGIN", login_parse, login_step, SESSION_GREETED, false},
    {"LOGOUT", no_arguments, logout_step, ANY_STATE, false},
    {"NOOP", no_arguments, noop_step, ANY_STATE, true},
    {"SEARCH", search_parse, search_step, SESSION_SELECTED, false},
    {"SELECT", select_parse, select_step, LOGGED_IN, false},
    {"STORE", store_parse, store_step, SESSION_SELECTED, false},
};

void server_command_free(struct command *command)
{
    buffer_free(&command->tag);
    server_sequence_free(&command->sequence);
    free(command->keys);
    *command = (struct command){0};
}

/* Octets of the tag the text starts with, 0 when there is none (B43) or the line that echoed it
 * would read as another one (B41). */
static size_t tag_nbytes(struct span text)
{
    size_t nbytes = 0;
    while (nbytes < text.nbytes && parse_char_is_atom(text.data[nbytes]))
        nbytes++;
    bool is_reserved = nbytes > 0 && (text.data[0] == '*' || text.data[0] == '+');
    return is_reserved ? 0 : nbytes;
}

static void command_set_tag(struct command *command, struct span tag)
{
    buffer_clear(&command->tag);
    buffer_append(&command->tag, tag);
}

void server_command_parse_tag_only(struct reference_session *session, struct span text)
{
    size_t nbytes = tag_nbytes(text);
    /* Of a line that was cut, what stands at the end may be a part of it. */
    bool is_tag = nbytes < text.nbytes ? text.data[nbytes] == ' ' : !session->reader.is_overlong;
    command_set_tag(&session->command, span_slice(text, 0, is_tag ? nbytes : 0));
}

static const struct command_kind *kind_of(struct span verb)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (span_is_nocase(verb, kinds[i].name))
            return &kinds[i];
    }
    return NULL;
}

static const char *state_fault(const struct reference_session *session)
{
    switch (session->state) {
    case SESSION_GREETED:
        return "Log in first";
    case SESSION_AUTHENTICATED:
        return session->command.kind->states & SESSION_SELECTED ? "Select a mailbox first"
                                                                : "Already logged in";
    case SESSION_SELECTED:
        return "Already logged in";
    case SESSION_CLOSED:
        break;
    }
    return "The session has ended";
}

enum parse_result server_command_parse(struct reference_session *session, struct parser *parser)
{
    struct command *command = &session->command;
    command->text = parser->text;
    if (session->reader.line_at == 0) {
        command->nkeys = 0;
        command->search_at = 0;
    }
    parser->at = tag_nbytes(parser->text);
    bool is_tag = parse_at_end(parser) || parser->text.data[parser->at] == ' ';
    command_set_tag(command, span_slice(parser->text, 0, is_tag ? parser->at : 0));
    if (command->tag.nbytes == 0)
        return parse_bad(parser, "Command without a usable tag");
    if (parse_at_end(parser))
        return parse_bad(parser, "Missing command");
    parser->at++;
    command->kind = kind_of(parse_word(parser));
    if (command->kind == NULL)
        return parse_bad(parser, "Unknown command");
    if ((command->kind->states & (unsigned)session->state) == 0)
        return parse_bad(parser, state_fault(session));
    return command->kind->parse(session, parser);
}

enum parse_result server_command_parse_sequence(struct reference_session *session,
                                                struct parser *parser)
{
    if (parse_space(parser) != PARSE_OK)
        return PARSE_BAD;
    struct span text = parse_word(parser);
    const char *fault = NULL;
    if (server_sequence_parse(&session->command.sequence, text, session->view.nentries, &fault) !=
        0)
        return parse_bad(parser, fault);
    return PARSE_OK;
}

static void command_end(struct reference_session *session, enum answer_status status,
                        const char *text)
{
    if (session->state == SESSION_SELECTED) {
        bool renumbers = session->command.kind->renumbers;
        view_announce(&session->view, renumbers ? VIEW_RENUMBER : VIEW_KEEP_NUMBERS,
                      &session->output);
    }
    answer_completion(&session->output, buffer_span(&session->command.tag), status, text);
}

void server_command_complete(struct reference_session *session, const char *text)
{
    command_end(session, ANSWER_OK, text);
}

void server_command_refuse(struct reference_session *session, const char *text)
{
    command_end(session, ANSWER_NO, text);
}
