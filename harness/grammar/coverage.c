#include <stdlib.h>

#include "grammar/matcher.h"

struct grammar_coverage {
    const struct grammar *grammar;
    bool *is_reached; /* by production */
};

struct grammar_coverage *grammar_coverage_new(const struct grammar *grammar)
{
    struct grammar_coverage *coverage = mem_alloc(sizeof *coverage);
    coverage->grammar = grammar;
    coverage->is_reached = mem_alloc(grammar->nproductions * sizeof *coverage->is_reached);
    return coverage;
}

void grammar_coverage_free(struct grammar_coverage **coverage)
{
    if (*coverage == NULL)
        return;
    free((*coverage)->is_reached);
    free(*coverage);
    *coverage = NULL;
}

bool grammar_coverage_add(struct grammar_coverage *coverage, struct grammar_matcher *matcher,
                          int rule, struct grammar_input input)
{
    struct machine *m = &matcher->machine;
    struct grammar_match match;
    ENSURE(m->grammar == coverage->grammar);
    m->keeps_trail = true;
    enum grammar_verdict verdict = grammar_match(matcher, rule, input, GRAMMAR_WHOLE, &match);
    m->keeps_trail = false;
    if (verdict == GRAMMAR_REJECTED)
        return false;
    for (size_t i = 0; i < match.nnodes; i++) {
        int production = coverage->grammar->rules[match.nodes[i].rule].production;
        if (production >= 0)
            coverage->is_reached[production + match.nodes[i].alternative] = true;
    }
    for (size_t i = 0; i < m->ntrail; i++)
        coverage->is_reached[m->trail[i]] = true;
    return true;
}

/* ---- what a start rule can reach ---- */

static void reach_rules(const struct grammar *grammar, const struct element *e, bool *is_reachable)
{
    if (e->kind == ELEMENT_RULE && !is_reachable[e->rule]) {
        is_reachable[e->rule] = true;
        reach_rules(grammar, grammar->rules[e->rule].body, is_reachable);
    }
    for (size_t i = 0; i < e->nparts; i++)
        reach_rules(grammar, e->parts[i], is_reachable);
}

static bool *reachable_from(const struct grammar *grammar, int start_rule)
{
    ENSURE(start_rule >= 0 && (size_t)start_rule < grammar->nrules);
    bool *is_reachable = mem_alloc(grammar->nrules * sizeof *is_reachable);
    is_reachable[start_rule] = true;
    reach_rules(grammar, grammar->rules[start_rule].body, is_reachable);
    return is_reachable;
}

size_t grammar_coverage_total(const struct grammar_coverage *coverage, int start_rule)
{
    const struct grammar *grammar = coverage->grammar;
    bool *is_reachable = reachable_from(grammar, start_rule);
    size_t total = 0;
    for (size_t i = 0; i < grammar->nproductions; i++)
        total += is_reachable[grammar->productions[i].rule];
    free(is_reachable);
    return total;
}

size_t grammar_coverage_reached(const struct grammar_coverage *coverage, int start_rule)
{
    const struct grammar *grammar = coverage->grammar;
    bool *is_reachable = reachable_from(grammar, start_rule);
    size_t reached = 0;
    for (size_t i = 0; i < grammar->nproductions; i++)
        reached += is_reachable[grammar->productions[i].rule] && coverage->is_reached[i];
    free(is_reachable);
    return reached;
}

void grammar_coverage_missing(const struct grammar_coverage *coverage, int start_rule,
                              struct buffer *out)
{
    const struct grammar *grammar = coverage->grammar;
    bool *is_reachable = reachable_from(grammar, start_rule);
    for (size_t i = 0; i < grammar->nproductions; i++)
        if (is_reachable[grammar->productions[i].rule] && !coverage->is_reached[i])
            buffer_printf(out, "%s\n", grammar->productions[i].name);
    free(is_reachable);
}
