#include "reports/reports.h"

#include <stdlib.h>
#include <string.h>

#include "reports/result_fields.h"
#include "reports/result_tell.h"

enum { LOG_LINES_DEFAULT = 20 };

#define COLOR_GOOD "32"
#define COLOR_SOFT "33"
#define COLOR_BAD "1;31"
#define COLOR_IDLE "36"

static const char *verdict_color(enum result_verdict verdict)
{
    switch (verdict) {
    case RESULT_PASS:
        return COLOR_GOOD;
    case RESULT_NONSTRICT:
    case RESULT_WARN:
        return COLOR_SOFT;
    case RESULT_SKIP:
    case RESULT_BLOCKED:
        return COLOR_IDLE;
    case RESULT_FAIL:
    case RESULT_CRASH:
    case RESULT_ERROR:
        return COLOR_BAD;
    }
    return COLOR_BAD;
}

static bool has_text(const char *text)
{
    return text && *text;
}

static void put_colored(struct buffer *out, const struct result_terminal *how, const char *color,
                        const char *text)
{
    if (how->color)
        buffer_printf(out, "\x1b[%sm%s\x1b[0m", color, text);
    else
        buffer_append_text(out, text);
}

/* "    wanted  * 5 EXPUNGE" */
static void put_value(struct buffer *out, const struct result_terminal *how, const char *color,
                      const char *label, const char *value)
{
    if (!has_text(value))
        return;
    buffer_append_text(out, "    ");
    put_colored(out, how, color, label);
    buffer_append_repeat(out, ' ', 8 - strlen(label));
    result_text_show(out, value, 12);
    if (value[strlen(value) - 1] != '\n')
        buffer_append_byte(out, '\n');
}

/* "verdict  id  claim" */
static void put_heading(struct buffer *out, const struct result_case *result,
                        const struct result_terminal *how)
{
    const char *name = result_verdict_name(result->verdict);
    put_colored(out, how, verdict_color(result->verdict), name);
    buffer_append_repeat(out, ' ', 11 - strlen(name));
    result_text_show(out, result->id, 0);
    if (has_text(result->claim)) {
        buffer_append_text(out, "  ");
        result_text_show(out, result->claim, 0);
    }
    buffer_append_byte(out, '\n');
}

/* "  dovecot.expect:12: remove this line: ..." */
static void put_listed(struct buffer *out, const struct result_case *result)
{
    bool is_listed = has_text(result->expected);
    if (is_listed && !result->is_unexpected) {
        buffer_append_text(out, "expected ");
        result_text_show(out, result->expected, 2);
        buffer_append_text(out, has_text(result->reason) ? ": " : "");
        return;
    }
    if (has_text(result->listed_at)) {
        result_text_show(out, result->listed_at, 2);
        buffer_append_text(out, ": ");
    }
    if (!is_listed)
        buffer_append_text(out, "this line has expired and counts no more");
    else
        result_tell_listing(result, out);
    buffer_append_text(out, has_text(result->reason) ? ": " : "");
}

static void put_reason(struct buffer *out, const struct result_case *result)
{
    bool has_line = has_text(result->expected) || has_text(result->listed_at);
    if (!has_line && !has_text(result->reason))
        return;
    buffer_append_text(out, "  ");
    if (has_line)
        put_listed(out, result);
    result_text_show(out, result->reason, 2);
    buffer_append_byte(out, '\n');
}

static void put_behaviours(struct buffer *out, const struct result_case *result)
{
    for (size_t i = 0; i < result->nbehaviours; i++) {
        buffer_append_text(out, "  observed ");
        result_text_show(out, result->behaviours[i].topic, 2);
        buffer_append_text(out, ": ");
        result_text_show(out, result->behaviours[i].choice, 2);
        buffer_append_byte(out, '\n');
    }
}

/* "  requirement (page 13 Cmd): statement" */
static void put_requirement(struct buffer *out, const char *requirement, const char *page,
                            const char *statement)
{
    buffer_append_text(out, "  ");
    result_text_show(out, has_text(requirement) ? requirement : "no requirement", 2);
    if (has_text(page)) {
        buffer_append_text(out, " (page ");
        result_text_show(out, page, 2);
        buffer_append_byte(out, ')');
    }
    if (has_text(statement)) {
        buffer_append_text(out, ": ");
        result_text_show(out, statement, 4);
    }
    buffer_append_byte(out, '\n');
}

/* What was wanted and what came, of every finding: a rule of the model wants what its requirement
 * states, and got the line of the wire log that it fired at. */
