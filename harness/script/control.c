#include "script/control.h"

#include <string.h>

#include "script/meta.h"
#include "script/piece.h"

/* ---- simple lines ------------------------------------------------------------------------- */

int script_control_read_nothing(struct script_cursor *c, struct script_step *step)
{
    (void)c;
    (void)step;
    return 0;
}

int script_control_read_quiet(struct script_cursor *c, struct script_step *step)
{
    return script_cursor_duration(c, &step->as.quiet.ms);
}

const char *const script_split_words[] = {
    [SPLIT_AT] = NULL,
    [SPLIT_BYTEWISE] = "bytewise",
    [SPLIT_LINES] = "lines",
    [SPLIT_NONE] = "none",
};

static bool read_offsets(struct arena *arena, struct span word, struct script_step *step)
{
    size_t *offsets = arena_array(arena, word.nbytes / 2 + 1, sizeof *offsets);
    size_t noffsets = 0;
    while (word.nbytes > 0) {
        bool is_last = span_find_byte(word, ',') == SPAN_NPOS;
        uint32_t offset;
        if (number_parse_u32(span_cut(&word, ','), &offset) != 0 || offset == 0 ||
            (noffsets > 0 && offset <= offsets[noffsets - 1]) || (!is_last && word.nbytes == 0))
            return false;
        offsets[noffsets++] = offset;
    }
    step->as.split.how = SPLIT_AT;
    step->as.split.offsets = offsets;
    step->as.split.noffsets = noffsets;
    return noffsets > 0;
}

bool script_split_read(struct arena *arena, struct span word, struct script_step *step)
{
    for (int how = SPLIT_BYTEWISE; how <= SPLIT_NONE; how++) {
        if (!span_is(word, script_split_words[how]))
            continue;
        step->as.split.how = (enum script_split)how;
        return true;
    }
    return read_offsets(arena, word, step);
}

int script_control_read_split(struct script_cursor *c, struct script_step *step)
{
    script_cursor_skip(c);
    size_t at = c->at;
    if (span_starts_with(span_from(c->text, at), SPAN_LIT("${"))) {
        if (script_text_read_one(c, "", &step->as.split.how_reference) != 0)
            return -1;
        if (step->as.split.how_reference.npieces != 1)
            return script_cursor_fault(c, at, "one ${name} gives the whole split");
    } else if (!script_split_read(c->faults->arena, script_cursor_word(c), step)) {
        return script_cursor_fault(c, at,
                                   "a split is given as ascending offsets such as 3,7, or "
                                   "as bytewise, lines or none");
    }
    if (script_cursor_take(c, "gap") && script_cursor_duration(c, &step->as.split.gap_ms) != 0)
        return -1;
    step->as.split.is_always = script_cursor_take(c, "always");
    return 0;
}

int script_control_read_letters(struct script_cursor *c, struct script_step *step)
{
    static const char *const words[] = {"lower", "upper", "mixed", "none"};
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_text_read_one(c, "lower, upper, mixed or none", &step->as.letters.how) != 0)
        return -1;
    const struct script_text *how = &step->as.letters.how;
    if (how->npieces == 1 && how->pieces[0].kind == PIECE_REFERENCE)
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (how->npieces == 1 && span_is(how->pieces[0].text, words[i]))
            return 0;
    return script_cursor_fault(c, at, "letters are lower, upper, mixed or none");
}

int script_control_read_removed(struct script_cursor *c, struct script_step *step)
{
    return script_text_read_one(c, "a sequence such as 5:9", &step->as.removed.sequence);
}

int script_control_read_deliver(struct script_cursor *c, struct script_step *step)
{
    if (script_text_read_one(c, "a mailbox", &step->as.deliver.mailbox) != 0)
        return -1;
    return script_cursor_string(c, "the file of a message, in quotes", &step->as.deliver.file);
}

int script_control_read_converge(struct script_cursor *c, struct script_step *step)
{
    if (script_cursor_name(c, "a session", &step->as.converge.first) != 0 ||
        script_cursor_name(c, "a second session", &step->as.converge.second) != 0)
        return -1;
    if (!script_cursor_take(c, "by"))
        return script_cursor_fault(c, c->at, "expected `by CHECK` or `by NOOP`");
    script_cursor_skip(c);
    if (script_cursor_take(c, "CHECK"))
        step->as.converge.command = "CHECK";
    else if (script_cursor_take(c, "NOOP"))
        step->as.converge.command = "NOOP";
    else
        return script_cursor_fault(c, c->at, "sessions converge by CHECK or by NOOP");
    return 0;
}

