#include <stdlib.h>
#include <string.h>

#include "grammar/machine.h"
#include "grammar/matcher.h"
#include "grammar/memory.h"

struct grammar_matcher *grammar_matcher_new_viewing(const struct grammar_view *view)
{
    struct grammar_matcher *matcher = mem_alloc(sizeof *matcher);
    matcher->view = view;
    matcher->machine.grammar = view->grammar;
    return matcher;
}

struct grammar_matcher *grammar_matcher_new(const struct grammar *grammar)
{
    return grammar_matcher_new_viewing(grammar->everything);
}

void grammar_matcher_free(struct grammar_matcher **matcher)
{
    if (*matcher == NULL)
        return;
    flat_scratch_free(&(*matcher)->flat);
    machine_free(&(*matcher)->machine);
    free((*matcher)->obsolete);
    free(*matcher);
    *matcher = NULL;
}

void grammar_matcher_set_memory(struct grammar_matcher *matcher, struct grammar_memory *memory)
{
    matcher->memory = memory;
}

uint64_t grammar_matcher_steps(const struct grammar_matcher *matcher)
{
    return matcher->steps;
}

/* ---- what a failure wanted ---- */

static bool same_frame(struct failure_frame a, struct failure_frame b)
{
    return a.rule == b.rule && a.at == b.at;
}

/* Lists in m->chain the frames a failure lies in, outermost first, and returns their number; tells
 * whether one of them is an obs- rule's. */
static size_t list_chain(struct machine *m, bool *is_obsolete)
{
    size_t count = m->frames[m->frame].depth + (size_t)1;
    ENSURE(count <= MACHINE_MOST_FRAMES);
    size_t i = count;
    *is_obsolete = false;
    for (uint32_t f = m->frame; f != PROGRAM_NOWHERE; f = m->frames[f].parent) {
        m->chain[--i] = (struct failure_frame){m->frames[f].rule, m->frames[f].at};
        *is_obsolete = *is_obsolete || m->grammar->rules[m->frames[f].rule].is_obsolete;
    }
    return count;
}

static void narrow_common(struct machine *m, size_t count, bool is_obsolete)
{
    if (m->has_common && is_obsolete && !m->common_is_obsolete)
        return;
    if (!m->has_common || (m->common_is_obsolete && !is_obsolete)) {
        memcpy(m->common, m->chain, count * sizeof *m->chain);
        m->ncommon = count;
        m->has_common = true;
        m->common_is_obsolete = is_obsolete;
        return;
    }
    size_t same = 0;
    while (same < m->ncommon && same < count && same_frame(m->common[same], m->chain[same]))
        same++;
    m->ncommon = same;
}

static void add_wanted(struct machine *m, const char *rule, const char *text, bool is_obsolete)
{
    for (size_t i = 0; i < m->nwanted; i++) {
        if (strcmp(m->wanted[i].text, text) != 0 || strcmp(m->wanted[i].rule, rule) != 0)
            continue;
        m->wanted_obsolete[i] = m->wanted_obsolete[i] && is_obsolete;
        return;
    }
    m->wanted = mem_grow(m->wanted, &m->wanted_capacity, m->nwanted + 1, sizeof *m->wanted);
    m->wanted_obsolete = mem_grow(m->wanted_obsolete, &m->wanted_obsolete_capacity, m->nwanted + 1,
                                  sizeof *m->wanted_obsolete);
    m->wanted[m->nwanted] = (struct grammar_expectation){rule, text};
    m->wanted_obsolete[m->nwanted++] = is_obsolete;
}

void machine_note_failure(struct machine *m, size_t start, size_t reach, const char *want)
{
    if (m->diagnosis == DIAGNOSIS_REACH) {
        if (reach > m->reach || (reach == m->reach && start > m->failed_at))
            m->failed_at = start;
        m->reach = reach > m->reach ? reach : m->reach;
        return;
    }
    if (start != m->failed_at || want[0] == '\0')
        return;
    bool is_obsolete = false;
    size_t count = list_chain(m, &is_obsolete);
    narrow_common(m, count, is_obsolete);
    add_wanted(m, m->grammar->rules[m->chain[count - 1].rule].name, want, is_obsolete);
}

