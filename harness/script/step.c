#include "script/step.h"

#include <string.h>

#include "script/piece.h"

/* How the line of a control word is read, from behind the word. */
typedef int read_function(struct script_cursor *c, struct script_step *step);

enum {
    HAS_SESSION = 1,  /* may stand behind the name of a session */
    HAS_BLOCK = 2,    /* opens one block */
    HAS_BRANCHES = 4, /* one or more blocks, read by themselves */
    MAY_BLOCK = 8     /* opens a block, or is followed by one step */
};

/* ---- simple lines ------------------------------------------------------------------------- */

static int read_nothing(struct script_cursor *c, struct script_step *step)
{
    (void)c;
    (void)step;
    return 0;
}

static int read_quiet(struct script_cursor *c, struct script_step *step)
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

static int read_split(struct script_cursor *c, struct script_step *step)
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
    if (script_cursor_take(c, "gap"))
        return script_cursor_duration(c, &step->as.split.gap_ms);
    return 0;
}

static int read_removed(struct script_cursor *c, struct script_step *step)
{
    return script_text_read_one(c, "a sequence such as 5:9", &step->as.removed.sequence);
}

static int read_deliver(struct script_cursor *c, struct script_step *step)
{
    if (script_text_read_one(c, "a mailbox", &step->as.deliver.mailbox) != 0)
        return -1;
    return script_cursor_string(c, "the file of a message, in quotes", &step->as.deliver.file);
}

static int read_converge(struct script_cursor *c, struct script_step *step)
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

