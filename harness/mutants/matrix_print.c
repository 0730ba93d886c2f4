#include "catalogue/catalogue.h"
#include "mutants/matrix.h"
#include "script/cursor.h"

static unsigned percent(size_t part, size_t all)
{
    return all == 0 ? 100 : (unsigned)(part * 100 / all);
}

static size_t rows_of(const struct catalogue_group *group, enum script_role_side side)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    const struct catalogue_requirement *row = NULL;
    size_t n = 0;
    while ((row = catalogue_group_next(catalogue, group, row)) != NULL)
        n += row->side != (side == SIDE_CLIENT ? CATALOGUE_SERVER : CATALOGUE_CLIENT);
    return n;
}

static void append_names(struct buffer *out, const struct script_names *names)
{
    for (size_t i = 0; i < names->nitems; i++)
        buffer_printf(out, "%s%s", i == 0 ? "" : " ", names->items[i]);
}

/* ---- one fault ---------------------------------------------------------------------------- */

static void append_indented(struct buffer *out, const char *text)
{
    struct span rest = span_of(text);
    while (rest.nbytes > 0) {
        struct span line = span_cut(&rest, '\n');
        buffer_printf(out, "    %.*s\n", SPAN_ARG(line));
    }
}

/* What is reported instead of what the fault names. */
static void append_hits(struct buffer *out, const struct mutants_result *result)
{
    enum { HITS_TOLD = 8 };
    struct arena arena = {0};
    struct script_names hits = {0};
    for (size_t i = 0; i < result->nkills; i++)
        for (size_t k = 0; k < result->kills[i].hit.nitems && hits.nitems < HITS_TOLD; k++)
            if (!script_names_have(&hits, result->kills[i].hit.items[k]))
                script_names_add(&arena, &hits, result->kills[i].hit.items[k]);
    buffer_append_text(out, "    reported: ");
    append_names(out, &hits);
    buffer_append_text(out, hits.nitems == 0 ? "no requirement\n" : "\n");
    arena_free(&arena);
}

static void append_kills(struct buffer *out, const struct mutants_result *result)
{
    for (size_t i = 0; i < result->nkills; i++) {
        const struct mutants_kill *kill = &result->kills[i];
        buffer_printf(out, "    %-5s %s: ", result_verdict_name(kill->verdict), kill->scenario);
        append_names(out, kill->named.nitems > 0 ? &kill->named : &kill->hit);
        buffer_append_text(out, kill->named.nitems > 0 ? "\n" : " (not named)\n");
    }
}

void mutants_result_print(const struct mutants_result *result, bool is_full, struct buffer *out)
{
    const struct mutants_fault *fault = result->fault;
    buffer_printf(out, "%-15s  %s", mutants_outcome_name(result->outcome), fault->id);
    if (result->nkills > 0)
        buffer_printf(out, "  by %zu scenario%s, %zu by name", result->nkills,
                      result->nkills == 1 ? "" : "s", result->nnaming);
    else if (result->nverdicts[RESULT_BLOCKED] > 0)
        buffer_printf(out, "  %zu cases blocked", result->nverdicts[RESULT_BLOCKED]);
    buffer_append_byte(out, '\n');
    if (result->outcome != MUTANTS_KILLED) {
        buffer_printf(out, "    %s: %s\n    breaks: ", fault->path, fault->claim);
        append_names(out, &fault->breaks);
        buffer_append_byte(out, '\n');
        append_indented(out, result->diagnosis);
    }
    if (result->outcome == MUTANTS_UNNAMED)
        append_hits(out, result);
    if (is_full)
        append_kills(out, result);
}

/* ---- sums --------------------------------------------------------------------------------- */

static void append_sums(struct buffer *out, const struct mutants_matrix *matrix)
{
    struct mutants_score score = mutants_matrix_score(matrix, NULL);
    buffer_printf(out, "%zu fault%s: %zu killed (%u %%), %zu by name (%u %%)", score.nfaults,
                  score.nfaults == 1 ? "" : "s", score.nkilled,
                  percent(score.nkilled, score.nfaults), score.nnamed,
                  percent(score.nnamed, score.nfaults));
    for (int outcome = MUTANTS_SURVIVED; outcome < MUTANTS_NOUTCOMES; outcome++) {
        size_t n = 0;
        for (size_t i = 0; i < matrix->nresults; i++)
            n += matrix->results[i]->outcome == (enum mutants_outcome)outcome;
        if (n > 0)
            buffer_printf(out, ", %zu %s", n, mutants_outcome_name((enum mutants_outcome)outcome));
    }
    buffer_append_byte(out, '\n');
}

