#include "script/macro.h"

#include <string.h>

#include "script/step.h"

struct script_macro *script_macro_find(const struct script_file *file, const char *name)
{
    for (size_t i = 0; i < file->nmacros; i++)
        if (strcmp(file->macros[i]->name, name) == 0)
            return file->macros[i];
    return NULL;
}

size_t script_macro_parameter(const struct script_macro *macro, const char *name)
{
    for (size_t i = 0; i < macro->parameters.nitems; i++)
        if (strcmp(macro->parameters.items[i], name) == 0)
            return i;
    return SIZE_MAX;
}

const char *script_argument_name(const struct script_text *argument)
{
    if (argument->npieces != 1 || argument->pieces[0].kind != PIECE_WORD ||
        !script_is_name(argument->pieces[0].text, "_~"))
        return NULL;
    return argument->pieces[0].text.data;
}

/* ---- uses --------------------------------------------------------------------------------- */

/* The macros being looked into, outermost first. */
struct chain {
    const struct script_file *file;
    struct script_faults *faults;
    struct script_macro *macros[SCRIPT_MACRO_DEPTH_MOST];
    size_t depth;
    struct table done; /* macros that have been looked into, by name */
    int status;
};

static void check_steps(struct chain *chain, struct script_steps steps);

static void mark_captured(struct chain *chain, const char *name)
{
    struct script_macro *macro = chain->depth == 0 ? NULL : chain->macros[chain->depth - 1];
    if (macro == NULL || name == NULL)
        return;
    size_t i = script_macro_parameter(macro, name);
    if (i != SIZE_MAX)
        macro->is_capture[i] = true;
}

static void enter(struct chain *chain, const struct script_step *step, struct script_macro *macro)
{
    for (size_t i = 0; i < chain->depth; i++) {
        if (chain->macros[i] != macro)
            continue;
        chain->status =
            script_fault(chain->faults, step->place, "the macro `%s` uses itself", macro->name);
        return;
    }
    if (table_get(&chain->done, span_of(macro->name)) != NULL)
        return;
    if (chain->depth == SCRIPT_MACRO_DEPTH_MOST) {
        chain->status = script_fault(chain->faults, step->place, "macros use macros deeper than %d",
                                     SCRIPT_MACRO_DEPTH_MOST);
        return;
    }
    chain->macros[chain->depth++] = macro;
    check_steps(chain, macro->steps);
    chain->depth--;
    (void)table_put(&chain->done, span_of(macro->name), macro);
}

static void check_use(struct chain *chain, const struct script_step *step)
{
    struct script_macro *macro = script_macro_find(chain->file, step->as.use.macro);
    if (macro == NULL) {
        chain->status =
            script_fault(chain->faults, step->place, "there is no macro `%s`", step->as.use.macro);
        return;
    }
    if (macro->parameters.nitems != step->as.use.narguments) {
        chain->status = script_fault(
            chain->faults, step->place,
            "the macro `%s` takes %zu argument%s, here %s %zu (a comma and a blank separate them)",
            macro->name, macro->parameters.nitems, macro->parameters.nitems == 1 ? "" : "s",
            step->as.use.narguments == 1 ? "is" : "are", step->as.use.narguments);
        return;
    }
    enter(chain, step, macro);
    for (size_t i = 0; i < step->as.use.narguments; i++)
        if (macro->is_capture[i])
            mark_captured(chain, script_argument_name(&step->as.use.arguments[i]));
}

static void check_step(struct chain *chain, struct script_step *step)
{
    if (step->kind == STEP_USE)
        check_use(chain, step);
    if (step->kind == STEP_DO || step->kind == STEP_START)
        mark_captured(chain, step->as.shim.capture);
    for (size_t i = 0; step->kind != STEP_USE && i < script_step_ntexts(step); i++) {
        const struct script_text *text = script_step_text(step, i);
        for (size_t j = 0; j < text->npieces; j++)
            mark_captured(chain, text->pieces[j].name);
    }
    for (size_t i = 0; i < script_step_nblocks(step); i++)
        check_steps(chain, *script_step_block(step, i));
}

static void check_steps(struct chain *chain, struct script_steps steps)
{
    for (size_t i = 0; i < steps.nitems; i++)
        check_step(chain, steps.items[i]);
}

int script_macros_check(const struct script_file *file, struct script_faults *faults)
{
    struct chain chain = {.file = file, .faults = faults};
    for (size_t i = 0; i < file->nmacros; i++) {
        struct script_step use = {.place = file->macros[i]->place};
        enter(&chain, &use, file->macros[i]);
    }
    for (size_t i = 0; i < file->nscenarios; i++)
        check_steps(&chain, file->scenarios[i]->steps);
    table_free(&chain.done);
    return chain.status;
}