/* ---- operands ----------------------------------------------------------------------------- */

const char *const script_operator_words[] = {
    [OPERATOR_EQUAL] = "==",   [OPERATOR_UNEQUAL] = "!=",        [OPERATOR_LESS] = "<",
    [OPERATOR_AT_MOST] = "<=", [OPERATOR_GREATER] = ">",         [OPERATOR_AT_LEAST] = ">=",
    [OPERATOR_HAS] = "has",    [OPERATOR_CONTAINS] = "contains", [OPERATOR_LACKS] = "lacks",
};

int script_operator_read(struct script_cursor *c, enum script_operator *op_r)
{
    script_cursor_skip(c);
    size_t at = c->at;
    struct span word = script_cursor_word(c);
    for (size_t i = 0; i < sizeof script_operator_words / sizeof *script_operator_words; i++) {
        if (!span_is(word, script_operator_words[i]))
            continue;
        *op_r = (enum script_operator)i;
        return 0;
    }
    return script_cursor_fault(c, at, "expected one of == != < <= > >= contains has lacks");
}

int script_control_read_assert(struct script_cursor *c, struct script_step *step)
{
    if (script_text_read_one(c, "an operand", &step->as.assertion.left) != 0 ||
        script_operator_read(c, &step->as.assertion.op) != 0)
        return -1;
    size_t at = c->at + 1;
    if (step->as.assertion.op == OPERATOR_HAS || step->as.assertion.op == OPERATOR_LACKS)
        return script_cursor_fault(c, at - 4,
                                   "`has` and `lacks` ask `cache` and `model` for flags; "
                                   "captures are compared with `contains`");
    return script_text_read_one(c, "a second operand", &step->as.assertion.right);
}

/* noun [number | reference] operator value */
int script_control_read_query(struct script_cursor *c, struct script_step *step)
{
    static const struct {
        const char *noun;
        bool has_number;
    } nouns[] = {
        {"exists", false}, {"recent", false}, {"flags", true}, {"subject", true}, {"date", true}};
    size_t nnouns = step->kind == STEP_CACHE ? 5 : 3; /* subjects and dates are a cache's only */
    struct script_query *query = &step->as.query;
    script_cursor_skip(c);
    size_t at = c->at;
    struct span word = script_cursor_word(c);
    size_t i = 0;
    while (i < nnouns && !span_is(word, nouns[i].noun))
        i++;
    if (i == nnouns)
        return script_cursor_fault(c, at, "expected one of exists, recent, flags%s",
                                   step->kind == STEP_CACHE ? ", subject, date" : "");
    query->noun = nouns[i].noun;
    if (char_is_digit(script_cursor_peek(c))) {
        if (script_cursor_unsigned(c, "the number of a message", UINT32_MAX, &query->number) != 0)
            return -1;
    } else if (script_cursor_peek(c) == '$') {
        if (script_text_read_one(c, "", &query->index) != 0)
            return -1;
    }
    bool has_number = query->number != 0 || query->index.npieces > 0;
    if (has_number != nouns[i].has_number)
        return script_cursor_fault(c, at,
                                   nouns[i].has_number
                                       ? "`%s` is followed by the number of a message"
                                       : "`%s` takes no message number",
                                   query->noun);
    if (script_operator_read(c, &query->op) != 0)
        return -1;
    return script_text_read_one(c, "a value", &query->value);
}

/* ---- shim --------------------------------------------------------------------------------- */

int script_control_read_shim(struct script_cursor *c, struct script_step *step)
{
    size_t capacity = 0;
    if (script_cursor_peek(c) == '$') {
        if (script_text_read_one(c, "", &step->as.shim.request) != 0)
            return -1;
    } else if (script_cursor_name(c, "what the client shall do", &step->as.shim.verb) != 0) {
        return -1;
    }
    while (!script_cursor_is_end(c)) {
        if (script_cursor_take(c, "->"))
            return script_cursor_variable(c, "a name to capture into", &step->as.shim.capture);
        struct script_text argument;
        if (script_text_read_one(c, "an argument", &argument) != 0)
            return -1;
        step->as.shim.arguments =
            arena_grow(c->faults->arena, step->as.shim.arguments, &capacity,
                       step->as.shim.narguments + 1, sizeof *step->as.shim.arguments);
        step->as.shim.arguments[step->as.shim.narguments++] = argument;
    }
    return 0;
}

