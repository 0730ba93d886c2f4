#include <stdlib.h>

#include "reference/pattern.h"
#include "reference/session.h"
#include "reference/string.h"

enum parse_result find_parse(struct reference_session *session, struct parser *parser)
{
    const struct reference_config *config = &session->server->config;
    struct command *command = &session->command;
    enum parse_result result = parse_space(parser);
    if (result != PARSE_OK)
        return result;
    struct span option = parse_word(parser);
    if (!span_is_nocase(option, "MAILBOXES") && !span_is_nocase(option, "BBOARDS"))
        return parse_bad(parser, "FIND takes MAILBOXES or BBOARDS");
    command->mail_kind = span_is_nocase(option, "BBOARDS") ? MAIL_BOARD : MAIL_MAILBOX;
    if (command->mail_kind == MAIL_BOARD ? config->no_bboard : config->no_find)
        return parse_bad(parser, "This FIND is not supported");
    result = parse_space(parser);
    if (result == PARSE_OK)
        result = parse_pattern(parser, &command->first);
    return result == PARSE_OK ? parse_end(parser) : result;
}

static int compare_names(const void *left, const void *right)
{
    return span_compare(*(const struct span *)left, *(const struct span *)right);
}

static bool name_is_atom(struct span name)
{
    for (size_t i = 0; i < name.nbytes; i++) {
        if (!parse_char_is_atom(name.data[i]))
            return false;
    }
    return name.nbytes > 0;
}

/* Atoms are sent bare as in the examples of p.12: many clients take the rest of the line as the
 * name (B93). */
static void write_name(struct buffer *out, enum mail_kind kind, struct span name)
{
    buffer_append_text(out, kind == MAIL_BOARD ? "* BBOARD " : "* MAILBOX ");
    if (name_is_atom(name))
        buffer_append(out, name);
    else
        mail_string_write(out, name);
    buffer_append(out, SPAN_LIT("\r\n"));
}

bool find_step(struct reference_session *session)
{
    const struct command *command = &session->command;
    struct mail_store *store = session->server->store;
    struct arena arena = {0};
    struct mail_names found = {0};
    enum mail_error error =
        store->ops->list(store, session->user->name, command->mail_kind, &arena, &found);
    if (found.nnames > 0)
        qsort(found.names, found.nnames, sizeof *found.names, compare_names);
    for (size_t i = 0; i < found.nnames; i++) {
        bool is_inbox =
            command->mail_kind == MAIL_MAILBOX && span_is_nocase(found.names[i], "INBOX");
        if (!is_inbox && mail_pattern_matches(command->first, found.names[i]))
            write_name(&session->output, command->mail_kind, found.names[i]);
    }
    arena_free(&arena);
    if (error == MAIL_OK)
        server_command_complete(session, "FIND completed");
    else
        server_command_refuse(session, mail_error_text(error));
    return true;
}
