#include "reports/html_model.h"

#include <stdlib.h>
#include <string.h>

#include "reports/html_text.h"

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static bool is_text(const char *a, const char *b)
{
    return strcmp(or_empty(a), or_empty(b)) == 0;
}

/* ---- runs ---- */

static void label_run(struct html_model *m, size_t i)
{
    const char *target = or_empty(m->runs[i].run->header.target);
    size_t number = 1;
    size_t nsame = 0;
    for (size_t k = 0; k < m->nruns; k++) {
        bool is_same = is_text(m->runs[k].run->header.target, target);
        nsame += is_same;
        number += is_same && k < i;
    }
    m->runs[i].label = nsame > 1 ? arena_printf(m->arena, "%s (run %zu)", target, number) : target;
}

static void add_runs(struct html_model *m, const struct result_run *const *runs, size_t nruns)
{
    m->runs = arena_array(m->arena, nruns, sizeof *m->runs);
    m->nruns = nruns;
    for (size_t i = 0; i < nruns; i++) {
        m->runs[i] = (struct html_run){.run = runs[i], .side = ""};
        for (size_t k = 0; k < runs[i]->ncases; k++)
            result_summary_add(&m->runs[i].summary, runs[i]->cases[k]);
    }
    for (size_t i = 0; i < nruns; i++)
        label_run(m, i);
}

/* What the checked requirements bind tells which side was tested. */
static void find_side(const struct html_model *m, struct html_run *run)
{
    for (size_t i = 0; i < run->run->ncases; i++)
        for (size_t k = 0; k < run->run->cases[i]->nchecks; k++) {
            const char *id = run->run->cases[i]->checks[k].requirement;
            const struct html_requirement *r = html_model_requirement(m, id);
            if (r == NULL || r->facts == NULL || is_text(r->facts->side, "both"))
                continue;
            run->side = or_empty(r->facts->side);
            return;
        }
}

/* ---- requirements ---- */

struct html_requirement *html_model_requirement(const struct html_model *m, const char *id)
{
    return table_get(&m->requirement_ids, span_of(id));
}

static struct html_requirement *add_requirement(struct html_model *m, const char *id)
{
    struct html_requirement *r = arena_alloc(m->arena, sizeof *r);
    r->id = id;
    r->page = r->statement = r->level = "";
    r->anchor = html_anchor("r", id, m->nrequirements, m->arena);
    r->verdicts = arena_array(m->arena, m->nruns, sizeof *r->verdicts);
    r->worst = arena_array(m->arena, m->nruns, sizeof(void *));
    for (size_t i = 0; i < m->nruns; i++)
        r->verdicts[i] = HTML_UNKNOWN;
    m->requirements = arena_grow(m->arena, m->requirements, &m->requirements_capacity,
                                 m->nrequirements + 1, sizeof(void *));
    m->requirements[m->nrequirements++] = r;
    (void)table_put(&m->requirement_ids, span_of(id), r);
    return r;
}

static void add_known_requirements(struct html_model *m)
{
    for (size_t i = 0; i < m->facts->nrequirements; i++) {
        const struct facts_requirement *facts = &m->facts->requirements[i];
        struct html_requirement *r = add_requirement(m, or_empty(facts->id));
        r->facts = facts;
        r->page = or_empty(facts->page);
        r->statement = or_empty(facts->statement);
        r->level = or_empty(facts->level);
    }
    for (size_t i = 0; i < m->facts->nfaults; i++) {
        const struct facts_fault *fault = &m->facts->faults[i];
        for (size_t k = 0; k < fault->nbreaks; k++) {
            struct html_requirement *r = html_model_requirement(m, fault->breaks[k]);
            if (r == NULL)
                continue;
            r->faults = arena_grow(m->arena, r->faults, &r->faults_capacity, r->nfaults + 1,
                                   sizeof(void *));
            r->faults[r->nfaults++] = fault;
        }
    }
}

static void link_scenario(struct html_model *m, struct html_requirement *r,
                          struct html_scenario *scenario)
{
    for (size_t i = r->nscenarios; i-- > 0;)
        if (r->scenarios[i] == scenario)
            return;
    r->scenarios = arena_grow(m->arena, r->scenarios, &r->scenarios_capacity, r->nscenarios + 1,
                              sizeof(void *));
    r->scenarios[r->nscenarios++] = scenario;
}