static size_t count(const struct mutants_matrix *matrix,
                    bool (*is)(const struct mutants_scenario *scenario))
{
    size_t n = 0;
    for (size_t i = 0; i < matrix->nscenarios; i++)
        n += is(matrix->scenarios[i]);
    return n;
}

static void append_groups(struct buffer *out, const struct mutants_matrix *matrix)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    buffer_append_text(out, "group  rows  faults  killed  named\n");
    for (size_t g = 0; g < catalogue_group_count(catalogue); g++) {
        const struct catalogue_group *group = catalogue_group_at(catalogue, g);
        struct mutants_score score = mutants_matrix_score(matrix, group);
        size_t rows = rows_of(group, matrix->side);
        if (rows > 0 || score.nfaults > 0)
            buffer_printf(out, "%-5s  %4zu  %6zu  %6zu  %5zu  %s\n", group->name, rows,
                          score.nfaults, score.nkilled, score.nnamed, group->title);
    }
}

void mutants_matrix_print(const struct mutants_matrix *matrix, bool lists_idle, struct buffer *out)
{
    size_t nidle = count(matrix, mutants_scenario_is_idle);
    append_groups(out, matrix);
    for (size_t i = 0; i < matrix->nscenarios; i++) {
        const struct mutants_scenario *s = matrix->scenarios[i];
        if (mutants_scenario_is_wrong(s))
            buffer_printf(out, "%s says `no-fault`, but kills %s\n", s->id, s->kills.items[0]);
        else if (mutants_scenario_is_idle(s) && lists_idle)
            buffer_printf(out, "%s kills nothing\n", s->id);
    }
    if (nidle > 0)
        buffer_printf(out, "%zu of %zu scenarios kill none of these faults and do not say why\n",
                      nidle, matrix->nscenarios);
    append_sums(out, matrix);
}

/* ---- Markdown ----------------------------------------------------------------------------- */

/* Inside a cell: `|` would end it. */
static void append_cell(struct buffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            buffer_append_byte(out, '\\');
        buffer_append_byte(out, *text);
    }
}

static void append_result_row(struct buffer *out, const struct mutants_result *result)
{
    buffer_printf(out, "| `%s` | ", result->fault->id);
    append_cell(out, result->fault->claim);
    buffer_append_text(out, " | ");
    append_names(out, &result->fault->breaks);
    buffer_printf(out, " | %s | %zu | %zu |\n", mutants_outcome_name(result->outcome),
                  result->nkills, result->nnaming);
}

static void append_group_rows(struct buffer *out, const struct mutants_matrix *matrix)
{
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    buffer_append_text(out, "| Group | Requirements | Faults | Killed | By name |\n"
                            "| --- | ---: | ---: | ---: | ---: |\n");
    for (size_t g = 0; g < catalogue_group_count(catalogue); g++) {
        const struct catalogue_group *group = catalogue_group_at(catalogue, g);
        struct mutants_score score = mutants_matrix_score(matrix, group);
        size_t rows = rows_of(group, matrix->side);
        if (rows > 0 || score.nfaults > 0)
            buffer_printf(out, "| %s %s | %zu | %zu | %zu | %zu |\n", group->name, group->title,
                          rows, score.nfaults, score.nkilled, score.nnamed);
    }
}

static void append_scenarios(struct buffer *out, const struct mutants_matrix *matrix)
{
    buffer_append_text(out, "\n## Scenarios\n\n| Scenario | Kills | Why none |\n"
                            "| --- | ---: | --- |\n");
    for (size_t i = 0; i < matrix->nscenarios; i++) {
        const struct mutants_scenario *s = matrix->scenarios[i];
        buffer_printf(out, "| `%s` | %zu | ", s->id, s->kills.nitems);
        append_cell(out, s->no_fault);
        buffer_append_text(out, " |\n");
    }
}

void mutants_matrix_markdown(const struct mutants_matrix *matrix, struct buffer *out)
{
    buffer_append_text(out, "# Seeded faults\n\n");
    append_sums(out, matrix);
    buffer_append_byte(out, '\n');
    append_group_rows(out, matrix);
    buffer_append_text(out, "\n## Faults\n\n"
                            "| Fault | What goes wrong | Breaks | Outcome | Killed by | By name |\n"
                            "| --- | --- | --- | --- | ---: | ---: |\n");
    for (size_t i = 0; i < matrix->nresults; i++)
        append_result_row(out, matrix->results[i]);
    append_scenarios(out, matrix);
}