static void put_values(struct buffer *out, const struct result_case *result,
                       const struct result_finding *finding, const struct result_terminal *how)
{
    struct buffer wire = {0};
    bool has_wanted = has_text(finding->wanted);
    put_value(out, how, COLOR_GOOD, "wanted", has_wanted ? finding->wanted : finding->statement);
    result_tell_wire_line(result, finding, &wire);
    char *line = buffer_take_text(&wire);
    put_value(out, how, COLOR_BAD, "got", has_text(finding->got) ? finding->got : line);
    free(line);
}

static void put_finding(struct buffer *out, const struct result_case *result,
                        const struct result_finding *finding, const struct result_terminal *how)
{
    bool is_fail = strcmp(finding->level ? finding->level : "", "fail") == 0;
    put_requirement(out, finding->requirement, finding->page,
                    has_text(finding->wanted) ? finding->statement : "");
    buffer_append_text(out, "    ");
    put_colored(out, how, is_fail ? COLOR_BAD : COLOR_SOFT,
                has_text(finding->level) ? finding->level : "finding");
    if (has_text(finding->rule)) {
        buffer_append_text(out, " by ");
        result_text_show(out, finding->rule, 4);
    }
    if (has_text(finding->file)) {
        buffer_append_text(out, " at ");
        result_text_show(out, finding->file, 4);
        if (finding->line > 0)
            buffer_printf(out, ":%u", finding->line);
    }
    if (finding->log_line > 0)
        buffer_printf(out, ", wire line %zu", finding->log_line);
    if (has_text(finding->text)) {
        buffer_append_text(out, ": ");
        result_text_show(out, finding->text, 4);
    }
    buffer_append_byte(out, '\n');
    put_values(out, result, finding, how);
}

static bool is_same_text(const char *a, const char *b)
{
    return strcmp(a == NULL ? "" : a, b == NULL ? "" : b) == 0;
}

static bool is_like(const struct result_finding *a, const struct result_finding *b)
{
    return is_same_text(a->requirement, b->requirement) && is_same_text(a->rule, b->rule) &&
           is_same_text(a->level, b->level) && is_same_text(a->text, b->text) &&
           is_same_text(a->file, b->file) && a->line == b->line;
}

static bool is_first_of_its_kind(const struct result_case *result, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (is_like(&result->findings[i], &result->findings[index]))
            return false;
    return true;
}

/* What happens again and again in a case is told once, unless all is wanted. */
static void put_findings(struct buffer *out, const struct result_case *result,
                         const struct result_terminal *how)
{
    size_t ntold = 0;
    size_t nleft = 0;
    for (size_t i = 0; i < result->nfindings; i++) {
        const struct result_finding *finding = &result->findings[i];
        bool is_told = !has_text(finding->level) || strcmp(finding->level, "observe") != 0;
        if (how->verbosity < 2 && (!is_told || !is_first_of_its_kind(result, i)))
            continue;
        if (how->verbosity < 2 && how->nfindings > 0 && ntold == how->nfindings) {
            nleft++;
            continue;
        }
        ntold++;
        put_finding(out, result, finding, how);
        size_t nmore = 0;
        for (size_t k = i + 1; k < result->nfindings && how->verbosity < 2; k++)
            nmore += is_like(finding, &result->findings[k]);
        if (nmore > 0)
            buffer_printf(out, "    and %zu more like it\n", nmore);
    }
    if (nleft > 0)
        buffer_printf(out, "  and %zu more finding%s (-v tells all)\n", nleft,
                      nleft == 1 ? "" : "s");
}

static bool is_explained(const struct result_case *result, const struct result_check *check)
{
    for (size_t i = 0; i < result->nfindings; i++) {
        const struct result_finding *finding = &result->findings[i];
        if (has_text(finding->requirement) && has_text(check->requirement) &&
            strcmp(finding->requirement, check->requirement) == 0 && has_text(finding->level) &&
            strcmp(finding->level, "observe") != 0)
            return true;
    }
    return false;
}

static void put_checks(struct buffer *out, const struct result_case *result,
                       const struct result_terminal *how)
{
    for (size_t i = 0; i < result->nchecks; i++) {
        const struct result_check *check = &result->checks[i];
        bool is_pass = check->verdict == RESULT_PASS;
        if ((is_pass && how->verbosity < 2) || is_explained(result, check))
            continue;
        put_requirement(out, check->requirement, check->page, check->statement);
        buffer_append_text(out, "    ");
        put_colored(out, how, verdict_color(check->verdict), result_verdict_name(check->verdict));
        buffer_append_byte(out, '\n');
    }
}

