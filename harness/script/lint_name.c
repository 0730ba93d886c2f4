#include <string.h>

#include "grammar/grammar.h"
#include "script/lint.h"
#include "script/macro.h"
#include "script/meta.h"

/* A name captured into so far. */
struct capture {
    const char *name;
    bool is_sure;  /* every way to here captures it */
    unsigned line; /* that captures it */
};

struct scope {
    struct capture *captures;
    size_t n;
};

/* What names can mean where the steps stand. */
struct naming {
    struct script_lint *l;
    const struct script_macro *macro; /* whose steps they are, or NULL */
    bool *axis_is_used;
    struct script_names *tags; /* numbers of @1 @2 named so far */
};

/* ---- types -------------------------------------------------------------------------------- */

static bool is_type(const struct script_lint *l, const char *type)
{
    const struct grammar *grammar = grammar_of_dialect(span_of(l->dialect));
    return strcmp(type, "any") == 0 || grammar == NULL ||
           grammar_rule(grammar, span_of(type)) != GRAMMAR_NO_RULE;
}

/* ---- scopes ------------------------------------------------------------------------------- */

static struct capture *find_capture(const struct scope *scope, const char *name)
{
    for (size_t i = 0; i < scope->n; i++)
        if (strcmp(scope->captures[i].name, name) == 0)
            return &scope->captures[i];
    return NULL;
}

static void add_capture(struct naming *n, struct scope *scope, struct capture capture)
{
    struct capture *known = find_capture(scope, capture.name);
    if (known != NULL) {
        known->is_sure |= capture.is_sure;
        return;
    }
    scope->captures =
        script_grow(n->l->faults->arena, scope->captures, scope->n, sizeof *scope->captures);
    scope->captures[scope->n++] = capture;
}

static struct scope copy_scope(struct naming *n, const struct scope *scope)
{
    size_t room = 1; /* as script_grow() leaves it */
    while (room < scope->n)
        room *= 2;
    struct scope copy = {.n = scope->n};
    copy.captures = arena_array(n->l->faults->arena, room, sizeof *copy.captures);
    if (scope->n > 0)
        memcpy(copy.captures, scope->captures, scope->n * sizeof *copy.captures);
    return copy;
}

/* What is captured after one of several branches: surely, if surely in all. */
static void join_scopes(struct naming *n, struct scope *scope, const struct scope *branches,
                        size_t nbranches)
{
    for (size_t i = 0; i < nbranches; i++) {
        for (size_t j = 0; j < branches[i].n; j++) {
            struct capture capture = branches[i].captures[j];
            for (size_t k = 0; k < nbranches; k++) {
                const struct capture *other = find_capture(&branches[k], capture.name);
                capture.is_sure = capture.is_sure && other != NULL && other->is_sure;
            }
            add_capture(n, scope, capture);
        }
    }
}

/* ---- references --------------------------------------------------------------------------- */

static bool is_fixed(struct naming *n, const char *name)
{
    if (script_is_predefined(name))
        return true;
    if (n->macro != NULL) {
        size_t i = script_macro_parameter(n->macro, name);
        return i != SIZE_MAX && !n->macro->is_capture[i];
    }
    const struct script_scenario *s = n->l->scenario;
    for (size_t i = 0; i < s->naxes; i++) {
        if (strcmp(s->axes[i].name, name) != 0)
            continue;
        n->axis_is_used[i] = true;
        return true;
    }
    return false;
}

static void check_name(struct naming *n, const struct scope *scope, const char *name,
                       struct script_place place)
{
    const struct capture *capture = find_capture(scope, name);
    if (is_fixed(n, name) || (capture != NULL && capture->is_sure))
        return;
    if (capture != NULL)
        (void)script_fault(n->l->faults, place,
                           "`%s` may not have been captured here: line %u need not arrive, or not "
                           "every branch captures it",
                           name, capture->line);
    else if (n->macro != NULL)
        (void)script_fault(n->l->faults, place,
                           "`%s` is no parameter of `%s` and nothing in it has captured it before",
                           name, n->macro->name);
    else
        (void)script_fault(n->l->faults, place, "`%s` is no axis, and nothing before captures it",
                           name);
}

static void check_message(struct naming *n, const struct script_reference *r,
                          struct script_place place)
{
    const struct script_scenario *s = n->l->scenario;
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->nfixtures; i++) {
        const struct script_fixture *f = &s->fixtures[i];
        if (r->mailbox[0] != '\0' && strcmp(r->mailbox, f->mailbox) != 0)
            continue;
        if (f->kind != FIXTURE_FILE && r->number > f->nmessages)
            (void)script_fault(n->l->faults, place, "the mailbox `%s` has %u messages only",
                               f->mailbox, f->nmessages);
        return;
    }
    if (r->mailbox[0] != '\0')
        (void)script_fault(n->l->faults, place, "no fixture fills the mailbox `%s`", r->mailbox);
    else
        (void)script_fault(n->l->faults, place, "there is no fixture that could have a message %u",
                           r->number);
}

