#include <string.h>

#include "target/expect_list.h"

/* What the cases that an entry fits have shown. */
struct outcome {
    size_t ncases, nas_listed;
    enum result_verdict verdict; /* of the last one */
    bool differs;                /* they are not all the same */
};

struct update {
    const struct expect_list *list;
    bool is_strict;
    const struct result_case *const *results;
    size_t nresults;
    struct buffer *out;
    size_t nmissing;
};

static struct outcome outcome_of(const struct update *u, const struct expect_entry *entry)
{
    struct outcome outcome = {0};
    for (size_t i = 0; i < u->nresults; i++) {
        const struct result_case *result = u->results[i];
        if (expect_find(u->list, result->id, true) != entry)
            continue;
        if (outcome.ncases > 0 && result->verdict != outcome.verdict)
            outcome.differs = true;
        outcome.verdict = result->verdict;
        outcome.ncases++;
        if (result->verdict == entry->verdict)
            outcome.nas_listed++;
    }
    return outcome;
}

static bool stays(const struct expect_entry *entry, const struct outcome *outcome)
{
    return outcome->ncases == 0 || entry->is_flaky || outcome->nas_listed > 0;
}

static void write_line(struct update *u, const struct result_case *result, const char *reason)
{
    buffer_printf(u->out, "%-9s ", result_verdict_name(result->verdict));
    size_t nbytes = strlen(result->id);
    for (size_t i = 0; i < nbytes; i++) {
        bool is_blank = result->id[i] == ' ' || result->id[i] == '\t';
        buffer_append(u->out, is_blank ? SPAN_LIT("?") : span_make(&result->id[i], 1));
    }
    buffer_append_repeat(u->out, ' ', nbytes < 40 ? 40 - nbytes : 1);
    buffer_printf(u->out, " %s\n", reason);
}

/* The line with another verdict, its columns kept if there is room. */
static void write_changed(struct update *u, const struct expect_line *line,
                          enum result_verdict verdict)
{
    const char *name = result_verdict_name(verdict);
    size_t old_nbytes = strlen(line->entry->verdict_name);
    size_t new_nbytes = strlen(name);
    size_t at = span_find(line->text, span_of(line->entry->verdict_name));
    struct span rest = span_from(line->text, at + old_nbytes);
    buffer_append(u->out, span_slice(line->text, 0, at));
    buffer_append_text(u->out, name);
    for (size_t i = new_nbytes; i < old_nbytes; i++)
        buffer_append_byte(u->out, ' ');
    for (size_t i = old_nbytes; i < new_nbytes && rest.nbytes > 1 && rest.data[1] == ' '; i++)
        rest = span_from(rest, 1);
    buffer_append(u->out, rest);
    buffer_append_byte(u->out, '\n');
}

static void write_each(struct update *u, const struct expect_entry *entry)
{
    for (size_t i = 0; i < u->nresults; i++)
        if (expect_find(u->list, u->results[i]->id, true) == entry &&
            result_is_unexpected(u->results[i]->verdict, "", u->is_strict))
            write_line(u, u->results[i], entry->reason);
}

static void update_line(struct update *u, const struct expect_line *line)
{
    struct outcome outcome = {0};
    if (line->entry != NULL)
        outcome = outcome_of(u, line->entry);
    if (line->entry == NULL || stays(line->entry, &outcome)) {
        buffer_append(u->out, line->text);
        buffer_append_byte(u->out, '\n');
    } else if (outcome.differs) {
        write_each(u, line->entry);
    } else if (result_is_unexpected(outcome.verdict, "", u->is_strict)) {
        write_changed(u, line, outcome.verdict);
    }
}

/* A result that no line of the new file expects. */
static bool is_new(const struct update *u, const struct result_case *result)
{
    const struct expect_entry *entry =
        u->list == NULL ? NULL : expect_find(u->list, result->id, true);
    if (entry == NULL)
        return result_is_unexpected(result->verdict, "", u->is_strict);
    if (entry->is_flaky || entry->verdict == result->verdict)
        return false;
    struct outcome outcome = outcome_of(u, entry);
    return outcome.nas_listed > 0;
}

size_t expect_update(const struct expect_list *list, bool is_strict,
                     const struct result_case *const *results, size_t nresults, struct buffer *out)
{
    struct update u = {list, is_strict, results, nresults, out, 0};
    for (size_t i = 0; list != NULL && i < list->nlines; i++)
        update_line(&u, &list->lines[i]);
    for (size_t i = 0; i < nresults; i++) {
        if (!is_new(&u, results[i]))
            continue;
        write_line(&u, results[i], "?");
        u.nmissing++;
    }
    return u.nmissing;
}
