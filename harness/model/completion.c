#include <stdlib.h>
#include <string.h>

#include "model/session.h"

/* Messages a command is about: its numbers, as far as they were there when it was sent. */
struct reach {
    struct model_session *session;
    const struct command *command;
    uint32_t number, limit;
    size_t at;
};

static struct reach reach_of(struct model_session *s, const struct command *command)
{
    uint32_t exists = s->selected->exists;
    return (struct reach){.session = s,
                          .command = command,
                          .limit = command->bound < exists ? command->bound : exists};
}

static struct slot *reach_next(struct reach *reach)
{
    while (sequence_next(&reach->command->sequence, &reach->at, reach->limit, &reach->number)) {
        struct slot *slot = mailbox_slot(reach->session->selected, reach->number);
        if (slot != NULL)
            return slot;
    }
    return NULL;
}

/* Its numbers still mean what they meant when it was sent. */
static bool is_addressed(const struct model_session *s, const struct command *command)
{
    return s->selected != NULL && command->is_wellformed && command->is_bound &&
           !command->is_renumbered && !s->is_doubtful;
}

static bool is_readonly(const struct model_session *s)
{
    return s->access == ACCESS_READ_ONLY;
}

static struct truth_message *truth_of(struct model_session *s, struct slot *slot)
{
    uint32_t instance = identity_of(s, slot);
    return instance == 0 ? NULL : truth_at(s->truth, instance);
}

static void doubt_truth(struct model_session *s, struct slot *slot, uint64_t flags)
{
    struct truth_message *message = truth_of(s, slot);
    if (message == NULL)
        return;
    message->known &= ~flags;
    message->changed_at = s->world->nevents;
    message->changed_by = s;
}

/* What a command without usable numbers may have done to the flags of any message. */
static void doubt_all(struct model_session *s)
{
    if (s->truth != NULL)
        truth_doubt_flags(s->world, s->truth);
    for (size_t i = 0; s->selected != NULL && i < s->selected->nslots; i++) {
        struct slot *slot = &s->selected->slots[i];
        if (!slot->is_removed && slot->flags_state == FLAGS_KNOWN)
            mailbox_doubt_flags(s->selected, slot, FLAGS_STALE);
    }
}

/* ---- FETCH ---------------------------------------------------------------------------------- */

static unsigned missing_items(const struct command *command, const struct slot *slot)
{
    unsigned missing = command->items & ~(unsigned)slot->sent;
    for (int item = ITEM_RFC822; item < ITEM_COUNT; item++)
        if ((command->items >> item & 1) != 0 && slot->texts != NULL &&
            slot->texts->contents[item - ITEM_RFC822].unit <= command->unit)
            missing |= 1u << item;
    return missing;
}

static const char *fetch_requirement(const struct command *command, const struct slot *slot,
                                     unsigned missing)
{
    if ((missing & ITEMS_TEXTS) != 0 && (missing & (unsigned)slot->sent) != 0)
        return "fetch.text-always";
    if (missing == command->items)
        return "fetch.every-message";
    if (command->items == ITEMS_ALL)
        return "fetch.all";
    return command->items == ITEMS_FAST ? "fetch.fast" : "fetch.item-list";
}

/* I20 */
static void check_fetched(struct model_session *s, const struct command *command)
{
    struct reach reach = reach_of(s, command);
    unsigned missing = 0;
    const char *requirement = NULL;
    uint32_t first = 0, count = 0;
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach)) {
        unsigned lacks = missing_items(command, slot);
        if (lacks == 0)
            continue;
        if (count++ == 0) {
            first = reach.number;
            missing = lacks;
            requirement = fetch_requirement(command, slot, lacks);
        }
    }
    if (count == 0)
        return;
    int item = 0;
    while ((missing >> item & 1) == 0)
        item++;
    breach_as(s, I20, requirement, MODEL_STRICT,
              "FETCH was completed with OK, but %s of message %u was not sent; %u messages lack "
              "something",
              item_names[item], first, count);
}

