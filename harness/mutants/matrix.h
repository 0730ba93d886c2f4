/*
 * matrix: which scenario kills which fault. Scenarios are added first, then results as they come;
 * both live as long as the matrix's arena.
 */
#ifndef IMAPSPEC_MUTANTS_MATRIX_H
#define IMAPSPEC_MUTANTS_MATRIX_H

#include "base/base.h"
#include "catalogue/catalogue.h"
#include "mutants/play.h"

enum { MUTANTS_NAMED_LEAST = 95 }; /* percent of faults that have to be killed by their name */

struct mutants_scenario {
    const char *id;
    const char *no_fault;      /* its reason to kill none; "" */
    struct script_names kills; /* IDs of faults */
};

struct mutants_matrix {
    struct arena *arena;
    uint64_t seed;
    enum script_role_side side; /* whose faults, and whose requirements */
    bool is_whole;              /* all scenarios, all faults: one that kills none is a flaw */
    struct mutants_scenario **scenarios;
    size_t nscenarios;
    struct mutants_result **results;
    size_t nresults;
    struct table by_id; /* of scenarios */
};

/* How far a set of faults is killed. */
struct mutants_score {
    size_t nfaults, nkilled, nnamed; /* nkilled: whether named or not */
};

/* Copies both; a scenario that is there already is not added again. */
void mutants_matrix_add_scenario(struct mutants_matrix *matrix, const char *id,
                                 const char *no_fault);
void mutants_matrix_add_result(struct mutants_matrix *matrix, struct mutants_result *result);
void mutants_matrix_free(struct mutants_matrix *matrix); /* what is not the arena's */

/* Of all faults, or of those whose first requirement is in the group. */
struct mutants_score mutants_matrix_score(const struct mutants_matrix *matrix,
                                          const struct catalogue_group *group);
/* Kills nothing and does not say why; and the reverse: says why, and kills something. */
bool mutants_scenario_is_idle(const struct mutants_scenario *scenario);
bool mutants_scenario_is_wrong(const struct mutants_scenario *scenario);

/* Whether the suite is proven: every fault killed, enough of them by name, no scenario that is
 * wrong, and, of a whole matrix, none that is idle. */
bool mutants_matrix_holds(const struct mutants_matrix *matrix);

/* ---- writing -------------------------------------------------------------------------------- */

/* One fault for a terminal: a line, and what went wrong below it unless it is killed by name.
 * With is_full also which scenarios kill it, by which requirements. */
void mutants_result_print(const struct mutants_result *result, bool is_full, struct buffer *out);
/* Groups, sums, scenarios that are wrong, and those that are idle: each when lists_idle, else their
 * number. */
void mutants_matrix_print(const struct mutants_matrix *matrix, bool lists_idle, struct buffer *out);
/* The same with all faults, as a page in Markdown. */
void mutants_matrix_markdown(const struct mutants_matrix *matrix, struct buffer *out);

/* Lines of JSON, "\n" included (docs/faults.md): the header, a fault, a scenario. */
void mutants_matrix_json_header(const struct mutants_matrix *matrix, struct buffer *out);
void mutants_matrix_json_result(const struct mutants_result *result, struct buffer *out);
void mutants_matrix_json_scenario(const struct mutants_scenario *scenario, struct buffer *out);

#endif
