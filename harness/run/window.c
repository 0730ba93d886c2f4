#include <string.h>

#include "run/player.h"

/* What ends a window: its required line, its unordered block being complete, or, when only marks
 * stand before an `eof`, the end of the stream. Marks with nothing behind them take what is there.
 */
enum closing_kind { CLOSED_AT_ONCE, CLOSED_BY_LINE, CLOSED_BY_BLOCK, CLOSED_BY_EOF };

struct window {
    struct player *p;
    struct player_session *s;
    struct assign_slot *slots; /* all but the closing line */
    size_t nslots;
    enum closing_kind closed_by;
    struct assign_slot closing;
    const struct player_line *last; /* the one to blame when nothing comes */
    int64_t deadline_us;
    struct player_unit **units; /* looked at and not the closing one */
    size_t nunits, capacity;
    size_t next;     /* index in s->units of the next unit to look at */
    bool is_stopped; /* what was done meanwhile has ended the case */
};

const char *player_unit_text(struct player *p, const struct player_unit *unit)
{
    struct buffer text = {0};
    struct span bytes = unit->unit.bytes;
    while (bytes.nbytes > 0 &&
           (bytes.data[bytes.nbytes - 1] == '\n' || bytes.data[bytes.nbytes - 1] == '\r'))
        bytes.nbytes--;
    buffer_append_escaped(&text, bytes, 400);
    const char *copy = arena_text(p->arena, buffer_span(&text));
    buffer_free(&text);
    return copy;
}

const char *player_line_text(const struct script_step *step)
{
    return step->as.wire.is_raw ? "the raw octets of the line" : step->as.wire.text.source;
}

/* ---- what belongs to the window ---- */

static struct assign_slot make_slot(const struct script_step *step, struct player_check *check)
{
    const struct script_wire *wire = &step->as.wire;
    return (struct assign_slot){.step = step,
                                .check = check,
                                .pattern = wire->pattern,
                                .least = wire->least,
                                .most = wire->most};
}

static void add_slot(struct window *w, size_t *capacity, const struct script_step *step,
                     struct player_check *check)
{
    w->slots = arena_grow(w->p->arena, w->slots, capacity, w->nslots + 1, sizeof *w->slots);
    w->slots[w->nslots++] = make_slot(step, check);
}

static bool belongs(const struct player *p, const struct player_line *line, const char *session)
{
    if (line->ends_check || !text_equal(line->step->session, session))
        return false;
    return line->step->kind == STEP_UNORDERED ||
           (line->step->kind == STEP_WIRE && line->step->as.wire.who == player_checked(p));
}

/* Takes lines from *at on up to the next required line or unordered block. */
static void gather(struct window *w, const struct player_line *lines, size_t nlines, size_t *at)
{
    size_t capacity = 0;
    const char *session = lines[*at].step->session;
    for (; *at < nlines && belongs(w->p, &lines[*at], session); (*at)++) {
        const struct player_line *line = &lines[*at];
        w->last = line;
        if (line->step->kind == STEP_UNORDERED) {
            for (size_t i = 0; i < line->step->as.unordered.steps.nitems; i++)
                add_slot(w, &capacity, line->step->as.unordered.steps.items[i], line->check);
            w->closed_by = CLOSED_BY_BLOCK;
            (*at)++;
            return;
        }
        if (line->step->as.wire.mark == MARK_ONE) {
            w->closed_by = CLOSED_BY_LINE;
            w->closing = make_slot(line->step, line->check);
            (*at)++;
            return;
        }
        add_slot(w, &capacity, line->step, line->check);
    }
    if (*at < nlines && !lines[*at].ends_check && lines[*at].step->kind == STEP_EOF &&
        text_equal(lines[*at].step->session, session))
        w->closed_by = CLOSED_BY_EOF;
}

/* ---- units ---- */

/* Whether the pattern begins with that tag, as `@` or `@1`. */
static bool names_tag(const struct window *w, const struct pattern *pattern, struct span tag)
{
    return pattern->tag != NULL && span_equal(w->s->tags[pattern->tag->number], tag);
}

