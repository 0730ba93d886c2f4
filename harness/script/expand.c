#include "script/expand.h"

#include <string.h>

#include "script/control.h"
#include "script/macro.h"
#include "script/pattern.h"
#include "script/piece.h"
#include "script/step.h"
#include "script/substitute.h"

/* One case being expanded. */
struct expansion {
    const struct script_file *file;
    const struct script_scenario *scenario;
    struct script_faults *faults;
    struct script_text *axis_values;
    unsigned nuses;
    size_t nsteps; /* of all cases so far */
};

/* Where steps stand. */
struct context {
    struct script_binding binding;
    const char *session; /* of steps that name none */
    unsigned use_line;   /* of the outermost `use` around; 0: none */
};

static int expand_steps(struct expansion *x, const struct context *context,
                        struct script_steps steps, struct script_steps *out);

/* ---- one step ----------------------------------------------------------------------------- */

static int expand_blocks(struct expansion *x, const struct context *context,
                         const struct script_step *step, struct script_step *copy)
{
    struct arena *arena = x->faults->arena;
    if (step->kind == STEP_EITHER) {
        copy->as.either.branches =
            arena_array(arena, step->as.either.nbranches, sizeof *copy->as.either.branches);
        memcpy(copy->as.either.branches, step->as.either.branches,
               step->as.either.nbranches * sizeof *copy->as.either.branches);
    } else if (step->kind == STEP_INTERLEAVE) {
        copy->as.interleave.units =
            arena_array(arena, step->as.interleave.nunits, sizeof *copy->as.interleave.units);
        memcpy(copy->as.interleave.units, step->as.interleave.units,
               step->as.interleave.nunits * sizeof *copy->as.interleave.units);
    }
    for (size_t i = 0; i < script_step_nblocks(copy); i++) {
        struct context inner = *context;
        struct script_steps *block = script_step_block(copy, i);
        struct script_steps original = *block;
        *block = (struct script_steps){0};
        if (step->kind == STEP_INTERLEAVE)
            inner.session = step->as.interleave.units[i].session;
        else
            inner.session = copy->session;
        if (expand_steps(x, &inner, original, block) != 0)
            return -1;
    }
    return 0;
}

/* Own lists for texts, so that putting in does not change the original. */
static void copy_texts(struct arena *arena, const struct script_step *step,
                       struct script_step *copy)
{
    if (step->kind == STEP_WIRE && step->as.wire.is_raw) {
        copy->as.wire.raw = arena_array(arena, step->as.wire.nraw, sizeof *copy->as.wire.raw);
        memcpy(copy->as.wire.raw, step->as.wire.raw,
               step->as.wire.nraw * sizeof *copy->as.wire.raw);
    } else if (step->kind == STEP_DO || step->kind == STEP_START) {
        copy->as.shim.arguments =
            arena_array(arena, step->as.shim.narguments, sizeof *copy->as.shim.arguments);
    }
}

static int expand_texts(const struct script_binding *b, const struct script_step *step,
                        struct script_step *copy)
{
    bool is_string = step->kind == STEP_WIRE && step->as.wire.is_raw;
    struct script_step *original = (struct script_step *)step;
    copy_texts(b->faults->arena, step, copy);
    for (size_t i = 0; i < script_step_ntexts(step); i++)
        if (script_substitute(b, script_step_text(original, i), is_string,
                              script_step_text(copy, i)) != 0)
            return -1;
    if ((step->kind == STEP_DO || step->kind == STEP_START) && step->as.shim.capture != NULL)
        copy->as.shim.capture = script_binding_name(b, step->as.shim.capture);
    return 0;
}

/* `start ${request}`: a verb, or a string with arguments too, in front of those written out. */
static int settle_request(struct expansion *x, struct script_step *step)
{
    const struct script_text *request = &step->as.shim.request;
    struct script_step read = {.kind = step->kind, .place = step->place};
    struct script_cursor c;
    if (request->npieces != 1 ||
        (request->pieces[0].kind != PIECE_WORD && request->pieces[0].kind != PIECE_QUOTED) ||
        request->pieces[0].parts != NULL)
        return script_fault(x->faults, step->place, "`%s` is no request to a client",
                            request->source);
    script_cursor_init(&c, x->faults, request->pieces[0].text, step->place);
    if (script_control_read_shim(&c, &read) != 0)
        return -1;
    if (read.as.shim.verb == NULL || read.as.shim.capture != NULL)
        return script_fault(x->faults, step->place, "`%s` is no request to a client",
                            request->source);
    size_t nread = read.as.shim.narguments;
    struct script_text *arguments =
        arena_array(x->faults->arena, nread + step->as.shim.narguments, sizeof *arguments);
    for (size_t i = 0; i < nread; i++)
        arguments[i] = read.as.shim.arguments[i];
    for (size_t i = 0; i < step->as.shim.narguments; i++)
        arguments[nread + i] = step->as.shim.arguments[i];
    step->as.shim.verb = read.as.shim.verb;
    step->as.shim.arguments = arguments;
    step->as.shim.narguments += nread;
    step->as.shim.request = (struct script_text){0};
    return 0;
}

