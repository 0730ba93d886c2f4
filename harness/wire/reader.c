#include "wire/wire.h"

#include <stdlib.h>
#include <string.h>

#include "wire/announcement.h"
#include "wire/flaw.h"

enum {
    READER_PIECE_NBYTES = 64 * 1024, /* so much is copied before what need not be kept goes */
    READER_MAX_LITERALS = 16 * 1024  /* in one unit; from there on nothing more of it is kept */
};

enum reader_state {
    READER_IN_LINE,
    READER_IN_LITERAL,
    READER_WAITING, /* for what the server answers to an announcement */
    READER_WHOLE    /* the unit is whole; what stands behind it is not looked at yet */
};

/*
 * `in` holds, one after the other: the octets of the current unit that are kept, a hole left by
 * those that are not (offsets kept..seen), and octets not looked at yet. Without a hole, which is
 * the rule, a unit is handed out where it was received.
 */
struct wire_reader {
    enum wire_direction direction;
    struct wire_limits limits;
    struct buffer in;
    enum reader_state state;
    bool has_ended;

    /* the current unit; reset by unit_begin() */
    size_t kept, seen;
    uint64_t nbytes; /* octets of it in the stream so far */
    bool is_given, is_broken, is_cut;
    enum wire_kind kind; /* once it is whole, */
    size_t tag_nbytes;   /* as well */
    struct wire_literal *literals;
    size_t nliterals, literals_capacity;
    struct flaws flaws;
    struct finding_list findings;
    struct arena arena; /* of the findings */

    /* the current line fragment; reset by line_begin() */
    size_t line_kept;     /* octets of it kept */
    uint64_t line_nbytes; /* octets of it in the stream so far */
    bool line_ends_in_cr;
    bool line_is_cut;
    struct announcement_tail line_tail; /* filled once the line is cut */

    uint64_t literal_left; /* octets of the current literal still to come */
    bool literal_is_kept;  /* literals[nliterals - 1] is the current one */
};

struct wire_reader *wire_reader_new(enum wire_direction direction, const struct wire_limits *limits)
{
    struct wire_reader *r = mem_alloc(sizeof *r);
    r->direction = direction;
    if (limits != NULL)
        r->limits = *limits;
    if (r->limits.line_nbytes == 0)
        r->limits.line_nbytes = (size_t)1024 * 1024;
    if (r->limits.literal_nbytes == 0)
        r->limits.literal_nbytes = (size_t)16 * 1024 * 1024;
    if (r->limits.unit_nbytes == 0)
        r->limits.unit_nbytes = (size_t)32 * 1024 * 1024;
    r->findings.arena = &r->arena;
    return r;
}

void wire_reader_free(struct wire_reader **reader)
{
    if (*reader == NULL)
        return;
    buffer_free(&(*reader)->in);
    arena_free(&(*reader)->arena);
    free((*reader)->literals);
    free(*reader);
    *reader = NULL;
}

void wire_reader_reset(struct wire_reader *r)
{
    struct wire_reader kept = {.direction = r->direction,
                               .limits = r->limits,
                               .in = r->in,
                               .literals = r->literals,
                               .literals_capacity = r->literals_capacity,
                               .arena = r->arena};
    buffer_clear(&kept.in);
    arena_reset(&kept.arena);
    *r = kept;
    r->findings.arena = &r->arena;
}

size_t wire_reader_memory(const struct wire_reader *r)
{
    return sizeof *r + r->in.capacity + r->literals_capacity * sizeof *r->literals;
}

static void line_begin(struct wire_reader *r)
{
    r->line_kept = 0;
    r->line_nbytes = 0;
    r->line_ends_in_cr = false;
    r->line_is_cut = false;
    r->line_tail.nbytes = 0;
    r->state = READER_IN_LINE;
}

/* Forgets the unit given out; what stands behind it becomes the next one. */
static void unit_begin(struct wire_reader *r)
{
    buffer_consume(&r->in, r->seen);
    r->kept = r->seen = 0;
    r->nbytes = 0;
    r->is_given = r->is_broken = r->is_cut = false;
    r->nliterals = 0;
    if (r->flaws.any) {
        r->flaws = (struct flaws){0};
        arena_reset(&r->arena);
        r->findings = (struct finding_list){.arena = &r->arena};
    }
    line_begin(r);
}

/* The unit so far holds nothing but the line that has just been looked at. */
static bool is_first_line(const struct wire_reader *r)
{
    return r->nbytes == r->line_nbytes;
}

static struct span unit_bytes(const struct wire_reader *r)
{
    return span_slice(buffer_span(&r->in), 0, r->kept);
}

static size_t unit_room(const struct wire_reader *r)
{
    return r->limits.unit_nbytes - r->kept;
}

