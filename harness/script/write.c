#include <string.h>

#include "script/meta.h"
#include "script/piece.h"
#include "script/step.h"

enum { INDENT = 2 };

static void write_steps(struct script_steps steps, unsigned depth, struct buffer *out)
{
    for (size_t i = 0; i < steps.nitems; i++)
        script_write_step(steps.items[i], depth, out);
}

static void indent(unsigned depth, struct buffer *out)
{
    buffer_append_repeat(out, ' ', (size_t)depth * INDENT);
}

static void write_duration(int64_t ms, struct buffer *out)
{
    if (ms % 60000 == 0)
        buffer_printf(out, "%lldm", (long long)ms / 60000);
    else if (ms % 1000 == 0)
        buffer_printf(out, "%llds", (long long)ms / 1000);
    else
        buffer_printf(out, "%lldms", (long long)ms);
}

static void write_string(const char *text, struct buffer *out)
{
    script_quote_write(span_of(text), out);
}

/* ---- wire lines --------------------------------------------------------------------------- */

static void write_mark(const struct script_wire *wire, struct buffer *out)
{
    static const char *const marks[] = {
        [MARK_ONE] = "",   [MARK_OPTIONAL] = "?", [MARK_ANY] = "*",
        [MARK_SOME] = "+", [MARK_NEVER] = "!",    [MARK_COUNTED] = "{"};
    buffer_append_text(out, marks[wire->mark]);
    if (wire->mark != MARK_COUNTED)
        return;
    buffer_printf(out, "%u", wire->least);
    if (wire->most == SCRIPT_MANY)
        buffer_append_text(out, "..");
    else if (wire->most != wire->least)
        buffer_printf(out, "..%u", wire->most);
    buffer_append_byte(out, '}');
}

static void write_raw(const struct script_raw_item *item, struct buffer *out)
{
    if (item->kind == RAW_PAUSE) {
        buffer_append_text(out, "pause ");
        write_duration(item->pause_ms, out);
        return;
    }
    buffer_append_byte(out, '"');
    script_parts_write(&item->text, out);
    buffer_append_byte(out, '"');
    if (item->times != 1)
        buffer_printf(out, "*%llu", (unsigned long long)item->times);
}

static void write_wire(const struct script_wire *wire, unsigned depth, struct buffer *out)
{
    buffer_append_byte(out, wire->who);
    write_mark(wire, out);
    buffer_append_text(out, wire->is_raw ? "=" : ": ");
    for (size_t i = 0; i < wire->nraw; i++) {
        buffer_append_byte(out, ' ');
        write_raw(&wire->raw[i], out);
    }
    script_text_write(&wire->text, out);
    buffer_append_byte(out, '\n');
    script_content_write(&wire->text, depth * INDENT + 1, out);
}

/* ---- control lines ------------------------------------------------------------------------ */

static void write_arguments(const struct script_text *arguments, size_t n, const char *before,
                            const char *between, struct buffer *out)
{
    for (size_t i = 0; i < n; i++) {
        buffer_append_text(out, i == 0 ? before : between);
        script_text_write(&arguments[i], out);
    }
}

static void write_query(const struct script_query *query, struct buffer *out)
{
    buffer_printf(out, " %s ", query->noun);
    if (query->number > 0)
        buffer_printf(out, "%u ", query->number);
    if (query->index.npieces > 0) {
        script_text_write(&query->index, out);
        buffer_append_byte(out, ' ');
    }
    buffer_printf(out, "%s ", script_operator_words[query->op]);
    script_text_write(&query->value, out);
}

