#include "model/complete.h"

#include <stdlib.h>

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

static const char *order_of(const struct command *command)
{
    bool is_rising = true, is_falling = true;
    for (size_t i = 1; i < command->nhits; i++) {
        is_rising = is_rising && command->hits[i] >= command->hits[i - 1];
        is_falling = is_falling && command->hits[i] <= command->hits[i - 1];
    }
    return is_rising ? "ascending" : is_falling ? "descending" : "mixed";
}

static bool has_duplicates(const struct command *command) /* once they have been sorted */
{
    for (size_t i = 1; i < command->nhits; i++)
        if (command->hits[i] == command->hits[i - 1])
            return true;
    return false;
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

/* Of several at a time it cannot be told which a line belongs to. */
static void note_result(struct model_session *s, const struct command *command)
{
    if (command->nhits == 0)
        session_note(s, 4, command->nsearches > 0 ? "bare line" : "no line");
    else if (command->is_alone)
        session_note(s, 89, command->nsearches > 1 ? "several lines" : "one line");
    if (command->nhits > 1 && command->is_alone)
        session_note(s, 88, order_of(command));
}

void complete_search(struct model_session *s, struct command *command, enum status status)
{
    if (status != STATUS_OK || !reach_is_sure(s, command))
        return;
    note_result(s, command);
    check_found(s, command);
    if (command->is_alone && has_duplicates(command))
        session_note(s, 88, "a number twice");
}
