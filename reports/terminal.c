#include "reports/reports.h"

#include <string.h>

#include "reports/result_fields.h"

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

static bool is_control(struct span s)
{
    unsigned char first = (unsigned char)s.data[0];
    bool is_c1 = first == 0xc2 && s.nbytes > 1 && (unsigned char)s.data[1] < 0xa0;
    return first < 0x20 || first == 0x7f || is_c1;
}

/* Appends a text that may come from a peer: lines after the first are indented, whatever could
 * steer the terminal is shown as \xHH. */
static void put_text(struct buffer *out, const char *text, size_t indent)
{
    struct span rest = span_of(text);
    while (rest.nbytes > 0) {
        size_t nbytes = result_utf8_length(rest);
        if (rest.data[0] == '\n') {
            buffer_append_byte(out, '\n');
            buffer_append_repeat(out, ' ', rest.nbytes > 1 ? indent : 0);
            nbytes = 1;
        } else if (nbytes == 0 || is_control(rest)) {
            nbytes = nbytes ? nbytes : 1;
            for (size_t i = 0; i < nbytes; i++)
                buffer_printf(out, "\\x%02x", (unsigned)(unsigned char)rest.data[i]);
        } else {
            buffer_append(out, span_slice(rest, 0, nbytes));
        }
        rest = span_from(rest, nbytes);
    }
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
    put_text(out, value, 12);
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
    put_text(out, result->id, 0);
    if (has_text(result->claim)) {
        buffer_append_text(out, "  ");
        put_text(out, result->claim, 0);
    }
    buffer_append_byte(out, '\n');
}

static void put_listed(struct buffer *out, const struct result_case *result)
{
    bool is_gone = result->is_unexpected && result->verdict == RESULT_PASS;
    buffer_append_text(out, result->is_unexpected ? "listed as " : "expected ");
    put_text(out, result->expected, 2);
    if (is_gone)
        buffer_append_text(out, ", but it passes now: remove its line from the expectation file");
    if (has_text(result->reason))
        buffer_append_text(out, ": ");
}

static void put_reason(struct buffer *out, const struct result_case *result)
{
    if (!has_text(result->expected) && !has_text(result->reason))
        return;
    buffer_append_text(out, "  ");
    if (has_text(result->expected))
        put_listed(out, result);
    put_text(out, result->reason, 2);
    buffer_append_byte(out, '\n');
}

static void put_behaviours(struct buffer *out, const struct result_case *result)
{
    for (size_t i = 0; i < result->nbehaviours; i++) {
        buffer_append_text(out, "  observed ");
        put_text(out, result->behaviours[i].topic, 2);
        buffer_append_text(out, ": ");
        put_text(out, result->behaviours[i].choice, 2);
        buffer_append_byte(out, '\n');
    }
}

/* "  requirement (page 13 Cmd): statement" */
static void put_requirement(struct buffer *out, const char *requirement, const char *page,
                            const char *statement)
{
    buffer_append_text(out, "  ");
    put_text(out, has_text(requirement) ? requirement : "no requirement", 2);
    if (has_text(page)) {
        buffer_append_text(out, " (page ");
        put_text(out, page, 2);
        buffer_append_byte(out, ')');
    }
    if (has_text(statement)) {
        buffer_append_text(out, ": ");
        put_text(out, statement, 4);
    }
    buffer_append_byte(out, '\n');
}

static void put_finding(struct buffer *out, const struct result_finding *finding,
                        const struct result_terminal *how)
{
    bool is_fail = strcmp(finding->level ? finding->level : "", "fail") == 0;
    put_requirement(out, finding->requirement, finding->page, finding->statement);
    buffer_append_text(out, "    ");
    put_colored(out, how, is_fail ? COLOR_BAD : COLOR_SOFT,
                has_text(finding->level) ? finding->level : "finding");
    if (has_text(finding->rule)) {
        buffer_append_text(out, " by ");
        put_text(out, finding->rule, 4);
    }
    if (has_text(finding->file)) {
        buffer_append_text(out, " at ");
        put_text(out, finding->file, 4);
        if (finding->line > 0)
            buffer_printf(out, ":%u", finding->line);
    }
    if (finding->log_line > 0)
        buffer_printf(out, ", wire line %zu", finding->log_line);
    if (has_text(finding->text)) {
        buffer_append_text(out, ": ");
        put_text(out, finding->text, 4);
    }
    buffer_append_byte(out, '\n');
    put_value(out, how, COLOR_GOOD, "wanted", finding->wanted);
    put_value(out, how, COLOR_BAD, "got", finding->got);
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
    put_text(out, all.data + from, 4);
    if (all.data[all.nbytes - 1] != '\n')
        buffer_append_byte(out, '\n');
}

static void put_full(struct buffer *out, const struct result_case *result,
                     const struct result_terminal *how)
{
    if (has_text(result->file)) {
        buffer_append_text(out, "  ");
        put_text(out, result->file, 2);
        buffer_printf(out, ":%u\n", result->line);
    }
    put_reason(out, result);
    for (size_t i = 0; i < result->nfindings; i++) {
        const char *level = result->findings[i].level;
        if (how->verbosity >= 2 || !has_text(level) || strcmp(level, "observe") != 0)
            put_finding(out, &result->findings[i], how);
    }
    put_checks(out, result, how);
    if (how->verbosity >= 2)
        put_behaviours(out, result);
    put_log(out, result->log, how->log_lines ? how->log_lines : LOG_LINES_DEFAULT);
    if (has_text(result->reproduce)) {
        buffer_append_text(out, "  reproduce: ");
        put_text(out, result->reproduce, 4);
        buffer_append_byte(out, '\n');
    }
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
