#include <stdio.h>

#include "catalogue/catalogue.h"
#include "cli/tables.h"

struct options {
    struct cli_texts results;
};

const struct cli_option explain_option_table[] = {
    {0, "results", "FILE", CLI_LIST, offsetof(struct options, results),
     "print what was found in that results file, too; may be repeated"},
    {0}};

/* Where the explanation is taken from. */
struct sources {
    const struct catalogue *catalogue;
    struct suite suite;
    struct result_run **runs;
    size_t nruns;
};

static void print_reading(const struct catalogue_reading *reading)
{
    (void)printf("B%u  %s\n", reading->number, reading->topic);
    if (reading->competing[0] != '\0')
        (void)printf("  readings:  %s\n", reading->competing);
    if (reading->practice[0] != '\0')
        (void)printf("  practice:  %s\n", reading->practice);
    (void)printf("  adopted:   %s\n", reading->adopted);
    if (reading->unobserved != NULL)
        (void)printf("  not seen:  %s\n", reading->unobserved);
}

static void print_scenarios(const struct suite *suite, const char *requirement)
{
    for (size_t f = 0; f < suite->nfiles; f++) {
        for (size_t i = 0; i < suite->files[f]->nscenarios; i++) {
            const struct script_scenario *s = suite->files[f]->scenarios[i];
            for (size_t k = 0; k < s->covers.nitems; k++)
                if (span_is(span_of(s->covers.items[k]), requirement))
                    (void)printf("  scenario:  %s (%s:%u)\n", s->id, s->place.file, s->place.line);
        }
    }
}

/* Every case of a run that checked the requirement and did not simply pass, and how many did. */
static void print_results(const struct result_run *run, const char *requirement)
{
    size_t npassed = 0;
    for (size_t i = 0; i < run->ncases; i++) {
        for (size_t k = 0; k < run->cases[i]->nchecks; k++) {
            const struct result_check *check = &run->cases[i]->checks[k];
            if (!span_is(span_of(check->requirement), requirement))
                continue;
            if (check->verdict == RESULT_PASS)
                npassed++;
            else
                (void)printf("  %s:  %s in %s\n", run->header.target,
                             result_verdict_name(check->verdict), run->cases[i]->id);
        }
    }
    (void)printf("  %s:  pass in %zu case%s\n", run->header.target, npassed,
                 npassed == 1 ? "" : "s");
}

static void print_requirement(const struct sources *from, const struct catalogue_requirement *r)
{
    const struct catalogue *catalogue = from->catalogue;
    (void)printf("%s  (%s, %s; %s p. %s)\n", r->id, catalogue_side_name(r->side),
                 catalogue_level_name(r->level), catalogue_source(catalogue), r->place);
    (void)printf("  requires:  %s\n  tested by: %s\n  catches:   %s\n", r->statement, r->test,
                 r->defect);
    if (r->judgement != NULL && r->judgement[0] != '\0')
        (void)printf("  judged:    %s\n", r->judgement);
    if (r->condition != NULL && r->condition[0] != '\0')
        (void)printf("  applies:   %s\n", r->condition);
    if (r->grading != NULL)
        (void)printf("  grading:   %s\n", r->grading);
    if (r->untestable != NULL)
        (void)printf("  untested:  %s\n", r->untestable);
    print_scenarios(&from->suite, r->id);
    for (size_t i = 0; i < from->nruns; i++)
        print_results(from->runs[i], r->id);
    for (size_t i = 0; i < CATALOGUE_READINGS_MAX && r->readings[i] != 0; i++)
        print_reading(catalogue_reading(catalogue, r->readings[i]));
}

static bool explain(const struct sources *from, const char *text)
{
    uint32_t number;
    if (text[0] == 'B' && number_parse_u32(span_of(text + 1), &number) == 0) {
        const struct catalogue_reading *reading = catalogue_reading(from->catalogue, number);
        if (reading != NULL)
            print_reading(reading);
        return reading != NULL;
    }
    bool found = false;
    const struct catalogue_requirement *r = NULL;
    while ((r = catalogue_next(from->catalogue, span_of(text), r)) != NULL) {
        if (found)
            (void)printf("\n");
        print_requirement(from, r);
        found = true;
    }
    return found;
}

static int load_sources(struct cli *cli, const struct options *options, struct sources *from)
{
    struct cli_texts no_paths = {0};
    struct err err;
    from->catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    if (cli_load_suite(cli, &from->suite, &no_paths, NULL) != 0)
        return RESULT_EXIT_USAGE;
    from->runs = arena_array(&cli->arena, options->results.nitems + 1, sizeof(struct result_run *));
    for (; from->nruns < options->results.nitems; from->nruns++)
        if (cli_read_results(cli, options->results.items[from->nruns], &from->runs[from->nruns],
                             &err) != 0)
            return cli_fail(&err);
    return 0;
}

int cli_explain(struct cli *cli, int argc, char **argv)
{
    struct options options = {0};
    struct cli_texts arguments = {0};
    struct sources from = {0};
    struct err err;
    if (cli_options_read(cli, explain_option_table, argc, argv, &options, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems == 0) {
        (void)err_set(&err, NULL, 0, 0,
                      "explain wants a requirement, a glob of some, or a reading");
        return cli_fail(&err);
    }
    suite_init(&from.suite, &cli->arena);
    int status = load_sources(cli, &options, &from);
    for (size_t i = 0; i < arguments.nitems && status == 0; i++) {
        if (explain(&from, arguments.items[i]))
            continue;
        (void)fprintf(stderr, "imapspec: there is no requirement or reading \"%s\"\n",
                      arguments.items[i]);
        status = RESULT_EXIT_USAGE;
    }
    suite_free(&from.suite);
    return status;
}
