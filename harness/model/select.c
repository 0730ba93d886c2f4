#include "model/session.h"

void select_leave(struct model_session *s)
{
    if (s->truth != NULL)
        s->truth->nselected--;
    s->truth = NULL;
    s->selected = NULL;
    s->access = ACCESS_UNKNOWN;
    s->has_own_expunge = false;
    s->checked_at = 0;
}

/* ---- what SELECT owes ----------------------------------------------------------------------- */

static void check_owed(struct model_session *s, const struct command *command,
                       const struct mailbox *view)
{
    enum model_strictness level = command->is_wellformed ? MODEL_STRICT : MODEL_OBSERVE;
    if (!view->is_listed)
        breach_as(s, I3, "select.flags-before-ok", level, "%s was completed without a FLAGS line",
                  command_name(command));
    else if ((view->listed & FLAG_SETTABLE) != FLAG_SETTABLE)
        breach_as(s, I3, "resp.flags", level,
                  "the FLAGS line lacks some of \\Answered \\Flagged \\Deleted \\Seen");
    if (!view->is_exists_known)
        breach_as(s, I3, "select.exists-before-ok", level,
                  "%s was completed without an EXISTS line", command_name(command));
    if (!view->is_recent_known)
        breach_as(s, I3, "select.recent-before-ok", level, "%s was completed without a RECENT line",
                  command_name(command));
}

static void note_listed(struct model_session *s, const struct mailbox *view)
{
    if (view->is_listed)
        session_note(s, 11, (view->listed & FLAG_RECENT) != 0 ? "listed" : "not listed");
}

static const char *const data_orders[] = {"FLAGS EXISTS RECENT", "FLAGS RECENT EXISTS",
                                          "EXISTS FLAGS RECENT", "EXISTS RECENT FLAGS",
                                          "RECENT FLAGS EXISTS", "RECENT EXISTS FLAGS"};

static void note_order(struct model_session *s)
{
    struct span order = buffer_span(&s->select_order);
    for (size_t i = 0; i < sizeof data_orders / sizeof *data_orders; i++) {
        struct span rest = span_of(data_orders[i]);
        bool is_same = order.nbytes == 3;
        for (size_t k = 0; is_same && k < 3; k++)
            is_same = span_cut(&rest, ' ').data[0] == order.data[k];
        if (is_same)
            session_note(s, 53, data_orders[i]);
    }
}

static void note_access(struct model_session *s, struct span text)
{
    s->access = ACCESS_UNKNOWN;
    if (span_starts_with_nocase(text, SPAN_LIT("[READ-ONLY]")))
        s->access = ACCESS_READ_ONLY;
    else if (span_starts_with_nocase(text, SPAN_LIT("[READ-WRITE]")))
        s->access = ACCESS_READ_WRITE;
    session_note(s, 115, s->access == ACCESS_UNKNOWN ? "absent" : "sent");
    if (s->truth != NULL && s->truth->is_readonly)
        s->access = ACCESS_READ_ONLY;
}

/* ---- the truth behind it -------------------------------------------------------------------- */

static void bind_slots(struct model_session *s, bool is_certain)
{
    uint32_t number = 0;
    for (uint32_t instance = 1; instance < s->first_unseen; instance++) {
        if (truth_at(s->truth, instance)->is_removed)
            continue;
        struct slot *slot = mailbox_slot(s->selected, ++number);
        if (slot == NULL)
            return;
        slot->instance = instance;
        slot->is_certain = is_certain;
    }
}

static void bind_truth(struct model_session *s, const struct command *command)
{
    struct truth *truth = s->truth;
    s->first_unseen = (uint32_t)truth->nmessages + 1;
    s->is_dense = false;
    s->is_order_broken = truth->is_uncertain;
    if (truth->is_uncertain)
        return;
    bool is_certain = session_is_undisturbed(s, command) && !truth->is_order_doubtful;
    if (truth->nlive != s->selected->exists) {
        s->is_order_broken = true;
        breach_as(s, M3, "select.exists-true", MODEL_OBSERVE,
                  "%s holds %zu messages, but %u were announced", truth->name, truth->nlive,
                  s->selected->exists);
        return;
    }
    s->is_dense = truth->nlive == truth->nmessages && is_certain;
    if (!s->is_dense)
        bind_slots(s, is_certain);
    /* Otherwise the number may be right by chance, and what comes next be counted already. */
    s->is_order_broken = !is_certain;
}

static void note_concurrency(struct model_session *s)
{
    if (s->truth->nselected < 2)
        return;
    breach_as(s, M8, NULL, MODEL_OBSERVE, "a further session on %s was told of %u recent messages",
              s->truth->name, s->selected->recent);
    if (s->access == ACCESS_READ_ONLY && !s->truth->is_readonly)
        breach(s, M7, "a further session on %s was made read-only", s->truth->name);
}