static int read_assert(struct script_cursor *c, struct script_step *step)
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
static int read_query(struct script_cursor *c, struct script_step *step)
{
    static const struct {
        const char *noun;
        bool has_number;
    } nouns[] = {{"exists", false}, {"recent", false},      {"flags", true},    {"subject", true},
                 {"size", true},    {"internaldate", true}, {"text", true},     {"mailbox", false},
                 {"state", false},  {"readonly", false},    {"keywords", false}};
    struct script_query *query = &step->as.query;
    script_cursor_skip(c);
    size_t at = c->at;
    struct span word = script_cursor_word(c);
    size_t i = 0;
    while (i < sizeof nouns / sizeof *nouns && !span_is(word, nouns[i].noun))
        i++;
    if (i == sizeof nouns / sizeof *nouns)
        return script_cursor_fault(c, at,
                                   "expected one of exists recent flags subject size "
                                   "internaldate text mailbox state readonly keywords");
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

static int read_shim(struct script_cursor *c, struct script_step *step)
{
    size_t capacity = 0;
    if (script_cursor_name(c, "what the client shall do", &step->as.shim.verb) != 0)
        return -1;
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

static int read_finish(struct script_cursor *c, struct script_step *step)
{
    static const char *const statuses[] = {"ok", "no", "bad"};
    for (size_t i = 0; i < 3; i++) {
        if (script_cursor_take(c, statuses[i])) {
            step->as.finish.status = statuses[i];
            return 0;
        }
    }
    return script_cursor_fault(c, c->at, "expected `ok`, `no` or `bad`");
}

/* ---- use ---------------------------------------------------------------------------------- */

/* At the `)`, or at the comma and blank behind an argument: the comma of 2,4:7 separates nothing.
 */
static size_t argument_end(struct span text, size_t at)
{
    size_t end = script_text_end(text, at, ",)");
    while (end + 1 < text.nbytes && text.data[end] == ',' && text.data[end + 1] != ' ')
        end = script_text_end(text, end + 1, ",)");
    return end;
}

static int read_argument(struct script_cursor *c, struct script_step *step, size_t *capacity)
{
    script_cursor_skip(c);
    size_t end = argument_end(c->text, c->at);
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
static int read_use(struct script_cursor *c, struct script_step *step)
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

static int read_ids(struct script_cursor *c, struct script_step *step)
{
    if (script_cursor_is_end(c))
        return script_cursor_fault(c, c->at, "`check` is followed by requirement IDs");
    while (!script_cursor_is_end(c)) {
        const char *id;
        if (script_cursor_name(c, "a requirement ID", &id) != 0)
            return -1;
        if (script_names_have(&step->as.check.requirements, id))
            return script_cursor_fault(c, c->at - strlen(id), "`%s` is named twice", id);
        script_names_add(c->faults->arena, &step->as.check.requirements, id);
    }
    return 0;
}

static int read_repeat(struct script_cursor *c, struct script_step *step)
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

static int read_on(struct script_cursor *c, struct script_step *step)
{
    if (script_cursor_is_end(c))
        return script_cursor_fault(c, c->at,
                                   "`on` is followed by the command it answers, without "
                                   "its tag");
    return script_text_read(c, false, NULL, &step->as.on.pattern);
}

static int read_interleave(struct script_cursor *c, struct script_step *step)
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

/* ---- the table ---------------------------------------------------------------------------- */

static const struct control {
    const char *word;
    enum script_step_kind kind;
    read_function *read;
    unsigned flags;
} controls[] = {
    {"check", STEP_CHECK, read_ids, MAY_BLOCK},
    {"unordered", STEP_UNORDERED, read_nothing, HAS_BLOCK | HAS_SESSION},
    {"either", STEP_EITHER, read_nothing, HAS_BRANCHES},
    {"interleave", STEP_INTERLEAVE, read_interleave, HAS_BRANCHES},
    {"on", STEP_ON, read_on, HAS_BLOCK},
    {"repeat", STEP_REPEAT, read_repeat, HAS_BLOCK},
    {"use", STEP_USE, read_use, HAS_SESSION},
    {"open", STEP_OPEN, read_nothing, HAS_SESSION},
    {"close", STEP_CLOSE, read_nothing, HAS_SESSION},
    {"halfclose", STEP_HALFCLOSE, read_nothing, HAS_SESSION},
    {"reset", STEP_RESET, read_nothing, HAS_SESSION},
    {"eof", STEP_EOF, read_nothing, HAS_SESSION},
    {"quiet", STEP_QUIET, read_quiet, HAS_SESSION},
    {"split", STEP_SPLIT, read_split, HAS_SESSION},
    {"do", STEP_DO, read_shim, HAS_SESSION},
    {"start", STEP_START, read_shim, HAS_SESSION},
    {"finish", STEP_FINISH, read_finish, HAS_SESSION},
    {"cache", STEP_CACHE, read_query, HAS_SESSION},
    {"removed", STEP_REMOVED, read_removed, HAS_SESSION},
    {"model", STEP_MODEL, read_query, HAS_SESSION},
    {"deliver", STEP_DELIVER, read_deliver, 0},
    {"assert", STEP_ASSERT, read_assert, 0},
    {"converge", STEP_CONVERGE, read_converge, 0},
};
enum { NCONTROLS = sizeof controls / sizeof *controls };

static const struct control *find_control(struct span word)
{
    for (size_t i = 0; i < NCONTROLS; i++)
        if (span_is(word, controls[i].word))
            return &controls[i];
    return NULL;
}

bool script_is_control_word(struct span word)
{
    return find_control(word) != NULL || span_is(word, "within");
}

const char *script_control_word(enum script_step_kind kind)
{
    for (size_t i = 0; i < NCONTROLS; i++)
        if (controls[i].kind == kind)
            return controls[i].word;
    return "";
}

bool script_control_has_session(enum script_step_kind kind)
{
    for (size_t i = 0; i < NCONTROLS; i++)
        if (controls[i].kind == kind)
            return (controls[i].flags & HAS_SESSION) != 0;
    return kind == STEP_WIRE;
}

/* ---- reading steps ------------------------------------------------------------------------ */

void script_node_cursor(const struct script_reader *r, const struct script_node *node,
                        struct script_cursor *c)
{
    script_cursor_init(c, r->faults, node->line->text,
                       (struct script_place){r->path, node->line->number, node->line->col});
}

void script_steps_add(struct arena *arena, struct script_steps *steps, struct script_step *step)
{
    steps->items = script_grow(arena, steps->items, steps->nitems, sizeof(struct script_step *));
    steps->items[steps->nitems++] = step;
}

/* The steps of a block, which must not be empty. */
static struct script_steps read_block(struct script_reader *r, const struct script_node *node)
{
    if (node->children == NULL)
        (void)script_fault(r->faults,
                           (struct script_place){r->path, node->line->number, node->line->col},
                           "the block is empty");
    return script_steps_read(r, node->children);
}

/* [nonstrict] ["label"], behind `either` or `} or`. */
static int read_branch_line(struct script_cursor *c, bool is_first, struct script_branch *branch)
{
    branch->label = "";
    branch->place = script_cursor_place(c, 0);
    if (!is_first) {
        c->at = 1; /* behind `}` */
        (void)script_cursor_take(c, "or");
        branch->is_nonstrict = script_cursor_take(c, "nonstrict");
    }
    if (!script_cursor_is_end(c) &&
        script_cursor_string(c, "a label in quotes, or `{`", &branch->label) != 0)
        return -1;
    return script_cursor_end(c);
}

static int read_either(struct script_reader *r, struct script_cursor *first,
                       const struct script_node *node, struct script_step *step)
{
    size_t n = 0;
    for (const struct script_node *at = node; at != NULL; at = at->branch)
        n++;
    step->as.either.branches = arena_array(r->faults->arena, n, sizeof *step->as.either.branches);
    step->as.either.nbranches = n;
    int status = 0;
    n = 0;
    for (const struct script_node *at = node; at != NULL; at = at->branch, n++) {
        struct script_branch *branch = &step->as.either.branches[n];
        struct script_cursor c;
        script_node_cursor(r, at, &c);
        if (at == node)
            c.at = first->at;
        if (read_branch_line(&c, at == node, branch) != 0)
            status = -1;
        branch->steps = read_block(r, at);
    }
    if (n < 2)
        return script_cursor_fault(first, 0, "`either` needs at least one `} or {` branch");
    return status;
}

static int read_units(struct script_reader *r, const struct script_node *node,
                      struct script_step *step)
{
    int status = 0;
    size_t capacity = 0;
    for (const struct script_node *at = node->children; at != NULL; at = at->next) {
        struct script_cursor c;
        struct script_unit unit = {0};
        script_node_cursor(r, at, &c);
        unit.place = script_cursor_place(&c, 0);
        if (at->line->kind != LINE_OPEN || at->branch != NULL) {
            status = script_cursor_fault(&c, 0, "an interleave holds units: `session {` ... `}`");
            continue;
        }
        if (script_cursor_name(&c, "the name of a session", &unit.session) != 0 ||
            script_cursor_end(&c) != 0)
            status = -1;
        unit.steps = read_block(r, at);
        step->as.interleave.units =
            arena_grow(r->faults->arena, step->as.interleave.units, &capacity,
                       step->as.interleave.nunits + 1, sizeof unit);
        step->as.interleave.units[step->as.interleave.nunits++] = unit;
    }
    if (status == 0 && step->as.interleave.nunits < 2)
        return script_fault(r->faults, step->place, "an interleave needs at least two units");
    return status;
}

static struct script_step *read_step(struct script_reader *r, const struct script_node **at);

/* The one step that follows a `check` or `within` line, which *at still points to. */
static struct script_step *read_following(struct script_reader *r, const struct script_node **at,
                                          const char *word)
{
    const struct script_node *node = *at;
    *at = node->next;
    if (*at == NULL) {
        (void)script_fault(r->faults,
                           (struct script_place){r->path, node->line->number, node->line->col},
                           "nothing follows `%s`", word);
        return NULL;
    }
    struct span rest = (*at)->line->text;
    struct span next = span_cut(&rest, ' ');
    if (span_is(next, "check") || (span_is(next, "within") && strcmp(word, "within") == 0)) {
        (void)script_fault(r->faults,
                           (struct script_place){r->path, (*at)->line->number, (*at)->line->col},
                           "`%.*s` cannot follow `%s`", SPAN_ARG(next), word);
        *at = (*at)->next;
        return NULL;
    }
    return read_step(r, at);
}

/* Reads what a control line opens; *at points to its node and is moved behind the step. */
static int read_body(struct script_reader *r, const struct control *control,
                     struct script_cursor *c, const struct script_node **at,
                     struct script_step *step)
{
    const struct script_node *node = *at;
    bool opens = node->line->kind == LINE_OPEN;
    if (control->kind == STEP_CHECK && !opens) {
        struct script_step *following = read_following(r, at, "check");
        if (following != NULL)
            script_steps_add(r->faults->arena, &step->as.check.steps, following);
        return following == NULL ? -1 : 0;
    }
    *at = node->next;
    if (opens != (control->flags != 0 && (control->flags & ~(unsigned)HAS_SESSION) != 0))
        return script_cursor_fault(
            c, opens ? c->text.nbytes : 0,
            opens ? "`%s` opens no block" : "`%s` opens a block: `{` ends the line", control->word);
    if (node->branch != NULL && control->kind != STEP_EITHER)
        return script_fault(
            r->faults,
            (struct script_place){r->path, node->branch->line->number, node->branch->line->col},
            "`} or` belongs to `either` only");
    if (control->kind == STEP_EITHER)
        return read_either(r, c, node, step);
    if (control->kind == STEP_INTERLEAVE)
        return read_units(r, node, step);
    if (opens)
        *script_step_block(step, 0) = read_block(r, node);
    return 0;
}

static int read_control(struct script_reader *r, const struct script_node **at,
                        struct script_step *step)
{
    struct script_cursor c;
    script_node_cursor(r, *at, &c);
    struct span word = script_cursor_word(&c);
    const struct control *control = find_control(word);
    if (control == NULL) {
        script_cursor_skip(&c);
        control = find_control(script_cursor_word(&c));
        if (control == NULL || !script_is_name(word, "-_.")) {
            *at = (*at)->next;
            return script_cursor_fault(&c, 0, "unknown control word `%.*s`",
                                       (int)(word.nbytes > 40 ? 40 : word.nbytes), word.data);
        }
        step->session = arena_text(r->faults->arena, word);
    }
    step->kind = control->kind;
    int status = control->read(&c, step);
    if (status == 0 && control->kind != STEP_EITHER)
        status = script_cursor_end(&c);
    if (status == 0 && step->session[0] != '\0' && (control->flags & HAS_SESSION) == 0)
        status = script_cursor_fault(&c, 0, "`%s` belongs to no session", control->word);
    if (read_body(r, control, &c, at, step) != 0)
        return -1;
    return status;
}

static struct script_step *read_within(struct script_reader *r, const struct script_node **at)
{
    struct script_cursor c;
    int64_t ms = 0;
    script_node_cursor(r, *at, &c);
    (void)script_cursor_take(&c, "within");
    int status = script_cursor_duration(&c, &ms);
    if (status == 0)
        status = script_cursor_end(&c);
    struct script_step *step = read_following(r, at, "within");
    if (status != 0 || step == NULL)
        return NULL;
    step->within_ms = ms;
    return step;
}

static struct script_step *read_step(struct script_reader *r, const struct script_node **at)
{
    const struct script_node *node = *at;
    struct span rest = node->line->text;
    if (node->line->kind != LINE_WIRE && span_is(span_cut(&rest, ' '), "within"))
        return read_within(r, at);
    struct script_step *step = arena_alloc(r->faults->arena, sizeof *step);
    step->session = "";
    step->place = (struct script_place){r->path, node->line->number, node->line->col};
    if (node->line->kind != LINE_WIRE)
        return read_control(r, at, step) == 0 ? step : NULL;
    *at = node->next;
    return script_wire_read(r, node, step) == 0 ? step : NULL;
}

struct script_steps script_steps_read(struct script_reader *r, const struct script_node *first)
{
    struct script_steps steps = {0};
    const struct script_node *at = first;
    while (at != NULL) {
        struct script_step *step = read_step(r, &at);
        if (step != NULL)
            script_steps_add(r->faults->arena, &steps, step);
    }
    return steps;
}
