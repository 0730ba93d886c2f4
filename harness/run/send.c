#include <string.h>

#include "run/player.h"

/* What goes out: octets, and places where the harness waits before it goes on. */
enum outgoing_kind { OUTGOING_OCTETS, OUTGOING_CONTINUATION, OUTGOING_PAUSE };

struct outgoing {
    enum outgoing_kind kind;
    struct span octets;
    int64_t pause_ms;
};

struct outgoing_list {
    struct outgoing *items;
    size_t nitems, capacity;
    struct buffer octets; /* not yet in items */
};

static void add_item(struct player *p, struct outgoing_list *list, struct outgoing item)
{
    list->items = arena_grow(p->arena, list->items, &list->capacity, list->nitems + 1, sizeof item);
    list->items[list->nitems++] = item;
}

static void flush_octets(struct player *p, struct outgoing_list *list)
{
    if (list->octets.nbytes > 0)
        add_item(p, list,
                 (struct outgoing){.kind = OUTGOING_OCTETS,
                                   .octets = arena_copy(p->arena, buffer_span(&list->octets))});
    buffer_clear(&list->octets);
}

/* ---- tags ---- */

enum { TAG_SHAPES = 5 };

static struct span new_tag(struct player *p, struct player_session *s)
{
    char letter = (char)('a' + (s - p->sessions) % 26);
    size_t shape = 0;
    if ((p->options->vary & RUN_VARY_TAGS) != 0)
        shape = (size_t)rng_below(&p->rng, TAG_SHAPES);
    s->ntags++;
    switch (shape) {
    case 1:
        return span_of(arena_printf(p->arena, "%c%04u", letter, s->ntags));
    case 2:
        return span_of(arena_printf(p->arena, "%c.%u", letter, s->ntags));
    case 3:
        return span_of(arena_printf(p->arena, "T%c%u", letter, s->ntags));
    case 4:
        return span_of(arena_printf(p->arena, "%c-%u_x", letter, s->ntags));
    default:
        return span_of(arena_printf(p->arena, "%c%u", letter, s->ntags));
    }
}

/* The tag of a line about to be sent: made for `@`, else the line's first word as it stands. */
static void choose_tag(struct player *p, struct player_session *s, const struct script_text *text)
{
    if (text->npieces == 0)
        return;
    const struct script_piece *first = &text->pieces[0];
    if (first->kind == PIECE_TAG) {
        s->tags[0] = new_tag(p, s);
        s->tags[first->number] = s->tags[0];
    } else if (first->kind == PIECE_WORD) {
        s->tags[0] = first->text;
    }
}

/* ---- building ---- */

static void add_literal(struct player *p, struct outgoing_list *list,
                        const struct script_piece *piece, struct span content)
{
    uint64_t count = piece->has_count ? piece->count : content.nbytes;
    buffer_printf(&list->octets, "{%llu%s}\r\n", (unsigned long long)count,
                  piece->sync == LITERAL_PLUS ? "+" : "");
    if (piece->sync == LITERAL_WAITS) {
        flush_octets(p, list);
        add_item(p, list, (struct outgoing){.kind = OUTGOING_CONTINUATION});
    }
    buffer_append(&list->octets, content);
}

static int add_type(struct player *p, const struct script_piece *piece, struct buffer *out,
                    struct err *err)
{
    size_t before = out->nbytes;
    if (piece->has_range) {
        buffer_printf(
            out, "%llu",
            (unsigned long long)(piece->low + rng_below(&p->rng, piece->high - piece->low + 1)));
    } else {
        int rule = grammar_rule(p->grammar, span_of(piece->type));
        if (rule == GRAMMAR_NO_RULE)
            return err_set(err, NULL, 0, 0, "a value of type %s cannot be generated", piece->type);
        struct grammar_generation how = {.rng = &p->rng};
        grammar_generate(p->grammar, rule, &how, out);
    }
    if (piece->name != NULL)
        capture_put(&p->captures, piece->name, span_from(buffer_span(out), before));
    return 0;
}

static int add_bare(const struct resolve_scope *scope, const struct script_piece *piece,
                    struct buffer *out, struct err *err)
{
    struct span digits;
    if (piece->has_count) {
        buffer_printf(out, "{%llu}", (unsigned long long)piece->count);
        return 0;
    }
    if (resolve_reference(scope, &piece->reference, &digits, err) != 0)
        return -1;
    buffer_printf(out, "{%.*s}", SPAN_ARG(digits));
    return 0;
}

