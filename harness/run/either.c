#include "run/player.h"

/* What a trial may have changed and must be able to take back. */
struct snapshot {
    size_t ncaptures, nconsumed, nchecks, nbehaviours, nmatches;
};

static struct snapshot take_snapshot(const struct player *p)
{
    return (struct snapshot){.ncaptures = p->captures.nitems,
                             .nconsumed = p->nconsumed,
                             .nchecks = p->result->nchecks,
                             .nbehaviours = p->result->nbehaviours,
                             .nmatches = p->result->nmatches};
}

/* Findings of framing, grammar and model are not taken back: what arrived, arrived. Checks that a
 * branch has passed are: they are noted anew by the branch that fits. */
static void take_back(struct player *p, const struct snapshot *snapshot)
{
    p->captures.nitems = snapshot->ncaptures;
    while (p->nconsumed > snapshot->nconsumed)
        p->consumed[--p->nconsumed]->is_consumed = false;
    p->result->nbehaviours = snapshot->nbehaviours;
    p->result->nmatches = snapshot->nmatches;
    size_t kept = snapshot->nchecks;
    for (size_t i = snapshot->nchecks; i < p->result->nchecks; i++)
        if (p->result->checks[i].verdict > RESULT_PASS)
            p->result->checks[kept++] = p->result->checks[i];
    p->result->nchecks = kept;
}

/* Requirements of all checks inside the steps, each once. */
static void collect_checks(struct player *p, const struct script_steps *steps,
                           struct script_names *names, size_t *capacity)
{
    for (size_t i = 0; i < steps->nitems; i++) {
        const struct script_step *step = steps->items[i];
        if (step->kind != STEP_CHECK)
            continue;
        for (size_t k = 0; k < step->as.check.requirements.nitems; k++) {
            const char *id = step->as.check.requirements.items[k];
            bool known = false;
            for (size_t n = 0; n < names->nitems && !known; n++)
                known = span_is(span_of(names->items[n]), id);
            if (known)
                continue;
            names->items = arena_grow(p->arena, names->items, capacity, names->nitems + 1,
                                      sizeof *names->items);
            names->items[names->nitems++] = id;
        }
        collect_checks(p, &step->as.check.steps, names, capacity);
    }
}

/* No branch fits: this fails the check around the `either`, else all checks in its branches. */
static enum player_status fail_either(struct player *p, const struct script_step *step,
                                      struct player_failure best)
{
    best.check = p->check;
    if (best.check == NULL) {
        size_t capacity = 0;
        struct script_names *names = arena_alloc(p->arena, sizeof *names);
        for (size_t i = 0; i < step->as.either.nbranches; i++)
            collect_checks(p, &step->as.either.branches[i].steps, names, &capacity);
        if (names->nitems > 0) {
            best.check = arena_alloc(p->arena, sizeof *best.check);
            best.check->requirements = names;
        }
    }
    best.text = arena_printf(p->arena, "no alternative fits; nearest: %s", best.text);
    return player_fail(p, best);
}

static void note_branch(struct player *p, unsigned reading, const struct script_branch *branch)
{
    if (branch->is_nonstrict)
        player_nonstrict(p);
    if (branch->label[0] == '\0')
        return;
    const char *topic = reading != 0       ? player_reading_topic(p, reading)
                        : p->check != NULL ? p->check->requirements->items[0]
                                           : p->script->scenario->id;
    player_behaviour(p, topic, branch->label);
}

struct trying {
    const struct player_line *line;
    const struct script_step *step;
    unsigned outer;             /* trials around this one */
    struct player_failure best; /* of the branch that came furthest */
    bool is_starved;            /* some branch may still fit when more has come */
};

/* Plays each branch on what has arrived; MISSED when none fits. */
static enum player_status try_branches(struct player *p, struct trying *t)
{
    size_t best_progress = 0;
    player_catch_up(p);
    t->is_starved = false;
    for (size_t i = 0; i < t->step->as.either.nbranches; i++) {
        const struct script_branch *branch = &t->step->as.either.branches[i];
        struct snapshot snapshot = take_snapshot(p);
        p->ntrials = t->outer + 1;
        p->is_starved = false;
        enum player_status status = player_branch(p, t->line, &branch->steps);
        if (p->ntrials == t->outer + 1) /* nothing was sent: still a trial for those around */
            p->ntrials = t->outer;
        if (status == PLAYER_GOES_ON)
            note_branch(p, t->step->as.either.reading, branch);
        if (status != PLAYER_MISSED)
            return status;
        size_t progress = p->nconsumed - snapshot.nconsumed;
        if (i == 0 || progress > best_progress) {
            t->best = p->failure;
            best_progress = progress;
        }
        t->is_starved = t->is_starved || p->is_starved;
        take_back(p, &snapshot);
    }
    return PLAYER_MISSED;
}

/* What no branch wants of a client's commands is answered by whoever answers the rest. */
static enum serve_status serve_meanwhile(struct player *p, const struct trying *t,
                                         int64_t *deadline_us)
{
    if (!p->is_server || t->outer > 0)
        return SERVE_NOTHING;
    enum serve_status did = player_attend_until(p, NULL, deadline_us);
    if (did == SERVE_NOTHING && p->script->scenario->serves_model && player_accept_more(p, false))
        did = SERVE_DONE;
    return did;
}

/* Alternatives are tried in the order written on what is there; only when none fits and more may
 * change that is anything waited for. So a branch that cannot fit costs no time. */
static enum player_status play_either(struct player *p, struct trying *t)
{
    int64_t deadline = player_deadline_us(p, t->step);
    for (;;) {
        p->wake_us = -1;
        enum player_status status = try_branches(p, t);
        if (status != PLAYER_MISSED)
            return status;
        enum serve_status served = serve_meanwhile(p, t, &deadline);
        if (served == SERVE_STOPS)
            return PLAYER_STOPS;
        if (served == SERVE_DONE)
            continue;
        bool wakes = p->wake_us >= 0 && p->wake_us < deadline;
        if (!t->is_starved || (!player_wait(p, wakes ? p->wake_us : deadline) && !wakes))
            break;
    }
    p->is_starved = t->is_starved;
    return fail_either(p, t->step, t->best);
}

/* What a branch wanted and did not take in the end is anybody's again. */
static void forget_wishes(struct player *p)
{
    for (size_t i = 0; i < p->nsessions; i++)
        for (size_t k = p->sessions[i].first; k < p->sessions[i].nunits; k++)
            p->sessions[i].units[k]->is_wanted = false;
}

enum player_status player_either(struct player *p, const struct player_line *line)
{
    struct trying t = {.line = line, .step = line->step, .outer = p->ntrials};
    if (t.outer == 0)
        p->trial_began_us = clock_now_us(net_loop_clock(p->loop));
    enum player_status status = play_either(p, &t);
    if (t.outer == 0)
        forget_wishes(p);
    return status;
}