static void write_split(const struct script_step *step, struct buffer *out)
{
    buffer_append_byte(out, ' ');
    if (step->as.split.how_reference.npieces > 0)
        script_text_write(&step->as.split.how_reference, out);
    else if (step->as.split.how != SPLIT_AT)
        buffer_append_text(out, script_split_words[step->as.split.how]);
    for (size_t i = 0; i < step->as.split.noffsets; i++)
        buffer_printf(out, "%s%zu", i == 0 ? "" : ",", step->as.split.offsets[i]);
    if (step->as.split.gap_ms > 0) {
        buffer_append_text(out, " gap ");
        write_duration(step->as.split.gap_ms, out);
    }
    if (step->as.split.is_always)
        buffer_append_text(out, " always");
}

static void write_assert(const struct script_step *step, struct buffer *out)
{
    buffer_append_byte(out, ' ');
    script_text_write(&step->as.assertion.left, out);
    buffer_printf(out, " %s ", script_operator_words[step->as.assertion.op]);
    script_text_write(&step->as.assertion.right, out);
}

static void write_shim(const struct script_step *step, struct buffer *out)
{
    buffer_append_byte(out, ' ');
    if (step->as.shim.request.npieces > 0)
        script_text_write(&step->as.shim.request, out);
    else
        buffer_append_text(out, step->as.shim.verb);
    write_arguments(step->as.shim.arguments, step->as.shim.narguments, " ", " ", out);
    if (step->as.shim.capture != NULL)
        buffer_printf(out, " -> %s", step->as.shim.capture);
}

/* What stands behind the control word of a line that opens no block. */
static void write_line(const struct script_step *step, struct buffer *out)
{
    switch (step->kind) {
    case STEP_USE:
        buffer_printf(out, " %s(", step->as.use.macro);
        write_arguments(step->as.use.arguments, step->as.use.narguments, "", ", ", out);
        buffer_append_byte(out, ')');
        return;
    case STEP_QUIET:
        buffer_append_byte(out, ' ');
        write_duration(step->as.quiet.ms, out);
        return;
    case STEP_SPLIT:
        write_split(step, out);
        return;
    case STEP_LETTERS:
        buffer_append_byte(out, ' ');
        script_text_write(&step->as.letters.how, out);
        return;
    case STEP_DO:
    case STEP_START:
        write_shim(step, out);
        return;
    case STEP_FINISH:
        buffer_printf(out, " %s", step->as.finish.status);
        return;
    case STEP_CACHE:
    case STEP_MODEL:
        write_query(&step->as.query, out);
        return;
    case STEP_REMOVED:
        buffer_append_byte(out, ' ');
        script_text_write(&step->as.removed.sequence, out);
        return;
    case STEP_DELIVER:
        buffer_append_byte(out, ' ');
        script_text_write(&step->as.deliver.mailbox, out);
        buffer_append_byte(out, ' ');
        write_string(step->as.deliver.file, out);
        return;
    case STEP_ASSERT:
        write_assert(step, out);
        return;
    case STEP_CONVERGE:
        buffer_printf(out, " %s %s by %s", step->as.converge.first, step->as.converge.second,
                      step->as.converge.command);
        return;
    case STEP_WIRE:
    case STEP_CHECK:
    case STEP_UNORDERED:
    case STEP_EITHER:
    case STEP_INTERLEAVE:
    case STEP_ON:
    case STEP_REPEAT:
    case STEP_OPEN:
    case STEP_CLOSE:
    case STEP_HALFCLOSE:
    case STEP_RESET:
    case STEP_EOF:
    case STEP_EXIT:
    case STEP_ANSWER:
        return;
    }
}

/* ---- blocks ------------------------------------------------------------------------------- */

static void write_block(struct script_steps steps, unsigned depth, struct buffer *out)
{
    buffer_append_text(out, " {\n");
    write_steps(steps, depth + 1, out);
    indent(depth, out);
    buffer_append_text(out, "}\n");
}

static void write_check(const struct script_step *step, unsigned depth, struct buffer *out)
{
    for (size_t i = 0; i < step->as.check.requirements.nitems; i++)
        buffer_printf(out, " %s", step->as.check.requirements.items[i]);
    if (step->as.check.steps.nitems != 1) {
        write_block(step->as.check.steps, depth, out);
        return;
    }
    buffer_append_byte(out, '\n');
    write_steps(step->as.check.steps, depth, out);
}

