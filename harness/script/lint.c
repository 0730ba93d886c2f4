#include "script/lint.h"

#include "script/expand.h"
#include "script/meta.h"

#include <string.h>

bool script_lint_is_checked(const struct script_lint *l, const struct script_wire *wire)
{
    if (l->scenario == NULL)
        return false;
    if (l->scenario->role == SCRIPT_MONITOR)
        return true;
    return wire->who == (l->scenario->role == SCRIPT_CLIENT ? 'S' : 'C');
}

bool script_lint_is_sent(const struct script_lint *l, const struct script_wire *wire)
{
    return l->scenario != NULL && !script_lint_is_checked(l, wire);
}

/* ---- meta --------------------------------------------------------------------------------- */

static void check_sessions(struct script_lint *l)
{
    const struct script_scenario *s = l->scenario;
    for (size_t i = 0; i < s->nsessions; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(s->sessions[i].name, s->sessions[j].name) == 0)
                (void)script_fault(l->faults, s->sessions[i].place,
                                   "the session `%s` is declared twice", s->sessions[i].name);
}

static const char *user_of(const struct script_scenario *s, const struct script_fixture *f)
{
    return f->user != NULL ? f->user : s->sessions[0].user;
}

static void check_fixtures(struct script_lint *l)
{
    const struct script_scenario *s = l->scenario;
    for (size_t i = 0; i < s->nfixtures; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(s->fixtures[i].mailbox, s->fixtures[j].mailbox) == 0 &&
                strcmp(user_of(s, &s->fixtures[i]), user_of(s, &s->fixtures[j])) == 0)
                (void)script_fault(l->faults, s->fixtures[i].place,
                                   "the mailbox `%s` is filled twice", s->fixtures[i].mailbox);
}

static void check_axes(struct script_lint *l)
{
    const struct script_scenario *s = l->scenario;
    for (size_t i = 0; i < s->naxes; i++)
        if (script_is_predefined(s->axes[i].name))
            (void)script_fault(l->faults, s->axes[i].place, "`%s` is predefined", s->axes[i].name);
}

void script_lint_meta(struct script_lint *l)
{
    const struct script_scenario *s = l->scenario;
    check_sessions(l);
    check_fixtures(l);
    check_axes(l);
    for (size_t i = 0; i < s->metas.nitems; i++)
        if (strcmp(s->metas.items[i], "serve") == 0 && s->role != SCRIPT_SERVER)
            (void)script_fault(l->faults, s->metas_places[i], "`serve` belongs to role server");
}

/* ---- covers ------------------------------------------------------------------------------- */

void script_lint_covers(struct script_lint *l)
{
    const struct script_scenario *s = l->scenario;
    for (size_t i = 0; i < s->covers.nitems; i++)
        if (table_get(&l->checked, span_of(s->covers.items[i])) == NULL)
            (void)script_fault(l->faults, s->covers_places[i], "`%s` is covered but never checked",
                               s->covers.items[i]);
    for (size_t i = 0; i < l->checked.nentries; i++) {
        const struct script_step *step = l->checked.entries[i].value;
        const char *id = arena_text(l->faults->arena, l->checked.entries[i].key);
        if (!script_names_have(&s->covers, id))
            (void)script_fault(l->faults, step->place, "`%s` is checked but not listed in `covers`",
                               id);
    }
}

/* ---- all ---------------------------------------------------------------------------------- */

static void check_scenario(struct script_lint *l)
{
    struct script_case *cases;
    size_t ncases;
    size_t nfaults = l->faults->nitems;
    script_lint_meta(l);
    script_lint_steps(l, l->scenario->steps);
    script_lint_covers(l);
    table_free(&l->seen);
    script_lint_names(l, NULL, l->scenario->steps);
    if (l->faults->nitems > nfaults)
        return;
    /* what is left can only be seen with the values put in; windows are the same in all cases */
    if (script_expand_all(l->file, l->scenario, l->faults, &cases, &ncases) == 0)
        script_lint_windows(l, cases[0].steps);
}

void script_lint_check(const struct script_parsed *parsed, struct script_faults *faults)
{
    for (size_t i = 0; i < parsed->file->nmacros; i++) {
        struct script_lint l = {.faults = faults, .file = parsed->file, .dialect = "imap2"};
        script_lint_steps(&l, parsed->file->macros[i]->steps);
        table_free(&l.seen);
        script_lint_names(&l, parsed->file->macros[i], parsed->file->macros[i]->steps);
        table_free(&l.seen);
        table_free(&l.checked);
    }
    for (size_t i = 0; i < parsed->file->nscenarios; i++) {
        const struct script_scenario *s = parsed->file->scenarios[i];
        struct script_lint l = {
            .faults = faults, .file = parsed->file, .scenario = s, .dialect = s->dialect};
        if (!parsed->is_broken[i])
            check_scenario(&l);
        table_free(&l.seen);
        table_free(&l.checked);
    }
}
