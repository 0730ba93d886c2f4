#include "mutants/matrix.h"

#include "catalogue/catalogue.h"
#include "script/cursor.h"

void mutants_matrix_add_scenario(struct mutants_matrix *matrix, const char *id,
                                 const char *no_fault)
{
    if (table_get(&matrix->by_id, span_of(id)) != NULL)
        return;
    struct mutants_scenario *scenario = arena_alloc(matrix->arena, sizeof *scenario);
    scenario->id = arena_text(matrix->arena, span_of(id));
    scenario->no_fault = arena_text(matrix->arena, span_of(no_fault));
    matrix->scenarios =
        script_grow(matrix->arena, matrix->scenarios, matrix->nscenarios, sizeof(void *));
    matrix->scenarios[matrix->nscenarios++] = scenario;
    (void)table_put(&matrix->by_id, span_of(id), scenario);
}

void mutants_matrix_add_result(struct mutants_matrix *matrix, struct mutants_result *result)
{
    matrix->results = script_grow(matrix->arena, matrix->results, matrix->nresults, sizeof(void *));
    matrix->results[matrix->nresults++] = result;
    for (size_t i = 0; i < result->nkills; i++) {
        struct mutants_scenario *scenario =
            table_get(&matrix->by_id, span_of(result->kills[i].scenario));
        if (scenario != NULL)
            script_names_add(matrix->arena, &scenario->kills, result->fault->id);
    }
}

void mutants_matrix_free(struct mutants_matrix *matrix)
{
    table_free(&matrix->by_id);
}

static bool is_of_group(const struct mutants_result *result, const struct catalogue_group *group)
{
    const struct catalogue_requirement *row = catalogue_find(
        catalogue_of_dialect(SPAN_LIT("imap2")), span_of(result->fault->breaks.items[0]));
    return group == NULL || (row != NULL && row->group == group);
}

struct mutants_score mutants_matrix_score(const struct mutants_matrix *matrix,
                                          const struct catalogue_group *group)
{
    struct mutants_score score = {0};
    for (size_t i = 0; i < matrix->nresults; i++) {
        const struct mutants_result *result = matrix->results[i];
        if (!is_of_group(result, group))
            continue;
        score.nfaults++;
        score.nkilled += result->nkills > 0;
        score.nnamed += result->nnaming > 0;
    }
    return score;
}

bool mutants_scenario_is_idle(const struct mutants_scenario *scenario)
{
    return scenario->kills.nitems == 0 && scenario->no_fault[0] == '\0';
}

bool mutants_scenario_is_wrong(const struct mutants_scenario *scenario)
{
    return scenario->kills.nitems > 0 && scenario->no_fault[0] != '\0';
}

bool mutants_matrix_holds(const struct mutants_matrix *matrix)
{
    struct mutants_score score = mutants_matrix_score(matrix, NULL);
    for (size_t i = 0; i < matrix->nscenarios; i++)
        if (mutants_scenario_is_wrong(matrix->scenarios[i]) ||
            (matrix->is_whole && mutants_scenario_is_idle(matrix->scenarios[i])))
            return false;
    return score.nkilled == score.nfaults &&
           score.nnamed * 100 >= score.nfaults * MUTANTS_NAMED_LEAST;
}
