#include <inttypes.h>
#include <string.h>

#include "run/player.h"

static struct player_failure failure_at(const struct player *p, const struct script_step *step,
                                        const char *text)
{
    return (struct player_failure){.place = step->place,
                                   .check = p->check,
                                   .text = text,
                                   .wanted = "",
                                   .got = "",
                                   .log_line = wire_log_nlines(p->log)};
}

static enum player_status fail_of_harness(struct player *p, const struct script_step *step,
                                          const struct err *err)
{
    struct player_failure f = failure_at(p, step, arena_text(p->arena, span_of(err->text)));
    f.is_harness = true;
    return player_fail(p, f);
}

/* ---- connections ---- */

static enum player_status play_half_close(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    p->ntrials = 0;
    if (s->carrier != NULL)
        carrier_half_close(s->carrier);
    s->is_half_closed = true;
    wire_log_event(p->log, s->script->name, "half-closed by the harness", player_now_us(p));
    return PLAYER_GOES_ON;
}

static enum player_status play_reset(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    p->ntrials = 0;
    if (s->carrier != NULL)
        carrier_reset(s->carrier);
    wire_log_event(p->log, s->script->name, "reset by the harness", player_now_us(p));
    player_close(p, s);
    return PLAYER_GOES_ON;
}

/* The first unit not consumed that is no untagged data. */
static struct player_unit *first_obstacle(struct player_session *s)
{
    for (size_t i = s->first; i < s->nunits; i++)
        if (!s->units[i]->is_consumed && s->units[i]->unit.kind != WIRE_UNTAGGED)
            return s->units[i];
    return NULL;
}

static enum player_status play_eof(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    int64_t deadline = player_deadline_us(p, step);
    while (s->carrier != NULL && !s->is_ended && first_obstacle(s) == NULL)
        if (!player_wait(p, deadline))
            break;
    struct player_unit *obstacle = first_obstacle(s);
    if (obstacle == NULL && (s->carrier == NULL || s->is_ended)) {
        for (size_t i = s->first; i < s->nunits; i++)
            player_consume(p, s, s->units[i]);
        return PLAYER_GOES_ON;
    }
    struct player_failure f = failure_at(p, step, "the server does not close the connection");
    f.wanted = "end of stream";
    f.got = obstacle == NULL ? "nothing" : player_unit_text(p, obstacle);
    return player_fail(p, f);
}

/* Whether nothing has come until `until`; inside a trial as far as the time has passed already. */
static bool stays_quiet(struct player *p, const struct player_session *s, size_t first,
                        int64_t until)
{
    while (!s->is_ended && s->nunits == first && player_wait(p, until))
        ;
    bool nothing =
        s->nunits == first && !s->is_ended && !wire_reader_is_inside_unit(s->from_server);
    if (nothing && p->ntrials > 0 && clock_now_us(net_loop_clock(p->loop)) < until) {
        p->wake_us = p->wake_us < 0 || until < p->wake_us ? until : p->wake_us;
        return false;
    }
    return nothing;
}

static enum player_status play_quiet(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    double scale = p->options->timeout_scale > 0 ? p->options->timeout_scale : 1;
    int64_t from = p->ntrials > 0 ? p->trial_began_us : clock_now_us(net_loop_clock(p->loop));
    size_t first = s->first;
    while (first < s->nunits && s->units[first]->is_consumed)
        first++;
    if (stays_quiet(p, s, first, from + (int64_t)((double)step->as.quiet.ms * 1000 * scale)))
        return PLAYER_GOES_ON;
    struct player_failure f = failure_at(p, step, "something came though all should be quiet");
    f.wanted = arena_printf(p->arena, "nothing for %" PRId64 " ms", step->as.quiet.ms);
    if (s->nunits > first)
        f.got = player_unit_text(p, s->units[first]);
    else
        f.got = s->is_ended ? "end of stream" : "the beginning of a line";
    return player_fail(p, f);
}

/* ---- questions ---- */

static bool compare_numbers(uint64_t a, uint64_t b, enum script_operator op)
{
    switch (op) {
    case OPERATOR_EQUAL:
        return a == b;
    case OPERATOR_UNEQUAL:
        return a != b;
    case OPERATOR_LESS:
        return a < b;
    case OPERATOR_AT_MOST:
        return a <= b;
    case OPERATOR_GREATER:
        return a > b;
    case OPERATOR_AT_LEAST:
        return a >= b;
    case OPERATOR_CONTAINS:
    case OPERATOR_HAS:
    case OPERATOR_LACKS:
        break;
    }
    return false;
}

