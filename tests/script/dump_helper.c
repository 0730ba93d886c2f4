/* All data of a file but its places, for comparing what two texts say. */
#include "files_helper.h"

static void dump_steps(const struct script_steps *steps, struct buffer *out);

static void dump_names(const char *what, const struct script_names *names, struct buffer *out)
{
    buffer_printf(out, "%s %zu:", what, names->nitems);
    for (size_t i = 0; i < names->nitems; i++)
        buffer_printf(out, " [%s]", names->items[i]);
    buffer_append_byte(out, '\n');
}

static void dump_octets(struct span s, struct buffer *out)
{
    buffer_append_byte(out, '\'');
    buffer_append_escaped(out, s, SPAN_NPOS);
    buffer_append_byte(out, '\'');
}

static const char *text_or(const char *text)
{
    return text == NULL ? "-" : text;
}

static void dump_text(const struct script_text *text, struct buffer *out)
{
    buffer_printf(out, "text %zu\n", text->npieces);
    for (size_t i = 0; i < text->npieces; i++) {
        const struct script_piece *p = &text->pieces[i];
        buffer_printf(out, "piece %d %u %s %s %d %llu %llu", (int)p->kind, p->number,
                      text_or(p->name), text_or(p->type), p->has_range, (unsigned long long)p->low,
                      (unsigned long long)p->high);
        buffer_printf(out, " ref %d %s %lld %u %s %s", (int)p->reference.kind,
                      text_or(p->reference.name), (long long)p->reference.add, p->reference.number,
                      text_or(p->reference.part), text_or(p->reference.mailbox));
        buffer_printf(out, " lit %d %d %llu %d %d ", (int)p->sync, p->has_count,
                      (unsigned long long)p->count, p->is_message, p->is_lines);
        dump_octets(p->text, out);
        buffer_append_byte(out, '\n');
        if (p->parts != NULL)
            dump_text(p->parts, out);
    }
}

static void dump_texts(const struct script_text *texts, size_t n, struct buffer *out)
{
    for (size_t i = 0; i < n; i++)
        dump_text(&texts[i], out);
}

static void dump_wire(const struct script_wire *wire, struct buffer *out)
{
    buffer_printf(out, "wire %c %d %d %u %u\n", wire->who, wire->is_raw, (int)wire->mark,
                  wire->least, wire->most);
    dump_text(&wire->text, out);
    for (size_t i = 0; i < wire->nraw; i++) {
        buffer_printf(out, "raw %d %llu %lld\n", (int)wire->raw[i].kind,
                      (unsigned long long)wire->raw[i].times, (long long)wire->raw[i].pause_ms);
        dump_text(&wire->raw[i].text, out);
    }
}

static void dump_blocks(const struct script_step *step, struct buffer *out)
{
    if (step->kind == STEP_CHECK) {
        dump_names("check", &step->as.check.requirements, out);
        dump_steps(&step->as.check.steps, out);
    } else if (step->kind == STEP_UNORDERED) {
        dump_steps(&step->as.unordered.steps, out);
    } else if (step->kind == STEP_ON) {
        dump_text(&step->as.on.pattern, out);
        dump_steps(&step->as.on.steps, out);
    } else if (step->kind == STEP_REPEAT) {
        buffer_printf(out, "repeat %u\n", step->as.repeat.count);
        dump_steps(&step->as.repeat.steps, out);
    } else if (step->kind == STEP_EITHER) {
        for (size_t i = 0; i < step->as.either.nbranches; i++) {
            buffer_printf(out, "branch [%s] %d\n", step->as.either.branches[i].label,
                          step->as.either.branches[i].is_nonstrict);
            dump_steps(&step->as.either.branches[i].steps, out);
        }
    } else if (step->kind == STEP_INTERLEAVE) {
        buffer_printf(out, "interleave %d %u\n", step->as.interleave.is_sends,
                      step->as.interleave.max);
        for (size_t i = 0; i < step->as.interleave.nunits; i++) {
            buffer_printf(out, "unit %s\n", step->as.interleave.units[i].session);
            dump_steps(&step->as.interleave.units[i].steps, out);
        }
    }
}

static void dump_split(const struct script_step *step, struct buffer *out)
{
    buffer_printf(out, "split %d %lld", (int)step->as.split.how, (long long)step->as.split.gap_ms);
    for (size_t i = 0; i < step->as.split.noffsets; i++)
        buffer_printf(out, " %zu", step->as.split.offsets[i]);
    buffer_append_text(out, step->as.split.is_always ? " always\n" : "\n");
    dump_text(&step->as.split.how_reference, out);
}

