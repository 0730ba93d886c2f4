#include "mutator/inside.h"

#include <string.h>

/* Operators that leave the grammar by an octet or so, and the one that knows no grammar. */

enum { OCTETS_ROOM = 4096 };

static bool load(struct mutator *m)
{
    m->unit = units_data(m, m->units);
    if (m->unit == UINT32_MAX)
        return false;
    m->text = units_text(m->units, m->unit, m->text_room);
    return m->text.nbytes > 0;
}

/* A blank of the command, found from a random place on; SPAN_NPOS: there is none. */
static size_t find_blank(struct mutator *m)
{
    size_t from = below(m, (uint32_t)m->text.nbytes);
    size_t at = span_find_byte(span_from(m->text, from), ' ');
    if (at != SPAN_NPOS)
        return from + at;
    return span_find_byte(m->text, ' ');
}

static size_t line_end(const struct mutator *m)
{
    size_t end = m->text.nbytes;
    while (end > 0 && (m->text.data[end - 1] == '\n' || m->text.data[end - 1] == '\r'))
        end--;
    return end;
}

static bool replace_end(struct mutator *m, struct span with)
{
    size_t end = line_end(m);
    sink_edit(m, (uint32_t)end, (uint32_t)(m->text.nbytes - end), with);
    return end < m->text.nbytes;
}

static bool change_blank(struct mutator *m, struct span with)
{
    size_t at = find_blank(m);
    if (at == SPAN_NPOS)
        return false;
    sink_edit(m, (uint32_t)at, 1, with);
    return true;
}

static bool insert_octet(struct mutator *m, char octet)
{
    uint32_t at = below(m, (uint32_t)line_end(m) + 1);
    bool replaces = at < m->text.nbytes && below(m, 2) == 0;
    sink_edit(m, at, replaces, span_make(&octet, 1));
    return true;
}

/* Where a word begins; all words are equally likely, long or short. */
static uint32_t find_word(struct mutator *m, uint32_t *nbytes_r)
{
    uint32_t total = (uint32_t)m->text.nbytes;
    uint32_t at = 0;
    uint32_t count = 0;
    uint32_t chosen = UINT32_MAX;
    while (at < total) {
        uint32_t end = at;
        while (end < total && char_is_alpha(m->text.data[end]))
            end++;
        if (end > at && below(m, ++count) == 0) {
            chosen = at;
            *nbytes_r = end - at;
        }
        at = end + 1;
    }
    return chosen;
}

/* The other case: of a word or of one letter. */
static bool change_case(struct mutator *m)
{
    uint32_t count = 0;
    uint32_t from = find_word(m, &count);
    struct producer p = {.out = m->scratch, .capacity = sizeof m->scratch};
    if (from == UINT32_MAX)
        return false;
    if (below(m, 2) == 0) {
        from += below(m, count);
        count = 1;
    }
    for (uint32_t at = from; at < from + count; at++) {
        char c = m->text.data[at];
        char turned;
        if (char_is_lower(c))
            turned = char_upper(c);
        else
            turned = char_lower(c);
        produce_octets(&p, span_make(&turned, 1));
    }
    if (p.is_full)
        return false;
    sink_edit(m, from, count, span_make(p.out, p.nbytes));
    return true;
}

/* A letter becomes another one, comes twice, or is left out. */
static bool change_word(struct mutator *m)
{
    uint32_t nbytes = 0;
    uint32_t at = find_word(m, &nbytes);
    if (at == UINT32_MAX)
        return false;
    at += below(m, nbytes);
    char letters[2] = {m->text.data[at], (char)('a' + below(m, 26))};
    uint32_t kind = below(m, 4);
    if (kind == 0)
        letters[1] = letters[0];
    sink_edit(m, at, 1, kind < 2 ? span_make(letters, 2) : span_make(letters + 1, kind == 2));
    return true;
}

bool near_miss(struct mutator *m, unsigned which)
{
    if (!load(m))
        return false;
    switch ((enum near_kind)which) {
    case NEAR_EIGHT_BIT:
        return insert_octet(m, (char)(0x80 + below(m, 0x80)));
    case NEAR_NUL:
        return insert_octet(m, '\0');
    case NEAR_CR:
        return below(m, 2) == 0 ? replace_end(m, SPAN_LIT("\r")) : insert_octet(m, '\r');
    case NEAR_LF:
        return below(m, 2) == 0 ? replace_end(m, SPAN_LIT("\n")) : insert_octet(m, '\n');
    case NEAR_TAB:
        return change_blank(m, SPAN_LIT("\t"));
    case NEAR_DOUBLE_SPACE:
        return change_blank(m, SPAN_LIT("  "));
    case NEAR_TRAILING_SPACE:
        return replace_end(m, SPAN_LIT(" \r\n"));
    case NEAR_MISSING_SPACE:
        return change_blank(m, SPAN_LIT(""));
    case NEAR_CASE:
        return change_case(m);
    case NEAR_WORD:
        return change_word(m);
    }
    return false;
}

/* ---- octets ---- */

static size_t havoc(struct mutator *m, char *bytes, size_t nbytes, size_t max)
{
    for (uint32_t count = 1 + below(m, 4); count > 0; count--) {
        size_t at = nbytes > 0 ? below(m, (uint32_t)nbytes) : 0;
        uint32_t kind = below(m, 4);
        if (kind == 0 && nbytes < max) {
            memmove(bytes + at + 1, bytes + at, nbytes - at);
            bytes[at] = (char)below(m, 256);
            nbytes++;
        } else if (kind == 1 && nbytes > 1) {
            memmove(bytes + at, bytes + at + 1, nbytes - at - 1);
            nbytes--;
        } else if (kind == 2 && nbytes > 0) {
            bytes[at] = (char)(bytes[at] ^ (1 << below(m, 8)));
        } else if (nbytes > 0) {
            bytes[at] = (char)below(m, 256);
        }
    }
    return nbytes;
}

/* The unit as it stands in the stream, control octets and all, given to the engine's mutator. */
bool octets_change(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t unit = units_data(m, m->units);
    if (unit == UINT32_MAX || m->units->items[unit].nbytes > OCTETS_ROOM)
        return false;
    const struct unit *u = &m->units->items[unit];
    m->unit = unit;
    memcpy(m->scratch, m->units->stream.data + u->at, u->nbytes);
    size_t nbytes = m->hook != NULL ? m->hook(m->hook_context, m->scratch, u->nbytes,
                                              sizeof m->scratch, dice_next(&m->dice))
                                    : havoc(m, m->scratch, u->nbytes, sizeof m->scratch);
    sink_units(&m->sink, m->units, 0, unit);
    sink_raw(&m->sink, span_make(m->scratch, nbytes));
    sink_units(&m->sink, m->units, unit + 1, m->units->nitems);
    return true;
}