/* The value known at the OK is claimed to be current (I20, M4). */
static void check_current(struct model_session *s, const struct command *command, struct slot *slot,
                          uint32_t number)
{
    bool is_calm = command->is_alone && session_is_undisturbed(s, command);
    if (slot->flags_state == FLAGS_OUTDATED && is_calm) {
        breach_as(s, I20, "fetch.ok-means-current", MODEL_STRICT,
                  "FETCH FLAGS was completed with OK, but the changed flags of message %u were "
                  "not sent",
                  number);
        return;
    }
    const struct truth_message *message = truth_of(s, slot);
    if (message == NULL || !slot->is_certain || slot->flags_state != FLAGS_KNOWN || !is_calm ||
        s->truth->is_uncertain || message->changed_by == NULL || is_readonly(s))
        return;
    bool is_own = message->changed_by == s;
    uint64_t wrong = (slot->flags ^ message->flags) & message->known & ~FLAG_RECENT;
    if (wrong == 0 || (!is_own && message->changed_at > s->checked_at))
        return;
    buffer_clear(&s->flags_text);
    flag_names_write(s->flags, wrong, &s->flags_text);
    breach_as(s, M4, is_own ? "fetch.ok-means-current" : NULL, MODEL_STRICT,
              "FETCH FLAGS was completed with OK, but for message %u it does not show what STORE "
              "did to %.*s",
              number, SPAN_ARG(buffer_span(&s->flags_text)));
}

static void set_seen(struct model_session *s, const struct command *command, struct slot *slot,
                     bool is_ok)
{
    struct truth_message *message = truth_of(s, slot);
    if (message != NULL && (message->flags & message->known & FLAG_SEEN) == 0) {
        if (is_ok && s->access == ACCESS_READ_WRITE) {
            message->flags |= FLAG_SEEN;
            message->known |= FLAG_SEEN;
            message->changed_at = s->world->nevents;
            message->changed_by = s;
        } else {
            doubt_truth(s, slot, FLAG_SEEN);
        }
    }
    if (slot->flags_state == FLAGS_KNOWN && (slot->flags & FLAG_SEEN) == 0 &&
        (slot->flags_unit <= command->unit || !is_ok))
        mailbox_doubt_flags(s->selected, slot, FLAGS_STALE);
}

static void apply_seen(struct model_session *s, const struct command *command, bool is_ok)
{
    unsigned reading = 1u << ITEM_RFC822 | 1u << ITEM_TEXT;
    if ((command->items & reading) == 0 || is_readonly(s))
        return;
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach))
        set_seen(s, command, slot, is_ok);
}

static void complete_fetch(struct model_session *s, struct command *command, enum status status)
{
    bool is_ok = status == STATUS_OK;
    if (!is_addressed(s, command)) {
        if (s->selected != NULL && (command->items & ITEMS_TEXTS) != 0)
            doubt_all(s);
        return;
    }
    if (is_ok) {
        check_fetched(s, command);
        if (sequence_last(&command->sequence) > command->bound)
            session_note(s, "sequence.out-of-range", "OK");
    } else if (sequence_last(&command->sequence) > command->bound) {
        session_note(s, "sequence.out-of-range", status == STATUS_BAD ? "BAD" : "NO");
    }
    if (is_ok && command->nfetched == 0)
        session_note(s, "fetch.repeated", "left out");
    apply_seen(s, command, is_ok);
    if (!is_ok || (command->items & 1u << ITEM_FLAGS) == 0)
        return;
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach))
        check_current(s, command, slot, reach.number);
}

/* ---- STORE ---------------------------------------------------------------------------------- */

static uint64_t stored(const struct command *command, uint64_t before)
{
    uint64_t flags = command->flags & ~FLAG_RECENT;
    if (command->mode == STORE_ADD)
        return before | flags;
    if (command->mode == STORE_REMOVE)
        return before & ~flags;
    return flags | (before & FLAG_RECENT);
}

/* Flags of which it is certain what STORE does to them: unknown ones may be refused (B107). */
static uint64_t storable(const struct model_session *s)
{
    return FLAG_SETTABLE | (s->selected->listed & ~FLAG_RECENT);
}

/* I21 */
static void check_stored(struct model_session *s, const struct command *command, struct slot *slot,
                         uint32_t number)
{
    uint64_t wrong = (stored(command, slot->flags) ^ slot->flags) & storable(s) & ~FLAG_OTHERS;
    if (wrong == 0 || is_readonly(s) || !command->is_alone || !session_is_undisturbed(s, command))
        return;
    buffer_clear(&s->flags_text);
    flag_names_write(s->flags, wrong, &s->flags_text);
    breach(s, I21,
           "STORE was completed with OK, but the flags reported for message %u are wrong "
           "in %.*s",
           number, SPAN_ARG(buffer_span(&s->flags_text)));
}

