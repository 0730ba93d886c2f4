#include <string.h>

#include "mutants/play.h"
#include "script/cursor.h"

const char *mutants_outcome_name(enum mutants_outcome outcome)
{
    static const char *const names[MUTANTS_NOUTCOMES] = {
        [MUTANTS_KILLED] = "killed",     [MUTANTS_UNNAMED] = "killed, unnamed",
        [MUTANTS_SURVIVED] = "survived", [MUTANTS_UNPLAYED] = "not played",
        [MUTANTS_UNBUILT] = "not built", [MUTANTS_UNMATCHED] = "no match",
    };
    return names[outcome];
}

/* Most cases pass, and reading all of them would cost more than playing them. No text inside a
 * line can look so: its quotes are escaped. */
static bool is_pass(struct span line)
{
    return span_find(line, SPAN_LIT("\"verdict\":\"pass\",\"expected\":")) != SPAN_NPOS;
}

static bool kills(const struct mutants_fault *fault, enum result_verdict verdict)
{
    return verdict == RESULT_FAIL || verdict == RESULT_CRASH ||
           (verdict == RESULT_WARN && fault->is_graded_warn);
}

static struct mutants_kill *kill_of(struct mutants_result *result, const char *scenario,
                                    struct arena *arena)
{
    for (size_t i = 0; i < result->nkills; i++)
        if (strcmp(result->kills[i].scenario, scenario) == 0)
            return &result->kills[i];
    result->kills = script_grow(arena, result->kills, result->nkills, sizeof(struct mutants_kill));
    struct mutants_kill *kill = &result->kills[result->nkills++];
    *kill = (struct mutants_kill){.scenario = arena_text(arena, span_of(scenario))};
    return kill;
}

static void add_hit(const struct mutants_fault *fault, struct mutants_kill *kill,
                    const char *requirement, struct arena *arena)
{
    if (requirement[0] == '\0' || script_names_have(&kill->hit, requirement))
        return;
    requirement = arena_text(arena, span_of(requirement));
    script_names_add(arena, &kill->hit, requirement);
    if (script_names_have(&fault->breaks, requirement))
        script_names_add(arena, &kill->named, requirement);
}

static void add_kill(struct mutants_result *result, const struct result_case *c,
                     struct arena *arena)
{
    struct mutants_kill *kill = kill_of(result, c->scenario, arena);
    if (c->verdict > kill->verdict)
        kill->verdict = c->verdict;
    for (size_t i = 0; i < c->nchecks; i++)
        if (kills(result->fault, c->checks[i].verdict))
            add_hit(result->fault, kill, c->checks[i].requirement, arena);
    for (size_t i = 0; i < c->nfindings; i++) {
        enum result_verdict verdict; /* "observe" is none */
        if (result_verdict_parse(span_of(c->findings[i].level), &verdict) == 0 &&
            kills(result->fault, verdict))
            add_hit(result->fault, kill, c->findings[i].requirement, arena);
    }
}

static bool is_sound(enum result_verdict verdict)
{
    return verdict == RESULT_PASS || verdict == RESULT_NONSTRICT || verdict == RESULT_SKIP;
}

static void judge_case(struct mutants_result *result, const struct table *not_judged,
                       struct result_case *c, struct arena *arena)
{
    result->nverdicts[c->verdict]++;
    if (result->fault == NULL && !is_sound(c->verdict)) {
        result->failed = script_grow(arena, result->failed, result->nfailed, sizeof(void *));
        result->failed[result->nfailed++] = c;
    }
    if (result->fault != NULL && kills(result->fault, c->verdict) &&
        table_get(not_judged, span_of(c->id)) == NULL)
        add_kill(result, c, arena);
}

void mutants_judge(struct span results, const struct table *not_judged, struct arena *arena,
                   struct mutants_result *result)
{
    struct arena scratch = {0};
    (void)span_cut(&results, '\n'); /* the header */
    while (span_find_byte(results, '\n') != SPAN_NPOS) {
        struct span line = span_cut(&results, '\n');
        struct result_case *c;
        struct err err;
        arena_reset(&scratch);
        result->ncases++;
        if (is_pass(line))
            result->nverdicts[RESULT_PASS]++;
        else if (result_case_read(line, result->fault == NULL ? arena : &scratch, &c, &err) == 0)
            judge_case(result, not_judged, c, arena);
    }
    arena_free(&scratch);
    for (size_t i = 0; i < result->nkills; i++)
        result->nnaming += result->kills[i].named.nitems > 0;
}