static bool holds(struct span left, struct span right, enum script_operator op)
{
    uint64_t a;
    uint64_t b;
    if (op == OPERATOR_CONTAINS || op == OPERATOR_HAS)
        return span_find(left, right) != SPAN_NPOS;
    if (op == OPERATOR_LACKS)
        return span_find(left, right) == SPAN_NPOS;
    if (number_parse_u64(left, &a) == 0 && number_parse_u64(right, &b) == 0)
        return compare_numbers(a, b, op);
    if (op == OPERATOR_EQUAL || op == OPERATOR_UNEQUAL)
        return span_equal(left, right) == (op == OPERATOR_EQUAL);
    return false;
}

static enum player_status play_assert(struct player *p, const struct script_step *step)
{
    struct resolve_scope scope = player_scope(p, player_session_of(p, step), NULL);
    struct span left;
    struct span right;
    struct err err;
    if (resolve_text(&scope, &step->as.assertion.left, &left, &err) != 0 ||
        resolve_text(&scope, &step->as.assertion.right, &right, &err) != 0)
        return fail_of_harness(p, step, &err);
    if (holds(left, right, step->as.assertion.op))
        return PLAYER_GOES_ON;
    struct player_failure f = failure_at(p, step, "the assertion does not hold");
    f.wanted = arena_text(p->arena, right);
    f.got = arena_text(p->arena, left);
    return player_fail(p, f);
}

/* A blank-separated list names the flag, without regard to case. */
static bool list_has(struct span list, struct span flag)
{
    while (list.nbytes > 0)
        if (span_equal_nocase(span_cut(&list, ' '), flag))
            return true;
    return false;
}

static int query_number(const struct script_step *step, const struct resolve_scope *scope,
                        uint32_t *number_r, struct err *err)
{
    const struct script_query *query = &step->as.query;
    struct span text;
    *number_r = query->number;
    if (query->index.npieces == 0)
        return 0;
    if (resolve_text(scope, &query->index, &text, err) != 0)
        return -1;
    if (number_parse_u32(text, number_r) != 0)
        return err_set(err, NULL, 0, 0, "\"%.*s\" is no message number", SPAN_ARG(text));
    return 0;
}

/* What the model of the session holds for the query, as text; data NULL: it does not know. */
static int model_answer(struct player *p, const struct player_session *s,
                        const struct script_step *step, struct span *answer_r, struct err *err)
{
    struct resolve_scope scope = player_scope(p, s, NULL);
    const char *noun = step->as.query.noun;
    uint32_t number;
    *answer_r = span_of(NULL);
    if (s->model == NULL)
        return err_set(err, NULL, 0, 0, "the connection is not open");
    if (strcmp(noun, "flags") == 0) {
        if (query_number(step, &scope, &number, err) != 0)
            return -1;
        (void)model_session_flags(s->model, number, answer_r);
        return 0;
    }
    bool known = strcmp(noun, "exists") == 0 ? model_session_exists(s->model, &number)
                                             : model_session_recent(s->model, &number);
    if (known)
        *answer_r = span_of(arena_printf(p->arena, "%u", number));
    return 0;
}

static enum player_status play_model(struct player *p, const struct script_step *step)
{
    const struct player_session *s = player_session_of(p, step);
    struct resolve_scope scope = player_scope(p, s, NULL);
    struct span answer;
    struct span wanted;
    struct err err;
    if (model_answer(p, s, step, &answer, &err) != 0 ||
        resolve_text(&scope, &step->as.query.value, &wanted, &err) != 0)
        return fail_of_harness(p, step, &err);
    enum script_operator op = step->as.query.op;
    bool good = answer.data != NULL;
    if (good && op == OPERATOR_HAS)
        good = list_has(answer, wanted);
    else if (good && op == OPERATOR_LACKS)
        good = !list_has(answer, wanted);
    else if (good)
        good = holds(answer, wanted, op);
    if (good)
        return PLAYER_GOES_ON;
    struct player_failure f = failure_at(p, step, "the model of the session holds another value");
    f.wanted = arena_printf(p->arena, "%s %.*s", step->as.query.noun, SPAN_ARG(wanted));
    f.got = answer.data == NULL ? "not known" : arena_text(p->arena, answer);
    return player_fail(p, f);
}

/* Message numbers of a sequence like 2,5:7, ascending and each once. */
static int sequence_numbers(struct span sequence, struct arena *arena, uint32_t **numbers_r,
                            size_t *n_r)
{
    size_t capacity = 0;
    *numbers_r = NULL;
    *n_r = 0;
    while (sequence.nbytes > 0) {
        struct span high = span_cut(&sequence, ',');
        struct span low = span_cut(&high, ':');
        uint32_t from;
        uint32_t to;
        if (number_parse_u32(low, &from) != 0 || from == 0)
            return -1;
        to = from;
        if (high.nbytes > 0 && number_parse_u32(high, &to) != 0)
            return -1;
        for (uint32_t i = from; i <= to && i - from < SCRIPT_MANY; i++) {
            *numbers_r = arena_grow(arena, *numbers_r, &capacity, *n_r + 1, sizeof **numbers_r);
            (*numbers_r)[(*n_r)++] = i;
        }
    }
    return 0;
}

