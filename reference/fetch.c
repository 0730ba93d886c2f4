#include "reference/date.h"
#include "reference/session.h"
#include "reference/string.h"

/* A text of more octets is sent as a literal even if it could be a quoted string. */
enum { QUOTED_LIMIT_NBYTES = 1000 };

static const struct {
    const char *name;
    bool needs_content;
    bool sets_seen; /* p.15 */
} items[FETCH_NITEMS] = {
    [FETCH_ENVELOPE] = {"ENVELOPE", true, false},
    [FETCH_FLAGS] = {"FLAGS", false, false},
    [FETCH_INTERNALDATE] = {"INTERNALDATE", false, false},
    [FETCH_RFC822] = {"RFC822", true, true},
    [FETCH_HEADER] = {"RFC822.HEADER", true, false},
    [FETCH_SIZE] = {"RFC822.SIZE", false, false},
    [FETCH_TEXT] = {"RFC822.TEXT", true, true},
};

static const struct {
    const char *name;
    size_t nitems;
    enum fetch_item items[4];
} macros[] = {
    {"ALL", 4, {FETCH_FLAGS, FETCH_INTERNALDATE, FETCH_SIZE, FETCH_ENVELOPE}},
    {"FAST", 3, {FETCH_FLAGS, FETCH_INTERNALDATE, FETCH_SIZE}},
};

static bool parse_macro(struct command *command, struct span name)
{
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) {
        if (!span_is_nocase(name, macros[i].name))
            continue;
        for (command->nitems = 0; command->nitems < macros[i].nitems; command->nitems++)
            command->items[command->nitems] = macros[i].items[command->nitems];
        return true;
    }
    return false;
}

/* An item that is asked for twice is sent once. */
static bool parse_item(struct command *command, struct span name)
{
    for (unsigned item = 0; item < FETCH_NITEMS; item++) {
        if (!span_is_nocase(name, items[item].name))
            continue;
        for (size_t i = 0; i < command->nitems; i++) {
            if (command->items[i] == item)
                return true;
        }
        command->items[command->nitems++] = item;
        return true;
    }
    return false;
}

static enum parse_result parse_item_list(struct command *command, struct parser *parser)
{
    do {
        parser->at++; /* the parenthesis or the space */
        if (!parse_item(command, parse_word(parser)))
            return parse_bad(parser, "Unknown data item in the list");
    } while (!parse_at_end(parser) && parser->text.data[parser->at] == ' ');
    if (parse_at_end(parser) || parser->text.data[parser->at] != ')')
        return parse_bad(parser, "List without an end");
    parser->at++;
    return parse_end(parser);
}

enum parse_result fetch_parse(struct reference_session *session, struct parser *parser)
{
    struct command *command = &session->command;
    command->nitems = 0;
    if (server_command_parse_sequence(session, parser) != PARSE_OK ||
        parse_space(parser) != PARSE_OK)
        return PARSE_BAD;
    if (!parse_at_end(parser) && parser->text.data[parser->at] == '(')
        return parse_item_list(command, parser);
    struct span name = parse_word(parser);
    if (!parse_macro(command, name) && !parse_item(command, name))
        return parse_bad(parser, "Unknown data item");
    return parse_end(parser);
}

static void fetch_note_error(struct command *command, enum mail_error error)
{
    if (command->error == MAIL_OK)
        command->error = error;
}

void fetch_abandon(struct reference_session *session)
{
    struct command *command = &session->command;
    if (command->content != NULL)
        mail_message_unload(session->view.box,
                            view_entry(&session->view, command->number)->message);
    command->content = NULL;
    command->number = 0;
    command->rest = (struct span){0};
}

/* Loads what the items need; on an error there is nothing to be sent for the message. */
static enum mail_error fetch_prepare(struct reference_session *session,
                                     struct mail_message *message)
{
    struct command *command = &session->command;
    enum mail_error error = MAIL_OK;
    for (size_t i = 0; i < command->nitems && error == MAIL_OK; i++) {
        enum fetch_item item = command->items[i];
        if (items[item].needs_content && command->content == NULL)
            error = mail_message_load(session->view.box, message, &command->content);
        else if (item == FETCH_SIZE)
            error = mail_message_measure(session->view.box, message);
    }
    return error;
}

