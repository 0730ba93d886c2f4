#include <stdlib.h>
#include <string.h>

#include "reports/result_tell.h"

static struct span text_of(const char *text)
{
    return span_of(text == NULL ? "" : text);
}

/* Text for a table cell or list item: what Markdown would take as structure is escaped, and so is
 * what is no printable ASCII, since it may be anything that a peer has sent. */
static void append_cell(struct buffer *out, struct span text)
{
    for (size_t i = 0; i < text.nbytes; i++) {
        char c = text.data[i];
        if (!char_is_print(c)) {
            buffer_printf(out, "\\\\x%02x", (unsigned)(unsigned char)c);
            continue;
        }
        if (c == '|' || c == '\\' || c == '<' || c == '*' || c == '_' || c == '`')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, c);
    }
}

/* ---- each target's counts ---- */

static void write_counts(const struct result_run *run, struct buffer *out)
{
    struct result_summary summary = {0};
    for (size_t i = 0; i < run->ncases; i++)
        result_summary_add(&summary, run->cases[i]);
    buffer_append_text(out, "| ");
    append_cell(out, text_of(run->header.target));
    buffer_append_text(out, " | ");
    append_cell(out, text_of(run->header.title));
    buffer_printf(out, "%s | %zu", run->is_cut ? " (cut short)" : "", summary.ncases);
    for (int v = 0; v < RESULT_NVERDICTS; v++)
        buffer_printf(out, " | %zu", summary.nverdicts[v]);
    buffer_printf(out, " | %zu |\n", summary.nunexpected);
}

static void write_overview(const struct result_run *const *runs, size_t nruns, struct buffer *out)
{
    buffer_append_text(out, "## Runs\n\n| target | | cases");
    for (int v = 0; v < RESULT_NVERDICTS; v++)
        buffer_printf(out, " | %s", result_verdict_name((enum result_verdict)v));
    buffer_append_text(out, " | unexpected |\n| --- | --- | ---:");
    for (int v = 0; v < RESULT_NVERDICTS; v++)
        buffer_append_text(out, " | ---:");
    buffer_append_text(out, " | ---: |\n");
    for (size_t r = 0; r < nruns; r++)
        write_counts(runs[r], out);
}

/* Ends a table's head that has begun with two columns: one more for each target. */
static void write_target_columns(const struct result_run *const *runs, size_t nruns,
                                 struct buffer *out)
{
    for (size_t r = 0; r < nruns; r++) {
        buffer_append_text(out, " | ");
        append_cell(out, text_of(runs[r]->header.target));
    }
    buffer_append_text(out, " |\n| --- | ---");
    for (size_t r = 0; r < nruns; r++)
        buffer_append_text(out, " | ---");
    buffer_append_text(out, " |\n");
}

/* ---- requirement by target ---- */

struct matrix_row {
    const char *requirement, *page;
    int *verdicts; /* per run: worst verdict, -1: not checked */
};

struct matrix {
    struct arena arena;
    struct table rows; /* requirement -> struct matrix_row */
    size_t nruns;
};

static void note(struct matrix *m, size_t run, const char *requirement, const char *page,
                 enum result_verdict verdict)
{
    struct span id = text_of(requirement);
    if (id.nbytes == 0)
        return;
    struct matrix_row *row = table_get(&m->rows, id);
    if (row == NULL) {
        row = arena_alloc(&m->arena, sizeof *row);
        row->requirement = requirement;
        row->page = page;
        row->verdicts = arena_array(&m->arena, m->nruns, sizeof *row->verdicts);
        for (size_t i = 0; i < m->nruns; i++)
            row->verdicts[i] = -1;
        (void)table_put(&m->rows, id, row);
    }
    /* that one case could not reach a requirement says little when another checked it */
    int known = row->verdicts[run];
    if (known == -1 || known == RESULT_BLOCKED ||
        (verdict != RESULT_BLOCKED && (int)verdict > known))
        row->verdicts[run] = (int)verdict;
}

static int compare_rows(const void *a, const void *b)
{
    const struct matrix_row *x = *(const struct matrix_row *const *)a;
    const struct matrix_row *y = *(const struct matrix_row *const *)b;
    return strcmp(x->requirement, y->requirement);
}

static void write_row(const struct matrix *m, const struct matrix_row *row, struct buffer *out)
{
    buffer_append_text(out, "| ");
    append_cell(out, text_of(row->requirement));
    buffer_append_text(out, " | ");
    append_cell(out, text_of(row->page));
    for (size_t r = 0; r < m->nruns; r++) {
        int v = row->verdicts[r];
        const char *name = v < 0 ? "" : result_verdict_name((enum result_verdict)v);
        bool is_bad = v >= RESULT_FAIL;
        buffer_printf(out, " | %s%s%s", is_bad ? "**" : "", name, is_bad ? "**" : "");
    }
    buffer_append_text(out, " |\n");
}