/* The completion of another command whose turn comes later in the script. */
static bool is_for_later(const struct window *w, const struct player_unit *unit)
{
    if (w->p->is_server || unit->unit.kind != WIRE_TAGGED || w->closed_by != CLOSED_BY_LINE)
        return false;
    if (w->closing.pattern->tag == NULL || names_tag(w, w->closing.pattern, unit->unit.tag))
        return false;
    for (size_t i = 0; i < w->nslots; i++)
        if (names_tag(w, w->slots[i].pattern, unit->unit.tag))
            return false; /* a mark of this window speaks of it */
    for (size_t i = 0; i < RESOLVE_TAGS; i++)
        if (span_equal(w->s->tags[i], unit->unit.tag))
            return true;
    return false;
}

/* A client waits for more than this window may say: its greeting, answers on other connections. */
static bool attend(struct window *w)
{
    if (w->p->is_server && w->p->ntrials == 0)
        w->is_stopped = player_attend_until(w->p, w->s, &w->deadline_us) == SERVE_STOPS;
    return !w->is_stopped;
}

/* The next unit to look at, waited for; NULL when the time is up or the stream has ended. */
static struct player_unit *next_unit(struct window *w)
{
    for (;;) {
        while (w->next < w->s->nunits) {
            struct player_unit *unit = w->s->units[w->next++];
            if (!unit->is_consumed && !is_for_later(w, unit))
                return unit;
        }
        if (!attend(w))
            return NULL;
        if (w->s->is_ended || w->s->carrier == NULL || !player_wait(w->p, w->deadline_us)) {
            if (w->next < w->s->nunits)
                continue;
            return NULL;
        }
    }
}

static void keep_unit(struct window *w, struct player_unit *unit)
{
    w->units = arena_grow(w->p->arena, w->units, &w->capacity, w->nunits + 1, sizeof(void *));
    w->units[w->nunits++] = unit;
}

static void consume_kept(struct window *w)
{
    for (size_t i = 0; i < w->nunits; i++)
        player_consume(w->p, w->s, w->units[i]);
}

/* What each unit was given to is kept for those who read the wire log. */
static void match_kept(const struct window *w)
{
    for (size_t i = 0; i < w->nunits; i++)
        if (w->units[i]->taken_by != NULL)
            player_match(w->p, w->units[i]->taken_by, w->units[i]->log_line);
}

/* ---- matching ---- */

/* A pattern that ends in a bare announcement takes announcements, all others whole commands. */
static bool is_of_kind(const struct pattern *pattern, const struct player_unit *unit)
{
    if (pattern->raw != NULL || pattern->nnodes == 0)
        return true;
    const struct pattern_node *last = &pattern->nodes[pattern->nnodes - 1];
    bool is_bare = last->kind == PATTERN_ITEM && last->npieces > 0 &&
                   last->pieces[last->npieces - 1].kind == PIECE_BARE;
    return is_bare == unit->is_announcement;
}

/* Raw lines speak of what has come since the announcement. */
static bool takes_rest(const struct match_scope *scope, const struct pattern *pattern,
                       const struct player_unit *unit)
{
    struct wire_unit rest = unit->unit;
    rest.bytes = span_from(rest.bytes, unit->rest_at);
    return match_unit(scope, pattern, &rest);
}

/* Whether a server's unit may be the completion that the pattern speaks of: most differ from it in
 * their first octet. */
static bool may_begin_with_tag(const struct player_session *s, const struct pattern *pattern,
                               const struct wire_unit *unit)
{
    if (pattern->tag == NULL)
        return true;
    struct span tag = s->tags[pattern->tag->number];
    return tag.nbytes == 0 || unit->bytes.nbytes == 0 || tag.data[0] == unit->bytes.data[0];
}

