#include "script/step.h"

size_t script_step_nblocks(const struct script_step *step)
{
    switch (step->kind) {
    case STEP_CHECK:
    case STEP_UNORDERED:
    case STEP_ON:
    case STEP_REPEAT:
        return 1;
    case STEP_EITHER:
        return step->as.either.nbranches;
    case STEP_INTERLEAVE:
        return step->as.interleave.nunits;
    case STEP_WIRE:
    case STEP_USE:
    case STEP_OPEN:
    case STEP_CLOSE:
    case STEP_HALFCLOSE:
    case STEP_RESET:
    case STEP_EOF:
    case STEP_QUIET:
    case STEP_SPLIT:
    case STEP_LETTERS:
    case STEP_EXIT:
    case STEP_ANSWER:
    case STEP_DO:
    case STEP_START:
    case STEP_FINISH:
    case STEP_CACHE:
    case STEP_REMOVED:
    case STEP_MODEL:
    case STEP_DELIVER:
    case STEP_ASSERT:
    case STEP_CONVERGE:
        break;
    }
    return 0;
}

struct script_steps *script_step_block(struct script_step *step, size_t i)
{
    ENSURE(i < script_step_nblocks(step));
    if (step->kind == STEP_CHECK)
        return &step->as.check.steps;
    if (step->kind == STEP_UNORDERED)
        return &step->as.unordered.steps;
    if (step->kind == STEP_ON)
        return &step->as.on.steps;
    if (step->kind == STEP_REPEAT)
        return &step->as.repeat.steps;
    if (step->kind == STEP_EITHER)
        return &step->as.either.branches[i].steps;
    return &step->as.interleave.units[i].steps;
}

size_t script_step_ntexts(const struct script_step *step)
{
    switch (step->kind) {
    case STEP_WIRE:
        return step->as.wire.is_raw ? step->as.wire.nraw : 1;
    case STEP_USE:
        return step->as.use.narguments;
    case STEP_DO:
    case STEP_START:
        return step->as.shim.narguments + 1;
    case STEP_CACHE:
    case STEP_MODEL:
    case STEP_ASSERT:
        return 2;
    case STEP_ON:
    case STEP_SPLIT:
    case STEP_LETTERS:
    case STEP_REMOVED:
    case STEP_DELIVER:
        return 1;
    case STEP_CHECK:
    case STEP_UNORDERED:
    case STEP_EITHER:
    case STEP_INTERLEAVE:
    case STEP_REPEAT:
    case STEP_OPEN:
    case STEP_CLOSE:
    case STEP_HALFCLOSE:
    case STEP_RESET:
    case STEP_EOF:
    case STEP_QUIET:
    case STEP_FINISH:
    case STEP_EXIT:
    case STEP_ANSWER:
    case STEP_CONVERGE:
        break;
    }
    return 0;
}

struct script_text *script_step_text(struct script_step *step, size_t i)
{
    ENSURE(i < script_step_ntexts(step));
    if (step->kind == STEP_WIRE)
        return step->as.wire.is_raw ? &step->as.wire.raw[i].text : &step->as.wire.text;
    if (step->kind == STEP_USE)
        return &step->as.use.arguments[i];
    if (step->kind == STEP_DO || step->kind == STEP_START)
        return i == 0 ? &step->as.shim.request : &step->as.shim.arguments[i - 1];
    if (step->kind == STEP_CACHE || step->kind == STEP_MODEL)
        return i == 0 ? &step->as.query.index : &step->as.query.value;
    if (step->kind == STEP_ASSERT)
        return i == 0 ? &step->as.assertion.left : &step->as.assertion.right;
    if (step->kind == STEP_ON)
        return &step->as.on.pattern;
    if (step->kind == STEP_SPLIT)
        return &step->as.split.how_reference;
    if (step->kind == STEP_LETTERS)
        return &step->as.letters.how;
    if (step->kind == STEP_REMOVED)
        return &step->as.removed.sequence;
    return &step->as.deliver.mailbox;
}