int html_verdict_worse(int a, int b)
{
    if (a == HTML_UNKNOWN || a == RESULT_BLOCKED)
        return b == HTML_UNKNOWN ? a : b;
    if (b == HTML_UNKNOWN || b == RESULT_BLOCKED)
        return a;
    return a > b ? a : b;
}

static void note_check(struct html_model *m, const struct result_check *check,
                       struct html_result *result, struct html_scenario *scenario)
{
    struct html_requirement *r = html_model_requirement(m, or_empty(check->requirement));
    if (r == NULL) {
        r = add_requirement(m, or_empty(check->requirement));
        r->page = or_empty(check->page);
        r->statement = or_empty(check->statement);
    }
    link_scenario(m, r, scenario);
    int known = r->verdicts[result->run];
    int worse = html_verdict_worse(known, (int)check->verdict);
    if (worse != known || r->worst[result->run] == NULL)
        r->worst[result->run] = result;
    r->verdicts[result->run] = worse;
}

/* ---- scenarios ---- */

struct html_scenario *html_model_scenario(const struct html_model *m, const char *id)
{
    return table_get(&m->scenario_ids, span_of(id));
}

static struct html_scenario *add_scenario(struct html_model *m, const char *id)
{
    struct html_scenario *s = arena_alloc(m->arena, sizeof *s);
    s->id = id;
    s->claim = s->file = "";
    s->anchor = html_anchor("s", id, m->nscenarios, m->arena);
    m->scenarios = arena_grow(m->arena, m->scenarios, &m->scenarios_capacity, m->nscenarios + 1,
                              sizeof(void *));
    m->scenarios[m->nscenarios++] = s;
    (void)table_put(&m->scenario_ids, span_of(id), s);
    return s;
}

static void add_known_scenarios(struct html_model *m)
{
    for (size_t i = 0; i < m->facts->nscenarios; i++) {
        const struct facts_scenario *facts = &m->facts->scenarios[i];
        struct html_scenario *s = add_scenario(m, or_empty(facts->id));
        s->facts = facts;
        s->claim = or_empty(facts->claim);
        s->file = or_empty(facts->file);
        s->line = facts->line;
        for (size_t k = 0; k < facts->ncovers; k++) {
            struct html_requirement *r = html_model_requirement(m, facts->covers[k]);
            if (r != NULL)
                link_scenario(m, r, s);
        }
    }
}

static struct html_scenario *scenario_of(struct html_model *m, const struct result_case *result)
{
    struct html_scenario *s = html_model_scenario(m, or_empty(result->scenario));
    if (s == NULL)
        s = add_scenario(m, or_empty(result->scenario));
    if (s->facts == NULL && *s->file == '\0') {
        s->claim = or_empty(result->claim);
        s->file = or_empty(result->file);
        s->line = result->line;
    }
    if (s->facts != NULL)
        s->is_changed =
            s->is_changed || s->line != result->line || !is_text(s->claim, result->claim);
    return s;
}

static struct html_case *case_of(struct html_model *m, struct html_scenario *s, const char *id)
{
    struct html_case *c = table_get(&m->case_ids, span_of(id));
    if (c != NULL)
        return c;
    c = arena_alloc(m->arena, sizeof *c);
    c->id = id;
    c->results = arena_array(m->arena, m->nruns, sizeof(void *));
    s->cases = arena_grow(m->arena, s->cases, &s->capacity, s->ncases + 1, sizeof(void *));
    s->cases[s->ncases++] = c;
    (void)table_put(&m->case_ids, span_of(id), c);
    return c;
}

static void add_results(struct html_model *m, size_t run)
{
    for (size_t i = 0; i < m->runs[run].run->ncases; i++) {
        const struct result_case *from = m->runs[run].run->cases[i];
        struct html_scenario *s = scenario_of(m, from);
        struct html_result *result = arena_alloc(m->arena, sizeof *result);
        *result = (struct html_result){from, s, run, 0};
        /* of a case that was repeated, the worst counts */
        struct html_result **slot = &case_of(m, s, or_empty(from->id))->results[run];
        if (*slot == NULL || (*slot)->result->verdict < from->verdict)
            *slot = result;
        for (size_t k = 0; k < from->nchecks; k++)
            note_check(m, &from->checks[k], result, s);
    }
}