/* Takes n octets into the unit, of which at most `room` (within unit_room()) are kept. */
static void take(struct wire_reader *r, size_t n, size_t room)
{
    size_t stay = n < room ? n : room;
    if (stay > 0 && r->kept != r->seen) {
        char *base = r->in.bytes + r->in.head;
        memmove(base + r->kept, base + r->seen, stay);
    }
    r->kept += stay;
    r->seen += n;
    r->nbytes += n;
    if (stay < n)
        r->is_cut = true;
}

static size_t line_room(const struct wire_reader *r)
{
    size_t room = r->limits.line_nbytes - r->line_kept;
    if (r->nliterals == READER_MAX_LITERALS)
        return 0;
    return room < unit_room(r) ? room : unit_room(r);
}

static struct span line_kept(const struct wire_reader *r)
{
    return span_slice(unit_bytes(r), r->kept - r->line_kept, SPAN_NPOS);
}

static void take_line_piece(struct wire_reader *r, struct span piece)
{
    size_t room = line_room(r), limit = r->limits.line_nbytes;
    if (piece.nbytes > room || r->line_is_cut) {
        if (!r->line_is_cut)
            announcement_tail_add(&r->line_tail, line_kept(r));
        announcement_tail_add(&r->line_tail, piece);
        r->line_is_cut = true;
    }
    if (r->line_nbytes <= limit && r->line_nbytes + piece.nbytes > limit)
        flaw_note(&r->flaws, FLAW_LONG_LINE, r->nbytes + limit - r->line_nbytes);
    r->line_nbytes += piece.nbytes;
    r->line_kept += piece.nbytes < room ? piece.nbytes : room;
    take(r, piece.nbytes, room);
}

/* Of a line that begins as lines of the server do: a tag all the same. A client says none other; of
 * the server it is one that is echoed. */
static bool is_marked_tag(const struct wire_reader *r, struct span word, struct span rest)
{
    if (word.nbytes < 2 || rest.nbytes == 0 || (word.data[0] != '*' && word.data[0] != '+'))
        return false;
    if (r->direction == WIRE_FROM_CLIENT)
        return word.data[0] == '*';
    struct span status = announcement_strip_line_end(span_slice(rest, 1, 5));
    status = span_cut(&status, ' ');
    return span_is_nocase(status, "OK") || span_is_nocase(status, "NO") ||
           span_is_nocase(status, "BAD");
}

/* *tag_nbytes_r: of the first word; 0 when there is none or it is none. */
static enum wire_kind kind_of(const struct wire_reader *r, struct span bytes, size_t *tag_nbytes_r)
{
    size_t end = 0;
    if (bytes.nbytes > 1 && bytes.data[1] == ' ' &&
        (bytes.data[0] == '*' || bytes.data[0] == '+')) {
        *tag_nbytes_r = 1;
        return bytes.data[0] == '*' ? WIRE_UNTAGGED : WIRE_CONTINUATION;
    }
    while (end < bytes.nbytes && bytes.data[end] != ' ' && bytes.data[end] != '\n')
        end++;
    struct span word = span_slice(bytes, 0, end);
    bool has_space = end < bytes.nbytes && bytes.data[end] == ' ';
    if (!has_space)
        word = announcement_strip_line_end(word);
    *tag_nbytes_r = word.nbytes;
    if (has_space && is_marked_tag(r, word, span_from(bytes, end)))
        return WIRE_TAGGED;
    bool is_shapeless =
        word.nbytes == 0 || (word.data[0] == '*' && (word.nbytes > 1 || !has_space));
    if (is_shapeless) {
        *tag_nbytes_r = 0;
        return WIRE_SHAPELESS;
    }
    if (word.data[0] == '+')
        return WIRE_CONTINUATION;
    return word.data[0] == '*' ? WIRE_UNTAGGED : WIRE_TAGGED;
}

static void unit_is_whole(struct wire_reader *r)
{
    r->state = READER_WHOLE;
    r->kind = kind_of(r, unit_bytes(r), &r->tag_nbytes);
}

static void unit_end(struct wire_reader *r, bool is_broken)
{
    r->is_broken = is_broken;
    unit_is_whole(r);
    if (r->kind == WIRE_SHAPELESS)
        flaw_note(&r->flaws, FLAW_NO_SHAPE, 0);
    if (r->kept == r->limits.unit_nbytes && r->nbytes > r->kept)
        flaw_note(&r->flaws, FLAW_LONG_UNIT, r->limits.unit_nbytes);
    else if (r->nliterals == READER_MAX_LITERALS && r->nbytes > r->kept)
        flaw_note(&r->flaws, FLAW_LONG_UNIT, r->kept);
    if (r->flaws.any)
        flaw_report(&r->flaws, r->direction, &r->findings);
}

