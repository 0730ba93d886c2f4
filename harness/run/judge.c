#include <string.h>

#include "run/player.h"

static const struct catalogue *catalogue_of(const struct player *p)
{
    const struct catalogue *catalogue = catalogue_of_dialect(span_of(p->script->scenario->dialect));
    ENSURE(catalogue != NULL); /* script_read() has checked the dialect */
    return catalogue;
}

/* What a failed check of the requirement amounts to. */
static enum result_verdict verdict_of_failure(const struct player *p, const char *requirement)
{
    const struct catalogue_requirement *r = catalogue_find(catalogue_of(p), span_of(requirement));
    return r != NULL && r->level == CATALOGUE_SHOULD ? RESULT_WARN : RESULT_FAIL;
}

void player_raise(struct player *p, enum result_verdict verdict, const char *reason)
{
    if (verdict <= p->result->verdict)
        return;
    p->result->verdict = verdict;
    if (reason[0] != '\0')
        p->result->reason = reason;
}

/* ---- checks ---- */

static struct result_check *check_of(struct player *p, const char *requirement)
{
    struct result_case *r = p->result;
    for (size_t i = 0; i < r->nchecks; i++)
        if (strcmp(r->checks[i].requirement, requirement) == 0)
            return &r->checks[i];
    r->checks =
        arena_grow(p->arena, r->checks, &p->checks_capacity, r->nchecks + 1, sizeof *r->checks);
    const struct catalogue_requirement *row = catalogue_find(catalogue_of(p), span_of(requirement));
    r->checks[r->nchecks] = (struct result_check){.requirement = requirement,
                                                  .page = row == NULL ? "" : row->place,
                                                  .statement = row == NULL ? "" : row->statement};
    return &r->checks[r->nchecks++];
}

static void note_check(struct player *p, const char *requirement, enum result_verdict verdict)
{
    size_t known = p->result->nchecks;
    struct result_check *check = check_of(p, requirement);
    bool is_new = p->result->nchecks > known;
    if (is_new || verdict > check->verdict)
        check->verdict = verdict;
}

void player_pass(struct player *p, const struct player_check *check)
{
    for (size_t i = 0; i < check->requirements->nitems; i++)
        note_check(p, check->requirements->items[i], RESULT_PASS);
}

void player_judge_rest(struct player *p)
{
    const struct script_names *covers = &p->script->scenario->covers;
    for (size_t i = 0; i < covers->nitems; i++) {
        size_t known = p->result->nchecks;
        struct result_check *check = check_of(p, covers->items[i]);
        if (p->result->nchecks > known)
            check->verdict = RESULT_BLOCKED;
    }
}

/* ---- failures ---- */

