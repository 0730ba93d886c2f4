#include <stdlib.h>
#include <string.h>

#include "reports/reports.h"

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
    buffer_printf(out, "| %s | ", row->requirement);
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
        buffer_append_text(out, "  - ");
        append_cell(out, text_of(f->requirement));
        buffer_append_text(out, ": ");
        append_cell(out, text_of(f->text));
        if (text_of(f->wanted).nbytes > 0) {
            buffer_append_text(out, "; wanted ");
            append_cell(out, text_of(f->wanted));
            buffer_append_text(out, ", got ");
            append_cell(out, text_of(f->got));
        }
        buffer_append_text(out, "\n");
    }
}

static void write_case(const struct result_case *result, struct buffer *out)
{
    buffer_printf(out, "- **%s** %.*s: ", result_verdict_name(result->verdict),
                  SPAN_ARG(text_of(result->id)));
    append_cell(out, text_of(result->claim));
    if (text_of(result->reason).nbytes > 0) {
        buffer_append_text(out, " (");
        append_cell(out, text_of(result->reason));
        buffer_append_text(out, ")");
    }
    buffer_printf(out, "%s\n", result->is_unexpected ? " - not expected" : "");
    write_findings(result, out);
}

static void write_failures(const struct result_run *run, struct buffer *out)
{
    buffer_append_text(out, "\n## What did not pass on ");
    append_cell(out, text_of(run->header.target));
    buffer_append_text(out, "\n\n");
    size_t n = 0;
    for (size_t i = 0; i < run->ncases; i++) {
        enum result_verdict verdict = run->cases[i]->verdict;
        if (verdict == RESULT_PASS || verdict == RESULT_NONSTRICT)
            continue;
        write_case(run->cases[i], out);
        n++;
    }
    if (n == 0)
        buffer_append_text(out,
                           run->ncases == 0 ? "Nothing was played.\n" : "Everything passed.\n");
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
