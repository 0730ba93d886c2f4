#include "stream/octet.h"

/* How far the end of a line has come towards `{n}` CR LF. */
enum { NOTHING, OPEN, DIGITS, CLOSED, CLOSED_CR };

struct stream_splitter stream_splitter_of(struct span bytes)
{
    return (struct stream_splitter){.bytes = bytes, .session = 1};
}

static void announcement_octet(struct stream_place *place, char c)
{
    if (c == '{') {
        place->state = OPEN;
        place->count = 0;
    } else if (char_is_digit(c) && (place->state == OPEN || place->state == DIGITS)) {
        uint64_t digit = (uint64_t)(c - '0');
        bool is_beyond = place->count > (UINT64_MAX - digit) / 10;
        place->count = is_beyond ? UINT64_MAX : place->count * 10 + digit;
        place->state = DIGITS;
    } else if (c == '}' && place->state == DIGITS) {
        place->state = CLOSED;
    } else if (c == '\r' && place->state == CLOSED) {
        place->state = CLOSED_CR;
    } else {
        place->state = NOTHING;
    }
}

/* A piece of a line, without LF: only what its end has to do with an announcement is looked at. */
static void line_piece(struct stream_place *place, struct span piece)
{
    size_t at = piece.nbytes;
    if (at > 1 && piece.data[at - 1] == '\r' && piece.data[at - 2] != '}') { /* most lines */
        place->state = NOTHING;
        return;
    }
    while (at > 0) {
        char c = piece.data[at - 1];
        if (!char_is_digit(c) && c != '{' && c != '}' && c != '\r')
            break;
        at--;
    }
    if (at > 0)
        place->state = NOTHING;
    for (; at < piece.nbytes; at++)
        announcement_octet(place, piece.data[at]);
}

/* The LF of a line: true when the command ends with it. */
static bool line_end(struct stream_place *place, struct stream_unit *unit)
{
    bool is_announced = place->state == CLOSED || place->state == CLOSED_CR;
    place->state = NOTHING;
    if (is_announced) {
        place->literal = place->count >> 63 ? UINT64_MAX : place->count;
        unit->has_literal = true;
        return false;
    }
    place->is_inside = false;
    return true;
}

/* One octet of data, whatever it is. */
static bool data_octet(struct stream_place *place, struct stream_unit *unit, char octet)
{
    place->is_inside = true;
    if (place->literal > 0) {
        place->literal -= place->literal != UINT64_MAX;
        unit->has_literal = true;
        return false;
    }
    if (octet == '\n')
        return line_end(place, unit);
    line_piece(place, span_make(&octet, 1));
    return false;
}

/* Data from *at on, to the first control octet, or to the end of the command (then true). */
static bool data_run(struct span bytes, size_t *at, struct stream_place *place,
                     struct stream_unit *unit)
{
    size_t start = *at;
    size_t end = start;
    while ((end = stream_octet_find(bytes, end)) < bytes.nbytes &&
           !stream_octet_is_control(bytes.data[end])) {
        if (place->literal == 0 && bytes.data[end] == '\n')
            break;
        end++;
        if (place->literal != 0 && end - start >= place->literal)
            break;
        if (place->literal == 0 && end < bytes.nbytes && bytes.data[end] == '\n') /* of CR LF */
            break;
    }
    if (place->literal != 0) {
        uint64_t most = place->literal;
        if (end - start > most)
            end = start + (size_t)most;
        place->literal -= most == UINT64_MAX ? 0 : end - start;
        unit->has_literal = true;
        *at = end;
        place->is_inside = true;
        return false;
    }
    if (end > start) {
        line_piece(place, span_slice(bytes, start, end - start));
        place->is_inside = true;
    }
    *at = end;
    if (end == bytes.nbytes || bytes.data[end] != '\n')
        return false;
    ++*at;
    return line_end(place, unit);
}

/* Whether an event ends a command that has begun. */
static bool ends_data(enum stream_kind kind)
{
    return kind == STREAM_SESSION || kind == STREAM_HALFCLOSE || kind == STREAM_RECONNECT;
}

static void data_unit(struct stream_splitter *splitter, struct stream_unit *unit)
{
    struct span bytes = splitter->bytes;
    struct stream_place *place = &splitter->places[splitter->session - 1];
    unit->begins = !place->is_inside;
    unit->is_plain = true;
    size_t at = splitter->at;
    while (at < bytes.nbytes && !unit->ends) {
        struct stream_octet_meaning meaning = stream_octet_meaning(bytes.data[at]);
        if (meaning.octet_class == OCTET_DATA) {
            unit->ends = data_run(bytes, &at, place, unit);
            continue;
        }
        if (ends_data((enum stream_kind)meaning.kind))
            break;
        unit->is_plain = false;
        bool has_more = at + 1 < bytes.nbytes;
        if (meaning.octet_class == OCTET_ESCAPE && has_more)
            unit->ends = data_octet(place, unit, bytes.data[at + 1]);
        at += meaning.octet_class != OCTET_CONTROL && has_more ? 2 : 1;
    }
    splitter->at = at;
}

static void control_unit(struct stream_splitter *splitter, struct stream_unit *unit)
{
    struct stream_reader reader = {splitter->bytes, splitter->at, splitter->session};
    struct stream_event event;
    ENSURE(stream_reader_next(&reader, &event));
    unit->kind = event.kind;
    unit->argument = event.argument;
    unit->session = splitter->session = event.session;
    if (event.kind == STREAM_HALFCLOSE || event.kind == STREAM_RECONNECT)
        splitter->places[event.session - 1] = (struct stream_place){0};
    splitter->at = reader.at;
}

bool stream_splitter_next(struct stream_splitter *splitter, struct stream_unit *unit_r)
{
    struct span bytes = splitter->bytes;
    size_t start = splitter->at;
    if (start >= bytes.nbytes)
        return false;
    *unit_r = (struct stream_unit){.at = start, .session = splitter->session};
    struct stream_octet_meaning meaning = stream_octet_meaning(bytes.data[start]);
    enum stream_kind kind = (enum stream_kind)meaning.kind;
    bool is_inside = splitter->places[splitter->session - 1].is_inside;
    if (kind != STREAM_DATA && (!is_inside || ends_data(kind)))
        control_unit(splitter, unit_r);
    else
        data_unit(splitter, unit_r);
    unit_r->bytes = span_slice(bytes, start, splitter->at - start);
    return true;
}