static int add_piece(struct player *p, const struct resolve_scope *scope,
                     const struct script_piece *piece, struct outgoing_list *list, struct err *err)
{
    struct span content;
    if (piece->kind == PIECE_TYPE)
        return add_type(p, piece, &list->octets, err);
    if (piece->kind == PIECE_BARE)
        return add_bare(scope, piece, &list->octets, err);
    if (piece->kind != PIECE_QUOTED && piece->kind != PIECE_LITERAL)
        return resolve_piece(scope, piece, &list->octets, err);
    if (resolve_content(scope, piece, &content, err) != 0)
        return -1;
    if (piece->kind == PIECE_QUOTED)
        buffer_printf(&list->octets, "\"%.*s\"", SPAN_ARG(content));
    else
        add_literal(p, list, piece, content);
    return 0;
}

static int build_line(struct player *p, struct player_session *s, const struct script_text *text,
                      struct outgoing_list *list, struct err *err)
{
    choose_tag(p, s, text);
    struct resolve_scope scope = player_scope(p, s, NULL);
    for (size_t i = 0; i < text->npieces; i++)
        if (add_piece(p, &scope, &text->pieces[i], list, err) != 0)
            return -1;
    buffer_append_text(&list->octets, "\r\n");
    flush_octets(p, list);
    return 0;
}

/* The first word of raw octets that look like a command is the current command's tag. */
static void note_raw_tag(struct player *p, struct player_session *s, struct span octets)
{
    struct span tag = span_cut(&octets, ' ');
    if (tag.nbytes > 0 && tag.nbytes < 64 && octets.nbytes > 0 &&
        span_find_byte(tag, '\n') == SPAN_NPOS)
        s->tags[0] = arena_copy(p->arena, tag);
}

static int build_raw(struct player *p, struct player_session *s, const struct script_wire *wire,
                     struct outgoing_list *list, struct err *err)
{
    struct resolve_scope scope = player_scope(p, s, NULL);
    bool is_inside = wire_reader_is_inside_unit(s->from_client);
    for (size_t i = 0; i < wire->nraw; i++) {
        const struct script_raw_item *item = &wire->raw[i];
        if (item->kind == RAW_PAUSE) {
            flush_octets(p, list);
            add_item(p, list,
                     (struct outgoing){.kind = OUTGOING_PAUSE, .pause_ms = item->pause_ms});
            continue;
        }
        struct span octets;
        if (resolve_text(&scope, &item->text, &octets, err) != 0)
            return -1;
        if (i == 0 && !is_inside)
            note_raw_tag(p, s, octets);
        for (uint64_t n = 0; n < item->times; n++)
            buffer_append(&list->octets, octets);
    }
    flush_octets(p, list);
    return 0;
}

/* ---- sending ---- */

/* Tells log, framing and model what is about to go out: a server may answer a command as soon as it
 * knows enough, before the last of it has arrived (RFC 1176 p.21). */
static void announce(struct player *p, struct player_session *s, struct span octets)
{
    wire_log_octets(p->log, s->script->name, 'C', octets, player_now_us(p));
    wire_reader_feed(s->from_client, octets);
    struct wire_unit unit;
    uint64_t count;
    while (wire_reader_next(s->from_client, &unit)) {
        player_note_command(p, s, unit.bytes);
        model_session_client(s->model, &unit, &p->findings);
    }
    if (wire_reader_is_waiting(s->from_client, &unit, &count)) {
        player_note_command(p, s, unit.bytes);
        model_session_client(s->model, &unit, &p->findings);
    }
}

static void wait_gap(struct player *p, int64_t gap_ms)
{
    if (gap_ms <= 0)
        return;
    int64_t until = clock_now_us(net_loop_clock(p->loop)) + gap_ms * 1000;
    while (clock_now_us(net_loop_clock(p->loop)) < until && player_wait(p, until))
        ;
}

/* Length of the next write. */
static size_t next_cut(struct player *p, const struct player_session *s, struct span octets,
                       size_t sent, size_t *offset)
{
    if (s->split == NULL) {
        if ((p->options->vary & RUN_VARY_CHUNKS) != 0 && octets.nbytes > 1)
            return 1 + (size_t)rng_below(&p->rng, octets.nbytes);
        return octets.nbytes;
    }
    switch (s->split->as.split.how) {
    case SPLIT_BYTEWISE:
        return 1;
    case SPLIT_LINES: {
        size_t line = span_find_byte(octets, '\n');
        return line == SPAN_NPOS ? octets.nbytes : line + 1;
    }
    case SPLIT_AT:
        while (*offset < s->split->as.split.noffsets && s->split->as.split.offsets[*offset] <= sent)
            (*offset)++;
        if (*offset < s->split->as.split.noffsets)
            return s->split->as.split.offsets[*offset] - sent;
        return octets.nbytes;
    case SPLIT_NONE:
        break;
    }
    return octets.nbytes;
}

