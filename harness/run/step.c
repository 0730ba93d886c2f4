#include <inttypes.h>
#include <string.h>

#include "run/player.h"

struct player_failure player_failure_at(const struct player *p, const struct script_step *step,
                                        const char *text)
{
    return (struct player_failure){.place = step->place,
                                   .check = p->check,
                                   .text = text,
                                   .wanted = "",
                                   .got = "",
                                   .log_line = wire_log_nlines(p->log)};
}

enum player_status player_fail_of_harness(struct player *p, const struct script_step *step,
                                          const struct err *err)
{
    struct player_failure f = player_failure_at(p, step, arena_text(p->arena, span_of(err->text)));
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
    player_log_event(p, s, "half-closed by the harness");
    if (p->is_server && s->model != NULL)
        model_session_server_closed(s->model, false, &p->findings);
    return PLAYER_GOES_ON;
}

static enum player_status play_reset(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    p->ntrials = 0;
    if (s->carrier != NULL)
        carrier_reset(s->carrier);
    player_log_event(p, s, "reset by the harness");
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

/* Until the stream has ended or something stands in its way. A client is served meanwhile. */
static enum player_status await_end(struct player *p, struct player_session *s, int64_t deadline)
{
    for (;;) {
        enum serve_status did = p->is_server && p->ntrials == 0
                                    ? player_attend_until(p, NULL, &deadline)
                                    : SERVE_NOTHING;
        if (did == SERVE_STOPS)
            return PLAYER_STOPS;
        if (s->carrier == NULL || s->is_ended || first_obstacle(s) != NULL)
            return PLAYER_GOES_ON;
        if (did == SERVE_NOTHING && !player_wait(p, deadline))
            return PLAYER_GOES_ON;
    }
}

static enum player_status play_eof(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    int64_t deadline = player_deadline_us(p, step);
    enum player_status status = await_end(p, s, deadline);
    if (status != PLAYER_GOES_ON)
        return status;
    struct player_unit *obstacle = first_obstacle(s);
    if (obstacle == NULL && (s->carrier == NULL || s->is_ended)) {
        for (size_t i = s->first; i < s->nunits; i++)
            player_consume(p, s, s->units[i]);
        player_match(p, step, s->end_line);
        return PLAYER_GOES_ON;
    }
    struct player_failure f = player_failure_at(
        p, step, arena_printf(p->arena, "%s does not close the connection", player_peer(p)));
    f.wanted = "end of stream";
    f.got = obstacle == NULL ? "nothing" : player_unit_text(p, obstacle);
    return player_fail(p, f);
}

/* A client that waits for `+` is inside its command all the time. */
static bool is_inside_unit(const struct player *p, const struct player_session *s)
{
    return p->is_server ? wire_reader_pending(s->incoming) > 0
                        : wire_reader_is_inside_unit(s->incoming);
}

/* Whether nothing has come until `until`; inside a trial as far as the time has passed already. */
static bool stays_quiet(struct player *p, const struct player_session *s, size_t first,
                        int64_t until)
{
    while (!s->is_ended && s->nunits == first && player_wait(p, until))
        ;
    /* what others have to tell, the shim or another session, ends no silence */
    bool nothing =
        s->nunits == first && !s->is_ended && s->carrier != NULL && !is_inside_unit(p, s);
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
    const char *text = "something came though all should be quiet";
    if (s->nunits == first && s->is_ended)
        text = arena_printf(p->arena, "%s ends the connection though all should be quiet",
                            player_peer(p));
    struct player_failure f = player_failure_at(p, step, text);
    f.wanted = arena_printf(p->arena, "nothing for %" PRId64 " ms", step->as.quiet.ms);
    if (s->nunits > first)
        f.got = player_unit_text(p, s->units[first]);
    else
        f.got = s->is_ended ? "end of stream" : "the beginning of a line";
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
        return player_fail_of_harness(p, step, &err);
    const char *box = arena_text(p->arena, mailbox);
    for (size_t i = 0; i < nmessages; i++) {
        if (p->target->deliver(p->target->context, p->loop, s->script->user, box, &messages[i],
                               &err) != 0)
            return player_fail_of_harness(p, step, &err);
        model_world_deliver(p->world, s->script->user, box, &messages[i]);
    }
    player_log_event(p, s, arena_printf(p->arena, "delivered to %s", box));
    return PLAYER_GOES_ON;
}

/* ---- dispatch ---- */

static enum player_status play_wire(struct player *p, const struct script_step *step)
{
    return player_send(p, player_session_of(p, step), step);
}

static enum player_status play_split(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    s->split = step;
    if (step->as.split.is_always)
        s->split_always = step;
    return PLAYER_GOES_ON;
}

static enum player_status play_letters(struct player *p, const struct script_step *step)
{
    struct player_session *s = player_session_of(p, step);
    struct resolve_scope scope = player_scope(p, s, NULL);
    struct span how;
    struct err err;
    if (resolve_text(&scope, &step->as.letters.how, &how, &err) != 0 ||
        letters_read(how, &s->letters, &err) != 0)
        return player_fail_of_harness(p, step, &err);
    s->has_letters = true;
    return PLAYER_GOES_ON;
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
        return play_split(p, step);
    case STEP_LETTERS:
        return play_letters(p, step);
    case STEP_REMOVED:
        return player_removed(p, step);
    case STEP_MODEL:
        return player_model(p, step);
    case STEP_DELIVER:
        return play_deliver(p, step);
    case STEP_ASSERT:
        return player_assert(p, step);
    case STEP_CONVERGE:
        return player_converge(p, step);
    case STEP_ON:
        player_add_handler(p, step);
        return PLAYER_GOES_ON;
    case STEP_DO:
        return player_do(p, step);
    case STEP_START:
        return player_start(p, step);
    case STEP_FINISH:
        return player_finish(p, step);
    case STEP_CACHE:
        return player_cache(p, step);
    case STEP_EXIT:
        return player_exit(p, step);
    case STEP_ANSWER:
        return player_answer(p, step);
    case STEP_EITHER:    /* see play_line() */
    case STEP_CHECK:     /* laid flat */
    case STEP_UNORDERED: /* part of a window */
    case STEP_USE:       /* gone after expansion */
        break;
    }
    NEVER("a step that is played elsewhere");
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

static bool is_checked(const struct player *p, const struct script_step *step)
{
    return step->kind == STEP_WIRE && step->as.wire.who == player_checked(p);
}

static bool is_mark(const struct player *p, const struct player_line *line)
{
    return !line->ends_check && is_checked(p, line->step) && line->step->as.wire.mark != MARK_ONE;
}

/* Marks right before an `either` go with it. */
static struct player_line take_marks(struct player *p, struct line_list *list,
                                     struct player_line either)
{
    size_t first = list->nitems;
    while (first > 0 && is_mark(p, &list->items[first - 1]))
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
    list->items = arena_grow(p->arena, list->items, &list->capacity, list->nitems + steps->nitems,
                             sizeof *list->items);
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
        step->kind == STEP_ASSERT || step->kind == STEP_SPLIT || step->kind == STEP_LETTERS ||
        step->kind == STEP_ON || step->kind == STEP_EXIT)
        return PLAYER_GOES_ON;
    struct player_session *s = player_session_of(p, step);
    return s->was_opened ? PLAYER_GOES_ON : player_open(p, s, step);
}