static void dump_operands(const struct script_step *step, struct buffer *out)
{
    if (step->kind == STEP_ASSERT) {
        buffer_printf(out, "assert %d\n", (int)step->as.assertion.op);
        dump_text(&step->as.assertion.left, out);
        dump_text(&step->as.assertion.right, out);
    } else {
        buffer_printf(out, "query %s %u %d\n", step->as.query.noun, step->as.query.number,
                      (int)step->as.query.op);
        dump_text(&step->as.query.index, out);
        dump_text(&step->as.query.value, out);
    }
}

static void dump_line(const struct script_step *step, struct buffer *out)
{
    if (step->kind == STEP_WIRE) {
        dump_wire(&step->as.wire, out);
    } else if (step->kind == STEP_USE) {
        buffer_printf(out, "use %s\n", step->as.use.macro);
        dump_texts(step->as.use.arguments, step->as.use.narguments, out);
    } else if (step->kind == STEP_QUIET) {
        buffer_printf(out, "quiet %lld\n", (long long)step->as.quiet.ms);
    } else if (step->kind == STEP_SPLIT) {
        dump_split(step, out);
    } else if (step->kind == STEP_DO || step->kind == STEP_START) {
        buffer_printf(out, "shim %s -> %s\n", step->as.shim.verb, text_or(step->as.shim.capture));
        dump_texts(step->as.shim.arguments, step->as.shim.narguments, out);
    } else if (step->kind == STEP_FINISH) {
        buffer_printf(out, "finish %s\n", step->as.finish.status);
    } else if (step->kind == STEP_CACHE || step->kind == STEP_MODEL || step->kind == STEP_ASSERT) {
        dump_operands(step, out);
    } else if (step->kind == STEP_LETTERS) {
        dump_text(&step->as.letters.how, out);
    } else if (step->kind == STEP_ON) {
        buffer_append_text(out, step->as.on.is_optional ? "on?\n" : "on\n");
    } else if (step->kind == STEP_REMOVED) {
        dump_text(&step->as.removed.sequence, out);
    } else if (step->kind == STEP_DELIVER) {
        buffer_printf(out, "deliver %s\n", step->as.deliver.file);
        dump_text(&step->as.deliver.mailbox, out);
    } else if (step->kind == STEP_CONVERGE) {
        buffer_printf(out, "converge %s %s %s\n", step->as.converge.first, step->as.converge.second,
                      step->as.converge.command);
    }
}

static void dump_steps(const struct script_steps *steps, struct buffer *out)
{
    buffer_printf(out, "steps %zu\n", steps->nitems);
    for (size_t i = 0; i < steps->nitems; i++) {
        const struct script_step *step = steps->items[i];
        buffer_printf(out, "step %d [%s] %lld\n", (int)step->kind, step->session,
                      (long long)step->within_ms);
        dump_line(step, out);
        dump_blocks(step, out);
    }
}

static void dump_fixture(const struct script_fixture *f, struct buffer *out)
{
    buffer_printf(out, "fixture [%s] %d %u [%s] recent %s user %s %d %d %d\n", f->mailbox,
                  (int)f->kind, f->nmessages, text_or(f->file), text_or(f->recent),
                  text_or(f->user), f->is_board, f->is_readonly, f->is_unreadable);
    for (size_t i = 0; i < f->nflags; i++)
        dump_names(f->flags[i].sequence, &f->flags[i].flags, out);
    for (size_t i = 0; i < f->ndates; i++)
        buffer_printf(out, "date %s %s\n", f->dates[i].sequence, f->dates[i].date);
}

static void dump_scenario(const struct script_scenario *s, struct buffer *out)
{
    buffer_printf(out, "scenario %s [%s] role %d dialect %s extras %d timeout %lld [%s] [%s] %d\n",
                  s->id, s->claim, (int)s->role, s->dialect, (int)s->extras,
                  (long long)s->timeout_ms, s->because, s->no_fault, s->serves_model);
    dump_names("covers", &s->covers, out);
    dump_names("needs", &s->needs, out);
    dump_names("extras", &s->extras_kinds, out);
    for (size_t i = 0; i < s->nfixtures; i++)
        dump_fixture(&s->fixtures[i], out);
    for (size_t i = 0; i < s->nsessions; i++)
        buffer_printf(out, "session [%s] %s\n", s->sessions[i].name, s->sessions[i].user);
    for (size_t i = 0; i < s->naxes; i++)
        dump_names(s->axes[i].name, &s->axes[i].values, out);
    dump_steps(&s->steps, out);
}

void files_dump(const struct script_file *file, struct buffer *out)
{
    for (size_t i = 0; i < file->nmacros; i++) {
        dump_names(file->macros[i]->name, &file->macros[i]->parameters, out);
        dump_steps(&file->macros[i]->steps, out);
    }
    for (size_t i = 0; i < file->nscenarios; i++)
        dump_scenario(file->scenarios[i], out);
}