static void write_either(const struct script_step *step, unsigned depth, struct buffer *out)
{
    for (size_t i = 0; i < step->as.either.nbranches; i++) {
        const struct script_branch *branch = &step->as.either.branches[i];
        if (i > 0) {
            indent(depth, out);
            buffer_append_text(out, branch->is_nonstrict ? "} or nonstrict" : "} or");
        } else if (step->as.either.reading != 0) {
            buffer_printf(out, " B%u", step->as.either.reading);
        }
        if (branch->label[0] != '\0') {
            buffer_append_byte(out, ' ');
            write_string(branch->label, out);
        }
        buffer_append_text(out, " {\n");
        write_steps(branch->steps, depth + 1, out);
    }
    indent(depth, out);
    buffer_append_text(out, "}\n");
}

static void write_interleave(const struct script_step *step, unsigned depth, struct buffer *out)
{
    buffer_append_text(out, step->as.interleave.is_sends ? " sends" : " commands");
    if (step->as.interleave.max > 0)
        buffer_printf(out, " max %u", step->as.interleave.max);
    buffer_append_text(out, " {\n");
    for (size_t i = 0; i < step->as.interleave.nunits; i++) {
        indent(depth + 1, out);
        buffer_append_text(out, step->as.interleave.units[i].session);
        write_block(step->as.interleave.units[i].steps, depth + 1, out);
    }
    indent(depth, out);
    buffer_append_text(out, "}\n");
}

static bool write_blocks(const struct script_step *step, unsigned depth, struct buffer *out)
{
    if (step->kind == STEP_CHECK) {
        write_check(step, depth, out);
    } else if (step->kind == STEP_EITHER) {
        write_either(step, depth, out);
    } else if (step->kind == STEP_INTERLEAVE) {
        write_interleave(step, depth, out);
    } else if (step->kind == STEP_UNORDERED) {
        write_block(step->as.unordered.steps, depth, out);
    } else if (step->kind == STEP_REPEAT) {
        buffer_printf(out, " %u", step->as.repeat.count);
        write_block(step->as.repeat.steps, depth, out);
    } else if (step->kind == STEP_ON) {
        buffer_append_text(out, step->as.on.is_optional ? "? " : " ");
        script_text_write(&step->as.on.pattern, out);
        write_block(step->as.on.steps, depth, out);
    } else {
        return false;
    }
    return true;
}

void script_write_step(const struct script_step *step, unsigned depth, struct buffer *out)
{
    if (step->within_ms > 0) {
        indent(depth, out);
        buffer_append_text(out, "within ");
        write_duration(step->within_ms, out);
        buffer_append_byte(out, '\n');
    }
    indent(depth, out);
    if (step->session[0] != '\0' && script_control_has_session(step->kind))
        buffer_printf(out, "%s ", step->session);
    if (step->kind == STEP_WIRE) {
        write_wire(&step->as.wire, depth, out);
        return;
    }
    buffer_append_text(out, script_control_word(step->kind));
    if (write_blocks(step, depth, out))
        return;
    write_line(step, out);
    buffer_append_byte(out, '\n');
}

/* ---- scenario ----------------------------------------------------------------------------- */

static void write_names(const char *word, const struct script_names *names, struct buffer *out)
{
    if (names->nitems == 0)
        return;
    buffer_printf(out, "  %-8s", word);
    for (size_t i = 0; i < names->nitems; i++)
        buffer_printf(out, " %s", names->items[i]);
    buffer_append_byte(out, '\n');
}

static void write_name(const char *name, struct buffer *out)
{
    bool is_word = name[0] != '\0' && strpbrk(name, " \"\\#") == NULL;
    for (const char *at = name; *at != '\0' && is_word; at++)
        is_word = char_is_print(*at);
    if (is_word)
        buffer_append_text(out, name);
    else
        write_string(name, out);
}