static void put_log(struct buffer *out, const char *log, size_t nlines)
{
    struct span all = span_of(log);
    if (all.nbytes == 0)
        return;
    size_t from = all.nbytes - (all.data[all.nbytes - 1] == '\n');
    for (size_t seen = 0; from > 0; from--) {
        if (all.data[from - 1] == '\n' && ++seen == nlines)
            break;
    }
    buffer_append_text(out, from > 0 ? "  last wire lines:\n    " : "  wire:\n    ");
    result_text_show(out, all.data + from, 4);
    if (all.data[all.nbytes - 1] != '\n')
        buffer_append_byte(out, '\n');
}

static void put_full(struct buffer *out, const struct result_case *result,
                     const struct result_terminal *how)
{
    if (has_text(result->file)) {
        buffer_append_text(out, "  ");
        result_text_show(out, result->file, 2);
        buffer_printf(out, ":%u\n", result->line);
    }
    put_reason(out, result);
    put_findings(out, result, how);
    if (has_text(result->reproduce)) {
        buffer_append_text(out, "  reproduce: ");
        result_text_show(out, result->reproduce, 4);
        buffer_append_byte(out, '\n');
    }
    put_checks(out, result, how);
    if (how->verbosity >= 2)
        put_behaviours(out, result);
    put_log(out, result->log, how->log_lines ? how->log_lines : LOG_LINES_DEFAULT);
}

static bool is_one_line(const struct result_case *result)
{
    bool is_listed = has_text(result->expected) && !result->is_unexpected;
    return is_listed || result->verdict == RESULT_PASS || result->verdict == RESULT_SKIP ||
           (result->verdict == RESULT_NONSTRICT && !result->is_unexpected);
}

void result_case_print(const struct result_case *result, const struct result_terminal *how,
                       struct buffer *out)
{
    bool is_silent = (result->verdict == RESULT_PASS || result->verdict == RESULT_SKIP) &&
                     !result->is_unexpected;
    if (is_silent && how->verbosity < 1)
        return;
    put_heading(out, result, how);
    if (how->verbosity >= 2 || !is_one_line(result)) {
        put_full(out, result, how);
        return;
    }
    put_reason(out, result);
    if (result->verdict == RESULT_NONSTRICT)
        put_behaviours(out, result);
}

void result_skips_print(const struct result_case *const *cases, size_t ncases, struct buffer *out)
{
    struct arena arena = {0};
    struct table counts = {0}; /* reason -> size_t, in order of appearance */
    for (size_t i = 0; i < ncases; i++) {
        if (cases[i]->verdict != RESULT_SKIP)
            continue;
        struct span reason = span_of(cases[i]->reason == NULL ? "" : cases[i]->reason);
        size_t *n = table_get(&counts, reason);
        if (n == NULL) {
            n = arena_alloc(&arena, sizeof *n);
            (void)table_put(&counts, reason, n);
        }
        ++*n;
    }
    for (size_t i = 0; i < counts.nentries; i++) {
        buffer_printf(out, "  %zu skipped: ", *(const size_t *)counts.entries[i].value);
        buffer_append_escaped(out, counts.entries[i].key, 300);
        buffer_append_text(out, "\n");
    }
    table_free(&counts);
    arena_free(&arena);
}

struct outcomes {
    size_t nverdicts[RESULT_NVERDICTS];
};

static void put_outcomes(struct buffer *out, struct span id, const struct outcomes *outcomes)
{
    const char *separator = ": ";
    size_t nkinds = 0;
    for (unsigned v = 0; v < RESULT_NVERDICTS; v++)
        nkinds += outcomes->nverdicts[v] > 0;
    if (nkinds < 2)
        return;
    buffer_append_text(out, "  unsteady: ");
    buffer_append_escaped(out, id, 300);
    for (unsigned v = 0; v < RESULT_NVERDICTS; v++) {
        if (outcomes->nverdicts[v] == 0)
            continue;
        buffer_printf(out, "%s%zu %s", separator, outcomes->nverdicts[v],
                      result_verdict_name((enum result_verdict)v));
        separator = ", ";
    }
    buffer_append_byte(out, '\n');
}

void result_unsteady_print(const struct result_case *const *cases, size_t ncases,
                           struct buffer *out)
{
    struct arena arena = {0};
    struct table ids = {0}; /* ID -> struct outcomes, in order of appearance */
    for (size_t i = 0; i < ncases; i++) {
        struct span id = span_of(cases[i]->id);
        struct outcomes *outcomes = table_get(&ids, id);
        if (outcomes == NULL) {
            outcomes = arena_alloc(&arena, sizeof *outcomes);
            (void)table_put(&ids, id, outcomes);
        }
        outcomes->nverdicts[cases[i]->verdict]++;
    }
    for (size_t i = 0; i < ids.nentries; i++)
        put_outcomes(out, ids.entries[i].key, ids.entries[i].value);
    table_free(&ids);
    arena_free(&arena);
}
