#include <string.h>

#include "script/lint.h"
#include "script/macro.h"

/* Where steps stand. */
struct position {
    const struct script_step *check; /* the `check` around them, or NULL */
    const char *session;             /* they belong to when they name none; NULL: none yet */
    bool in_on, in_interleave, in_macro;
};

/* ---- what a step does --------------------------------------------------------------------- */

static bool has_block_that(const struct script_lint *l, const struct script_step *step,
                           bool (*test)(const struct script_lint *, const struct script_step *))
{
    struct script_step *s = (struct script_step *)step;
    for (size_t i = 0; i < script_step_nblocks(s); i++) {
        const struct script_steps *block = script_step_block(s, i);
        for (size_t j = 0; j < block->nitems; j++)
            if (test(l, block->items[j]))
                return true;
    }
    return false;
}

/* Whether a step can go wrong by what the peer does: something must arrive, or must hold. */
static bool can_fail(const struct script_lint *l, const struct script_step *step)
{
    const struct script_macro *macro;
    switch (step->kind) {
    case STEP_WIRE:
        return (l->scenario == NULL || script_lint_is_checked(l, &step->as.wire)) &&
               step->as.wire.least > 0;
    case STEP_EOF:
    case STEP_EXIT:
    case STEP_QUIET:
    case STEP_DO:
    case STEP_FINISH:
    case STEP_CACHE:
    case STEP_REMOVED:
    case STEP_MODEL:
    case STEP_ASSERT:
    case STEP_CONVERGE:
        return true;
    case STEP_USE:
        macro = script_macro_find(l->file, step->as.use.macro);
        for (size_t i = 0; i < macro->steps.nitems; i++)
            if (can_fail(l, macro->steps.items[i]))
                return true;
        return false;
    case STEP_CHECK:
    case STEP_UNORDERED:
    case STEP_EITHER:
    case STEP_INTERLEAVE:
    case STEP_ON:
    case STEP_REPEAT:
        return has_block_that(l, step, can_fail);
    case STEP_OPEN:
    case STEP_CLOSE:
    case STEP_HALFCLOSE:
    case STEP_RESET:
    case STEP_SPLIT:
    case STEP_LETTERS:
    case STEP_ANSWER:
    case STEP_START:
    case STEP_DELIVER:
        break;
    }
    return false;
}

/* Whether it waits for the peer, so that a deadline means something. */
static bool waits(const struct script_lint *l, const struct script_step *step)
{
    if (step->kind == STEP_WIRE)
        return !script_lint_is_sent(l, &step->as.wire);
    return step->kind == STEP_UNORDERED || step->kind == STEP_EITHER || step->kind == STEP_EOF ||
           step->kind == STEP_DO || step->kind == STEP_FINISH || step->kind == STEP_CONVERGE ||
           step->kind == STEP_OPEN || step->kind == STEP_CACHE || step->kind == STEP_EXIT;
}

/* ---- roles -------------------------------------------------------------------------------- */

enum { CLIENT = 1 << SCRIPT_CLIENT, SERVER = 1 << SCRIPT_SERVER, MONITOR = 1 << SCRIPT_MONITOR };

/* Steps that not every role has. */
static const struct {
    enum script_step_kind kind;
    unsigned roles;
} roles[] = {
    {STEP_ON, SERVER},
    {STEP_DO, SERVER},
    {STEP_START, SERVER},
    {STEP_FINISH, SERVER},
    {STEP_CACHE, SERVER},
    {STEP_LETTERS, SERVER},
    {STEP_EXIT, SERVER},
    {STEP_ANSWER, SERVER},
    {STEP_REMOVED, CLIENT},
    {STEP_MODEL, CLIENT},
    {STEP_CONVERGE, CLIENT},
    {STEP_OPEN, CLIENT | SERVER},
    {STEP_CLOSE, CLIENT | SERVER},
    {STEP_HALFCLOSE, CLIENT | SERVER},
    {STEP_RESET, CLIENT | SERVER},
    {STEP_SPLIT, CLIENT | SERVER},
    {STEP_DELIVER, CLIENT | SERVER},
    {STEP_INTERLEAVE, CLIENT | SERVER},
};

