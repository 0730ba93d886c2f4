#include "run/player.h"

/* What a trial may have changed and must be able to take back. */
struct snapshot {
    size_t ncaptures, nconsumed, nchecks, nbehaviours;
};

static struct snapshot take_snapshot(const struct player *p)
{
    return (struct snapshot){.ncaptures = p->captures.nitems,
                             .nconsumed = p->nconsumed,
                             .nchecks = p->result->nchecks,
                             .nbehaviours = p->result->nbehaviours};
}

/* Findings of framing, grammar and model are not taken back: what arrived, arrived. Checks that a
 * branch has passed are: they are noted anew by the branch that fits. */
static void take_back(struct player *p, const struct snapshot *snapshot)
{
    p->captures.nitems = snapshot->ncaptures;
    while (p->nconsumed > snapshot->nconsumed)
        p->consumed[--p->nconsumed]->is_consumed = false;
    p->result->nbehaviours = snapshot->nbehaviours;
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

static void note_branch(struct player *p, const struct script_branch *branch)
{
    if (branch->is_nonstrict)
        player_nonstrict(p);
    if (branch->label[0] == '\0')
        return;
    const char *topic =
        p->check != NULL ? p->check->requirements->items[0] : p->script->scenario->id;
    player_behaviour(p, topic, branch->label);
}

enum player_status player_either(struct player *p, const struct script_step *step)
{
    struct player_check *check = p->check;
    struct player_failure best = {0};
    size_t best_progress = 0;
    unsigned outer = p->ntrials;
    for (size_t i = 0; i < step->as.either.nbranches; i++) {
        const struct script_branch *branch = &step->as.either.branches[i];
        struct snapshot snapshot = take_snapshot(p);
        p->ntrials = outer + 1;
        enum player_status status = player_steps(p, &branch->steps, check);
        bool is_committed = p->ntrials != outer + 1;
        if (!is_committed)
            p->ntrials = outer;
        if (status == PLAYER_MISSED) {
            size_t progress = p->nconsumed - snapshot.nconsumed;
            if (i == 0 || progress > best_progress) {
                best = p->failure;
                best_progress = progress;
            }
            take_back(p, &snapshot);
            continue;
        }
        if (status == PLAYER_GOES_ON)
            note_branch(p, branch);
        return status;
    }
    return fail_either(p, step, best);
}