static const char *numbers_text(struct arena *arena, const uint32_t *numbers, size_t n)
{
    struct buffer text = {0};
    for (size_t i = 0; i < n && i < 50; i++)
        buffer_printf(&text, "%s%u", i == 0 ? "" : ",", numbers[i]);
    if (n > 50)
        buffer_append_text(&text, ",...");
    const char *copy = n == 0 ? "none" : arena_text(arena, buffer_span(&text));
    buffer_free(&text);
    return copy;
}

static enum player_status play_removed(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    struct resolve_scope scope = player_scope(p, s, NULL);
    struct span sequence;
    struct err err;
    uint32_t *wanted;
    size_t nwanted;
    if (resolve_text(&scope, &step->as.removed.sequence, &sequence, &err) != 0)
        return fail_of_harness(p, step, &err);
    if (s->model == NULL || sequence_numbers(sequence, p->arena, &wanted, &nwanted) != 0) {
        (void)err_set(&err, NULL, 0, 0, "\"%.*s\" cannot be asked of this session",
                      SPAN_ARG(sequence));
        return fail_of_harness(p, step, &err);
    }
    size_t nremoved;
    const uint32_t *removed = model_session_removed(s->model, &nremoved);
    if (nremoved == nwanted &&
        (nwanted == 0 || memcmp(removed, wanted, nwanted * sizeof *wanted) == 0))
        return PLAYER_GOES_ON;
    struct player_failure f = failure_at(p, step, "other messages have gone");
    f.wanted = numbers_text(p->arena, wanted, nwanted);
    f.got = numbers_text(p->arena, removed, nremoved);
    return player_fail(p, f);
}

/* ---- deliver ---- */

static enum player_status play_deliver(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    struct resolve_scope scope = player_scope(p, s, NULL);
    struct span mailbox;
    struct span octets;
    const char *path;
    struct fixture_message *messages;
    size_t nmessages;
    struct err err;
    p->ntrials = 0;
    if (resolve_text(&scope, &step->as.deliver.mailbox, &mailbox, &err) != 0 ||
        p->options->read_file(p->options->read_context, step->place.file, step->as.deliver.file,
                              p->arena, &octets, &path, &err) != 0 ||
        fixture_read(octets, path, p->arena, &messages, &nmessages, &err) != 0)
        return fail_of_harness(p, step, &err);
    const char *box = arena_text(p->arena, mailbox);
    for (size_t i = 0; i < nmessages; i++) {
        if (p->target->deliver(p->target->context, p->loop, s->script->user, box, &messages[i],
                               &err) != 0)
            return fail_of_harness(p, step, &err);
        model_world_deliver(p->world, s->script->user, box, &messages[i]);
    }
    wire_log_event(p->log, s->script->name, arena_printf(p->arena, "delivered to %s", box),
                   player_now_us(p));
    return PLAYER_GOES_ON;
}

/* ---- dispatch ---- */

static enum player_status play_wire(struct player *p, const struct script_step *step)
{
    ENSURE(step->as.wire.who == 'C');
    return player_send(p, player_session_of(p, step), step);
}

static enum player_status play_repeat(struct player *p, const struct script_step *step)
{
    enum player_status status = PLAYER_GOES_ON;
    for (unsigned i = 0; i < step->as.repeat.count && status == PLAYER_GOES_ON; i++)
        status = player_steps(p, &step->as.repeat.steps, p->check);
    return status;
}

static enum player_status play_one(struct player *p, const struct script_step *step)
{
    switch (step->kind) {
    case STEP_WIRE:
        return play_wire(p, step);
    case STEP_INTERLEAVE:
        return player_interleave(p, step);
    case STEP_REPEAT:
        return play_repeat(p, step);
    case STEP_OPEN:
        p->ntrials = 0;
        return player_open(p, player_session_of(p, step), step);
    case STEP_CLOSE:
        p->ntrials = 0;
        player_close(p, player_session_of(p, step));
        return PLAYER_GOES_ON;
    case STEP_HALFCLOSE:
        return play_half_close(p, step);
    case STEP_RESET:
        return play_reset(p, step);
    case STEP_EOF:
        return play_eof(p, step);
    case STEP_QUIET:
        return play_quiet(p, step);
    case STEP_SPLIT:
        player_session_of(p, step)->split = step;
        return PLAYER_GOES_ON;
    case STEP_REMOVED:
        return play_removed(p, step);
    case STEP_MODEL:
        return play_model(p, step);
    case STEP_DELIVER:
        return play_deliver(p, step);
    case STEP_ASSERT:
        return play_assert(p, step);
    case STEP_CONVERGE:
        return player_converge(p, step);
    case STEP_EITHER:    /* see play_line() */
    case STEP_CHECK:     /* laid flat */
    case STEP_UNORDERED: /* part of a window */
    case STEP_USE:       /* gone after expansion */
    case STEP_ON:        /* the rest: role server */
    case STEP_DO:
    case STEP_START:
    case STEP_FINISH:
    case STEP_CACHE:
        break;
    }
    NEVER("a step that the client's role does not have");
}

