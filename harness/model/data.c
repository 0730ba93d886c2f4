#include <string.h>

#include "model/session.h"

/* ---- where data goes ------------------------------------------------------------------------ */

/* The view that mailbox data is about: a selection being made goes before the one that is there.
 * NULL: there is none, which has been reported. */
static struct mailbox *view_of_data(struct model_session *s, const char *name)
{
    session_open_pending(s);
    if (s->pending != NULL)
        return s->pending;
    if (s->selected != NULL)
        return s->selected;
    if (!s->is_lenient)
        breach_as(s, I12,
                  s->is_authenticated ? "state.no-default-mailbox"
                                      : "state.preauth-only-login-logout",
                  MODEL_STRICT, "%s data came while no mailbox is selected", name);
    return NULL;
}

/* While a new selection is made, lines about the old mailbox may still be under way, or those about
 * the new one come early. */
static bool may_be_about_other(const struct model_session *s, const struct mailbox *view)
{
    return s->selected != NULL &&
           (view == s->pending || session_oldest_with(s, VERB_SELECTS) != NULL);
}

bool data_check_number(struct model_session *s, struct mailbox *view, uint32_t number,
                       enum invariant which, const char *name)
{
    if (view->is_exists_known && number >= 1 && number <= view->exists)
        return true;
    if (may_be_about_other(s, view) || s->is_doubtful)
        return false;
    if (view->is_exists_known)
        breach(s, which, "%s names message %u of %u", name, number, view->exists);
    else
        breach(s, which, "%s names message %u before any EXISTS", name, number);
    return false;
}

static uint32_t read_number(struct span digits)
{
    uint32_t number = UINT32_MAX;
    return number_parse_u32(digits, &number) != 0 ? UINT32_MAX : number;
}

/* That a line begins with. */
static uint32_t number_of(const struct model_session *s, size_t node)
{
    struct span text = reading_text(&s->reading, node);
    return read_number(span_slice(text, 0, number_digits(text)));
}

/* ---- counts --------------------------------------------------------------------------------- */

static void note_select_data(struct model_session *s, const struct mailbox *view, char letter)
{
    if (view == s->pending && span_find_byte(buffer_span(&s->select_order), letter) == SPAN_NPOS)
        buffer_append_byte(&s->select_order, letter);
}

static void shrink(struct model_session *s, struct mailbox *view, uint32_t exists)
{
    bool was_expunged = view->nexpunged_since_exists > 0;
    if (!may_be_about_other(s, view) && !s->is_doubtful) {
        if (was_expunged)
            breach(s, I6, "EXISTS says %u after EXPUNGE lines had left %u", exists, view->exists);
        else
            breach(s, I4, "EXISTS fell from %u to %u without EXPUNGE", view->exists, exists);
    }
    /* What is known about single messages can belong to any of them now. */
    uint64_t listed = view->listed;
    bool is_listed = view->is_listed;
    mailbox_reset(view);
    view->listed = listed;
    view->is_listed = is_listed;
    if (view == s->selected) {
        s->is_order_broken = true;
        s->is_dense = false;
    }
}

enum { FOREIGN_ARRIVAL, FOREIGN_EXPUNGE };

/* When the session is told of what was not its own doing. */
static void note_foreign(struct model_session *s, int what)
{
    static const char *const occasions[][3] = {
        [FOREIGN_ARRIVAL] = {"new mail with CHECK", "new mail with other commands",
                             "new mail unasked"},
        [FOREIGN_EXPUNGE] = {"expunges with CHECK", "expunges with other commands",
                             "expunges unasked"},
    };
    int when = session_oldest(s, VERB_CHECK) != NULL ? 0 : s->noutstanding > 0 ? 1 : 2;
    session_note(s, 65, occasions[what][when]);
}