static void check_role(struct script_lint *l, const struct script_step *step)
{
    if (l->scenario == NULL)
        return;
    static const char *const names[] = {
        [SCRIPT_CLIENT] = "client", [SCRIPT_SERVER] = "server", [SCRIPT_MONITOR] = "monitor"};
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (roles[i].kind == step->kind && (roles[i].roles & (1U << l->scenario->role)) == 0)
            (void)script_fault(l->faults, step->place, "`%s` has no meaning in role %s",
                               script_control_word(step->kind), names[l->scenario->role]);
}

/* ---- sessions ----------------------------------------------------------------------------- */

static bool has_session(const struct script_lint *l, const char *name)
{
    for (size_t i = 0; i < l->scenario->nsessions; i++)
        if (strcmp(l->scenario->sessions[i].name, name) == 0)
            return true;
    return false;
}

static bool check_session_name(struct script_lint *l, struct script_place place, const char *name)
{
    if (l->scenario == NULL || (name[0] != '\0' && has_session(l, name)))
        return true;
    (void)script_fault(l->faults, place, "there is no session `%s`", name);
    return false;
}

static void check_session(struct script_lint *l, const struct position *p,
                          const struct script_step *step)
{
    if (step->session[0] != '\0' && p->in_macro)
        (void)script_fault(l->faults, step->place,
                           "a macro names no session; write `%s use name()` where it is used",
                           step->session);
    else if (step->session[0] != '\0' && p->session != NULL &&
             strcmp(p->session, step->session) != 0)
        (void)script_fault(l->faults, step->place, "this block belongs to session `%s`",
                           p->session);
    else if (step->session[0] != '\0')
        (void)check_session_name(l, step->place, step->session);
    else if (l->scenario != NULL && l->scenario->nsessions > 1 && p->session == NULL &&
             script_control_has_session(step->kind))
        (void)script_fault(l->faults, step->place,
                           "there are %zu sessions; begin the line with the name of one",
                           l->scenario->nsessions);
}

/* ---- wire lines --------------------------------------------------------------------------- */