/* Steps that show in the wire log as an event. */
static bool is_event(const struct player *p, const struct script_step *step)
{
    return step->kind == STEP_CLOSE || step->kind == STEP_HALFCLOSE || step->kind == STEP_RESET ||
           step->kind == STEP_DELIVER || (step->kind == STEP_OPEN && !p->is_server);
}

static enum player_status play_alone(struct player *p, const struct script_step *step)
{
    if (step->kind != STEP_WIRE)
        player_catch_up(p);
    size_t before = wire_log_nlines(p->log);
    enum player_status status = play_one(p, step);
    if (is_event(p, step) && wire_log_nlines(p->log) > before)
        player_match(p, step, before + 1);
    return status;
}

static enum player_status play_line(struct player *p, const struct line_list *list, size_t *at)
{
    const struct player_line *line = &list->items[*at];
    p->check = line->check;
    if (line->ends_check) {
        if (!line->check->has_failed)
            player_pass_later(p, line->check);
        (*at)++;
        return PLAYER_GOES_ON;
    }
    enum player_status status = open_if_new(p, line->step);
    if (status != PLAYER_GOES_ON)
        return status;
    if (line->step->kind == STEP_UNORDERED || is_checked(p, line->step))
        return player_window(p, list->items, list->nitems, at);
    (*at)++;
    if (line->step->kind != STEP_EITHER)
        return play_alone(p, line->step);
    player_catch_up(p);
    return player_either(p, line);
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