/* Results come in the order in which the workers had them ready. */
static int compare_cases(const void *a, const void *b)
{
    const struct html_case *x = *(const struct html_case *const *)a;
    const struct html_case *y = *(const struct html_case *const *)b;
    return strcmp(x->id, y->id);
}

/* ---- what is shown ---- */

enum { LOG_NBYTES_COUNTED = 4000 }; /* of one log: a longer one is not shown whole anyway */

bool html_is_telling(enum result_verdict verdict)
{
    return verdict != RESULT_PASS && verdict != RESULT_SKIP;
}

static void show(struct html_model *m, struct html_result *result)
{
    m->evidence =
        arena_grow(m->arena, m->evidence, &m->evidence_capacity, m->nevidence + 1, sizeof(void *));
    m->evidence[m->nevidence++] = result;
    result->evidence = m->nevidence;
    size_t nbytes = strlen(or_empty(result->result->log));
    m->nlogs_nbytes += nbytes < LOG_NBYTES_COUNTED ? nbytes : LOG_NBYTES_COUNTED;
}

static void choose_evidence(struct html_model *m, const struct html_scenario *s)
{
    bool needs_example = m->options->logs != HTML_LOGS_FAILURES;
    for (size_t c = 0; c < s->ncases; c++)
        for (size_t run = 0; run < m->nruns; run++) {
            struct html_result *result = s->cases[c]->results[run];
            if (result == NULL)
                continue;
            bool has_log = *or_empty(result->result->log) != '\0';
            if (!html_is_telling(result->result->verdict) &&
                !(has_log && (needs_example || m->options->logs == HTML_LOGS_ALL)))
                continue;
            needs_example = needs_example && !has_log;
            show(m, result);
        }
}

/* ---- questions ---- */

bool html_is_asked(const struct html_model *m, const struct html_requirement *r, size_t run)
{
    if (r->verdicts[run] != HTML_UNKNOWN)
        return true;
    if (r->facts == NULL || r->facts->untestable != NULL)
        return false;
    return is_text(r->facts->side, "both") || is_text(r->facts->side, m->runs[run].side);
}

void html_count_add(const struct html_model *m, struct html_count *count,
                    const struct html_requirement *r, size_t run)
{
    int verdict = r->verdicts[run];
    if (!html_is_asked(m, r, run))
        return;
    count->nasked++;
    if (verdict == HTML_UNKNOWN)
        return;
    count->nverdicts[verdict]++;
    count->njudged += verdict != RESULT_BLOCKED;
    count->nmet += verdict < RESULT_WARN;
}

int html_scenario_verdict(const struct html_scenario *s, const char *requirement, size_t run,
                          struct html_result **worst_r)
{
    int verdict = HTML_UNKNOWN;
    *worst_r = NULL;
    for (size_t c = 0; c < s->ncases; c++) {
        struct html_result *result = s->cases[c]->results[run];
        for (size_t k = 0; result != NULL && k < result->result->nchecks; k++) {
            const struct result_check *check = &result->result->checks[k];
            if (!is_text(check->requirement, requirement))
                continue;
            int worse = html_verdict_worse(verdict, (int)check->verdict);
            if (worse != verdict)
                *worst_r = result;
            verdict = worse;
        }
    }
    return verdict;
}

/* ---- all of it ---- */

void html_model_make(struct html_model *m, const struct result_run *const *runs, size_t nruns,
                     const struct report_facts *facts, const struct html_options *options,
                     struct arena *arena)
{
    static const struct report_facts NO_FACTS = {.source = "RFC 1176"};
    *m = (struct html_model){
        .arena = arena, .facts = facts == NULL ? &NO_FACTS : facts, .options = options};
    m->source = m->facts->source == NULL ? NO_FACTS.source : m->facts->source;
    add_runs(m, runs, nruns);
    add_known_requirements(m);
    add_known_scenarios(m);
    for (size_t run = 0; run < nruns; run++) {
        find_side(m, &m->runs[run]);
        add_results(m, run);
    }
    for (size_t i = 0; i < m->nscenarios; i++) {
        struct html_scenario *s = m->scenarios[i];
        if (s->ncases > 1)
            qsort(s->cases, s->ncases, sizeof(void *), compare_cases);
        choose_evidence(m, s);
    }
}

void html_model_free(struct html_model *m)
{
    table_free(&m->requirement_ids);
    table_free(&m->scenario_ids);
    table_free(&m->case_ids);
}