int script_control_read_finish(struct script_cursor *c, struct script_step *step)
{
    static const char *const statuses[] = {"ok", "no", "bad", "failed"};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        if (script_cursor_take(c, statuses[i])) {
            step->as.finish.status = statuses[i];
            return 0;
        }
    }
    return script_cursor_fault(c, c->at, "expected `ok`, `no`, `bad` or `failed`");
}

/* ---- use ---------------------------------------------------------------------------------- */

size_t script_control_argument_end(struct span text, size_t at)
{
    size_t end = script_text_end(text, at, ",)");
    while (end + 1 < text.nbytes && text.data[end] == ',' && text.data[end + 1] != ' ')
        end = script_text_end(text, end + 1, ",)");
    return end;
}

static int read_argument(struct script_cursor *c, struct script_step *step, size_t *capacity)
{
    script_cursor_skip(c);
    size_t end = script_control_argument_end(c->text, c->at);
    size_t last = end;
    while (last > c->at && c->text.data[last - 1] == ' ')
        last--;
    if (last == c->at)
        return script_cursor_fault(c, c->at, "expected an argument");
    struct script_cursor part;
    struct script_text argument;
    script_cursor_part(&part, c, last);
    if (script_text_read(&part, false, NULL, &argument) != 0)
        return -1;
    c->at = end;
    step->as.use.arguments =
        arena_grow(c->faults->arena, step->as.use.arguments, capacity, step->as.use.narguments + 1,
                   sizeof *step->as.use.arguments);
    step->as.use.arguments[step->as.use.narguments++] = argument;
    return 0;
}

/* name ( [argument { , argument }] ) */
int script_control_read_use(struct script_cursor *c, struct script_step *step)
{
    script_cursor_skip(c);
    size_t start = c->at;
    size_t open = span_find_byte(c->text, '(');
    struct span name = span_trim(span_slice(c->text, start, open == SPAN_NPOS ? 0 : open - start));
    if (!script_is_name(name, "-_"))
        return script_cursor_fault(c, start, "a macro is used as `use name(argument, argument)`");
    step->as.use.macro = arena_text(c->faults->arena, name);
    c->at = open + 1;
    if (script_cursor_peek(c) == ')') {
        c->at++;
        return 0;
    }
    size_t capacity = 0;
    do {
        if (read_argument(c, step, &capacity) != 0)
            return -1;
        if (c->at >= c->text.nbytes)
            return script_cursor_fault(c, open,
                                       "the arguments that start here are not closed by `)`");
    } while (c->text.data[c->at++] == ',');
    return 0;
}

/* ---- blocks ------------------------------------------------------------------------------- */

int script_control_read_ids(struct script_cursor *c, struct script_step *step)
{
    if (script_cursor_is_end(c))
        return script_cursor_fault(c, c->at, "`check` is followed by requirement IDs");
    while (!script_cursor_is_end(c)) {
        struct script_place place;
        if (script_requirement_read(c, &step->as.check.requirements, &place) != 0)
            return -1;
    }
    return 0;
}

int script_control_read_repeat(struct script_cursor *c, struct script_step *step)
{
    enum { REPEAT_MOST = 100000 };
    script_cursor_skip(c);
    size_t at = c->at;
    if (script_cursor_unsigned(c, "how often", REPEAT_MOST, &step->as.repeat.count) != 0)
        return -1;
    if (step->as.repeat.count == 0)
        return script_cursor_fault(c, at, "`repeat` is done at least once");
    return 0;
}

int script_control_read_on(struct script_cursor *c, struct script_step *step)
{
    if (script_cursor_is_end(c))
        return script_cursor_fault(c, c->at,
                                   "`on` is followed by the command it answers, without "
                                   "its tag");
    return script_text_read(c, false, NULL, &step->as.on.pattern);
}

int script_control_read_on_maybe(struct script_cursor *c, struct script_step *step)
{
    step->as.on.is_optional = true;
    return script_control_read_on(c, step);
}

int script_control_read_interleave(struct script_cursor *c, struct script_step *step)
{
    if (script_cursor_take(c, "sends"))
        step->as.interleave.is_sends = true;
    else if (!script_cursor_take(c, "commands"))
        return script_cursor_fault(c, c->at,
                                   "expected `interleave commands` or `interleave sends`");
    if (!script_cursor_take(c, "max"))
        return 0;
    size_t at = c->at;
    if (script_cursor_unsigned(c, "the most orders to run", 1000000, &step->as.interleave.max) != 0)
        return -1;
    if (step->as.interleave.max == 0)
        return script_cursor_fault(c, at + 1, "`max` is at least 1");
    return 0;
}