bool player_takes(struct player *p, struct player_session *s, const struct pattern *pattern,
                  const struct player_unit *unit)
{
    if (!p->is_server && !may_begin_with_tag(s, pattern, &unit->unit))
        return false;
    struct resolve_scope resolve = player_scope(p, s, unit);
    struct match_scope scope = {&resolve, &p->captures, p->grammar, p->matcher};
    struct span tags[RESOLVE_TAGS];
    if (p->is_server) {
        if (!is_of_kind(pattern, unit))
            return false;
        if (pattern->tag != NULL) { /* the client makes it up */
            memcpy(tags, s->tags, sizeof tags);
            tags[pattern->tag->number] = unit->unit.tag;
            resolve.tags = tags;
        }
        if (pattern->raw != NULL && unit->rest_at > 0)
            return takes_rest(&scope, pattern, unit);
    }
    return match_unit(&scope, pattern, &unit->unit);
}

static bool slot_takes(struct window *w, const struct assign_slot *slot, struct player_unit *unit)
{
    bool takes = player_takes(w->p, w->s, slot->pattern, unit);
    unit->is_wanted = unit->is_wanted || (takes && w->p->ntrials > 0);
    return takes;
}

static bool some_slot_takes(struct window *w, struct player_unit *unit)
{
    size_t mark = w->p->captures.nitems;
    unit->slot = 0;
    while (unit->slot < w->nslots && !slot_takes(w, &w->slots[unit->slot], unit))
        unit->slot++;
    w->p->captures.nitems = mark;
    return unit->slot < w->nslots;
}

static const char *wanted_of(struct window *w)
{
    if (w->closed_by == CLOSED_BY_LINE)
        return player_line_text(w->closing.step);
    for (size_t i = 0; i < w->nslots; i++)
        if (w->slots[i].count < w->slots[i].least)
            return player_line_text(w->slots[i].step);
    return "";
}

static struct player_failure failure_of(const struct window *w)
{
    return (struct player_failure){.place = w->last->step->place,
                                   .check = w->last->check,
                                   .text = "",
                                   .wanted = "",
                                   .got = "",
                                   .log_line = wire_log_nlines(w->p->log)};
}

/* An unordered block is complete as soon as its lines can be given their units. */
static bool is_complete(struct window *w)
{
    struct player_failure ignored = failure_of(w);
    size_t mark = w->p->captures.nitems;
    bool complete = player_assign(w->p, w->s, w->slots, w->nslots, w->units, w->nunits, &ignored);
    w->p->captures.nitems = mark;
    return complete;
}

/* The window fails before its end: what had come so far went where it could. */
static void match_unfinished(struct window *w)
{
    if (w->p->ntrials > 0)
        return;
    (void)is_complete(w);
    match_kept(w);
}

static enum player_status fail_without_unit(struct window *w)
{
    struct player_failure f = failure_of(w);
    match_unfinished(w);
    f.wanted = wanted_of(w);
    if (w->p->is_flooded) {
        f.text = arena_printf(w->p->arena, "%s floods: more data than one case may take",
                              player_peer(w->p));
        f.got = "a flood";
    } else if (w->s->carrier == NULL || w->s->is_ended) {
        f.text = arena_printf(w->p->arena, "%s %s the connection", player_peer(w->p),
                              w->s->was_reset ? "reset" : "closed");
        f.got = "end of stream";
    } else if (wire_reader_is_inside_unit(w->s->incoming)) {
        f.text = "the time is up in the middle of a line or literal";
        f.got = "an unfinished line or literal";
    } else {
        f.text = "the time is up";
        f.got = "nothing";
    }
    return player_fail(w->p, f);
}

/* A completion with the tag that was waited for, but another text, is used up by the failure. */
static bool is_other_completion(const struct window *w, const struct player_unit *unit)
{
    return w->closed_by == CLOSED_BY_LINE && unit->unit.kind == WIRE_TAGGED &&
           names_tag(w, w->closing.pattern, unit->unit.tag);
}

static enum player_status fail_with_unit(struct window *w, struct player_unit *unit)
{
    struct player_failure f = failure_of(w);
    f.text = "another line came";
    f.wanted = wanted_of(w);
    f.got = player_unit_text(w->p, unit);
    f.log_line = unit->log_line;
    match_unfinished(w);
    if (w->p->ntrials == 0 && is_other_completion(w, unit)) {
        consume_kept(w);
        player_consume(w->p, w->s, unit);
    }
    return player_fail(w->p, f);
}