/* What was a reference and is now known: `split ${cut}`, `flags ${n}`. */
static int settle(struct expansion *x, struct script_step *step)
{
    if ((step->kind == STEP_DO || step->kind == STEP_START) && step->as.shim.request.npieces > 0)
        return settle_request(x, step);
    if (step->kind == STEP_SPLIT && step->as.split.how_reference.npieces > 0) {
        const struct script_text *how = &step->as.split.how_reference;
        if (how->npieces != 1 || how->pieces[0].kind != PIECE_WORD ||
            !script_split_read(x->faults->arena, how->pieces[0].text, step))
            return script_fault(x->faults, step->place,
                                "`%s` is no split: ascending offsets such as 3,7, or bytewise, "
                                "lines or none",
                                how->source);
        step->as.split.how_reference = (struct script_text){0};
    }
    bool is_query = step->kind == STEP_CACHE || step->kind == STEP_MODEL;
    if (is_query && step->as.query.index.npieces > 0) {
        const struct script_text *index = &step->as.query.index;
        if (index->npieces == 1 && index->pieces[0].kind == PIECE_REFERENCE)
            return 0;
        if (index->npieces != 1 || index->pieces[0].kind != PIECE_WORD ||
            number_parse_u32(index->pieces[0].text, &step->as.query.number) != 0 ||
            step->as.query.number == 0)
            return script_fault(x->faults, step->place, "`%s` is no message number", index->source);
        step->as.query.index = (struct script_text){0};
    }
    return 0;
}

/* A line that is checked is looked at as a pattern; what is sent need not be one. */
static int make_pattern(struct expansion *x, struct script_step *step)
{
    char checked = x->scenario->role == SCRIPT_CLIENT ? 'S' : 'C';
    bool is_line = step->kind == STEP_WIRE && step->as.wire.who == checked;
    if (!is_line && step->kind != STEP_ON)
        return 0;
    const struct script_piece *odd =
        pattern_unbalanced(is_line ? &step->as.wire.text : &step->as.on.pattern);
    if (odd != NULL)
        return script_fault(x->faults, odd->place, "this parenthesis has no counterpart");
    if (!is_line)
        return 0;
    struct pattern *pattern = arena_alloc(x->faults->arena, sizeof *pattern);
    *pattern = pattern_make(&step->as.wire, x->faults->arena);
    step->as.wire.pattern = pattern;
    return 0;
}

static int fail_long(const struct expansion *x)
{
    return script_fault(x->faults, x->scenario->place,
                        "the scenario has more than %d steps when macros, repetitions and axes are "
                        "expanded",
                        SCRIPT_STEPS_MOST);
}

static int expand_copy(struct expansion *x, const struct context *context,
                       const struct script_step *step, struct script_steps *out)
{
    struct script_step *copy = arena_alloc(x->faults->arena, sizeof *copy);
    if (++x->nsteps > SCRIPT_STEPS_MOST)
        return fail_long(x);
    *copy = *step;
    copy->use_line = context->use_line;
    if (step->session[0] == '\0')
        copy->session = context->session;
    if (expand_texts(&context->binding, step, copy) != 0 || settle(x, copy) != 0 ||
        make_pattern(x, copy) != 0 || expand_blocks(x, context, step, copy) != 0)
        return -1;
    script_steps_add(x->faults->arena, out, copy);
    return 0;
}

/* ---- use ---------------------------------------------------------------------------------- */

static int bind_argument(const struct script_binding *outer, const struct script_macro *macro,
                         size_t i, const struct script_text *argument, struct script_text *bound)
{
    if (!macro->is_capture[i])
        return script_substitute(outer, argument, false, bound);
    const char *name = script_argument_name(argument);
    if (name == NULL)
        return script_fault(outer->faults, argument->pieces[0].place,
                            "the macro `%s` captures into its parameter `%s`: give it a name",
                            macro->name, macro->parameters.items[i]);
    name = script_binding_name(outer, name);
    *bound = (struct script_text){.source = name};
    script_text_add_word(outer->faults->arena, bound, span_of(name), argument->pieces[0].place);
    return 0;
}

static int expand_use(struct expansion *x, const struct context *context,
                      const struct script_step *step, struct script_steps *out)
{
    const struct script_macro *macro = script_macro_find(x->file, step->as.use.macro);
    ENSURE(macro != NULL && macro->parameters.nitems == step->as.use.narguments);
    struct script_text *arguments =
        arena_array(x->faults->arena, step->as.use.narguments, sizeof *arguments);
    for (size_t i = 0; i < step->as.use.narguments; i++)
        if (bind_argument(&context->binding, macro, i, &step->as.use.arguments[i], &arguments[i]))
            return -1;
    struct context inner = *context;
    inner.binding.macro = macro;
    inner.binding.arguments = arguments;
    inner.binding.use = ++x->nuses;
    inner.binding.place = step->place;
    if (inner.use_line == 0)
        inner.use_line = step->place.line;
    if (step->session[0] != '\0')
        inner.session = step->session;
    return expand_steps(x, &inner, macro->steps, out);
}