static void note_foreign_arrivals(struct model_session *s, const struct mailbox *view)
{
    if (view != s->selected || s->truth == NULL)
        return;
    size_t n = s->truth->nmessages;
    bool is_own =
        session_oldest(s, VERB_COPY) != NULL || (n > 0 && s->truth->messages[n - 1].copied_by == s);
    if (!is_own)
        note_foreign(s, FOREIGN_ARRIVAL);
    if (!s->setup.is_single_writer && session_oldest(s, VERB_CHECK) == NULL)
        breach(s, M5, "new mail was announced without CHECK");
}

/* Once something that was never announced has gone, arrivals cannot be counted off any more. */
static void check_skipped(struct model_session *s, uint32_t before)
{
    if (s->truth == NULL || s->is_order_broken)
        return;
    uint32_t position = before + s->selected->nremoved - s->selected->exists_at_select;
    for (size_t i = s->first_unseen - 1 + position; i < s->truth->nmessages; i++)
        if (s->truth->messages[i].is_removed)
            s->is_order_broken = true;
}

static void apply_exists(struct model_session *s, uint32_t exists)
{
    struct mailbox *view = view_of_data(s, "EXISTS");
    if (view == NULL)
        return;
    note_select_data(s, view, 'E');
    for (size_t i = 0; i < s->noutstanding; i++)
        s->outstanding[i]->nexists++;
    if (view->is_exists_known && exists < view->exists)
        shrink(s, view, exists);
    if (view == s->selected && exists > view->exists) {
        check_skipped(s, view->exists);
        note_foreign_arrivals(s, view);
    }
    mailbox_grow(view, exists);
    if (exists > s->known_exists)
        s->known_exists = exists;
}

static void apply_recent(struct model_session *s, uint32_t recent)
{
    struct mailbox *view = view_of_data(s, "RECENT");
    if (view == NULL)
        return;
    note_select_data(s, view, 'R');
    for (size_t i = 0; i < s->noutstanding; i++)
        s->outstanding[i]->nrecents++;
    if (view->is_exists_known && recent > view->exists)
        breach_as(s, I8, NULL, MODEL_OBSERVE, "RECENT says %u while %u messages exist", recent,
                  view->exists);
    view->recent = recent;
    view->is_recent_known = true;
    view->has_grown_since_recent = false;
    view->nexpunged_since_recent = 0;
    if (view == s->selected && s->truth != NULL && s->truth->nselected > 1 && recent > 0)
        breach(s, M8, "one of several sessions was told of %u recent messages", recent);
}

/* ---- EXPUNGE -------------------------------------------------------------------------------- */

static void note_renumbering(struct model_session *s)
{
    const struct command *user = NULL;
    for (size_t i = 0; i < s->noutstanding; i++) {
        struct command *command = s->outstanding[i];
        command->is_renumbered = true;
        if (user == NULL && command_has(command, VERB_HAS_NUMBERS))
            user = command;
    }
    bool is_own = session_oldest(s, VERB_EXPUNGE) != NULL;
    session_note(s, 62,
                 is_own                 ? "during EXPUNGE"
                 : user != NULL         ? "during commands with numbers"
                 : s->noutstanding == 0 ? "while no command runs"
                                        : "during commands without numbers");
    if (user != NULL)
        breach(s, I27, "an EXPUNGE line came while %s with numbers was outstanding",
               command_name(user));
    else if (s->noutstanding == 0)
        breach(s, I27, "an EXPUNGE line came while no command was outstanding");
}

static void count_expunge(struct command *command, uint32_t number)
{
    if (command->nexpunged++ > 0) {
        command->is_ascending = command->is_ascending && number >= command->last_expunged;
        command->is_descending = command->is_descending && number < command->last_expunged;
    }
    command->last_expunged = number;
}

/* Flags of a slot that goes: was it to go? */
static void judge_removal(struct model_session *s, struct command *command, struct slot *slot)
{
    uint64_t known = 0, flags = identity_flags(s, slot, &known);
    if ((known & FLAG_DELETED) != 0 && (flags & FLAG_DELETED) == 0)
        command->nremoved_kept++;
}