static void note_command(struct window *w, const struct pattern *pattern, struct player_unit *unit)
{
    w->s->tags[0] = unit->unit.tag;
    if (pattern->tag != NULL)
        w->s->tags[pattern->tag->number] = unit->unit.tag;
    player_note_taken(w->p, w->s, unit);
}

/* The tags that the client has made up, and what the model server may have to hear of. */
static void note_commands(struct window *w, struct player_unit *closing)
{
    size_t mark = w->p->captures.nitems;
    for (size_t i = 0; i < w->nunits; i++)
        for (size_t k = 0; k < w->nslots; k++)
            if (player_takes(w->p, w->s, w->slots[k].pattern, w->units[i])) {
                note_command(w, w->slots[k].pattern, w->units[i]);
                break;
            }
    w->p->captures.nitems = mark;
    if (closing != NULL)
        note_command(w, w->closing.pattern, closing);
}

static enum player_status close_window(struct window *w, struct player_unit *closing)
{
    struct player_failure f = failure_of(w);
    bool holds = player_assign(w->p, w->s, w->slots, w->nslots, w->units, w->nunits, &f);
    if (w->p->is_server)
        note_commands(w, closing);
    if (holds || w->p->ntrials == 0) {
        match_kept(w);
        consume_kept(w);
        if (closing != NULL) {
            player_match(w->p, w->closing.step, closing->log_line);
            player_consume(w->p, w->s, closing);
        }
    }
    return holds ? PLAYER_GOES_ON : player_fail(w->p, f);
}

/* The closing line may also be what a mark before it takes: it closes only if all is then well, or
 * if nothing can come after it. */
static bool closes(struct window *w, struct player_unit *unit)
{
    size_t mark = w->p->captures.nitems;
    if (!slot_takes(w, &w->closing, unit))
        return false;
    if (unit->unit.kind == WIRE_TAGGED || is_complete(w))
        return true;
    w->p->captures.nitems = mark;
    return false;
}

/* A command that the window does not want is somebody else's, unless all this is only tried. */
static bool is_served(struct window *w, struct player_unit *unit)
{
    if (!w->p->is_server || w->p->ntrials > 0)
        return false;
    int64_t from_us = clock_now_us(net_loop_clock(w->p->loop));
    enum serve_status status = player_serve(w->p, w->s, unit);
    w->deadline_us +=
        clock_now_us(net_loop_clock(w->p->loop)) - from_us; /* no time of the client's */
    w->is_stopped = status == SERVE_STOPS;
    return status == SERVE_DONE;
}

static enum player_status play_window(struct window *w)
{
    struct player_unit *unit;
    while ((unit = next_unit(w)) != NULL) {
        if (w->closed_by == CLOSED_BY_LINE && closes(w, unit))
            return close_window(w, unit);
        bool taken = some_slot_takes(w, unit);
        if (!taken && is_served(w, unit))
            continue;
        if (w->is_stopped)
            return PLAYER_STOPS;
        if (!taken && unit->unit.kind != WIRE_UNTAGGED)
            return fail_with_unit(w, unit);
        keep_unit(w, unit);
        if (w->closed_by == CLOSED_BY_BLOCK && taken && is_complete(w))
            return close_window(w, NULL);
    }
    if (w->is_stopped)
        return PLAYER_STOPS;
    if (w->closed_by == CLOSED_AT_ONCE || (w->closed_by == CLOSED_BY_EOF && w->s->is_ended))
        return close_window(w, NULL);
    return fail_without_unit(w);
}

enum player_status player_window(struct player *p, const struct player_line *lines, size_t nlines,
                                 size_t *at)
{
    struct window w = {.p = p};
    w.s = player_session_of(p, lines[*at].step);
    gather(&w, lines, nlines, at);
    ENSURE(w.last != NULL);
    w.deadline_us = player_deadline_us(p, w.last->step);
    w.next = w.s->first;
    if (w.closed_by == CLOSED_AT_ONCE)
        w.deadline_us = clock_now_us(net_loop_clock(p->loop));
    return play_window(&w);
}