static void write_matrix(const struct result_run *const *runs, size_t nruns, struct buffer *out)
{
    struct matrix m = {.nruns = nruns};
    for (size_t r = 0; r < nruns; r++)
        for (size_t i = 0; i < runs[r]->ncases; i++)
            for (size_t k = 0; k < runs[r]->cases[i]->nchecks; k++) {
                const struct result_check *check = &runs[r]->cases[i]->checks[k];
                note(&m, r, check->requirement, check->page, check->verdict);
            }
    const struct matrix_row **sorted =
        arena_array(&m.arena, m.rows.nentries + 1, sizeof(struct matrix_row *));
    for (size_t i = 0; i < m.rows.nentries; i++)
        sorted[i] = m.rows.entries[i].value;
    qsort(sorted, m.rows.nentries, sizeof(struct matrix_row *), compare_rows);
    buffer_append_text(out, "\n## Requirements\n\n| requirement | RFC 1176 page");
    write_target_columns(runs, nruns, out);
    for (size_t i = 0; i < m.rows.nentries; i++)
        write_row(&m, sorted[i], out);
    table_free(&m.rows);
    arena_free(&m.arena);
}

/* ---- what did not pass ---- */

static void write_findings(const struct result_case *result, struct buffer *out)
{
    for (size_t i = 0; i < result->nfindings; i++) {
        const struct result_finding *f = &result->findings[i];
        if (span_is(text_of(f->level), "observe"))
            continue;
        struct buffer line = {0};
        result_tell_of_finding(result, f, &line);
        buffer_append_text(out, "  - ");
        append_cell(out, buffer_span(&line));
        buffer_free(&line);
        buffer_append_text(out, "\n");
    }
}

/* "expected fail: why"; or what is wrong with the expectation file's line. */
static void write_reason(const struct result_case *result, struct buffer *out)
{
    bool is_listed = text_of(result->expected).nbytes > 0;
    struct span reason = text_of(result->reason);
    if (!is_listed && reason.nbytes == 0)
        return;
    buffer_append_text(out, " (");
    if (is_listed && result->is_unexpected) {
        struct buffer text = {0};
        if (text_of(result->listed_at).nbytes > 0)
            buffer_printf(&text, "%s: ", result->listed_at);
        result_tell_listing(result, &text);
        append_cell(out, buffer_span(&text));
        buffer_append_text(out, reason.nbytes > 0 ? ": " : "");
        buffer_free(&text);
    } else if (is_listed) {
        buffer_append_text(out, "listed");
        buffer_append_text(out, reason.nbytes > 0 ? ": " : "");
    }
    append_cell(out, reason);
    buffer_append_text(out, ")");
}

static void write_case(const struct result_case *result, struct buffer *out)
{
    buffer_printf(out, "- **%s** ", result_verdict_name(result->verdict));
    append_cell(out, text_of(result->id));
    buffer_append_text(out, ": ");
    append_cell(out, text_of(result->claim));
    write_reason(result, out);
    buffer_append_text(out, "\n");
    write_findings(result, out);
    if (!result->is_unexpected || text_of(result->reproduce).nbytes == 0)
        return;
    buffer_append_text(out, "  - reproduce: ");
    append_cell(out, text_of(result->reproduce));
    buffer_append_text(out, "\n");
}

static bool is_told(const struct result_case *result, bool is_unexpected)
{
    if (result->is_unexpected || is_unexpected)
        return result->is_unexpected && is_unexpected;
    return result->verdict != RESULT_PASS && result->verdict != RESULT_NONSTRICT;
}

/* The cases that are unexpected, or the others that did not pass; returns how many. */
static size_t write_cases(const struct result_run *run, bool is_unexpected, const char *heading,
                          struct buffer *out)
{
    size_t n = 0;
    for (size_t i = 0; i < run->ncases; i++) {
        if (!is_told(run->cases[i], is_unexpected))
            continue;
        if (n++ == 0) {
            buffer_printf(out, "\n## %s ", heading);
            append_cell(out, text_of(run->header.target));
            buffer_append_text(out, "\n\n");
        }
        write_case(run->cases[i], out);
    }
    return n;
}

static void write_failures(const struct result_run *run, struct buffer *out)
{
    struct buffer missing = {0};
    result_tell_missing(run, &missing);
    if (missing.nbytes > 0) {
        buffer_append_text(out, "\n**The run was cut short.** ");
        append_cell(out, buffer_span(&missing));
        buffer_append_text(out, ".\n");
    }
    buffer_free(&missing);
    size_t n = write_cases(run, true, "Unexpected on", out);
    n += write_cases(run, false, "As expected, but not passed on", out);
    if (n > 0)
        return;
    buffer_append_text(out, "\n");
    append_cell(out, text_of(run->header.target));
    buffer_append_text(out,
                       run->ncases == 0 ? ": nothing was played.\n" : ": everything passed.\n");
}