static void apply_removal(struct model_session *s, uint32_t number, struct command *command)
{
    struct mailbox *view = s->selected;
    struct slot *slot = mailbox_slot(view, number);
    uint32_t instance = slot == NULL ? 0 : identity_of(s, slot);
    if (slot != NULL && command != NULL)
        judge_removal(s, command, slot);
    bool is_gone = instance != 0 && truth_at(s->truth, instance)->is_removed;
    if (instance != 0)
        truth_remove(s->truth, instance, s);
    else if (s->truth != NULL)
        s->truth->is_uncertain = true;
    if (is_gone && command == NULL) {
        note_foreign(s, FOREIGN_EXPUNGE);
        breach(s, M5, "a message removed by another session was announced by EXPUNGE");
    }
    if (!is_gone && command != NULL)
        s->has_own_expunge = true;
    (void)mailbox_expunge(view, number);
}

static void apply_expunge(struct model_session *s, uint32_t number)
{
    struct mailbox *view = view_of_data(s, "EXPUNGE");
    if (view == NULL)
        return;
    struct command *command = session_oldest(s, VERB_EXPUNGE);
    if (command != NULL)
        count_expunge(command, number);
    if (!data_check_number(s, view, number, I5, "EXPUNGE")) {
        if (command != NULL)
            command->nexpunge_faults++;
        return;
    }
    note_renumbering(s);
    if (view == s->selected)
        apply_removal(s, number, command);
    else
        (void)mailbox_expunge(view, number);
}

/* ---- other lines ---------------------------------------------------------------------------- */

static void apply_copy(struct model_session *s, uint32_t number)
{
    struct mailbox *view = view_of_data(s, "COPY");
    if (view == NULL)
        return;
    if (!data_check_number(s, view, number, I7, "COPY"))
        return;
    struct command *command = session_oldest(s, VERB_COPY);
    if (command != NULL)
        command->ncopied++;
}

static void read_flags(struct model_session *s, size_t node)
{
    struct mailbox *view = view_of_data(s, "FLAGS");
    if (view == NULL)
        return;
    note_select_data(s, view, 'F');
    session_note(s, 111, view == s->pending ? "with SELECT and BBOARD" : "at other times too");
    view->listed = 0;
    view->is_listed = true;
    for (size_t flag = reading_find(&s->reading, node, WORD_LISTED_FLAG); flag != NO_NODE;
         flag = reading_after(&s->reading, flag, node, WORD_LISTED_FLAG))
        view->listed |= flag_names_bit(s->flags, reading_text(&s->reading, flag));
}

static void read_search(struct model_session *s, size_t node)
{
    struct mailbox *view = view_of_data(s, "SEARCH");
    if (view == NULL)
        return;
    struct command *command = session_oldest(s, VERB_SEARCH);
    if (command == NULL) {
        session_note(s, 89, "unasked");
        breach_as(s, I9, "search.result-line", MODEL_OBSERVE,
                  "a SEARCH line came while no SEARCH was outstanding");
    } else {
        command->nsearches++;
    }
    size_t nbad = 0;
    struct span rest = span_from(reading_text(&s->reading, node), sizeof "SEARCH");
    while (rest.nbytes > 0) {
        uint32_t number = read_number(span_cut(&rest, ' '));
        if (!view->is_exists_known || number == 0 || number > view->exists) {
            if (nbad++ == 0)
                (void)data_check_number(s, view, number, I9, "SEARCH");
            continue;
        }
        if (command == NULL)
            continue;
        command->hits = mem_grow(command->hits, &command->hits_capacity, command->nhits + 1,
                                 sizeof *command->hits);
        command->hits[command->nhits++] = number;
    }
}

static void read_name(struct model_session *s, enum word word)
{
    bool is_board = word == WORD_BBOARD_DATA;
    bool is_asked = session_oldest(s, VERB_FIND) != NULL;
    session_note(s, 3, is_asked ? "as results of FIND" : "unasked");
    if (!is_asked)
        breach_as(s, I12, is_board ? "find.bboards-data" : "find.mailbox-data", MODEL_OBSERVE,
                  "a %s line came while no FIND was outstanding", is_board ? "BBOARD" : "MAILBOX");
}