static void write_fixture(const struct script_fixture *f, struct buffer *out)
{
    buffer_append_text(out, "  fixture  ");
    write_name(f->mailbox, out);
    if (f->kind == FIXTURE_MESSAGES)
        buffer_printf(out, " messages %u", f->nmessages);
    else if (f->kind == FIXTURE_EMPTY)
        buffer_append_text(out, " empty");
    else
        buffer_append_byte(out, ' ');
    if (f->kind == FIXTURE_FILE)
        write_string(f->file, out);
    for (size_t i = 0; i < f->nflags; i++) {
        buffer_printf(out, " flags %s (", f->flags[i].sequence);
        for (size_t j = 0; j < f->flags[i].flags.nitems; j++)
            buffer_printf(out, "%s%s", j == 0 ? "" : " ", f->flags[i].flags.items[j]);
        buffer_append_byte(out, ')');
    }
    if (f->recent != NULL)
        buffer_printf(out, " recent %s", f->recent);
    for (size_t i = 0; i < f->ndates; i++) {
        buffer_printf(out, " date %s ", f->dates[i].sequence);
        write_string(f->dates[i].date, out);
    }
    if (f->user != NULL)
        buffer_printf(out, " user %s", f->user);
    buffer_append_text(out, f->is_board ? " board" : "");
    buffer_append_text(out, f->is_readonly ? " read-only" : "");
    buffer_append_text(out, f->is_unreadable ? " unreadable" : "");
    buffer_append_byte(out, '\n');
}

static void write_sessions(const struct script_scenario *s, struct buffer *out)
{
    for (size_t i = 0; i < s->nsessions; i++)
        if (s->sessions[i].name[0] != '\0')
            buffer_printf(out, "  session  %s user=%s\n", s->sessions[i].name, s->sessions[i].user);
    for (size_t i = 0; i < s->naxes; i++) {
        buffer_printf(out, "  axis     %s in {", s->axes[i].name);
        for (size_t j = 0; j < s->axes[i].values.nitems; j++)
            buffer_printf(out, " %s", s->axes[i].values.items[j]);
        buffer_append_text(out, " }\n");
    }
}

void script_meta_write(const struct script_scenario *s, struct buffer *out)
{
    buffer_printf(out, "  role     %s\n  dialect  %s\n", script_role_words[s->role], s->dialect);
    write_names("covers", &s->covers, out);
    write_names("needs", &s->needs, out);
    for (size_t i = 0; i < s->nfixtures; i++)
        write_fixture(&s->fixtures[i], out);
    write_sessions(s, out);
    if (s->extras == EXTRAS_NONE)
        buffer_append_text(out, "  extras   none\n");
    write_names("extras", &s->extras_kinds, out);
    if (s->timeout_ms > 0) {
        buffer_append_text(out, "  timeout  ");
        write_duration(s->timeout_ms, out);
        buffer_append_byte(out, '\n');
    }
    if (s->because[0] != '\0') {
        buffer_append_text(out, "  because  ");
        write_string(s->because, out);
        buffer_append_byte(out, '\n');
    }
    if (s->no_fault[0] != '\0') {
        buffer_append_text(out, "  no-fault ");
        write_string(s->no_fault, out);
        buffer_append_byte(out, '\n');
    }
    if (s->serves_model)
        buffer_append_text(out, "  serve    model\n");
}

void script_write_scenario(const struct script_scenario *scenario, struct buffer *out)
{
    buffer_printf(out, "scenario %s ", scenario->id);
    write_string(scenario->claim, out);
    buffer_append_text(out, " {\n");
    script_meta_write(scenario, out);
    buffer_append_byte(out, '\n');
    write_steps(scenario->steps, 1, out);
    buffer_append_text(out, "}\n");
}