static void transmit(struct player *p, struct player_session *s, struct span octets)
{
    size_t sent = 0;
    size_t offset = 0;
    int64_t gap_ms = s->split == NULL ? 0 : s->split->as.split.gap_ms;
    announce(p, s, octets);
    while (octets.nbytes > 0) {
        struct span part = span_slice(octets, 0, next_cut(p, s, octets, sent, &offset));
        carrier_send(s->carrier, part);
        sent += part.nbytes;
        octets = span_from(octets, part.nbytes);
        if (octets.nbytes > 0) {
            /* a pass over the carriers, so that the parts leave as separate writes */
            (void)player_wait(p, 0);
            wait_gap(p, gap_ms);
        }
    }
}

/* The answer to a literal's announcement: `+`, or the completion of this very command. */
static struct player_unit *find_answer(struct player_session *s)
{
    for (size_t i = s->first; i < s->nunits; i++) {
        struct player_unit *unit = s->units[i];
        if (unit->is_consumed)
            continue;
        if (unit->unit.kind == WIRE_CONTINUATION ||
            (unit->unit.kind == WIRE_TAGGED && span_equal(unit->unit.tag, s->tags[0])))
            return unit;
    }
    return NULL;
}

static enum player_status await_continuation(struct player *p, struct player_session *s,
                                             const struct script_step *step, bool *granted_r)
{
    int64_t deadline = player_deadline_us(p, step);
    struct player_unit *answer;
    while ((answer = find_answer(s)) == NULL && !s->is_ended)
        if (!player_wait(p, deadline))
            break;
    *granted_r = answer != NULL && answer->unit.kind == WIRE_CONTINUATION;
    if (*granted_r)
        player_consume(p, s, answer);
    if (answer != NULL)
        return PLAYER_GOES_ON;
    return player_fail(p, (struct player_failure){.place = step->place,
                                                  .check = p->check,
                                                  .text = "no answer to the announcement of a "
                                                          "literal",
                                                  .wanted = "+ <text-line>, or the completion",
                                                  .got = s->is_ended ? "end of stream" : "nothing",
                                                  .log_line = wire_log_nlines(p->log)});
}

static enum player_status send_items(struct player *p, struct player_session *s,
                                     const struct script_step *step,
                                     const struct outgoing_list *list)
{
    for (size_t i = 0; i < list->nitems; i++) {
        const struct outgoing *item = &list->items[i];
        bool granted = true;
        enum player_status status = PLAYER_GOES_ON;
        switch (item->kind) {
        case OUTGOING_OCTETS:
            transmit(p, s, item->octets);
            break;
        case OUTGOING_PAUSE:
            wait_gap(p, item->pause_ms);
            break;
        case OUTGOING_CONTINUATION:
            status = await_continuation(p, s, step, &granted);
            break;
        }
        if (status != PLAYER_GOES_ON)
            return status;
        if (!granted) /* refused: nothing more of this command is sent (RFC 1176 p.21) */
            break;
    }
    return PLAYER_GOES_ON;
}

enum player_status player_send(struct player *p, struct player_session *s,
                               const struct script_step *step)
{
    struct outgoing_list list = {0};
    struct err err;
    if (s->carrier == NULL)
        return player_fail(p, (struct player_failure){.place = step->place,
                                                      .check = p->check,
                                                      .text = "the connection is not open"});
    p->ntrials = 0; /* what has been sent cannot be taken back */
    int built = step->as.wire.is_raw ? build_raw(p, s, &step->as.wire, &list, &err)
                                     : build_line(p, s, &step->as.wire.text, &list, &err);
    enum player_status status;
    if (built != 0)
        status =
            player_fail(p, (struct player_failure){.place = step->place,
                                                   .check = NULL,
                                                   .text = arena_text(p->arena, span_of(err.text)),
                                                   .is_harness = true});
    else
        status = send_items(p, s, step, &list);
    buffer_free(&list.octets);
    s->split = NULL;
    return status;
}

void player_send_command(struct player *p, struct player_session *s, const char *command)
{
    p->ntrials = 0;
    s->tags[0] = new_tag(p, s);
    transmit(p, s, span_of(arena_printf(p->arena, "%.*s %s\r\n", SPAN_ARG(s->tags[0]), command)));
}