static void drop_obsolete_wants(struct machine *m)
{
    size_t kept = 0;
    for (size_t i = 0; i < m->nwanted; i++)
        if (!m->wanted_obsolete[i])
            m->wanted[kept++] = m->wanted[i];
    if (kept > 0)
        m->nwanted = kept;
}

/* ---- verdicts ---- */

static bool run(struct grammar_matcher *matcher, enum variant variant, int rule,
                struct grammar_input input, enum diagnosis diagnosis)
{
    struct machine *m = &matcher->machine;
    bool is_derived = machine_run(m, variant, rule, input, diagnosis);
    matcher->steps += m->steps;
    if (!is_derived && m->is_over_budget)
        matcher->limit = "steps";
    else if (!is_derived && m->is_too_deep)
        matcher->limit = "depth";
    return is_derived;
}

static void note_obsolete(struct grammar_matcher *matcher, int rule)
{
    for (size_t i = 0; i < matcher->nobsolete; i++)
        if (matcher->obsolete[i] == rule)
            return;
    matcher->obsolete = mem_grow(matcher->obsolete, &matcher->obsolete_capacity,
                                 matcher->nobsolete + 1, sizeof *matcher->obsolete);
    matcher->obsolete[matcher->nobsolete++] = rule;
}

static void list_obsolete(struct grammar_matcher *matcher, struct grammar_match *match)
{
    const struct rule *rules = matcher->machine.grammar->rules;
    for (size_t i = 0; i < match->nnodes; i++)
        if (rules[match->nodes[i].rule].is_obsolete)
            note_obsolete(matcher, match->nodes[i].rule);
    match->obsolete = matcher->obsolete;
    match->nobsolete = matcher->nobsolete;
}

/* By the flat program where that is possible, else by the machine. */
static bool derive_by(struct grammar_matcher *matcher, enum variant variant, int rule,
                      const struct grammar_input *input, struct grammar_match *match)
{
    struct machine *m = &matcher->machine;
    enum flat_result result = FLAT_GIVEN_UP;
    if (!m->keeps_trail) {
        result = flat_run(&matcher->flat, view_flat(matcher->view, variant, rule), input,
                          machine_most_steps(input->bytes.nbytes));
        matcher->steps += matcher->flat.steps;
    }
    if (result == FLAT_UNDERIVABLE)
        return false;
    bool is_flat = result == FLAT_DERIVED;
    if (!is_flat && !run(matcher, variant, rule, *input, DIAGNOSIS_NONE))
        return false;
    match->nodes = is_flat ? matcher->flat.nodes : m->nodes;
    match->nnodes = is_flat ? matcher->flat.nnodes : m->nnodes;
    return true;
}

/* Strictly if possible, else with obs- rules; false: not at all. */
static bool derive(struct grammar_matcher *matcher, int rule, const struct grammar_input *input,
                   struct grammar_match *match)
{
    match->verdict = GRAMMAR_STRICT;
    bool may_be_strict = !matcher->machine.grammar->rules[rule].is_obsolete;
    if (!may_be_strict || !derive_by(matcher, VARIANT_STRICT, rule, input, match)) {
        if (!derive_by(matcher, VARIANT_FULL, rule, input, match))
            return false;
        match->verdict = GRAMMAR_OBSOLETE;
        list_obsolete(matcher, match);
    }
    match->nbytes = input->bytes.nbytes;
    return true;
}

static void find_reach(struct grammar_matcher *matcher, int rule, struct grammar_input input)
{
    (void)run(matcher, VARIANT_FULL, rule, input, DIAGNOSIS_REACH);
}