/* Sets \Seen before anything is sent, so that the flags sent are those after the change (B28). */
static void fetch_set_seen(struct reference_session *session, const struct mail_message *message)
{
    struct command *command = &session->command;
    bool sets_seen = false, has_flags = false;
    for (size_t i = 0; i < command->nitems; i++) {
        sets_seen = sets_seen || items[command->items[i]].sets_seen;
        has_flags = has_flags || command->items[i] == FETCH_FLAGS;
    }
    command->adds_flags = false;
    if (!sets_seen || !session->view.is_writable || message->is_removed ||
        (message->flags.system & MAIL_SEEN))
        return;
    struct mail_flags flags = message->flags;
    flags.system |= MAIL_SEEN;
    enum mail_error error = view_set_flags(&session->view, command->number, flags);
    fetch_note_error(command, error);
    command->adds_flags = error == MAIL_OK && !has_flags;
}

static void fetch_begin(struct reference_session *session)
{
    struct command *command = &session->command;
    struct mail_message *message = view_entry(&session->view, command->number)->message;
    enum mail_error error = fetch_prepare(session, message);
    if (error != MAIL_OK) {
        fetch_note_error(command, error);
        fetch_abandon(session);
        return;
    }
    view_tell_keywords(&session->view, &session->output);
    fetch_set_seen(session, message);
    command->item = 0;
    buffer_append(&session->output, SPAN_LIT("* "));
    answer_number(&session->output, command->number);
    buffer_append(&session->output, SPAN_LIT(" FETCH ("));
}

/* Long texts are only begun: fetch_step() sends the rest as there is room. */
static void fetch_write_text(struct reference_session *session, struct span text)
{
    if (text.nbytes <= QUOTED_LIMIT_NBYTES && mail_string_is_quotable(text)) {
        mail_string_write(&session->output, text);
        return;
    }
    buffer_append_byte(&session->output, '{');
    answer_number(&session->output, text.nbytes);
    buffer_append(&session->output, SPAN_LIT("}\r\n"));
    session->command.rest = text;
}

static void fetch_write_item(struct reference_session *session, enum fetch_item item)
{
    const struct command *command = &session->command;
    const struct mail_message *message = view_entry(&session->view, command->number)->message;
    if (item == FETCH_FLAGS) {
        view_write_flags_item(&session->view, command->number, &session->output);
        return;
    }
    buffer_append_text(&session->output, items[item].name);
    buffer_append_byte(&session->output, ' ');
    switch (item) {
    case FETCH_ENVELOPE:
        buffer_append(&session->output, mail_content_envelope(command->content));
        break;
    case FETCH_INTERNALDATE:
        mail_date_write(&session->output, message->time.wall_s, message->time.zone_minutes);
        break;
    case FETCH_SIZE:
        answer_number(&session->output, message->nbytes);
        break;
    case FETCH_RFC822:
        fetch_write_text(session, command->content->octets);
        break;
    case FETCH_HEADER:
        fetch_write_text(session, mail_content_header(command->content));
        break;
    case FETCH_TEXT:
        fetch_write_text(session, mail_content_text(command->content));
        break;
    case FETCH_FLAGS:
    case FETCH_NITEMS:
        ENSURE(false);
    }
}

static void fetch_end(struct reference_session *session)
{
    if (session->command.adds_flags) {
        buffer_append_byte(&session->output, ' ');
        view_write_flags_item(&session->view, session->command.number, &session->output);
    }
    buffer_append(&session->output, SPAN_LIT(")\r\n"));
    fetch_abandon(session);
}

/* Sends what there is room for of the literal being written. */
static void fetch_write_rest(struct reference_session *session)
{
    struct command *command = &session->command;
    struct span part = span_slice(command->rest, 0, session_room(session));
    buffer_append(&session->output, part);
    command->rest = span_from(command->rest, part.nbytes);
}

bool fetch_step(struct reference_session *session)
{
    struct command *command = &session->command;
    for (;;) {
        if (session_room(session) == 0)
            return false;
        if (command->rest.nbytes > 0) {
            fetch_write_rest(session);
        } else if (command->number == 0) {
            command->number = server_sequence_next(&command->sequence);
            if (command->number == 0)
                break;
            fetch_begin(session);
        } else if (command->item < command->nitems) {
            if (command->item > 0)
                buffer_append_byte(&session->output, ' ');
            fetch_write_item(session, command->items[command->item++]);
        } else {
            fetch_end(session);
        }
    }
    if (command->error == MAIL_OK)
        server_command_complete(session, "FETCH completed");
    else
        server_command_refuse(session, mail_error_text(command->error));
    return true;
}
