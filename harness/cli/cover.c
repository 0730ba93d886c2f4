#include <stdio.h>
#include <string.h>

#include "catalogue/catalogue.h"
#include "cli/cover.h"
#include "cli/tables.h"

struct options {
    const char *side;
    bool shows_missing, shows_readings;
    struct cli_texts results;
};

const struct cli_option cover_option_table[] = {
    {0, "side", "SIDE", CLI_TEXT, offsetof(struct options, side),
     "whose requirements: server (default) or client"},
    {'m', "missing", NULL, CLI_FLAG, offsetof(struct options, shows_missing),
     "print the requirements that no scenario checks"},
    {0, "readings", NULL, CLI_FLAG, offsetof(struct options, shows_readings),
     "print where the choices that the RFC leaves are recorded"},
    {0, "results", "FILE", CLI_LIST, offsetof(struct options, results),
     "count what was found in that results file; may be repeated"},
    {0}};

/* What is known of one requirement. */
struct row {
    bool is_covered;             /* some scenario names it */
    bool is_judged;              /* a case of the results checked it */
    enum result_verdict verdict; /* the worst of these */
};

/* Of a group of the catalogue, or of all. */
struct sum {
    size_t ntestable, ncovered, nuntestable;
    size_t njudged, nmet; /* met: none of its checks failed or warned */
};

struct coverage {
    const struct catalogue *catalogue;
    enum catalogue_side side; /* server or client; what binds both counts for either */
    struct arena *arena;
    struct table rows; /* requirement ID -> struct row */
};

static struct row *row_of(struct coverage *c, const char *requirement)
{
    struct row *row = table_get(&c->rows, span_of(requirement));
    if (row == NULL) {
        row = arena_alloc(c->arena, sizeof *row);
        *row = (struct row){.verdict = RESULT_PASS};
        (void)table_put(&c->rows, span_of(requirement), row);
    }
    return row;
}

/* A scenario judges the other side than the one it plays; one that only watches judges both. */
static bool judges(const struct script_scenario *scenario, enum catalogue_side side)
{
    return scenario->role != (side == CATALOGUE_SERVER ? SCRIPT_SERVER : SCRIPT_CLIENT);
}

static void note_scenarios(struct coverage *c, const struct suite *suite)
{
    for (size_t f = 0; f < suite->nfiles; f++) {
        for (size_t i = 0; i < suite->files[f]->nscenarios; i++) {
            const struct script_scenario *scenario = suite->files[f]->scenarios[i];
            for (size_t k = 0; k < scenario->covers.nitems && judges(scenario, c->side); k++)
                row_of(c, scenario->covers.items[k])->is_covered = true;
        }
    }
}

static void note_results(struct coverage *c, const struct result_run *run)
{
    for (size_t i = 0; i < run->ncases; i++) {
        for (size_t k = 0; k < run->cases[i]->nchecks; k++) {
            const struct result_check *check = &run->cases[i]->checks[k];
            if (check->verdict == RESULT_BLOCKED)
                continue;
            struct row *row = row_of(c, check->requirement);
            row->is_judged = true;
            if (check->verdict > row->verdict)
                row->verdict = check->verdict;
        }
    }
}

static bool is_in_question(const struct coverage *c, const struct catalogue_requirement *r)
{
    return r->side == c->side || r->side == CATALOGUE_BOTH;
}

static void sum_add(struct sum *sum, const struct sum *part)
{
    sum->ntestable += part->ntestable;
    sum->ncovered += part->ncovered;
    sum->nuntestable += part->nuntestable;
    sum->njudged += part->njudged;
    sum->nmet += part->nmet;
}

static struct sum sum_group(struct coverage *c, const struct catalogue_group *group)
{
    struct sum sum = {0};
    const struct catalogue_requirement *r = NULL;
    while ((r = catalogue_group_next(c->catalogue, group, r)) != NULL) {
        if (!is_in_question(c, r))
            continue;
        const struct row *row = row_of(c, r->id);
        if (r->untestable != NULL) {
            sum.nuntestable++;
            continue;
        }
        sum.ntestable++;
        sum.ncovered += row->is_covered;
        sum.njudged += row->is_judged;
        sum.nmet += row->is_judged && row->verdict < RESULT_WARN;
    }
    return sum;
}

