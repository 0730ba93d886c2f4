#include <string.h>

#include "model/complete.h"

/* ---- NOOP, LOGIN, LOGOUT, CHECK ---------------------------------------------------------------
 */

static void complete_check(struct model_session *s, struct command *command, enum status status)
{
    if (status != STATUS_OK || s->selected == NULL)
        return;
    session_note(s, 66,
                 command->nexists > 0 && command->nrecents > 0 ? "both sent"
                 : command->nexists > 0                        ? "EXISTS sent"
                 : command->nrecents > 0                       ? "RECENT sent"
                                                               : "not sent");
    if (s->world != NULL && command->is_wellformed)
        s->checked_at = command->nevents;
    if (!reach_is_sure(s, command) && !command->is_renumbered)
        return;
    bool is_copy = false;
    uint32_t nunseen = select_nunseen(s, command, &is_copy);
    if (nunseen > 0)
        breach(s, is_copy ? M10 : M3,
               "CHECK was completed with OK, but %u messages that had arrived before it were not "
               "announced",
               nunseen);
}

static void complete_login(struct model_session *s, struct command *command, enum status status)
{
    if (status != STATUS_OK)
        return;
    s->is_authenticated = true;
    if (s->user.data == NULL)
        s->user = arena_copy(&s->arena, command->user);
}

static void complete_logout(struct model_session *s, struct command *command, enum status status)
{
    if (status != STATUS_OK) {
        s->is_logged_out = false;
        return;
    }
    s->has_logout_ok = true;
    session_note(s, 51, s->has_bye ? "before OK" : "not before OK");
    for (size_t i = 0; i < s->noutstanding && s->outstanding[i] != command; i++)
        if (!s->outstanding[i]->is_partial) {
            breach(s, I11, "LOGOUT was completed while %.*s %s was not",
                   SPAN_ARG(s->outstanding[i]->tag), command_name(s->outstanding[i]));
            return;
        }
}

static void complete_noop(struct model_session *s, struct command *command, enum status status)
{
    (void)command;
    static const char *const words[] = {"OK", "NO", "BAD", "other"};
    if (!s->is_authenticated)
        session_note(s, 47, words[status]);
}

/* ---- all
 * ------------------------------------------------------------------------------------------- */

static void (*const completers[VERB_COUNT])(struct model_session *, struct command *,
                                            enum status) = {
    [VERB_NOOP] = complete_noop,       [VERB_LOGIN] = complete_login,
    [VERB_LOGOUT] = complete_logout,   [VERB_CHECK] = complete_check,
    [VERB_EXPUNGE] = complete_expunge, [VERB_COPY] = complete_copy,
    [VERB_FETCH] = complete_fetch,     [VERB_STORE] = complete_store,
    [VERB_SEARCH] = complete_search,
};

/* D.2 */
static void check_state(struct model_session *s, const struct command *command, enum status status)
{
    if (!command->is_wellformed || !command->is_alone)
        return;
    bool lacks_login = command_has(command, VERB_NEEDS_LOGIN) && !s->is_authenticated;
    bool lacks_mailbox =
        command_has(command, VERB_NEEDS_MAILBOX) && s->selected == NULL && !s->is_lenient;
    if (!lacks_login && !lacks_mailbox)
        return;
    if (status != STATUS_OK)
        session_note(s, 46, status == STATUS_NO ? "NO" : "BAD");
    else if (lacks_login)
        breach_as(s, D2, "state.preauth-only-login-logout", MODEL_STRICT,
                  "%s was completed with OK before LOGIN", command_name(command));
    else
        breach(s, D2, "%s was completed with OK though no mailbox is selected",
               command_name(command));
}

/* After a failed SELECT the next answer tells whether the old mailbox is still there (B54). */
static void settle_doubt(struct model_session *s, const struct command *command, enum status status)
{
    if (!s->is_doubtful || s->selected == NULL || !command->is_wellformed ||
        (command->verb != VERB_CHECK && command->verb != VERB_FETCH &&
         command->verb != VERB_SEARCH))
        return;
    bool is_answer = command->verb != VERB_FETCH || command->nfetched > 0;
    if (status == STATUS_OK && is_answer) {
        session_note(s, 54, "old mailbox kept");
        s->is_doubtful = s->has_crossed;
    } else if (command->verb == VERB_CHECK && !command->is_tolerated) {
        session_note(s, 54, "old mailbox deselected");
        select_leave(s);
    }
}

/* I8, I19 */
static void check_recent(struct model_session *s)
{
    const struct mailbox *view = s->selected;
    if (view == NULL || !view->is_recent_known || s->is_doubtful)
        return;
    if (view->recent > view->exists) {
        if (s->reported_recent != view->recent + 1)
            breach(s, I8, "RECENT says %u, but only %u messages exist", view->recent, view->exists);
        s->reported_recent = view->recent + 1;
        return;
    }
    if (view->nflags_known != view->exists || view->exists == 0 ||
        view->nexpunged_since_recent > 0 || view->has_grown_since_recent)
        return;
    bool is_equal = view->nflags_recent == view->recent;
    if (view->recent > 0 || !is_equal)
        session_note(s, 57, is_equal ? "equal" : "different");
    if (is_equal)
        return;
    if (s->reported_recent != view->recent + 1)
        breach_as(s, I19, NULL, s->setup.is_single_writer ? MODEL_WARN : MODEL_OBSERVE,
                  "RECENT says %u, but %u messages carry \\Recent", view->recent,
                  view->nflags_recent);
    s->reported_recent = view->recent + 1;
}