static void check_reference(struct naming *n, const struct scope *scope,
                            const struct script_reference *r, struct script_place place)
{
    if (r->kind == REFERENCE_NAME || r->kind == REFERENCE_LENGTH)
        check_name(n, scope, r->name, place);
    else if (r->kind == REFERENCE_MESSAGE)
        check_message(n, r, place);
}

static void capture_into(struct naming *n, struct scope *scope, const char *name, bool is_sure,
                         struct script_place place)
{
    if (is_fixed(n, name))
        (void)script_fault(n->l->faults, place, "`%s` cannot be captured into: it is %s", name,
                           script_is_predefined(name) ? "predefined" : "an axis");
    else
        add_capture(n, scope, (struct capture){name, is_sure, place.line});
}

/* ---- texts -------------------------------------------------------------------------------- */

/* What a text is for. */
enum use { USE_LINE, USE_ARGUMENT, USE_OPERAND };

static void check_text(struct naming *n, struct scope *scope, const struct script_text *text,
                       enum use use, bool is_sure);

static void check_piece_type(struct naming *n, struct scope *scope, const struct script_piece *p,
                             enum use use, bool is_sure)
{
    if (!is_type(n->l, p->type))
        (void)script_fault(n->l->faults, p->place, "the dialect %s has no type `%s`", n->l->dialect,
                           p->type);
    if (p->name != NULL && use == USE_ARGUMENT)
        (void)script_fault(
            n->l->faults, p->place,
            "a capture cannot be an argument; give the macro a name to capture into");
    else if (p->name != NULL)
        capture_into(n, scope, p->name, is_sure, p->place);
}

static void check_tag(struct naming *n, const struct script_wire *wire,
                      const struct script_piece *piece)
{
    if (piece->number == 0 || n->macro != NULL)
        return;
    const char *number = arena_printf(n->l->faults->arena, "%u", piece->number);
    if (wire->who == 'C' && !script_names_have(n->tags, number))
        script_names_add(n->l->faults->arena, n->tags, number);
    else if (wire->who == 'S' && !script_names_have(n->tags, number))
        (void)script_fault(n->l->faults, piece->place, "no command before is tagged @%s", number);
}

static void check_piece(struct naming *n, struct scope *scope, const struct script_piece *p,
                        enum use use, bool is_sure)
{
    bool is_simple = p->kind != PIECE_TYPE && p->kind != PIECE_LITERAL && p->kind != PIECE_BARE &&
                     p->kind != PIECE_REST;
    if (use == USE_OPERAND && !is_simple) {
        (void)script_fault(n->l->faults, p->place,
                           "only words, strings and ${references} can stand here");
        return;
    }
    if (p->kind == PIECE_TYPE || (p->kind == PIECE_BARE && p->type != NULL))
        check_piece_type(n, scope, p, use, is_sure);
    else if (p->kind == PIECE_REFERENCE || (p->kind == PIECE_LITERAL && p->is_message) ||
             (p->kind == PIECE_BARE && !p->has_count))
        check_reference(n, scope, &p->reference, p->place);
    if (p->parts != NULL)
        check_text(n, scope, p->parts, use, is_sure);
}

static void check_text(struct naming *n, struct scope *scope, const struct script_text *text,
                       enum use use, bool is_sure)
{
    for (size_t i = 0; i < text->npieces; i++)
        check_piece(n, scope, &text->pieces[i], use, is_sure);
}

/* ---- steps -------------------------------------------------------------------------------- */

static void check_steps(struct naming *n, struct scope *scope, struct script_steps steps);

static void check_line(struct naming *n, struct scope *scope, struct script_step *step)
{
    for (size_t i = 0; i < script_step_ntexts(step); i++) {
        const struct script_text *text = script_step_text(step, i);
        if (text->npieces > 0 && text->pieces[0].kind == PIECE_TAG)
            check_tag(n, &step->as.wire, &text->pieces[0]);
        check_text(n, scope, text, USE_LINE, true);
    }
}

/* Inside a line that need not arrive its captures are sure, behind it they are not. */
static void check_wire(struct naming *n, struct scope *scope, struct script_step *step)
{
    if (step->as.wire.least > 0) {
        check_line(n, scope, step);
        return;
    }
    struct scope line = copy_scope(n, scope);
    check_line(n, &line, step);
    for (size_t i = scope->n; i < line.n; i++)
        line.captures[i].is_sure = false;
    for (size_t i = scope->n; i < line.n; i++)
        add_capture(n, scope, line.captures[i]);
}

/* The captures a macro makes into its parameters, worked out once: by name of the parameter. */
static struct scope *scope_of_macro(struct naming *n, const struct script_macro *macro)
{
    struct scope *scope = table_get(&n->l->seen, span_of(macro->name));
    if (scope != NULL)
        return scope;
    struct naming inner = {.l = n->l, .macro = macro, .tags = n->tags};
    scope = arena_alloc(n->l->faults->arena, sizeof *scope);
    (void)table_put(&n->l->seen, span_of(macro->name), scope);
    check_steps(&inner, scope, macro->steps);
    return scope;
}

