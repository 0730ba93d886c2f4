#include "model/session.h"

/* What the client sends. */

enum { BEGUN_NBYTES = 128 }; /* of a line that has not ended: enough to know it again */

static void note_circumstances(struct model_session *s, struct command *command)
{
    command->unit = s->nunits;
    command->is_bound = s->selected != NULL && session_oldest_with(s, VERB_SELECTS) == NULL;
    if (s->selected != NULL) {
        command->bound = s->selected->exists;
        mailbox_forget_removed(s->selected);
    }
    if (s->world != NULL) {
        command->nevents = s->world->nevents;
        command->nforeign = s->world->nevents - s->nevents;
        command->is_foreign_active = s->has_early || s->world->nactive > s->nactive;
    }
    command->is_ascending = command->is_descending = true;
}

static void read_command(struct model_session *s, struct command *command,
                         const struct wire_unit *unit)
{
    /* What nobody is told need not be explained. */
    enum grammar_verdict verdict =
        session_match(s, WORD_REQUEST, unit, s->is_muted ? GRAMMAR_VERDICT : GRAMMAR_WHOLE);
    if (!unit->is_complete || unit->is_cut || verdict == GRAMMAR_REJECTED) {
        client_check_rejected(s, command, unit);
        return;
    }
    command_parse(command, &s->reading, s->flags);
    command->is_tolerated = verdict == GRAMMAR_OBSOLETE;
    if (command->is_tolerated)
        rejection_report_obsolete(s, E4);
}

/* The rest of a command whose first part has been given already. */
static struct command *continued(struct model_session *s, const struct wire_unit *unit)
{
    struct command *command = s->partial;
    s->partial = NULL;
    if (command == NULL)
        return NULL;
    struct span before = buffer_span(&command->bytes);
    return span_starts_with(unit->bytes, before) ? command : NULL;
}

/* A command that was completed while a part of it was still to be sent comes once more: as a broken
 * unit, when its literal was refused, or whole, when the completion crossed what was under way. */
static bool is_rest_of_refused(struct model_session *s, const struct wire_unit *unit)
{
    size_t nbytes = s->refused_nbytes;
    if ((!s->was_refused && !s->is_line_refused) || nbytes == 0 || unit->bytes.nbytes < nbytes ||
        span_hash(span_slice(unit->bytes, 0, nbytes)) != s->refused_hash)
        return false;
    s->refused_nbytes = 0;
    s->is_line_refused = false;
    return true;
}

void model_session_client_begun(struct model_session *s, struct span octets)
{
    struct span start = span_slice(octets, 0, BEGUN_NBYTES);
    size_t end = span_find_byte(start, ' ');
    bool is_known = s->partial != NULL || s->is_line_refused;
    s->begun_nbytes = is_known || end == SPAN_NPOS ? 0 : start.nbytes;
    if (s->begun_nbytes == 0)
        return;
    s->begun_hash = span_hash(start);
    s->begun_tag_hash = span_hash(span_slice(start, 0, end));
}

bool model_session_has_refused_line(const struct model_session *s)
{
    return s->is_line_refused;
}

void model_session_client(struct model_session *s, const struct wire_unit *unit,
                          struct finding_list *findings)
{
    session_judge(s, s->setup.judges_client, findings);
    s->begun_nbytes = 0;
    if (is_rest_of_refused(s, unit))
        return;
    struct command *command = continued(s, unit);
    bool is_new = command == NULL;
    if (is_new)
        command = session_add_command(s);
    command_take(command, unit);
    s->matched = WORD_NONE;
    bool is_waiting =
        !unit->is_complete && unit->nliterals > 0 && unit->literals[unit->nliterals - 1].is_bare;
    command->is_partial = is_waiting;
    if (is_new) {
        note_circumstances(s, command);
        client_check_new(s, command, unit);
    }
    if (is_waiting) {
        s->partial = command;
        return;
    }
    if (span_is(command->tag, "+"))
        s->nplus_commands++;
    read_command(s, command, unit);
    client_check_command(s, command, unit);
    session_begin_writing(s, command);
    if (command->verb == VERB_LOGOUT && command->is_wellformed)
        s->is_logged_out = true;
    session_open_pending(s);
    s->was_refused = false;
}

void model_session_client_closed(struct model_session *s)
{
    session_end(s);
}