/* ---- behaviour profile ---- */

struct topic {
    const char *name;
    uint32_t reading;  /* 53 of "B53 Order of SELECT data"; UINT32_MAX: it is a requirement */
    bool *is_recorded; /* per run: any choice */
};

struct choice {
    const struct topic *topic;
    const char *label;
    bool *is_made; /* per run */
};

struct profile {
    struct arena arena;
    struct table topics, choices;
    size_t nruns;
};

static uint32_t reading_of(struct span topic)
{
    struct span word = span_cut(&topic, ' ');
    uint32_t reading = 0;
    if (!span_starts_with(word, SPAN_LIT("B")) ||
        number_parse_u32(span_from(word, 1), &reading) != 0)
        return UINT32_MAX;
    return reading;
}

static struct topic *topic_named(struct profile *p, const char *name)
{
    struct topic *topic = table_get(&p->topics, span_of(name));
    if (topic != NULL)
        return topic;
    topic = arena_alloc(&p->arena, sizeof *topic);
    *topic = (struct topic){name, reading_of(span_of(name)),
                            arena_array(&p->arena, p->nruns, sizeof(bool))};
    (void)table_put(&p->topics, span_of(name), topic);
    return topic;
}

static void note_choice(struct profile *p, size_t run, const struct result_behaviour *b)
{
    struct topic *topic = topic_named(p, b->topic);
    const char *key = arena_printf(&p->arena, "%s\t%s", b->topic, b->choice);
    struct choice *choice = table_get(&p->choices, span_of(key));
    if (choice == NULL) {
        choice = arena_alloc(&p->arena, sizeof *choice);
        *choice = (struct choice){topic, b->choice, arena_array(&p->arena, p->nruns, sizeof(bool))};
        (void)table_put(&p->choices, span_of(key), choice);
    }
    choice->is_made[run] = topic->is_recorded[run] = true;
}

/* Readings by number, then requirements by name. */
static int compare_choices(const void *a, const void *b)
{
    const struct choice *x = *(const struct choice *const *)a;
    const struct choice *y = *(const struct choice *const *)b;
    if (x->topic->reading != y->topic->reading)
        return x->topic->reading < y->topic->reading ? -1 : 1;
    int order = strcmp(x->topic->name, y->topic->name);
    return order != 0 ? order : strcmp(x->label, y->label);
}

static void write_choice(const struct choice *choice, size_t nruns, struct buffer *out)
{
    buffer_append_text(out, "| ");
    append_cell(out, text_of(choice->topic->name));
    buffer_append_text(out, " | ");
    append_cell(out, text_of(choice->label));
    for (size_t r = 0; r < nruns; r++)
        buffer_append_text(out, choice->is_made[r]              ? " | yes"
                                : choice->topic->is_recorded[r] ? " | no"
                                                                : " | ");
    buffer_append_text(out, " |\n");
}

static void write_profile(const struct result_run *const *runs, size_t nruns, struct buffer *out)
{
    struct profile p = {.nruns = nruns};
    for (size_t r = 0; r < nruns; r++)
        for (size_t i = 0; i < runs[r]->ncases; i++)
            for (size_t k = 0; k < runs[r]->cases[i]->nbehaviours; k++)
                note_choice(&p, r, &runs[r]->cases[i]->behaviours[k]);
    const struct choice **sorted =
        arena_array(&p.arena, p.choices.nentries + 1, sizeof(struct choice *));
    for (size_t i = 0; i < p.choices.nentries; i++)
        sorted[i] = p.choices.entries[i].value;
    qsort(sorted, p.choices.nentries, sizeof(struct choice *), compare_choices);
    buffer_append_text(out,
                       "\n## Behaviour profile\n\n"
                       "What each target was seen to do where the RFC leaves a choice; blank where "
                       "it was never put into that place.\n\n| topic | choice");
    write_target_columns(runs, nruns, out);
    for (size_t i = 0; i < p.choices.nentries; i++)
        write_choice(sorted[i], nruns, out);
    table_free(&p.choices);
    table_free(&p.topics);
    arena_free(&p.arena);
}

void result_markdown_write(const struct result_run *const *runs, size_t nruns, struct buffer *out)
{
    buffer_append_text(out, "# IMAP2 (RFC 1176) compliance\n\n");
    write_overview(runs, nruns, out);
    for (size_t r = 0; r < nruns; r++)
        write_failures(runs[r], out);
    write_matrix(runs, nruns, out);
    write_profile(runs, nruns, out);
}
