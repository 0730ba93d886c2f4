#include <stdio.h>

#include "catalogue/catalogue.h"
#include "cli/tables.h"

static void print_reading(const struct catalogue_reading *reading)
{
    (void)printf("B%u  %s\n", reading->number, reading->topic);
    if (reading->competing[0] != '\0')
        (void)printf("  readings:  %s\n", reading->competing);
    if (reading->practice[0] != '\0')
        (void)printf("  practice:  %s\n", reading->practice);
    (void)printf("  adopted:   %s\n", reading->adopted);
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

static void print_requirement(const struct catalogue *catalogue, const struct suite *suite,
                              const struct catalogue_requirement *r)
{
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
    print_scenarios(suite, r->id);
    for (size_t i = 0; i < CATALOGUE_READINGS_MAX && r->readings[i] != 0; i++)
        print_reading(catalogue_reading(catalogue, r->readings[i]));
}

static bool explain(const struct catalogue *catalogue, const struct suite *suite, const char *text)
{
    uint32_t number;
    if (text[0] == 'B' && number_parse_u32(span_of(text + 1), &number) == 0) {
        const struct catalogue_reading *reading = catalogue_reading(catalogue, number);
        if (reading != NULL)
            print_reading(reading);
        return reading != NULL;
    }
    bool found = false;
    const struct catalogue_requirement *r = NULL;
    while ((r = catalogue_next(catalogue, span_of(text), r)) != NULL) {
        if (found)
            (void)printf("\n");
        print_requirement(catalogue, suite, r);
        found = true;
    }
    return found;
}

int cli_explain(struct cli *cli, int argc, char **argv)
{
    static const struct cli_option none[] = {{0}};
    const struct catalogue *catalogue = catalogue_of_dialect(SPAN_LIT("imap2"));
    struct cli_texts arguments = {0};
    struct cli_texts no_paths = {0};
    struct suite suite;
    struct err err;
    int status = 0;
    char nothing;
    if (cli_options_read(cli, none, argc, argv, &nothing, &arguments, &err) != 0)
        return cli_fail(&err);
    if (arguments.nitems == 0) {
        (void)err_set(&err, NULL, 0, 0,
                      "explain wants a requirement, a glob of some, or a reading");
        return cli_fail(&err);
    }
    suite_init(&suite, &cli->arena);
    if (cli_load_suite(cli, &suite, &no_paths, "server") != 0)
        status = RESULT_EXIT_USAGE;
    for (size_t i = 0; i < arguments.nitems && status == 0; i++) {
        if (explain(catalogue, &suite, arguments.items[i]))
            continue;
        (void)fprintf(stderr, "imapspec: there is no requirement or reading \"%s\"\n",
                      arguments.items[i]);
        status = RESULT_EXIT_USAGE;
    }
    suite_free(&suite);
    return status;
}