void session_remove_command(struct model_session *s, size_t at)
{
    struct command *command = s->outstanding[at];
    if (command == s->pending_command) {
        s->pending = NULL;
        s->pending_command = NULL;
    }
    s->lists->done_tags[s->ndone++ % SESSION_DONE_TAGS] = span_hash(command->tag);
    s->spare_commands =
        mem_grow(s->spare_commands, &s->spare_capacity, s->nspare + 1, sizeof(struct command *));
    s->spare_commands[s->nspare++] = command;
    s->noutstanding--;
    if (at < s->noutstanding)
        memmove(&s->outstanding[at], &s->outstanding[at + 1],
                (s->noutstanding - at) * sizeof(struct command *));
}

/* Lines that no completion can answer are over when a later command is completed. */
static void drop_unanswerable(struct model_session *s, size_t *at)
{
    for (size_t i = 0; i < *at;) {
        if (session_is_answerable(s->outstanding[i])) {
            i++;
            continue;
        }
        session_remove_command(s, i);
        --*at;
    }
}

void session_note_refused(struct model_session *s, const struct command *command)
{
    if (command != s->partial)
        return;
    s->partial = NULL;
    s->was_refused = true;
    s->client.is_refusal_early = s->client.early_command == command;
    s->refused_hash = span_hash(buffer_span(&command->bytes));
    s->refused_nbytes = command->bytes.nbytes;
}

static void judge_completion(struct model_session *s, struct command *command, enum status status,
                             struct span text)
{
    check_state(s, command, status);
    settle_doubt(s, command, status);
    if (command_has(command, VERB_SELECTS))
        select_complete(s, command, status, text);
    else if (completers[command->verb] != NULL)
        completers[command->verb](s, command, status);
}

static void complete(struct model_session *s, size_t at, enum status status, struct span text)
{
    drop_unanswerable(s, &at);
    struct command *command = s->outstanding[at];
    bool was_partial = command->is_partial;
    session_note_refused(s, command);
    if (s->setup.judges_server && complete_shares_tag(s, command))
        complete_any(s, command, status);
    else
        judge_completion(s, command, status, text);
    client_completed(s, command, status);
    session_end_writing(s, command);
    select_check_arrivals(s);
    check_recent(s);
    session_remove_command(s, at);
    session_open_pending(s);
    if (s->noutstanding > 0)
        return;
    if (!was_partial) /* what stood behind it is still to be read */
        session_end_early(s);
    client_round_trip(s);
}

/* ---- tags ----------------------------------------------------------------------------------- */

bool session_has_done(const struct model_session *s, struct span tag)
{
    size_t n = s->ndone < SESSION_DONE_TAGS ? s->ndone : SESSION_DONE_TAGS;
    uint64_t hash = span_hash(tag);
    for (size_t i = 0; i < n; i++)
        if (s->lists->done_tags[i] == hash)
            return true;
    return false;
}

/* I10. The command whose tag was garbled on the way back, or noutstanding. */
static size_t find_garbled(struct model_session *s, struct span tag)
{
    for (size_t i = 0; i < s->noutstanding; i++) {
        const struct command *command = s->outstanding[i];
        bool is_case = span_equal_nocase(command->tag, tag);
        bool is_part = tag.nbytes > 0 && (span_starts_with_nocase(command->tag, tag) ||
                                          span_ends_with(command->tag, tag));
        if (!is_case && !is_part)
            continue;
        if (!command_tag_is_valid(command))
            breach_as(s, I10, "tag.unparsable", MODEL_WARN,
                      "a tag that cannot be parsed came back as %.*s", SPAN_ARG(tag));
        else if (is_case)
            breach_as(s, I10, "tag.echo-case", MODEL_STRICT,
                      "tag %.*s came back in other letter case, as %.*s", SPAN_ARG(command->tag),
                      SPAN_ARG(tag));
        else
            breach_as(s, I10, "tag.echo", MODEL_STRICT, "tag %.*s came back cut, as %.*s",
                      SPAN_ARG(command->tag), SPAN_ARG(tag));
        return i;
    }
    return s->noutstanding;
}

/* The oldest command of that tag, or noutstanding; one that an untagged BAD may have answered only
 * when there is no other. */
static size_t find_tag(const struct model_session *s, struct span tag)
{
    size_t found = s->noutstanding;
    for (size_t i = 0; i < s->noutstanding; i++) {
        if (!span_equal(s->outstanding[i]->tag, tag))
            continue;
        if (!s->outstanding[i]->has_untagged_bad)
            return i;
        if (found == s->noutstanding)
            found = i;
    }
    return found;
}

/* Nothing asks a server to wait for the end of a line that it will not take. */
static bool refuse_begun(struct model_session *s, struct span tag, enum status status)
{
    if (s->begun_nbytes == 0 || span_hash(tag) != s->begun_tag_hash ||
        (status != STATUS_NO && status != STATUS_BAD))
        return false;
    s->is_line_refused = true;
    s->refused_hash = s->begun_hash;
    s->refused_nbytes = s->begun_nbytes;
    s->begun_nbytes = 0;
    return true;
}

void completion_read(struct model_session *s, struct span tag, enum status status, struct span text)
{
    size_t at = find_tag(s, tag);
    if (at == s->noutstanding && refuse_begun(s, tag, status))
        return;
    if (at == s->noutstanding && session_has_done(s, tag)) {
        breach(s, I10, "tag %.*s was completed once more", SPAN_ARG(tag));
        return;
    }
    if (at == s->noutstanding) {
        at = find_garbled(s, tag);
        if (at == s->noutstanding) {
            client_hint(s, CLIENT_HINT_TAG);
            breach_as(s, I10, s->noutstanding > 0 ? "tag.echo" : "cmd.one-completion", MODEL_STRICT,
                      "a completion carries tag %.*s, which was never sent", SPAN_ARG(tag));
            return;
        }
    }
    complete(s, at, status, text);
}
