#include <string.h>

#include "script/cursor.h"
#include "script/lint.h"
#include "script/step.h"

/* Steps as they are played: `check`s are laid flat, so that a window may begin before one and be
 * closed inside it, but never reaches beyond its end. */
struct line_list {
    const struct script_step **items; /* NULL: the end of a check */
    size_t nitems;
};

struct mark {
    const struct script_step *step;
    const struct script_step *closing; /* a completion that leaves it nothing to match, or NULL */
    bool has_meaning;                  /* its window may also be closed by something else */
};

/* The marked lines that wait for what closes their window. Those before an `either` are shared by
 * the windows of its branches. */
struct window {
    struct mark **marks;
    size_t nmarks;
    size_t nshared;
};

static void add_line(struct arena *arena, struct line_list *list, const struct script_step *step)
{
    list->items = script_grow(arena, list->items, list->nitems, sizeof(void *));
    list->items[list->nitems++] = step;
}

static void lay_flat(struct arena *arena, struct script_steps steps, struct line_list *list)
{
    for (size_t i = 0; i < steps.nitems; i++) {
        const struct script_step *step = steps.items[i];
        if (step->kind != STEP_CHECK) {
            add_line(arena, list, step);
            continue;
        }
        lay_flat(arena, step->as.check.steps, list);
        add_line(arena, list, NULL);
    }
}

/* ---- what closes a window ----------------------------------------------------------------- */

static bool is_mark(const struct script_lint *l, const struct script_step *step)
{
    return step->kind == STEP_WIRE && step->as.wire.mark != MARK_ONE &&
           script_lint_is_checked(l, &step->as.wire);
}

static bool is_of_window(const struct window *w, const struct script_step *step)
{
    const struct script_step *first = w->marks[0]->step;
    return strcmp(step->session, first->session) == 0 &&
           (step->kind != STEP_WIRE || step->as.wire.who == first->as.wire.who);
}

static bool closes(const struct window *w, const struct script_step *step)
{
    return is_of_window(w, step) &&
           (step->kind == STEP_WIRE || step->kind == STEP_UNORDERED || step->kind == STEP_EOF);
}

/* What stands where the window should go on, as it is written. */
static const char *follower(const struct script_lint *l, const struct window *w,
                            const struct script_step *step)
{
    static const char *const marks[] = {
        [MARK_ONE] = ":",   [MARK_OPTIONAL] = "?:", [MARK_ANY] = "*:",
        [MARK_SOME] = "+:", [MARK_NEVER] = "!:",    [MARK_COUNTED] = "{}:"};
    struct arena *arena = l->faults->arena;
    const char *blank = "";
    const char *session = "";
    if (strcmp(step->session, w->marks[0]->step->session) != 0 && step->session[0] != '\0') {
        session = step->session;
        blank = " ";
    }
    if (step->kind == STEP_WIRE)
        return arena_printf(
            arena, "`%s%s%c%s` of line %u follows", session, blank, step->as.wire.who,
            step->as.wire.is_raw ? "=" : marks[step->as.wire.mark], step->place.line);
    return arena_printf(arena, "`%s%s%s` of line %u follows", session, blank,
                        script_control_word(step->kind), step->place.line);
}

/* ---- completions -------------------------------------------------------------------------- */

/* The first word of a text when that is a tag: its piece, else NULL. */
static const struct script_piece *tag_of(const struct script_text *text)
{
    if (text->npieces < 2 || text->pieces[1].kind != PIECE_SPACE)
        return NULL;
    const struct script_piece *first = &text->pieces[0];
    bool is_tag =
        first->kind == PIECE_TAG ||
        (first->kind == PIECE_WORD && !span_is(first->text, "*") && !span_is(first->text, "+"));
    return is_tag ? first : NULL;
}

static bool have_same_tag(const struct script_text *a, const struct script_text *b)
{
    const struct script_piece *one = tag_of(a);
    const struct script_piece *other = tag_of(b);
    if (one == NULL || other == NULL || one->kind != other->kind)
        return false;
    return one->kind == PIECE_TAG ? one->number == other->number
                                  : span_equal(one->text, other->text);
}

/* The status of a text that begins with a tag, when it is written out and stands alone. */
static struct span status_of(const struct script_text *text)
{
    bool is_alone =
        text->npieces == 3 || (text->npieces > 3 && text->pieces[3].kind == PIECE_SPACE);
    return is_alone && text->pieces[2].kind == PIECE_WORD ? text->pieces[2].text : span_of(NULL);
}

