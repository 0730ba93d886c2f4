#include "script/step.h"

#include <string.h>

#include "catalogue/catalogue.h"
#include "script/control.h"
#include "script/meta.h"

enum {
    HAS_SESSION = 1,  /* may stand behind the name of a session */
    HAS_BLOCK = 2,    /* opens one block */
    HAS_BRANCHES = 4, /* one or more blocks, read by themselves */
    MAY_BLOCK = 8     /* opens a block, or is followed by one step */
};

/* ---- the table ---------------------------------------------------------------------------- */

static const struct control {
    const char *word;
    enum script_step_kind kind;
    script_control_reader *read;
    unsigned flags;
} controls[] = {
    {"check", STEP_CHECK, script_control_read_ids, MAY_BLOCK},
    {"unordered", STEP_UNORDERED, script_control_read_nothing, HAS_BLOCK | HAS_SESSION},
    {"either", STEP_EITHER, script_control_read_nothing, HAS_BRANCHES},
    {"interleave", STEP_INTERLEAVE, script_control_read_interleave, HAS_BRANCHES},
    {"on", STEP_ON, script_control_read_on, HAS_BLOCK},
    {"on?", STEP_ON, script_control_read_on_maybe, HAS_BLOCK},
    {"repeat", STEP_REPEAT, script_control_read_repeat, HAS_BLOCK},
    {"use", STEP_USE, script_control_read_use, HAS_SESSION},
    {"open", STEP_OPEN, script_control_read_nothing, HAS_SESSION},
    {"close", STEP_CLOSE, script_control_read_nothing, HAS_SESSION},
    {"halfclose", STEP_HALFCLOSE, script_control_read_nothing, HAS_SESSION},
    {"reset", STEP_RESET, script_control_read_nothing, HAS_SESSION},
    {"eof", STEP_EOF, script_control_read_nothing, HAS_SESSION},
    {"quiet", STEP_QUIET, script_control_read_quiet, HAS_SESSION},
    {"split", STEP_SPLIT, script_control_read_split, HAS_SESSION},
    {"letters", STEP_LETTERS, script_control_read_letters, HAS_SESSION},
    {"exit", STEP_EXIT, script_control_read_nothing, 0},
    {"answer", STEP_ANSWER, script_control_read_nothing, 0},
    {"do", STEP_DO, script_control_read_shim, HAS_SESSION},
    {"start", STEP_START, script_control_read_shim, HAS_SESSION},
    {"finish", STEP_FINISH, script_control_read_finish, HAS_SESSION},
    {"cache", STEP_CACHE, script_control_read_query, HAS_SESSION},
    {"removed", STEP_REMOVED, script_control_read_removed, HAS_SESSION},
    {"model", STEP_MODEL, script_control_read_query, HAS_SESSION},
    {"deliver", STEP_DELIVER, script_control_read_deliver, 0},
    {"assert", STEP_ASSERT, script_control_read_assert, 0},
    {"converge", STEP_CONVERGE, script_control_read_converge, 0},
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
    if (node->children == NULL && r->faults->nitems == 0) /* a line at fault leaves no trace */
        (void)script_fault(r->faults,
                           (struct script_place){r->path, node->line->number, node->line->col},
                           "the block is empty");
    return script_steps_read(r, node->children);
}

/* [B59], behind `either`. */
static int read_either_reading(struct script_cursor *c, unsigned *reading_r)
{
    uint32_t number = 0;
    *reading_r = 0;
    if (script_cursor_peek(c) != 'B')
        return 0;
    size_t at = c->at;
    struct span word = script_cursor_word(c);
    if (number_parse_u32(span_from(word, 1), &number) != 0 || !catalogue_has_reading(number))
        return script_cursor_fault(c, at, "the catalogue has no reading %.*s", SPAN_ARG(word));
    *reading_r = number;
    return 0;
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
        if ((at == node && read_either_reading(&c, &step->as.either.reading) != 0) ||
            read_branch_line(&c, at == node, branch) != 0)
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
            if (script_is_meta_word(word))
                return script_cursor_fault(&c, 0, "`%.*s` stands before the first step",
                                           SPAN_ARG(word));
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