static void literal_begin(struct wire_reader *r, uint64_t count)
{
    r->literal_is_kept = r->nliterals < READER_MAX_LITERALS;
    if (r->literal_is_kept) {
        r->literals =
            mem_grow(r->literals, &r->literals_capacity, r->nliterals + 1, sizeof *r->literals);
        r->literals[r->nliterals++] = (struct wire_literal){.at = r->kept, .count = count};
    }
    r->literal_left = count;
    bool is_absurd = count > INT64_MAX;
    if (is_absurd)
        flaw_note(&r->flaws, FLAW_ABSURD_COUNT, r->nbytes);
    r->state = r->direction == WIRE_FROM_CLIENT ? READER_WAITING : READER_IN_LITERAL;
    if (r->literal_is_kept)
        r->literals[r->nliterals - 1].is_bare = is_absurd || r->state == READER_WAITING;
    if (is_absurd && r->direction == WIRE_FROM_SERVER)
        unit_end(r, true);
    else if (count == 0 && r->state == READER_IN_LITERAL)
        line_begin(r);
}

static void line_end(struct wire_reader *r)
{
    struct span line =
        r->line_is_cut ? span_make(r->line_tail.bytes, r->line_tail.nbytes) : line_kept(r);
    line = announcement_strip_line_end(line);
    uint64_t count;
    size_t brace;
    bool announces = wire_announcement(line, &count, &brace);
    if (announces && r->direction == WIRE_FROM_SERVER && is_first_line(r))
        announces =
            !announcement_is_text_line(span_slice(unit_bytes(r), 0, ANNOUNCEMENT_HEAD_NBYTES));
    if (announces)
        literal_begin(r, count);
    else
        unit_end(r, false);
}

/* A unit of one line that is all there and has nothing that wants a closer look: most are. `feed`
 * is the offset of its LF. */
static bool is_plain_line(const struct wire_reader *r, struct span window, size_t feed)
{
    size_t nbytes = feed + 1;
    return r->nbytes == 0 && !r->flaws.any && nbytes <= r->limits.line_nbytes &&
           nbytes <= r->limits.unit_nbytes && feed > 1 && window.data[feed - 1] == '\r' &&
           window.data[feed - 2] != '}' && flaw_octets_are_plain(span_make(window.data, feed - 1));
}

static void take_plain_line(struct wire_reader *r, size_t nbytes)
{
    r->kept = r->seen = r->line_kept = nbytes;
    r->nbytes = r->line_nbytes = nbytes;
    unit_is_whole(r);
    if (r->kind == WIRE_SHAPELESS)
        unit_end(r, false);
}

/* Looks at what is left of the current line; unfinished lines are taken as far as they are there.
 */
static void read_line(struct wire_reader *r)
{
    struct span window = span_from(buffer_span(&r->in), r->seen);
    size_t feed = span_find_byte(window, '\n');
    if (feed != SPAN_NPOS && is_plain_line(r, window, feed)) {
        take_plain_line(r, feed + 1);
        return;
    }
    struct span text = span_slice(window, 0, feed);
    flaw_look_at(&r->flaws, text, r->nbytes, &r->line_ends_in_cr);
    if (feed == SPAN_NPOS) {
        take_line_piece(r, text);
        return;
    }
    if (!r->line_ends_in_cr)
        flaw_note(&r->flaws, FLAW_BARE_LF, r->nbytes + feed);
    take_line_piece(r, span_slice(window, 0, feed + 1));
    line_end(r);
}

static size_t literal_room(const struct wire_reader *r)
{
    if (!r->literal_is_kept)
        return 0;
    size_t room = r->limits.literal_nbytes - r->literals[r->nliterals - 1].kept;
    return room < unit_room(r) ? room : unit_room(r);
}

static void take_literal_piece(struct wire_reader *r, size_t n)
{
    size_t before = r->kept;
    take(r, n, literal_room(r));
    if (r->literal_is_kept)
        r->literals[r->nliterals - 1].kept += r->kept - before;
    r->literal_left -= n;
    if (r->literal_left == 0)
        line_begin(r);
}

static void read_literal(struct wire_reader *r)
{
    size_t there = r->in.nbytes - r->seen;
    take_literal_piece(r, there < r->literal_left ? there : (size_t)r->literal_left);
}

/* Looks at what has come until a unit is whole, the reader has to wait or there is no more. */
static void advance(struct wire_reader *r)
{
    while (r->seen < r->in.nbytes && (r->state == READER_IN_LINE || r->state == READER_IN_LITERAL))
        if (r->state == READER_IN_LINE)
            read_line(r);
        else
            read_literal(r);
    if (r->seen == r->in.nbytes && r->kept < r->seen) {
        buffer_truncate(&r->in, r->kept);
        r->seen = r->kept;
    }
}