static void read_bye(struct model_session *s)
{
    s->has_bye = true;
    if (s->is_logged_out)
        return;
    if (s->truth != NULL && s->truth->nselected > 1)
        breach(s, M7, "one of several sessions on %s was ended with BYE", s->truth->name);
}

/* The command that an untagged BAD may be about, its tag valid or not; noutstanding: none. */
static size_t find_malformed(const struct model_session *s, bool has_valid_tag)
{
    for (size_t i = 0; i < s->noutstanding; i++) {
        const struct command *command = s->outstanding[i];
        if (command_tag_is_valid(command) == has_valid_tag && !command->is_wellformed &&
            !command->has_untagged_bad && !(command->is_partial && has_valid_tag))
            return i;
    }
    return s->noutstanding;
}

/* It may stand for the completion of a line whose tag could not be read (B43). */
static void read_bad(struct model_session *s)
{
    size_t at = find_malformed(s, false);
    if (at == s->noutstanding)
        at = find_malformed(s, true);
    if (at == s->noutstanding)
        return;
    struct command *command = s->outstanding[at];
    command->has_untagged_bad = true;
    bool was_partial = command->is_partial;
    if (was_partial)
        session_note_refused(s, command);
    if (was_partial || command->tag.nbytes == 0 || wire_tag_is_marked(command->tag)) {
        session_remove_command(s, at);
        session_open_pending(s);
    }
}

static void note_text(struct model_session *s, size_t node)
{
    struct span text = span_from(reading_text(&s->reading, node), strlen("OK "));
    session_note(s, 114, span_starts_with(text, SPAN_LIT("[")) ? "bracketed" : "plain text");
}

static void read_fetch(struct model_session *s, size_t node)
{
    struct mailbox *view = view_of_data(s, "FETCH");
    if (view != NULL)
        fetch_read(s, view, node);
}

/* ---- dispatch ------------------------------------------------------------------------------- */

static void read_counted(struct model_session *s, enum word word, uint32_t number)
{
    if (word == WORD_EXISTS)
        apply_exists(s, number);
    else if (word == WORD_RECENT)
        apply_recent(s, number);
    else if (word == WORD_EXPUNGED)
        apply_expunge(s, number);
    else
        apply_copy(s, number);
}

void data_read(struct model_session *s, size_t node, enum word word)
{
    if (word == WORD_MSG_FETCH)
        read_fetch(s, node);
    else if (word == WORD_FLAGS_DATA)
        read_flags(s, node);
    else if (word == WORD_SEARCH_DATA)
        read_search(s, node);
    else if (word == WORD_MAILBOX_DATA || word == WORD_BBOARD_DATA)
        read_name(s, word);
    else if (word == WORD_BYE_DATA)
        read_bye(s);
    else if (word == WORD_BAD_DATA)
        read_bad(s);
    else if (word == WORD_OK_DATA)
        note_text(s, node);
    else if (word != WORD_NO_DATA)
        read_counted(s, word, number_of(s, node));
}

void data_salvage(struct model_session *s, struct span line)
{
    static const struct {
        const char *name;
        enum word word;
    } counted[] = {{"EXISTS", WORD_EXISTS}, {"RECENT", WORD_RECENT}, {"EXPUNGE", WORD_EXPUNGED}};
    struct span rest = span_trim(span_from(line, 1));
    struct span first = span_cut(&rest, ' ');
    struct span second = span_cut(&rest, ' ');
    uint32_t number = 0;
    if (span_is_nocase(first, "BYE"))
        read_bye(s);
    if (span_is_nocase(first, "BAD"))
        read_bad(s);
    if (number_parse_u32(first, &number) != 0 || number == 0)
        return;
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
        if (span_is_nocase(second, counted[i].name))
            read_counted(s, counted[i].word, number);
}