static void store_slot(struct model_session *s, const struct command *command, struct slot *slot,
                       uint32_t number)
{
    bool is_reported = slot->flags_state == FLAGS_KNOWN && slot->flags_unit > command->unit;
    if (is_reported) {
        check_stored(s, command, slot, number);
    } else if (slot->flags_state == FLAGS_KNOWN && stored(command, slot->flags) != slot->flags) {
        uint64_t change = stored(command, slot->flags) ^ slot->flags;
        bool is_sure = (change & storable(s)) != 0 && !is_readonly(s) && command->is_alone &&
                       session_is_undisturbed(s, command);
        mailbox_doubt_flags(s->selected, slot, is_sure ? FLAGS_OUTDATED : FLAGS_STALE);
    }
    struct truth_message *message = truth_of(s, slot);
    if (message == NULL || is_readonly(s))
        return;
    uint64_t unsure = command->flags & ~storable(s);
    message->flags = stored(command, message->flags);
    message->known |= command->mode == STORE_REPLACE ? storable(s) : command->flags & storable(s);
    message->known &= ~unsure & ~FLAG_RECENT;
    message->changed_at = s->world->nevents;
    message->changed_by = s;
    if (!command->is_alone || !session_is_undisturbed(s, command))
        message->known = 0;
}

static void complete_store(struct model_session *s, struct command *command, enum status status)
{
    if (!is_addressed(s, command)) {
        doubt_all(s);
        return;
    }
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach)) {
        if (status == STATUS_OK) {
            store_slot(s, command, slot, reach.number);
            continue;
        }
        doubt_truth(s, slot, ~(uint64_t)0);
        if (slot->flags_state == FLAGS_KNOWN && stored(command, slot->flags) != slot->flags)
            mailbox_doubt_flags(s->selected, slot, FLAGS_STALE);
    }
    if (status != STATUS_OK)
        return;
    session_note(s, "store.response",
                 command->nstored > 0    ? "STORE"
                 : command->nfetched > 0 ? "FETCH"
                                         : "none");
}

/* ---- COPY ----------------------------------------------------------------------------------- */

static void copy_slots(struct model_session *s, const struct command *command,
                       struct truth *destination)
{
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach)) {
        uint32_t instance = identity_of(s, slot);
        if (instance == 0) {
            destination->is_uncertain = true;
            return;
        }
        /* By value: the copy may go into the same mailbox and move its messages. */
        struct truth_message source = *truth_at(s->truth, instance);
        truth_copy(s->world, destination, &source, s);
    }
}

static void complete_copy(struct model_session *s, struct command *command, enum status status)
{
    struct truth *destination = NULL;
    if (s->world != NULL && command->is_wellformed)
        destination = world_truth(s->world, s->user, command->mailbox, false);
    bool is_clear = is_addressed(s, command) && (s->truth != NULL || destination == NULL);
    if (!command->is_wellformed && status == STATUS_OK && s->world != NULL)
        world_doubt(s->world);
    if (destination != NULL && status == STATUS_OK && is_clear)
        copy_slots(s, command, destination);
    else if (destination != NULL &&
             (status == STATUS_OK || command->ncopied > 0 || !is_clear ||
              sequence_first(&command->sequence) != sequence_last(&command->sequence)))
        destination->is_uncertain = destination->is_uncertain || !destination->is_readonly;
    if (status == STATUS_OK)
        session_note(s, "copy.lines", command->ncopied > 0 ? "sent" : "not sent");
    if (!is_addressed(s, command) || is_readonly(s))
        return;
    struct reach reach = reach_of(s, command);
    for (struct slot *slot = reach_next(&reach); slot != NULL; slot = reach_next(&reach)) {
        doubt_truth(s, slot, FLAG_SEEN); /* B68 */
        if (slot->flags_state == FLAGS_KNOWN && (slot->flags & FLAG_SEEN) == 0 &&
            slot->flags_unit <= command->unit)
            mailbox_doubt_flags(s->selected, slot, FLAGS_STALE);
    }
}

/* ---- EXPUNGE -------------------------------------------------------------------------------- */

/* Messages known to be \Deleted and still there. is_foreign_r: all of them flagged by others. */
static uint32_t count_left(struct model_session *s, const struct command *command,
                           bool *is_foreign_r)
{
    uint32_t count = 0;
    *is_foreign_r = true;
    uint32_t last = s->selected->exists;
    if (s->truth == NULL && last > s->selected->nslots)
        last = (uint32_t)s->selected->nslots; /* nothing is known of the others */
    if (last > MAILBOX_MAX_SLOTS)
        last = MAILBOX_MAX_SLOTS;
    for (uint32_t number = 1; number <= last; number++) {
        struct slot *slot = mailbox_slot(s->selected, number);
        if (slot == NULL)
            break;
        uint64_t known = 0, flags = identity_flags(s, slot, &known);
        const struct truth_message *message = truth_of(s, slot);
        bool is_foreign =
            message != NULL && message->changed_by != NULL && message->changed_by != s;
        if ((known & flags & FLAG_DELETED) == 0)
            continue;
        if (is_foreign && (message->is_removed || message->changed_at > command->nevents))
            continue;
        *is_foreign_r = *is_foreign_r && is_foreign;
        count++;
    }
    return count;
}