/* With a macro in it, captures are named otherwise each time. */
static bool has_use(struct script_steps steps)
{
    for (size_t i = 0; i < steps.nitems; i++) {
        struct script_step *step = steps.items[i];
        if (step->kind == STEP_USE)
            return true;
        for (size_t k = 0; k < script_step_nblocks(step); k++)
            if (has_use(*script_step_block(step, k)))
                return true;
    }
    return false;
}

/* What is the same each time is expanded once, and stands there so often: played from a few places
 * in memory instead of very many. */
static int expand_repeat(struct expansion *x, const struct context *context,
                         const struct script_step *step, struct script_steps *out)
{
    unsigned count = step->as.repeat.count;
    bool is_same = !has_use(step->as.repeat.steps);
    size_t first = out->nitems;
    size_t before = x->nsteps;
    for (unsigned n = 0; n < (is_same ? 1 : count); n++)
        if (expand_steps(x, context, step->as.repeat.steps, out) != 0)
            return -1;
    size_t nsteps = x->nsteps - before;
    size_t nitems = out->nitems - first;
    for (unsigned n = 1; is_same && n < count; n++) {
        x->nsteps += nsteps;
        if (x->nsteps > SCRIPT_STEPS_MOST)
            return fail_long(x);
        for (size_t i = 0; i < nitems; i++)
            script_steps_add(x->faults->arena, out, out->items[first + i]);
    }
    return 0;
}

static int expand_steps(struct expansion *x, const struct context *context,
                        struct script_steps steps, struct script_steps *out)
{
    for (size_t i = 0; i < steps.nitems; i++) {
        const struct script_step *step = steps.items[i];
        int status = 0;
        if (step->kind == STEP_USE) {
            status = expand_use(x, context, step, out);
        } else if (step->kind == STEP_REPEAT) {
            status = expand_repeat(x, context, step, out);
        } else {
            status = expand_copy(x, context, step, out);
        }
        if (status != 0)
            return -1;
    }
    return 0;
}

/* ---- cases -------------------------------------------------------------------------------- */

/* An axis value as it stands in a case's ID. */
static void append_value(struct buffer *out, const char *value)
{
    for (; *value != '\0'; value++)
        if (char_is_print(*value) && *value != ' ')
            buffer_append_byte(out, *value);
        else
            buffer_append_byte(out, '_');
}

/* Reads the values of case number n and names the case. */
static int choose_values(struct expansion *x, size_t n, struct script_case *c)
{
    struct buffer axis = {0};
    size_t weight = 1;
    int status = 0;
    const struct script_scenario *s = x->scenario;
    for (size_t i = s->naxes; i-- > 0;) {
        const char *value = s->axes[i].values.items[n / weight % s->axes[i].values.nitems];
        struct script_cursor cursor;
        script_cursor_init(&cursor, x->faults, span_of(value), s->axes[i].place);
        status |= script_text_read(&cursor, false, NULL, &x->axis_values[i]);
        weight *= s->axes[i].values.nitems;
    }
    for (size_t i = 0; i < s->naxes; i++) {
        weight /= s->axes[i].values.nitems;
        buffer_printf(&axis, "%s%s=", i == 0 ? "" : "/", s->axes[i].name);
        append_value(&axis, s->axes[i].values.items[n / weight % s->axes[i].values.nitems]);
    }
    c->axis = arena_text(x->faults->arena, buffer_span(&axis));
    c->id = c->axis[0] == '\0' ? s->id : arena_printf(x->faults->arena, "%s/%s", s->id, c->axis);
    buffer_free(&axis);
    return status;
}

static int expand_case(struct expansion *x, size_t n, struct script_case *case_r)
{
    x->nuses = 0;
    x->axis_values = arena_array(x->faults->arena, x->scenario->naxes, sizeof *x->axis_values);
    case_r->scenario = x->scenario;
    if (choose_values(x, n, case_r) != 0)
        return -1;
    struct context context = {
        .binding = {.faults = x->faults, .scenario = x->scenario, .axis_values = x->axis_values},
        .session = x->scenario->nsessions == 1 ? x->scenario->sessions[0].name : "",
    };
    return expand_steps(x, &context, x->scenario->steps, &case_r->steps);
}

int script_expand_all(const struct script_file *file, const struct script_scenario *scenario,
                      struct script_faults *faults, struct script_case **cases_r, size_t *ncases_r)
{
    struct expansion x = {.file = file, .scenario = scenario, .faults = faults};
    size_t ncases = 1;
    for (size_t i = 0; i < scenario->naxes && ncases <= SCRIPT_CASES_MOST; i++)
        ncases *= scenario->axes[i].values.nitems;
    if (ncases > SCRIPT_CASES_MOST)
        return script_fault(faults, scenario->place, "the axes give more than %d cases",
                            SCRIPT_CASES_MOST);
    struct script_case *cases = arena_array(faults->arena, ncases, sizeof *cases);
    for (size_t i = 0; i < ncases; i++)
        if (expand_case(&x, i, &cases[i]) != 0)
            return -1;
    *cases_r = cases;
    *ncases_r = ncases;
    return 0;
}
