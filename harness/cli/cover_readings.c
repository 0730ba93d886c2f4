#include <stdio.h>
#include <string.h>

#include "cli/cover.h"
#include "grammar/grammar.h"
#include "model/model.h"
#include "script/step.h"

/* Whether a step, or one inside it, is an `either` of that reading with a label. */
static bool records(const struct script_steps *steps, unsigned reading)
{
    for (size_t i = 0; i < steps->nitems; i++) {
        struct script_step *step = steps->items[i];
        if (step->kind == STEP_EITHER && step->as.either.reading == reading)
            return true;
        for (size_t b = 0; b < script_step_nblocks(step); b++)
            if (records(script_step_block(step, b), reading))
                return true;
    }
    return false;
}

/* The first scenario that records the reading, NULL when none does. */
static const struct script_scenario *recorder(const struct suite *suite, unsigned reading)
{
    for (size_t i = 0; i < suite->ncases; i++)
        if (records(&suite->cases[i].script->steps, reading))
            return suite->cases[i].script->scenario;
    return NULL;
}

static bool grammar_records(unsigned reading)
{
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    for (size_t rule = 0; rule < grammar_nrules(grammar); rule++)
        if (grammar_obsolete_reading(grammar, (int)rule) == reading)
            return true;
    return false;
}

/* Whether anything records the reading; says what. */
static bool print_recorder(const struct suite *suite, const struct catalogue_reading *reading)
{
    const struct script_scenario *scenario = recorder(suite, reading->number);
    if (scenario != NULL)
        (void)printf("B%-4u %s: scenario %s\n", reading->number, reading->topic, scenario->id);
    else if (model_records_reading(reading->number))
        (void)printf("B%-4u %s: the model\n", reading->number, reading->topic);
    else if (grammar_records(reading->number))
        (void)printf("B%-4u %s: the grammar\n", reading->number, reading->topic);
    else if (reading->unobserved != NULL)
        (void)printf("B%-4u %s: not, for %s\n", reading->number, reading->topic,
                     reading->unobserved);
    else
        return false;
    return true;
}

int cover_readings_print(const struct catalogue *catalogue, struct suite *suite)
{
    struct err err;
    size_t nchoices = 0;
    size_t nmissing = 0;
    if (suite_expand(suite, SCRIPT_CLIENT, 0, &err) != 0)
        return cli_fail(&err);
    (void)printf("\nchoices that the RFC leaves, and where they are recorded:\n");
    for (unsigned n = 1; n <= catalogue_reading_count(catalogue); n++) {
        const struct catalogue_reading *reading = catalogue_reading(catalogue, n);
        if ((reading->verdicts & (CATALOGUE_TOLERATE | CATALOGUE_OBSERVE)) == 0)
            continue;
        nchoices++;
        if (print_recorder(suite, reading))
            continue;
        (void)printf("B%-4u %s: NOWHERE\n", n, reading->topic);
        nmissing++;
    }
    (void)printf("      %zu choices, %zu of them recorded nowhere\n", nchoices, nmissing);
    return 0;
}