static struct result_finding *add_finding(struct player *p, const char *requirement,
                                          const char *level)
{
    struct result_case *r = p->result;
    r->findings = arena_grow(p->arena, r->findings, &p->findings_capacity, r->nfindings + 1,
                             sizeof *r->findings);
    struct result_finding *f = &r->findings[r->nfindings++];
    const struct catalogue_requirement *row = catalogue_find(catalogue_of(p), span_of(requirement));
    *f = (struct result_finding){.requirement = requirement,
                                 .page = row == NULL ? "" : row->place,
                                 .statement = row == NULL ? "" : row->statement,
                                 .rule = "",
                                 .level = level,
                                 .file = "",
                                 .text = "",
                                 .wanted = "",
                                 .got = ""};
    return f;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static void record_finding(struct player *p, const struct player_failure *failure,
                           const char *requirement, enum result_verdict verdict)
{
    struct result_finding *f =
        add_finding(p, requirement, verdict == RESULT_WARN ? "warn" : "fail");
    f->file = or_empty(failure->place.file);
    f->line = failure->place.line;
    f->text = or_empty(failure->text);
    f->wanted = or_empty(failure->wanted);
    f->got = or_empty(failure->got);
    f->log_line = failure->log_line;
}

/* Fails every requirement of the check; goes on when none of them is a MUST. */
static enum player_status fail_check(struct player *p, const struct player_failure *failure)
{
    enum result_verdict worst = RESULT_WARN;
    const struct script_names *names = failure->check->requirements;
    failure->check->has_failed = true;
    for (size_t i = 0; i < names->nitems; i++) {
        enum result_verdict verdict = verdict_of_failure(p, names->items[i]);
        note_check(p, names->items[i], verdict);
        record_finding(p, failure, names->items[i], verdict);
        player_raise(p, verdict, "");
        worst = verdict > worst ? verdict : worst;
    }
    p->has_missed = true;
    return worst == RESULT_WARN ? PLAYER_GOES_ON : PLAYER_STOPS;
}

enum player_status player_fail(struct player *p, struct player_failure failure)
{
    if (p->ntrials > 0 && !failure.is_harness) {
        p->failure = failure;
        return PLAYER_MISSED;
    }
    player_catch_up(p);
    if (failure.check != NULL && !failure.is_harness)
        return fail_check(p, &failure);
    record_finding(p, &failure, "", RESULT_FAIL);
    player_raise(p, failure.is_harness ? RESULT_ERROR : RESULT_BLOCKED,
                 arena_printf(p->arena, "%s:%u: %s", or_empty(failure.place.file),
                              failure.place.line, or_empty(failure.text)));
    return PLAYER_STOPS;
}

/* ---- the wire log ---- */

void player_match(struct player *p, const struct script_step *step, size_t log_line)
{
    struct result_case *r = p->result;
    if (log_line == 0)
        return;
    r->matches =
        arena_grow(p->arena, r->matches, &p->matches_capacity, r->nmatches + 1, sizeof *r->matches);
    unsigned line = step->use_line != 0 ? step->use_line : step->place.line;
    r->matches[r->nmatches++] = (struct result_match){log_line, line};
}

void player_renumber(struct player *p, size_t nlines)
{
    struct result_case *r = p->result;
    size_t ntotal = wire_log_nlines(p->log);
    size_t nkept = 0;
    for (size_t i = 0; i < r->nfindings; i++) {
        size_t line = r->findings[i].log_line + nlines;
        r->findings[i].log_line = line > ntotal ? line - ntotal : 0;
    }
    for (size_t i = 0; i < r->nmatches; i++) {
        size_t line = r->matches[i].log_line + nlines;
        if (line <= ntotal)
            continue;
        r->matches[nkept] = r->matches[i];
        r->matches[nkept++].log_line = line - ntotal;
    }
    r->nmatches = nkept;
}

/* ---- the rest ---- */

void player_judge_findings(struct player *p)
{
    player_judge_findings_at(p, wire_log_nlines(p->log));
}

void player_judge_findings_at(struct player *p, size_t log_line)
{
    for (; p->nfindings_seen < p->findings.nitems; p->nfindings_seen++) {
        const struct finding *from = &p->findings.items[p->nfindings_seen];
        struct result_finding *f =
            add_finding(p, from->requirement, finding_level_name(from->level));
        f->rule = from->rule;
        f->text = from->text;
        f->log_line = log_line;
        if (from->level == FINDING_OBSERVE)
            continue;
        enum result_verdict verdict = from->level == FINDING_WARN ? RESULT_WARN : RESULT_FAIL;
        note_check(p, from->requirement, verdict);
        player_raise(p, verdict, "");
    }
}

const char *player_reading_topic(struct player *p, unsigned number)
{
    const struct catalogue_reading *reading = catalogue_reading(catalogue_of(p), number);
    return reading == NULL ? arena_printf(p->arena, "B%u ", number) : reading->title;
}

void player_behaviour(struct player *p, const char *topic, const char *choice)
{
    struct result_case *r = p->result;
    for (size_t i = 0; i < r->nbehaviours; i++)
        if (text_equal(r->behaviours[i].topic, topic) &&
            text_equal(r->behaviours[i].choice, choice))
            return;
    r->behaviours = arena_grow(p->arena, r->behaviours, &p->behaviours_capacity, r->nbehaviours + 1,
                               sizeof *r->behaviours);
    r->behaviours[r->nbehaviours++] = (struct result_behaviour){topic, choice};
}

void player_nonstrict(struct player *p)
{
    player_raise(p, RESULT_NONSTRICT, "");
}