static void check_wire(struct script_lint *l, const struct position *p,
                       const struct script_step *step)
{
    script_lint_wire(l, step);
    if (step->as.wire.mark == MARK_NEVER && p->check == NULL && l->scenario != NULL)
        (void)script_fault(l->faults, step->place, "`%c!:` outside a check cannot fail anything",
                           step->as.wire.who);
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void check_steps(struct script_lint *l, const struct position *p, struct script_steps steps);

static void check_check(struct script_lint *l, const struct position *p,
                        const struct script_step *step)
{
    if (p->check != NULL)
        (void)script_fault(l->faults, step->place,
                           "a `check` inside the `check` of line %u; name all IDs on one line",
                           p->check->place.line);
    if (!can_fail(l, step))
        (void)script_fault(l->faults, step->place,
                           "nothing inside this check must arrive or hold, so it can never fail");
    for (size_t i = 0; i < step->as.check.requirements.nitems; i++) {
        const char *id = step->as.check.requirements.items[i];
        if (table_get(&l->checked, span_of(id)) == NULL)
            (void)table_put(&l->checked, span_of(id), (void *)step);
    }
}

static void check_unordered(struct script_lint *l, const struct script_step *step)
{
    for (size_t i = 0; i < step->as.unordered.steps.nitems; i++) {
        const struct script_step *inner = step->as.unordered.steps.items[i];
        if (inner->kind != STEP_WIRE || script_lint_is_sent(l, &inner->as.wire) ||
            inner->as.wire.is_raw)
            (void)script_fault(l->faults, inner->place,
                               "`unordered` holds lines that are checked, nothing else");
        else if (inner->as.wire.mark == MARK_NEVER)
            (void)script_fault(l->faults, inner->place,
                               "`unordered` says what arrives; put `%c!:` before it",
                               inner->as.wire.who);
        else if (inner->within_ms > 0)
            (void)script_fault(l->faults, inner->place,
                               "`within` stands before the whole `unordered`");
    }
}

static void check_interleave(struct script_lint *l, const struct position *p,
                             const struct script_step *step)
{
    bool has_other = false;
    if (p->in_interleave)
        (void)script_fault(l->faults, step->place, "an interleave inside an interleave");
    if (p->in_macro)
        (void)script_fault(l->faults, step->place,
                           "a macro names no session, so it cannot hold an "
                           "interleave");
    for (size_t i = 0; i < step->as.interleave.nunits; i++) {
        const struct script_unit *unit = &step->as.interleave.units[i];
        (void)check_session_name(l, unit->place, unit->session);
        has_other |= strcmp(unit->session, step->as.interleave.units[0].session) != 0;
    }
    if (!has_other)
        (void)script_fault(l->faults, step->place,
                           "all units belong to one session, so there is only one order");
}

static void check_converge(struct script_lint *l, const struct position *p,
                           const struct script_step *step)
{
    if (p->in_macro) {
        (void)script_fault(l->faults, step->place,
                           "a macro names no session, so it cannot hold `converge`");
        return;
    }
    bool known = check_session_name(l, step->place, step->as.converge.first);
    known = check_session_name(l, step->place, step->as.converge.second) && known;
    if (known && strcmp(step->as.converge.first, step->as.converge.second) == 0)
        (void)script_fault(l->faults, step->place, "a session cannot converge with itself");
}

static void check_use(struct script_lint *l, const struct position *p,
                      const struct script_step *step)
{
    struct script_macro *macro = script_macro_find(l->file, step->as.use.macro);
    struct position inner = *p;
    inner.in_macro = true;
    if (step->session[0] != '\0')
        inner.session = step->session;
    else if (p->session == NULL)
        inner.session = ""; /* one fault, at the `use`, is enough */
    const char *key = arena_printf(l->faults->arena, "%d%d%d %s", p->check != NULL, p->in_on,
                                   p->in_interleave, macro->name);
    if (l->scenario == NULL || table_get(&l->seen, span_of(key)) != NULL)
        return;
    (void)table_put(&l->seen, span_of(key), macro);
    check_steps(l, &inner, macro->steps);
}

static void check_answer(struct script_lint *l, const struct position *p,
                         const struct script_step *step)
{
    if (l->scenario == NULL)
        return;
    if (!p->in_on)
        (void)script_fault(l->faults, step->place, "`answer` stands inside `on` only");
    else if (!l->scenario->serves_model)
        (void)script_fault(l->faults, step->place, "`answer` needs `serve model`");
}

/* ---- steps -------------------------------------------------------------------------------- */

static void check_kind(struct script_lint *l, const struct position *p,
                       const struct script_step *step)
{
    if (step->kind == STEP_WIRE)
        check_wire(l, p, step);
    else if (step->kind == STEP_CHECK)
        check_check(l, p, step);
    else if (step->kind == STEP_UNORDERED)
        check_unordered(l, step);
    else if (step->kind == STEP_INTERLEAVE)
        check_interleave(l, p, step);
    else if (step->kind == STEP_CONVERGE)
        check_converge(l, p, step);
    else if (step->kind == STEP_USE)
        check_use(l, p, step);
    else if (step->kind == STEP_ANSWER)
        check_answer(l, p, step);
    else if (step->kind == STEP_ON && (p->in_on || p->check != NULL))
        (void)script_fault(l->faults, step->place, "`on` cannot stand inside `%s`",
                           p->in_on ? "on" : "check");
}

static void check_step(struct script_lint *l, const struct position *p, struct script_step *step)
{
    struct position inner = *p;
    check_role(l, step);
    check_session(l, p, step);
    if (step->within_ms > 0 && !waits(l, step))
        (void)script_fault(l->faults, step->place,
                           "this step waits for nothing, so `within` has no meaning");
    check_kind(l, p, step);
    if (step->kind == STEP_CHECK)
        inner.check = step;
    inner.in_on |= step->kind == STEP_ON;
    inner.in_interleave |= step->kind == STEP_INTERLEAVE;
    if (step->kind == STEP_UNORDERED && step->session[0] != '\0')
        inner.session = step->session;
    for (size_t i = 0; i < script_step_nblocks(step); i++) {
        if (step->kind == STEP_INTERLEAVE)
            inner.session = step->as.interleave.units[i].session;
        check_steps(l, &inner, *script_step_block(step, i));
    }
}

static void check_steps(struct script_lint *l, const struct position *p, struct script_steps steps)
{
    for (size_t i = 0; i < steps.nitems; i++)
        check_step(l, p, steps.items[i]);
}

void script_lint_steps(struct script_lint *l, struct script_steps steps)
{
    struct position p = {.in_macro = l->scenario == NULL};
    check_steps(l, &p, steps);
}