static struct truth *find_truth(const struct model_session *s, const struct command *command)
{
    if (s->world == NULL || !command->is_wellformed)
        return NULL;
    return world_truth(s->world, s->user, command->mailbox, command->verb == VERB_BBOARD);
}

/* ---- completion ----------------------------------------------------------------------------- */

/* Commands sent behind the SELECT mean the new mailbox. */
static void rebind_commands(struct model_session *s, const struct command *select)
{
    bool is_behind = false;
    for (size_t i = 0; i < s->noutstanding; i++) {
        struct command *command = s->outstanding[i];
        if (is_behind && command_has(command, VERB_SELECTS))
            return;
        if (is_behind) {
            command->is_bound = true;
            command->is_renumbered = false;
            command->bound = s->selected->exists;
        }
        is_behind = is_behind || command == select;
    }
}

static void promote(struct model_session *s, struct command *command, struct span text)
{
    struct mailbox *view = s->pending;
    select_leave(s);
    s->selected = view;
    s->pending = NULL;
    s->is_doubtful = !command->is_wellformed;
    s->is_lenient = false;
    s->repeated_items = 0;
    mailbox_settle(view);
    s->truth = find_truth(s, command);
    if (s->truth != NULL)
        s->truth->nselected++;
    note_access(s, text);
    if (s->truth != NULL) {
        bind_truth(s, command);
        note_concurrency(s);
    }
    rebind_commands(s, command);
}

static void fail(struct model_session *s, const struct command *command)
{
    const struct truth *truth = find_truth(s, command);
    if (truth != NULL && !command->is_tolerated && truth->nselected > (s->truth == truth ? 1u : 0u))
        breach(s, M7, "a further session on %s was refused", truth->name);
    if (s->pending_command == command && s->pending != NULL) {
        s->has_crossed = s->pending->is_exists_known || s->pending->is_listed ||
                         s->pending->is_recent_known || s->pending->nslots > 0;
        s->pending = NULL;
    }
    s->is_doubtful = s->selected != NULL || s->is_lenient;
    s->is_lenient = s->is_doubtful;
}

void select_complete(struct model_session *s, struct command *command, enum status status,
                     struct span text)
{
    if (status != STATUS_OK) {
        fail(s, command);
    } else if (s->pending_command == command && s->pending != NULL) {
        bool is_known = s->pending->is_exists_known;
        check_owed(s, command, s->pending);
        note_listed(s, s->pending);
        note_order(s);
        if (is_known || command->is_wellformed)
            promote(s, command, text);
        else
            s->pending = NULL;
    } else {
        /* Completed before its turn: what came for it cannot be told apart. */
        s->is_doubtful = s->is_lenient = s->has_crossed = true;
    }
    if (s->pending == NULL)
        s->pending_command = NULL;
}

/* ---- arrivals ------------------------------------------------------------------------------- */

static uint32_t narrivals_announced(const struct model_session *s)
{
    return s->selected->exists + s->selected->nremoved - s->selected->exists_at_select;
}

void select_check_arrivals(struct model_session *s)
{
    if (s->selected == NULL || s->truth == NULL || s->is_order_broken || s->is_doubtful)
        return;
    uint32_t announced = narrivals_announced(s);
    uint32_t there = (uint32_t)s->truth->nmessages + 1 - s->first_unseen;
    if (announced <= there || s->truth->is_uncertain || s->world->nactive > 0)
        return;
    breach(s, I6, "%u messages are said to exist, but %u fewer do: nothing has arrived",
           s->selected->exists, announced - there);
    s->is_order_broken = true;
}

/* Counted from both ends, and the smaller number told: from the arrivals announced one by one, and
 * from all that is there. Either may be off when something went before it was announced. */
uint32_t select_nunseen(const struct model_session *s, const struct command *check, bool *is_copy_r)
{
    *is_copy_r = false;
    if (s->truth == NULL || s->is_order_broken || s->truth->is_uncertain ||
        !session_is_undisturbed(s, check))
        return 0;
    size_t first = s->first_unseen - 1 + narrivals_announced(s);
    uint32_t nunseen = 0, nthere = 0;
    for (size_t i = 0; i < s->truth->nmessages; i++) {
        const struct truth_message *message = &s->truth->messages[i];
        if (message->is_removed || message->copied_by == s || message->arrived_at > check->nevents)
            continue;
        nthere++;
        if (i < first)
            continue;
        nunseen++;
        *is_copy_r = message->is_copy;
    }
    uint32_t nlacking = nthere > s->selected->exists ? nthere - s->selected->exists : 0;
    return nlacking < nunseen ? nlacking : nunseen;
}