/* Octets of a literal of which nothing more is kept are counted without being copied. */
static size_t skip_literal(struct wire_reader *r, size_t there)
{
    if (r->state != READER_IN_LITERAL || r->seen != r->in.nbytes)
        return 0;
    if (literal_room(r) > 0)
        return 0;
    size_t n = there < r->literal_left ? there : (size_t)r->literal_left;
    r->nbytes += n;
    r->is_cut = true;
    r->literal_left -= n;
    if (r->literal_left == 0)
        line_begin(r);
    return n;
}

void wire_reader_feed(struct wire_reader *r, struct span octets)
{
    ENSURE(!r->has_ended);
    if (r->is_given)
        unit_begin(r);
    while (octets.nbytes > 0) {
        size_t n = skip_literal(r, octets.nbytes);
        if (n == 0) {
            n = octets.nbytes < READER_PIECE_NBYTES ? octets.nbytes : READER_PIECE_NBYTES;
            buffer_append(&r->in, span_slice(octets, 0, n));
            advance(r);
        }
        octets = span_from(octets, n);
    }
}

void wire_reader_end(struct wire_reader *r)
{
    if (r->is_given)
        unit_begin(r);
    r->has_ended = true;
}

/* The stream has ended; what there is of a unit is the last one. */
static void end_inside_unit(struct wire_reader *r)
{
    if (r->state == READER_IN_LITERAL)
        flaw_note(&r->flaws, FLAW_ENDED_IN_LITERAL, r->nbytes);
    else if (r->state == READER_IN_LINE)
        flaw_note(&r->flaws, FLAW_ENDED_IN_LINE, r->nbytes);
    unit_end(r, true);
}

static void fill_unit(const struct wire_reader *r, struct wire_unit *unit)
{
    struct span bytes = unit_bytes(r);
    enum wire_kind kind = r->kind;
    size_t tag_nbytes = r->tag_nbytes;
    if (r->state != READER_WHOLE)
        kind = kind_of(r, bytes, &tag_nbytes);
    *unit = (struct wire_unit){.kind = kind,
                               .bytes = bytes,
                               .tag = span_make(tag_nbytes == 0 ? "" : bytes.data, tag_nbytes),
                               .literals = r->literals,
                               .nliterals = r->nliterals,
                               .findings = r->findings.items,
                               .nfindings = r->findings.nitems,
                               .is_complete = r->state == READER_WHOLE && !r->is_broken,
                               .is_cut = r->is_cut,
                               .nbytes = r->nbytes};
}

bool wire_reader_next(struct wire_reader *r, struct wire_unit *unit_r)
{
    if (r->is_given)
        unit_begin(r);
    if (r->state != READER_WHOLE && r->seen < r->in.nbytes)
        advance(r);
    if (r->has_ended && r->state != READER_WHOLE && wire_reader_is_inside_unit(r) &&
        (r->state != READER_WAITING || r->seen == r->in.nbytes))
        end_inside_unit(r);
    if (r->state != READER_WHOLE)
        return false;
    fill_unit(r, unit_r);
    r->is_given = true;
    return true;
}

bool wire_reader_is_waiting(const struct wire_reader *r, struct wire_unit *unit_r,
                            uint64_t *count_r)
{
    if (r->state != READER_WAITING)
        return false;
    fill_unit(r, unit_r);
    *count_r = r->literal_left;
    return true;
}

void wire_reader_literal_granted(struct wire_reader *r)
{
    ENSURE(r->state == READER_WAITING);
    if (r->literal_is_kept) {
        r->literals[r->nliterals - 1].early = r->in.nbytes - r->seen;
        r->literals[r->nliterals - 1].is_bare = false;
    }
    r->state = READER_IN_LITERAL;
    if (r->literal_left == 0)
        line_begin(r);
    advance(r);
}

void wire_reader_literal_refused(struct wire_reader *r)
{
    ENSURE(r->state == READER_WAITING);
    unit_end(r, true);
}

size_t wire_reader_pending(const struct wire_reader *r)
{
    return r->is_given || r->state == READER_WAITING ? r->in.nbytes - r->seen : r->in.nbytes;
}

struct span wire_reader_unfinished(const struct wire_reader *r)
{
    return r->state == READER_WHOLE ? (struct span){"", 0} : unit_bytes(r);
}

bool wire_reader_is_inside_unit(const struct wire_reader *r)
{
    return r->state != READER_WHOLE && r->nbytes > 0;
}