/* I18, M9 */
static void check_expunged(struct model_session *s, const struct command *command)
{
    bool is_foreign = false;
    uint32_t left = count_left(s, command, &is_foreign);
    bool is_single = s->setup.is_single_writer;
    if (left > 0 && is_foreign) {
        bool is_sure = s->checked_at > 0 && session_is_undisturbed(s, command);
        breach_as(s, M9, NULL, is_sure ? MODEL_STRICT : MODEL_OBSERVE,
                  "EXPUNGE was completed with OK, but %u messages that others flagged \\Deleted "
                  "are still there",
                  left);
        return;
    }
    enum model_strictness level = is_single && command->is_alone ? MODEL_STRICT : MODEL_OBSERVE;
    bool has_wrong = command->nremoved_kept > 0 || command->nexpunge_faults > 0;
    if (left > 0)
        breach_as(s, I18, has_wrong ? "expunge.renumber-immediate" : "expunge.response-each", level,
                  "EXPUNGE was completed with OK, but its lines leave %u messages flagged "
                  "\\Deleted",
                  left);
    else if (command->nremoved_kept > 0)
        breach_as(s, I18, "expunge.keeps-others", level,
                  "EXPUNGE removed %u messages that were not flagged \\Deleted",
                  command->nremoved_kept);
}

static void complete_expunge(struct model_session *s, struct command *command, enum status status)
{
    if (s->selected == NULL || status != STATUS_OK)
        return;
    if (command->nexpunged > 1)
        session_note(s, "expunge.order",
                     command->is_descending  ? "descending"
                     : command->is_ascending ? "ascending"
                                             : "mixed");
    if (command->nexpunged > 0)
        session_note(s, "expunge.exists-after",
                     s->selected->nexpunged_since_exists == 0 ? "sent" : "not sent");
    if (command->is_wellformed && command->is_bound && !s->is_doubtful && !is_readonly(s))
        check_expunged(s, command);
}

/* ---- SEARCH --------------------------------------------------------------------------------- */

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

static struct search_subject subject_of(struct model_session *s, struct slot *slot)
{
    struct search_subject subject = {0};
    subject.flags = identity_flags(s, slot, &subject.flags_known);
    subject.flags_known &= FLAG_SETTABLE | FLAG_RECENT | s->selected->listed;
    if (slot->texts != NULL) {
        subject.envelope = slot->texts->envelope;
        subject.internal_date = slot->texts->internal_date;
    }
    uint32_t instance = identity_of(s, slot);
    if (instance != 0 && slot->is_certain) {
        const struct fixture_message *fixture = truth_at(s->truth, instance)->facts->fixture;
        subject.header = fixture_header(fixture);
        subject.text = fixture_text(fixture);
    }
    return subject;
}

static void report_search(struct model_session *s, const struct command *command, uint32_t number,
                          bool is_hit)
{
    bool is_strict = s->setup.is_single_writer && command->is_alone;
    breach_as(s, I22, command->ncriteria == 1 ? search_requirement(command->criteria[0].key) : NULL,
              is_strict ? MODEL_STRICT : MODEL_OBSERVE,
              is_hit ? "SEARCH found message %u, which does not meet the criteria"
                     : "SEARCH did not find message %u, which meets the criteria",
              number);
}

/* I22: the first message on which the result and the model disagree. */
static void check_found(struct model_session *s, struct command *command)
{
    if (command->nhits > 0)
        qsort(command->hits, command->nhits, sizeof *command->hits, compare_numbers);
    size_t at = 0;
    uint32_t exists = s->selected->exists < command->bound ? s->selected->exists : command->bound;
    if (exists > MAILBOX_MAX_SLOTS)
        exists = MAILBOX_MAX_SLOTS;
    for (uint32_t number = 1; number <= exists; number++) {
        while (at < command->nhits && command->hits[at] < number)
            at++;
        bool is_hit = at < command->nhits && command->hits[at] == number;
        struct slot *slot = mailbox_slot(s->selected, number);
        if (slot == NULL)
            return;
        struct search_subject subject = subject_of(s, slot);
        enum answer answer = search_evaluate(command->criteria, command->ncriteria, &subject);
        if (answer == ANSWER_OPEN || is_hit == (answer == ANSWER_YES))
            continue;
        report_search(s, command, number, is_hit);
        return;
    }
}