/* Whether `@ OK <text-line>` takes whatever an `@ OK ...` does. */
static bool takes_all_of(const struct script_text *closing, const struct script_text *text)
{
    struct span status = status_of(closing);
    if (status.nbytes == 0 || !span_equal_nocase(status, status_of(text)) ||
        closing->npieces != 5 || closing->pieces[4].kind != PIECE_TYPE)
        return false;
    const char *type = closing->pieces[4].type;
    return strcmp(type, "text-line") == 0 || strcmp(type, "any") == 0;
}

/* A command has one completion. So one that must not arrive before it cannot, and one that may is
 * taken by the closing line when that takes it too. */
static bool is_lost(const struct script_step *mark, const struct script_step *closing)
{
    const struct script_text *text = &mark->as.wire.text;
    if (closing->kind != STEP_WIRE || mark->as.wire.who != 'S' ||
        !have_same_tag(text, &closing->as.wire.text))
        return false;
    return mark->as.wire.mark == MARK_NEVER || takes_all_of(&closing->as.wire.text, text);
}

/* ---- windows ------------------------------------------------------------------------------ */

static void add_mark(struct script_lint *l, struct window *w, const struct script_step *step)
{
    struct mark **marks = arena_array(l->faults->arena, w->nmarks + 1, sizeof(void *));
    if (w->nmarks > 0)
        memcpy(marks, w->marks, w->nmarks * sizeof(void *));
    marks[w->nmarks] = arena_alloc(l->faults->arena, sizeof **marks);
    marks[w->nmarks++]->step = step;
    w->marks = marks;
}

/* The window is over. Marks shared with other branches are judged when those are over, too. */
static void end_window(struct script_lint *l, struct window *w)
{
    for (size_t i = w->nshared; i < w->nmarks; i++) {
        const struct mark *mark = w->marks[i];
        if (mark->closing != NULL && !mark->has_meaning)
            (void)script_fault(l->faults, mark->step->place,
                               "nothing can match here: line %u has the same tag and closes the "
                               "window first",
                               mark->closing->place.line);
    }
    *w = (struct window){0};
}

static void close_window(struct script_lint *l, struct window *w, const struct script_step *closing)
{
    for (size_t i = 0; i < w->nmarks; i++)
        if (is_lost(w->marks[i]->step, closing))
            w->marks[i]->closing = closing;
        else
            w->marks[i]->has_meaning = true;
    end_window(l, w);
}

static void leave_open(struct script_lint *l, struct window *w, const char *what)
{
    if (w->nmarks > 0)
        (void)script_fault(l->faults, w->marks[0]->step->place,
                           "nothing closes this window: %s instead of a line that must arrive",
                           what);
    end_window(l, w);
}

/* ---- lists of steps ----------------------------------------------------------------------- */

static void walk(struct script_lint *l, struct window w, struct script_steps steps,
                 const char *end);

static void walk_blocks(struct script_lint *l, const struct window *w,
                        const struct script_step *step)
{
    struct script_step *s = (struct script_step *)step;
    for (size_t i = 0; step->kind != STEP_UNORDERED && i < script_step_nblocks(s); i++)
        walk(l, *w, *script_step_block(s, i),
             step->kind == STEP_EITHER ? "the branch ends" : "the block ends");
}

static void look_at(struct script_lint *l, struct window *w, const struct script_step *step)
{
    static const struct window none = {0};
    if (is_mark(l, step)) {
        if (w->nmarks > 0 && !is_of_window(w, step))
            leave_open(l, w, follower(l, w, step));
        add_mark(l, w, step);
    } else if (step->kind == STEP_EITHER) {
        walk_blocks(l, w, step);
        end_window(l, w);
    } else {
        if (w->nmarks > 0 && closes(w, step))
            close_window(l, w, step);
        else if (w->nmarks > 0)
            leave_open(l, w, follower(l, w, step));
        walk_blocks(l, &none, step);
    }
}

static void walk(struct script_lint *l, struct window w, struct script_steps steps, const char *end)
{
    struct line_list list = {0};
    w.nshared = w.nmarks;
    lay_flat(l->faults->arena, steps, &list);
    for (size_t i = 0; i < list.nitems; i++)
        if (list.items[i] == NULL)
            leave_open(l, &w, "the check ends");
        else
            look_at(l, &w, list.items[i]);
    leave_open(l, &w, end);
}

void script_lint_windows(struct script_lint *l, struct script_steps steps)
{
    walk(l, (struct window){0}, steps, "the scenario ends");
}
