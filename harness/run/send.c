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
    bool is_raw;          /* written as it stands */
    bool waits_of_ours;   /* its literals are not the scenario's, but of vary */
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

static struct span new_tag(struct player *p, struct player_session *s)
{
    struct vary plain = {.arena = p->arena};
    s->ntags++;
    return vary_tag(s->split == NULL ? &p->vary : &plain, (size_t)(s - p->sessions), s->ntags);
}

/* The tag of a line about to be sent: made for `@`, else the line's first word as it stands. */
static void choose_tag(struct player *p, struct player_session *s, const struct script_text *text)
{
    if (text->npieces == 0 || p->is_server) /* the tags are the client's */
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

/* A text line while it is put together: octets, what of them keeps its form, and where `+` is
 * waited for. */
struct line {
    struct buffer octets;
    struct vary_range *kept;
    size_t nkept, kept_capacity;
    size_t *waits;
    size_t nwaits, waits_capacity;
    bool has_literal;
};

static void add_wait(struct player *p, struct line *line, size_t at)
{
    line->waits = arena_grow(p->arena, line->waits, &line->waits_capacity, line->nwaits + 1,
                             sizeof *line->waits);
    line->waits[line->nwaits++] = at;
}

static void add_kept(struct player *p, struct line *line, size_t at)
{
    line->kept =
        arena_grow(p->arena, line->kept, &line->kept_capacity, line->nkept + 1, sizeof *line->kept);
    line->kept[line->nkept++] = (struct vary_range){at, line->octets.nbytes};
}

static void add_literal(struct player *p, struct line *line, const struct script_piece *piece,
                        struct span content)
{
    uint64_t count = piece->has_count ? piece->count : content.nbytes;
    buffer_printf(&line->octets, "{%llu%s}\r\n", (unsigned long long)count,
                  piece->sync == LITERAL_PLUS ? "+" : "");
    if (piece->sync == LITERAL_WAITS && !p->is_server)
        add_wait(p, line, line->octets.nbytes);
    buffer_append(&line->octets, content);
    line->has_literal = true;
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

static int add_octets(struct player *p, const struct resolve_scope *scope,
                      const struct script_piece *piece, struct line *line, struct err *err)
{
    struct span content;
    if (piece->kind == PIECE_WORD || piece->kind == PIECE_SPACE) {
        buffer_append(&line->octets, piece->kind == PIECE_WORD ? piece->text : SPAN_LIT(" "));
        return 0;
    }
    if (piece->kind == PIECE_TYPE)
        return add_type(p, piece, &line->octets, err);
    if (piece->kind == PIECE_BARE)
        return add_bare(scope, piece, &line->octets, err);
    if (piece->kind != PIECE_QUOTED && piece->kind != PIECE_LITERAL)
        return resolve_piece(scope, piece, &line->octets, err);
    if (resolve_content(scope, piece, &content, err) != 0)
        return -1;
    if (piece->kind == PIECE_QUOTED)
        buffer_printf(&line->octets, "\"%.*s\"", SPAN_ARG(content));
    else
        add_literal(p, line, piece, content);
    return 0;
}

/* Values of axes, generated values and octets given by number are sent in the form they have. */
static int add_piece(struct player *p, const struct resolve_scope *scope,
                     const struct script_piece *piece, struct line *line, struct err *err)
{
    size_t at = line->octets.nbytes;
    if (add_octets(p, scope, piece, line, err) != 0)
        return -1;
    if (piece->keeps_form || piece->kind == PIECE_TYPE || piece->kind == PIECE_BYTES)
        add_kept(p, line, at);
    return 0;
}

/* Cuts a line where it waits. */
static void add_line(struct player *p, const struct vary_line *line, struct outgoing_list *list)
{
    size_t from = 0;
    for (size_t i = 0; i <= line->nwaits; i++) {
        size_t to = i < line->nwaits ? line->waits[i] : line->octets.nbytes;
        add_item(p, list,
                 (struct outgoing){.kind = OUTGOING_OCTETS,
                                   .octets = span_slice(line->octets, from, to - from)});
        if (i < line->nwaits)
            add_item(p, list, (struct outgoing){.kind = OUTGOING_CONTINUATION});
        from = to;
    }
}

/* Puts the line in other words where that is lawful and no point of the scenario's: not behind a
 * `split`, which names places in it, nor inside a command that is under way. */
static void vary(struct player *p, struct player_session *s, struct vary_line *line)
{
    if (!p->is_server && s->split == NULL && !wire_reader_is_inside_unit(s->from_client))
        vary_line(&p->vary, line);
}

static int build_line(struct player *p, struct player_session *s, const struct script_text *text,
                      struct outgoing_list *list, struct err *err)
{
    struct line line = {.octets = p->room->line};
    int status = 0;
    buffer_clear(&line.octets);
    choose_tag(p, s, text);
    if (p->vary.what != 0) /* it asks what is outstanding */
        player_catch_up(p);
    struct resolve_scope scope = player_scope(p, s, NULL);
    for (size_t i = 0; i < text->npieces && status == 0; i++)
        status = add_piece(p, &scope, &text->pieces[i], &line, err);
    buffer_append_text(&line.octets, "\r\n");
    struct vary_line said = {.octets = arena_copy(p->arena, buffer_span(&line.octets)),
                             .kept = line.kept,
                             .nkept = line.nkept,
                             .waits = line.waits,
                             .nwaits = line.nwaits,
                             .has_literal = line.has_literal,
                             /* a wait would end the overlapping of commands */
                             .may_wait = model_session_noutstanding(s->model) == 0};
    p->room->line = line.octets;
    if (status == 0) {
        vary(p, s, &said);
        said.octets = letters_change(s->letters, said.octets, p->arena);
        add_line(p, &said, list);
        list->waits_of_ours = !said.has_literal;
    }
    return status;
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
    struct span tags[RESOLVE_TAGS]; /* as they were before this line */
    memcpy(tags, s->tags, sizeof tags);
    scope.tags = tags;
    list->is_raw = true;
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
        if (i == 0 && !is_inside && !p->is_server)
            note_raw_tag(p, s, octets);
        for (uint64_t n = 0; n < item->times; n++)
            buffer_append(&list->octets, octets);
    }
    flush_octets(p, list);
    return 0;
}

/* ---- sending ---- */

static void log_sent(struct player *p, struct player_session *s, char who, struct span octets)
{
    size_t before = wire_log_nlines(p->log);
    player_log_octets(p, s, who, octets);
    player_show(p, s, who, octets);
    bool begins = wire_log_nlines(p->log) > before; /* else it goes on with an open line */
    if (s->sent_line == 0)
        s->sent_line = begins ? before + 1 : before;
}

/* Tells log, framing and model what the harness is about to say as a server; and who waits for it.
 */
static void announce_response(struct player *p, struct player_session *s, struct span octets)
{
    struct finding_list of_ours = {.arena = p->arena}; /* a script may say what is wrong */
    struct wire_unit unit;
    log_sent(p, s, 'S', octets);
    s->has_spoken = true;
    model_session_server_octets(s->model, octets.nbytes);
    wire_reader_feed(s->from_server, octets);
    while (wire_reader_next(s->from_server, &unit)) {
        player_note_view(p, s, &unit);
        player_hear_server(p, s, &unit, &of_ours);
        bool answers = player_answer_announcement(s, &unit);
        if (!s->is_of_model)
            model_server_follow(p, s, &unit);
        if (answers)
            player_take_units(p, s);
    }
}

/* Tells framing and model what goes out, all of it with the first octets: a server may answer a
 * command as soon as it knows enough, before the last of it has arrived (RFC 1176 p.21). */
static void announce(struct player *p, struct player_session *s, struct span octets)
{
    if (player_say_later(p, s, octets)) {
        player_catch_up_with_many(p);
        return;
    }
    player_catch_up(p);
    wire_reader_feed(s->from_client, octets);
    struct wire_unit unit;
    uint64_t count;
    while (wire_reader_next(s->from_client, &unit)) {
        player_note_command(p, s, unit.bytes);
        player_hear_client(p, s, &unit);
    }
    if (wire_reader_is_waiting(s->from_client, &unit, &count))
        player_note_command(p, s, unit.bytes);
    player_hear_unfinished(p, s);
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
static size_t next_cut(const struct player_session *s, struct span octets, size_t sent,
                       size_t *offset)
{
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

static void transmit(struct player *p, struct player_session *s, struct span octets, bool is_raw)
{
    size_t sent = 0;
    size_t offset = 0;
    enum vary_writes how =
        s->split != NULL || is_raw ? VARY_AT_ONCE : vary_writes(&p->vary, octets.nbytes);
    int64_t gap_ms = s->split == NULL ? 0 : s->split->as.split.gap_ms;
    struct span all = octets;
    while (octets.nbytes > 0) {
        size_t nbytes = s->split == NULL ? vary_next_write(&p->vary, how, octets.nbytes)
                                         : next_cut(s, octets, sent, &offset);
        struct span part = span_slice(octets, 0, nbytes);
        if (p->is_server) {
            (void)player_wait(p, 0); /* what the client has sent by now it sent without knowing */
            announce_response(p, s, part);
        }
        carrier_send(s->carrier, part);
        if (!p->is_server && sent == 0) {
            log_sent(p, s, 'C', all);
            announce(p, s, all);
        }
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

/* With a literal that the scenario does not know of, the end of the connection is left to the step
 * that follows, as it would be without. */
static enum player_status await_continuation(struct player *p, struct player_session *s,
                                             const struct script_step *step, bool is_of_ours,
                                             bool *granted_r)
{
    int64_t deadline = player_deadline_us(p, step);
    struct player_unit *answer;
    while ((answer = find_answer(s)) == NULL && !s->is_ended)
        if (!player_wait(p, deadline))
            break;
    *granted_r = answer != NULL && answer->unit.kind == WIRE_CONTINUATION;
    if (*granted_r) {
        player_match(p, step, answer->log_line);
        player_consume(p, s, answer);
    }
    if (answer != NULL || (s->is_ended && is_of_ours))
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
            s->sent_line = 0;
            transmit(p, s, item->octets, list->is_raw);
            player_match(p, step, s->sent_line);
            break;
        case OUTGOING_PAUSE:
            wait_gap(p, item->pause_ms);
            break;
        case OUTGOING_CONTINUATION:
            status = await_continuation(p, s, step, list->waits_of_ours, &granted);
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
    struct outgoing few[3];
    struct outgoing_list list = {.items = few, .capacity = sizeof few / sizeof few[0]};
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
    s->split = s->split_always;
    return status;
}

void player_say(struct player *p, struct player_session *s, struct span octets)
{
    s->is_of_model = true;
    transmit(p, s, letters_change(s->letters, octets, p->arena), false);
    s->is_of_model = false;
    s->split = s->split_always;
}

void player_send_command(struct player *p, struct player_session *s, const char *command)
{
    p->ntrials = 0;
    s->tags[0] = new_tag(p, s);
    const char *text = arena_printf(p->arena, "%.*s %s\r\n", SPAN_ARG(s->tags[0]), command);
    struct vary_line line = {.octets = span_of(text)};
    vary(p, s, &line);
    transmit(p, s, line.octets, false);
}