/* ---- sequences ---- */

struct line_list {
    struct player_line *items;
    size_t nitems, capacity;
};

static void add_line(struct player *p, struct line_list *list, struct player_line line)
{
    list->items = arena_grow(p->arena, list->items, &list->capacity, list->nitems + 1, sizeof line);
    list->items[list->nitems++] = line;
}

static bool is_mark(const struct player_line *line)
{
    return !line->ends_check && line->step->kind == STEP_WIRE && line->step->as.wire.who == 'S' &&
           line->step->as.wire.mark != MARK_ONE;
}

/* Marks right before an `either` go with it. */
static struct player_line take_marks(struct player *p, struct line_list *list,
                                     struct player_line either)
{
    size_t first = list->nitems;
    while (first > 0 && is_mark(&list->items[first - 1]))
        first--;
    either.nmarks = list->nitems - first;
    struct player_line *marks = arena_array(p->arena, either.nmarks, sizeof *marks);
    if (either.nmarks > 0)
        memcpy(marks, &list->items[first], either.nmarks * sizeof *marks);
    either.marks = marks;
    list->nitems = first;
    return either;
}

static void lay_flat(struct player *p, const struct script_steps *steps, struct player_check *check,
                     struct line_list *list)
{
    for (size_t i = 0; i < steps->nitems; i++) {
        const struct script_step *step = steps->items[i];
        if (step->kind != STEP_CHECK) {
            struct player_line line = {.step = step, .check = check};
            add_line(p, list, step->kind == STEP_EITHER ? take_marks(p, list, line) : line);
            continue;
        }
        struct player_check *inner = arena_alloc(p->arena, sizeof *inner);
        inner->requirements = &step->as.check.requirements;
        lay_flat(p, &step->as.check.steps, inner, list);
        add_line(p, list, (struct player_line){.check = inner, .ends_check = true});
    }
}

/* A session opens by itself before its first step, unless that is `open`. */
static enum player_status open_if_new(struct player *p, const struct script_step *step)
{
    if (step->kind == STEP_OPEN || step->kind == STEP_EITHER || step->kind == STEP_INTERLEAVE ||
        step->kind == STEP_REPEAT || step->kind == STEP_CONVERGE || step->kind == STEP_DELIVER ||
        step->kind == STEP_ASSERT || step->kind == STEP_SPLIT)
        return PLAYER_GOES_ON;
    struct player_session *s = player_session_of(p, step);
    return s->was_opened ? PLAYER_GOES_ON : player_open(p, s, step);
}

static enum player_status play_line(struct player *p, const struct line_list *list, size_t *at)
{
    const struct player_line *line = &list->items[*at];
    p->check = line->check;
    if (line->ends_check) {
        if (!line->check->has_failed)
            player_pass(p, line->check);
        (*at)++;
        return PLAYER_GOES_ON;
    }
    enum player_status status = open_if_new(p, line->step);
    if (status != PLAYER_GOES_ON)
        return status;
    if (line->step->kind == STEP_UNORDERED ||
        (line->step->kind == STEP_WIRE && line->step->as.wire.who == 'S'))
        return player_window(p, list->items, list->nitems, at);
    (*at)++;
    return line->step->kind == STEP_EITHER ? player_either(p, line) : play_one(p, line->step);
}

static enum player_status play_lines(struct player *p, const struct line_list *list)
{
    enum player_status status = PLAYER_GOES_ON;
    for (size_t at = 0; at < list->nitems && status == PLAYER_GOES_ON;)
        status = play_line(p, list, &at);
    return status;
}

enum player_status player_steps(struct player *p, const struct script_steps *steps,
                                struct player_check *check)
{
    struct line_list list = {0};
    lay_flat(p, steps, check, &list);
    enum player_status status = play_lines(p, &list);
    p->check = check;
    return status;
}

enum player_status player_branch(struct player *p, const struct player_line *either,
                                 const struct script_steps *steps)
{
    struct line_list list = {0};
    for (size_t i = 0; i < either->nmarks; i++)
        add_line(p, &list, either->marks[i]);
    lay_flat(p, steps, either->check, &list);
    enum player_status status = play_lines(p, &list);
    p->check = either->check;
    return status;
}