static void print_line(const char *name, const struct sum *sum, const struct options *options,
                       const char *title)
{
    (void)printf("%-5s %3zu of %3zu", name, sum->ncovered, sum->ntestable);
    if (options->results.nitems > 0)
        (void)printf("  %3zu judged  %3zu met", sum->njudged, sum->nmet);
    (void)printf("  %s\n", title);
}

static void print_missing(struct coverage *c, const struct catalogue_group *group)
{
    const struct catalogue_requirement *r = NULL;
    while ((r = catalogue_group_next(c->catalogue, group, r)) != NULL)
        if (is_in_question(c, r) && r->untestable == NULL && !row_of(c, r->id)->is_covered)
            (void)printf("      %s\n", r->id);
}

static void print_untestable(const struct coverage *c)
{
    const struct catalogue_requirement *r = NULL;
    while ((r = catalogue_next(c->catalogue, SPAN_LIT("*"), r)) != NULL)
        if (is_in_question(c, r) && r->untestable != NULL)
            (void)printf("      %s: %s\n", r->id, r->untestable);
}

static void print_coverage(struct coverage *c, const struct options *options)
{
    struct sum all = {0};
    for (size_t g = 0; g < catalogue_group_count(c->catalogue); g++) {
        const struct catalogue_group *group = catalogue_group_at(c->catalogue, g);
        struct sum sum = sum_group(c, group);
        if (sum.ntestable + sum.nuntestable == 0)
            continue;
        if (options->shows_missing)
            print_missing(c, group);
        print_line(group->name, &sum, options, group->title);
        sum_add(&all, &sum);
    }
    print_line("", &all, options,
               c->side == CATALOGUE_SERVER ? "requirements of servers are checked by a scenario"
                                           : "requirements of clients are checked by a scenario");
    if (all.nuntestable > 0)
        (void)printf("      %3zu more cannot be tested over the wire:\n", all.nuntestable);
    print_untestable(c);
}

static int load_results(struct cli *cli, struct coverage *c, const struct cli_texts *paths)
{
    struct err err;
    for (size_t i = 0; i < paths->nitems; i++) {
        struct result_run *run;
        if (cli_read_results(cli, paths->items[i], &run, &err) != 0)
            return cli_fail(&err);
        note_results(c, run);
    }
    return 0;
}

static int choose_side(struct coverage *c, const char *side, struct err *err)
{
    if (side == NULL || strcmp(side, "server") == 0)
        c->side = CATALOGUE_SERVER;
    else if (strcmp(side, "client") == 0)
        c->side = CATALOGUE_CLIENT;
    else
        return err_set(err, NULL, 0, 0, "--side wants server or client, not \"%s\"", side);
    return 0;
}

int cli_cover(struct cli *cli, int argc, char **argv)
{
    struct options options = {0};
    struct cli_texts paths = {0};
    struct suite suite;
    struct err err;
    struct coverage coverage = {.catalogue = catalogue_of_dialect(SPAN_LIT("imap2")),
                                .arena = &cli->arena};
    if (cli_options_read(cli, cover_option_table, argc, argv, &options, &paths, &err) != 0 ||
        choose_side(&coverage, options.side, &err) != 0)
        return cli_fail(&err);
    suite_init(&suite, &cli->arena);
    int status = cli_load_suite(cli, &suite, &paths, NULL) != 0 ? RESULT_EXIT_USAGE : 0;
    if (status == 0)
        status = load_results(cli, &coverage, &options.results);
    if (status == 0) {
        note_scenarios(&coverage, &suite);
        print_coverage(&coverage, &options);
    }
    if (status == 0 && options.shows_readings)
        status = cover_readings_print(coverage.catalogue, &suite);
    table_free(&coverage.rows);
    suite_free(&suite);
    return status;
}