static void complete_search(struct model_session *s, struct command *command, enum status status)
{
    if (status != STATUS_OK || !is_addressed(s, command))
        return;
    if (command->nhits == 0)
        session_note(s, "search.no-hits", command->nsearches > 0 ? "bare line" : "no line");
    check_found(s, command);
}

/* ---- CHECK, LOGIN, LOGOUT, NOOP ---------------------------------------------------------------
 */

static void complete_check(struct model_session *s, struct command *command, enum status status)
{
    if (status != STATUS_OK || s->selected == NULL)
        return;
    session_note(s, "check.counts",
                 command->nexists > 0 && command->nrecents > 0 ? "both sent"
                 : command->nexists > 0                        ? "EXISTS sent"
                 : command->nrecents > 0                       ? "RECENT sent"
                                                               : "not sent");
    if (s->world != NULL && command->is_wellformed)
        s->checked_at = command->nevents;
    if (!is_addressed(s, command) && !command->is_renumbered)
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
    session_note(s, "logout.bye", s->has_bye ? "before OK" : "not before OK");
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
        session_note(s, "noop.before-login", words[status]);
}

/* ---- all ------------------------------------------------------------------------------------ */

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
    if (status != STATUS_OK || !command->is_wellformed || !command->is_alone)
        return;
    if (command_has(command, VERB_NEEDS_LOGIN) && !s->is_authenticated)
        breach_as(s, D2, "state.preauth-only-login-logout", MODEL_STRICT,
                  "%s was completed with OK before LOGIN", command_name(command));
    else if (command_has(command, VERB_NEEDS_MAILBOX) && s->selected == NULL && !s->is_lenient)
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
        session_note(s, "select.failed", "old mailbox kept");
        s->is_doubtful = s->has_crossed;
    } else if (command->verb == VERB_CHECK) {
        session_note(s, "select.failed", "old mailbox deselected");
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
        view->nexpunged_since_recent > 0 || view->has_grown_since_recent ||
        view->nflags_recent == view->recent)
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
    s->done_tags[s->ndone++ % SESSION_DONE_TAGS] = rng_hash(command->tag);
    s->spare_commands =
        mem_grow(s->spare_commands, &s->spare_capacity, s->nspare + 1, sizeof(struct command *));
    s->spare_commands[s->nspare++] = command;
    s->noutstanding--;
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

static void complete(struct model_session *s, size_t at, enum status status, struct span text)
{
    drop_unanswerable(s, &at);
    struct command *command = s->outstanding[at];
    if (command == s->partial) {
        s->partial = NULL;
        s->was_refused = true;
        s->refused_hash = rng_hash(buffer_span(&command->bytes));
    }
    check_state(s, command, status);
    settle_doubt(s, command, status);
    if (command_has(command, VERB_SELECTS))
        select_complete(s, command, status, text);
    else if (completers[command->verb] != NULL)
        completers[command->verb](s, command, status);
    session_end_writing(s, command);
    select_check_arrivals(s);
    check_recent(s);
    session_remove_command(s, at);
    session_open_pending(s);
    if (s->noutstanding == 0)
        client_round_trip(s);
}

/* ---- tags ----------------------------------------------------------------------------------- */

static bool is_done(const struct model_session *s, struct span tag)
{
    size_t n = s->ndone < SESSION_DONE_TAGS ? s->ndone : SESSION_DONE_TAGS;
    uint64_t hash = rng_hash(tag);
    for (size_t i = 0; i < n; i++)
        if (s->done_tags[i] == hash)
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

void completion_read(struct model_session *s, struct span tag, enum status status, struct span text)
{
    size_t at = 0;
    while (at < s->noutstanding && !span_equal(s->outstanding[at]->tag, tag))
        at++;
    if (at == s->noutstanding && is_done(s, tag)) {
        breach(s, I10, "tag %.*s was completed once more", SPAN_ARG(tag));
        return;
    }
    if (at == s->noutstanding) {
        at = find_garbled(s, tag);
        if (at == s->noutstanding) {
            breach_as(s, I10, s->noutstanding > 0 ? "tag.echo" : "cmd.one-completion", MODEL_STRICT,
                      "a completion carries tag %.*s, which was never sent", SPAN_ARG(tag));
            return;
        }
    }
    complete(s, at, status, text);
}
