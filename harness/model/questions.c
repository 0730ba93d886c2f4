#include <stdlib.h>
#include <string.h>

#include "model/session.h"

/* The session's own match has nodes only of the rules that the model looks for. */
const struct grammar_match *model_session_last_match(struct model_session *s)
{
    if (s->matched == WORD_NONE)
        return &s->match;
    if (s->whole_matcher == NULL)
        s->whole_matcher = grammar_matcher_new(s->dialect->grammar);
    (void)grammar_match(s->whole_matcher, s->dialect->rules[s->matched], s->reading.input,
                        GRAMMAR_WHOLE, &s->whole_match);
    return &s->whole_match;
}

enum model_state model_session_state(const struct model_session *s)
{
    if (s->is_closed)
        return MODEL_CLOSED;
    if (s->has_bye || s->is_logged_out)
        return MODEL_LOGOUT;
    if (!s->has_greeted)
        return MODEL_OPENING;
    if (s->selected != NULL)
        return MODEL_SELECTED;
    return s->is_authenticated ? MODEL_AUTHENTICATED : MODEL_NOT_AUTHENTICATED;
}

/* What the client would believe now: data of a selection being made counts already. */
static struct mailbox *view_of(const struct model_session *s)
{
    return s->pending != NULL && s->pending->is_exists_known ? s->pending : s->selected;
}

bool model_session_exists(const struct model_session *s, uint32_t *exists_r)
{
    const struct mailbox *view = view_of(s);
    if (view == NULL || !view->is_exists_known)
        return false;
    *exists_r = view->exists;
    return true;
}

bool model_session_recent(const struct model_session *s, uint32_t *recent_r)
{
    const struct mailbox *view = view_of(s);
    if (view == NULL || !view->is_recent_known)
        return false;
    *recent_r = view->recent;
    return true;
}

bool model_session_flags(const struct model_session *s, uint32_t number, struct span *flags_r)
{
    struct mailbox *view = view_of(s);
    struct slot *slot = view == NULL ? NULL : mailbox_slot(view, number);
    if (slot == NULL || slot->flags_state == FLAGS_UNKNOWN)
        return false;
    struct buffer *text = &((struct model_session *)s)->flags_text; /* scratch, not state */
    buffer_clear(text);
    flag_names_write(s->flags, slot->flags, text);
    *flags_r = buffer_span(text);
    return true;
}

uint32_t model_session_current(const struct model_session *s, uint32_t number)
{
    if (s->selected == NULL || number == 0 || number > s->selected->exists_at_select)
        return UINT32_MAX;
    return mailbox_number(s->selected, number - 1);
}

const uint32_t *model_session_removed(const struct model_session *s, size_t *nremoved_r)
{
    const struct mailbox *view = s->selected;
    *nremoved_r = view == NULL ? 0 : view->nlogged;
    if (*nremoved_r == 0)
        return NULL;
    struct model_session *scratch = (struct model_session *)s;
    scratch->removed = mem_grow(scratch->removed, &scratch->removed_capacity, *nremoved_r,
                                sizeof *scratch->removed);
    mailbox_removed_numbers(view, scratch->removed);
    return scratch->removed;
}

size_t model_session_noutstanding(const struct model_session *s)
{
    return s->noutstanding;
}

bool model_session_awaits(const struct model_session *s, struct span tag)
{
    for (size_t i = 0; i < s->noutstanding; i++)
        if (span_equal(s->outstanding[i]->tag, tag))
            return true;
    return false;
}

/* ---- behaviour ------------------------------------------------------------------------------ */

bool model_records_reading(unsigned reading)
{
    static const unsigned char readings[] = {3,  4,  11, 25, 26, 27, 35, 46, 47, 51,  53,  54, 57,
                                             59, 60, 62, 65, 66, 67, 76, 88, 89, 111, 114, 115};
    return memchr(readings, (int)reading, sizeof readings) != NULL;
}