static void check_use(struct naming *n, struct scope *scope, const struct script_step *step)
{
    const struct script_macro *macro = script_macro_find(n->l->file, step->as.use.macro);
    const struct scope *inside = scope_of_macro(n, macro);
    for (size_t i = 0; i < step->as.use.narguments; i++) {
        const struct script_text *argument = &step->as.use.arguments[i];
        struct script_place place = argument->pieces[0].place;
        if (!macro->is_capture[i]) {
            check_text(n, scope, argument, USE_ARGUMENT, true);
            continue;
        }
        const char *name = script_argument_name(argument);
        const struct capture *capture = find_capture(inside, macro->parameters.items[i]);
        if (name == NULL)
            (void)script_fault(n->l->faults, place,
                               "the macro `%s` captures into its parameter `%s`: give it a name",
                               macro->name, macro->parameters.items[i]);
        else
            capture_into(n, scope, name, capture != NULL && capture->is_sure, place);
    }
}

static void check_either(struct naming *n, struct scope *scope, const struct script_step *step)
{
    size_t nbranches = step->as.either.nbranches;
    struct scope *scopes = arena_array(n->l->faults->arena, nbranches, sizeof *scopes);
    for (size_t i = 0; i < nbranches; i++) {
        scopes[i] = copy_scope(n, scope);
        check_steps(n, &scopes[i], step->as.either.branches[i].steps);
    }
    join_scopes(n, scope, scopes, nbranches);
}

/* Units know what their own session captured in units before. */
static void check_interleave(struct naming *n, struct scope *scope, const struct script_step *step)
{
    size_t nunits = step->as.interleave.nunits;
    struct scope *scopes = arena_array(n->l->faults->arena, nunits, sizeof *scopes);
    for (size_t i = 0; i < nunits; i++) {
        const struct script_unit *unit = &step->as.interleave.units[i];
        size_t before = i;
        while (before > 0 &&
               strcmp(step->as.interleave.units[before - 1].session, unit->session) != 0)
            before--;
        scopes[i] = copy_scope(n, before > 0 ? &scopes[before - 1] : scope);
        check_steps(n, &scopes[i], unit->steps);
    }
    for (size_t i = 0; i < nunits; i++)
        for (size_t j = 0; j < scopes[i].n; j++)
            add_capture(n, scope, scopes[i].captures[j]);
}

/* A handler runs when its command comes: what it captures is its own. */
static void check_on(struct naming *n, const struct scope *scope, const struct script_step *step)
{
    struct scope inner = copy_scope(n, scope);
    check_text(n, &inner, &step->as.on.pattern, USE_LINE, true);
    check_steps(n, &inner, step->as.on.steps);
}

static void check_step(struct naming *n, struct scope *scope, struct script_step *step)
{
    if (step->kind == STEP_WIRE) {
        check_wire(n, scope, step);
    } else if (step->kind == STEP_USE) {
        check_use(n, scope, step);
    } else if (step->kind == STEP_EITHER) {
        check_either(n, scope, step);
    } else if (step->kind == STEP_INTERLEAVE) {
        check_interleave(n, scope, step);
    } else if (step->kind == STEP_ON) {
        check_on(n, scope, step);
    } else {
        for (size_t i = 0; i < script_step_ntexts(step); i++)
            check_text(n, scope, script_step_text(step, i), USE_OPERAND, true);
        for (size_t i = 0; i < script_step_nblocks(step); i++)
            check_steps(n, scope, *script_step_block(step, i));
        if ((step->kind == STEP_DO || step->kind == STEP_START) && step->as.shim.capture != NULL)
            capture_into(n, scope, step->as.shim.capture, true, step->place);
    }
}

static void check_steps(struct naming *n, struct scope *scope, struct script_steps steps)
{
    for (size_t i = 0; i < steps.nitems; i++)
        check_step(n, scope, steps.items[i]);
}

void script_lint_names(struct script_lint *l, const struct script_macro *macro,
                       struct script_steps steps)
{
    struct script_names tags = {0};
    struct scope scope = {0};
    struct naming n = {.l = l, .macro = macro, .tags = &tags};
    size_t naxes = l->scenario == NULL ? 0 : l->scenario->naxes;
    n.axis_is_used = arena_array(l->faults->arena, naxes, sizeof(bool));
    check_steps(&n, &scope, steps);
    for (size_t i = 0; i < naxes; i++)
        if (!n.axis_is_used[i] && !script_is_predefined(l->scenario->axes[i].name))
            (void)script_fault(l->faults, l->scenario->axes[i].place, "the axis `%s` is never used",
                               l->scenario->axes[i].name);
}