static void diagnose(struct grammar_matcher *matcher, int rule, struct grammar_input input,
                     struct grammar_match *match)
{
    struct machine *m = &matcher->machine;
    find_reach(matcher, rule, input);
    (void)run(matcher, VARIANT_FULL, rule, input, DIAGNOSIS_COLLECT);
    drop_obsolete_wants(m);
    int within = m->ncommon > 0 ? m->common[m->ncommon - 1].rule : rule;
    *match = (struct grammar_match){.verdict = GRAMMAR_REJECTED,
                                    .failed_at = m->failed_at,
                                    .expected = m->wanted,
                                    .nexpected = m->nwanted,
                                    .failed_in = m->grammar->rules[within].name,
                                    .limit = matcher->limit};
}

static bool ends_prefix(struct span bytes, size_t at)
{
    if (at == bytes.nbytes)
        return true;
    char c = bytes.data[at];
    return c == ' ' || c == '(' || c == ')' || c == '\r';
}

/* Nothing longer than what some derivation could take needs to be tried. */
static bool derive_prefix(struct grammar_matcher *matcher, int rule, struct grammar_input input,
                          struct grammar_match *match)
{
    if (derive(matcher, rule, &input, match))
        return true;
    find_reach(matcher, rule, input);
    size_t reach = matcher->machine.reach;
    for (size_t nbytes = reach + 1; nbytes-- > 0;) {
        if (nbytes == input.bytes.nbytes || !ends_prefix(input.bytes, nbytes))
            continue;
        struct grammar_input part = input;
        part.bytes = span_slice(input.bytes, 0, nbytes);
        if (derive(matcher, rule, &part, match))
            return true;
    }
    return false;
}

static void match_whole(struct grammar_matcher *matcher, const struct memory_question *ask,
                        struct grammar_match *match_r)
{
    if (derive(matcher, ask->rule, &ask->input, match_r))
        return;
    if (ask->extent == GRAMMAR_VERDICT)
        *match_r = (struct grammar_match){.verdict = GRAMMAR_REJECTED, .limit = matcher->limit};
    else
        diagnose(matcher, ask->rule, ask->input, match_r);
}

/* What is kept of the same octets; else what comes out is kept. */
static void match_or_remember(struct grammar_matcher *matcher, struct memory_question *ask,
                              struct grammar_match *match_r)
{
    const uint64_t *steps = memory_find(matcher->memory, ask, match_r);
    if (steps != NULL) {
        matcher->steps = *steps;
        return;
    }
    *match_r = (struct grammar_match){0};
    match_whole(matcher, ask, match_r);
    memory_keep(matcher->memory, ask, match_r, matcher->steps);
}

enum grammar_verdict grammar_match(struct grammar_matcher *matcher, int rule,
                                   struct grammar_input input, enum grammar_extent extent,
                                   struct grammar_match *match_r)
{
    ENSURE(rule >= 0 && (size_t)rule < matcher->machine.grammar->nrules);
    struct memory_question ask = {rule, extent, input, 0};
    matcher->steps = 0;
    matcher->limit = NULL;
    matcher->nobsolete = 0;
    if (matcher->memory != NULL && extent != GRAMMAR_PREFIX && !matcher->machine.keeps_trail) {
        match_or_remember(matcher, &ask, match_r);
        return match_r->verdict;
    }
    *match_r = (struct grammar_match){0};
    if (extent != GRAMMAR_PREFIX)
        match_whole(matcher, &ask, match_r);
    else if (!derive_prefix(matcher, rule, input, match_r))
        diagnose(matcher, rule, input, match_r);
    return match_r->verdict;
}

/* ---- derivations ---- */

size_t grammar_node_next(const struct grammar_match *match, size_t node, size_t within, int rule)
{
    size_t end = within + match->nodes[within].size;
    for (size_t i = node + match->nodes[node].size; i < end; i++)
        if (match->nodes[i].rule == rule)
            return i;
    return SIZE_MAX;
}

size_t grammar_node_child(const struct grammar_match *match, size_t node, int rule)
{
    size_t end = node + match->nodes[node].size;
    for (size_t i = node + 1; i < end; i++)
        if (match->nodes[i].rule == rule)
            return i;
    return SIZE_MAX;
}

struct span grammar_node_text(const struct grammar_match *match, struct grammar_input input,
                              size_t node)
{
    return span_slice(input.bytes, match->nodes[node].at, match->nodes[node].nbytes);
}