void session_note(struct model_session *s, unsigned reading, const char *choice)
{
    for (size_t i = 0; i < s->nbehaviours; i++)
        if (s->lists->behaviours[i].reading == reading &&
            (s->lists->behaviours[i].choice == choice ||
             span_is(span_of(s->lists->behaviours[i].choice), choice)))
            return;
    if (s->nbehaviours < SESSION_BEHAVIOURS_MAX)
        s->lists->behaviours[s->nbehaviours++] = (struct model_behaviour){reading, choice};
}

const struct model_behaviour *model_session_behaviours(const struct model_session *s,
                                                       size_t *nbehaviours_r)
{
    *nbehaviours_r = s->nbehaviours;
    return s->lists->behaviours;
}

/* ---- agreement ------------------------------------------------------------------------------ */

static void write_flags(const struct model_session *s, const struct slot *slot, struct buffer *out)
{
    buffer_append_byte(out, '(');
    flag_names_write(s->flags, slot->flags & ~FLAG_RECENT, out);
    buffer_append_byte(out, ')');
}

/* Compared as text: two sessions without a world number their flags each in its own way. */
static bool flags_agree(const struct model_session *a, const struct slot *x,
                        const struct model_session *b, const struct slot *y, struct buffer *why)
{
    if (x->flags_state != FLAGS_KNOWN || y->flags_state != FLAGS_KNOWN)
        return true;
    uint64_t mine = x->flags & ~FLAG_RECENT, theirs = 0;
    for (size_t i = 0; i < b->flags->nnames; i++)
        if ((y->flags >> i & 1) != 0)
            theirs |= flag_names_bit(a->flags, b->flags->names[i]);
    if (mine == (theirs & ~FLAG_RECENT))
        return true;
    write_flags(a, x, why);
    buffer_append_text(why, " against ");
    write_flags(b, y, why);
    return false;
}

static struct span message_id_of(const struct model_session *s, const struct slot *slot)
{
    if (slot->texts != NULL && slot->texts->envelope != NULL)
        return slot->texts->envelope->fields[ENVELOPE_MESSAGE_ID];
    if (slot->instance != 0 && s->truth != NULL)
        return truth_message_id(s->world, s->truth, slot->instance);
    return (struct span){NULL, 0};
}

static bool slots_agree(const struct model_session *a, const struct model_session *b,
                        uint32_t number, struct buffer *why)
{
    struct slot *x = mailbox_slot(a->selected, number), *y = mailbox_slot(b->selected, number);
    if (x == NULL || y == NULL)
        return true;
    if (!flags_agree(a, x, b, y, why)) {
        buffer_printf(why, ": flags of message %u in %s and %s", number, a->setup.name,
                      b->setup.name);
        return false;
    }
    struct span mine = message_id_of(a, x), theirs = message_id_of(b, y);
    if (mine.data == NULL || theirs.data == NULL || span_equal(mine, theirs))
        return true;
    buffer_printf(why, "message %u is %.*s in %s and %.*s in %s", number, SPAN_ARG(mine),
                  a->setup.name, SPAN_ARG(theirs), b->setup.name);
    return false;
}

bool model_sessions_agree(const struct model_session *a, const struct model_session *b,
                          struct buffer *why)
{
    if (a->selected == NULL || b->selected == NULL) {
        buffer_printf(why, "%s has no mailbox selected",
                      a->selected == NULL ? a->setup.name : b->setup.name);
        return false;
    }
    if (a->selected->exists != b->selected->exists) {
        buffer_printf(why, "%s holds %u messages in %s and %u in %s",
                      a->truth != NULL ? a->truth->name : "the mailbox", a->selected->exists,
                      a->setup.name, b->selected->exists, b->setup.name);
        return false;
    }
    for (uint32_t number = 1; number <= a->selected->exists; number++) {
        if (number > a->selected->nslots + 1 && number > b->selected->nslots + 1)
            break; /* nothing is known of the rest */
        if (!slots_agree(a, b, number, why))
            return false;
    }
    return true;
}
