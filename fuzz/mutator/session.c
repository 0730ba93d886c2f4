#include "mutator/inside.h"

/* Operators on whole commands of sessions. */

static void write_rest(struct mutator *m, uint32_t from)
{
    sink_units(&m->sink, m->units, from, m->units->nitems);
}

static void write_head(struct mutator *m, uint32_t to)
{
    m->unit = to;
    sink_units(&m->sink, m->units, 0, to);
}

/* A run of units that begins at a random one; *to_r is behind its last. */
static bool choose_run(struct mutator *m, const struct units *units, uint32_t most,
                       uint32_t *from_r, uint32_t *to_r)
{
    if (units->nitems == 0)
        return false;
    uint32_t from = below(m, units->nitems);
    uint32_t room = units->nitems - from;
    *from_r = from;
    *to_r = from + 1 + below(m, room < most ? room : most);
    return true;
}

/* Writes a run in a place where `session` is current and stays so behind it. */
static void write_run(struct mutator *m, const struct units *units, uint32_t from, uint32_t to,
                      unsigned session)
{
    unsigned begins_in = units_session(units, from);
    unsigned ends_in = units_session(units, to);
    if (begins_in != session)
        sink_session(&m->sink, begins_in);
    sink_units(&m->sink, units, from, to);
    if (ends_in != session)
        sink_session(&m->sink, session);
}

/* The session that is to speak: mostly the one that is current, sometimes one that has selected a
 * mailbox, seldom any. */
static unsigned choose_session(struct mutator *m, unsigned here)
{
    uint32_t kind = below(m, 16);
    uint32_t first = below(m, STREAM_NSESSIONS);
    for (uint32_t i = 0; i < STREAM_NSESSIONS && kind < 5; i++) {
        uint32_t session = (first + i) % STREAM_NSESSIONS;
        if (m->scenes[session].state == SCENE_SELECTED)
            return session + 1;
    }
    return kind == 5 ? first + 1 : here;
}

bool session_insert(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t place = units_place(m, m->units);
    unsigned here = units_session(m->units, place);
    units_walk(m, place);
    unsigned session = choose_session(m, here);
    write_head(m, place);
    if (session != here)
        sink_session(&m->sink, session);
    if (m->scenes[session - 1].state == SCENE_NEW && below(m, 2) == 0)
        command_prefix(m, session);
    for (uint32_t count = 1 + below(m, 4); count > 0; count--)
        command_fresh(m, session);
    if (session != here)
        sink_session(&m->sink, here);
    write_rest(m, place);
    return true;
}

bool session_delete(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t from = 0;
    uint32_t to = 0;
    uint32_t most = below(m, 4) == 0 ? m->units->nitems / 2 + 1 : 4;
    if (!choose_run(m, m->units, most, &from, &to) || to - from == m->units->nitems)
        return false;
    write_head(m, from);
    write_rest(m, to);
    return true;
}

bool session_duplicate(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t from = 0;
    uint32_t to = 0;
    uint32_t place = units_place(m, m->units);
    if (!choose_run(m, m->units, 3, &from, &to))
        return false;
    write_head(m, place);
    write_run(m, m->units, from, to, units_session(m->units, place));
    write_rest(m, place);
    return true;
}

bool session_swap(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t a = units_data(m, m->units);
    uint32_t b = units_data(m, m->units);
    if (a == UINT32_MAX || b == UINT32_MAX || a == b)
        return false;
    uint32_t first = a < b ? a : b;
    uint32_t second = a < b ? b : a;
    write_head(m, first);
    sink_units(&m->sink, m->units, second, second + 1);
    sink_units(&m->sink, m->units, first + 1, second);
    sink_units(&m->sink, m->units, first, first + 1);
    write_rest(m, second + 1);
    return true;
}

bool session_replace(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t unit = units_data(m, m->units);
    if (unit == UINT32_MAX)
        return false;
    units_walk(m, unit);
    write_head(m, unit);
    command_fresh(m, m->units->items[unit].session);
    write_rest(m, unit + 1);
    return true;
}

bool session_splice(struct mutator *m, unsigned which)
{
    (void)which;
    const struct units *donor = units_donor(m);
    uint32_t place = units_place(m, m->units);
    uint32_t from = units_place(m, donor);
    if (from == donor->nitems)
        return false;
    write_head(m, place);
    if (units_session(m->units, place) != units_session(donor, from))
        sink_session(&m->sink, units_session(donor, from));
    sink_units(&m->sink, donor, from, donor->nitems);
    return true;
}

bool session_move(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t from = units_data(m, m->units);
    if (from == UINT32_MAX)
        return false;
    unsigned here = m->units->items[from].session;
    uint32_t room = m->units->nitems - from;
    uint32_t to = from + 1 + below(m, room < 4 ? room : 4);
    if (units_session(m->units, to) != here)
        to = from + 1;
    write_head(m, from);
    sink_session(&m->sink, other_session(m, here));
    sink_units(&m->sink, m->units, from, to);
    sink_session(&m->sink, here);
    write_rest(m, to);
    return true;
}

bool session_prefix(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t place = below(m, 2) == 0 ? 0 : units_place(m, m->units);
    unsigned here = units_session(m->units, place);
    unsigned session = below(m, 4) == 0 ? 1 + below(m, STREAM_NSESSIONS) : here;
    units_walk(m, place);
    write_head(m, place);
    if (session != here)
        sink_session(&m->sink, session);
    command_prefix(m, session);
    if (session != here)
        sink_session(&m->sink, here);
    write_rest(m, place);
    return true;
}

/* Another session speaks inside a command. */
bool session_interleave(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t unit = units_data(m, m->units);
    if (unit == UINT32_MAX || m->units->items[unit].nbytes < 2)
        return false;
    const struct unit *u = &m->units->items[unit];
    struct span bytes = span_slice(m->units->stream, u->at, u->nbytes);
    size_t cut = 1 + below(m, u->nbytes - 1);
    unsigned other = other_session(m, u->session);
    units_walk(m, unit);
    write_head(m, unit);
    cut -= bytes.data[cut - 1] == STREAM_OCTET_ESCAPE;
    sink_raw(&m->sink, span_slice(bytes, 0, cut));
    sink_session(&m->sink, other);
    for (uint32_t count = below(m, 3); count > 0; count--)
        command_fresh(m, other);
    command_fresh(m, other);
    sink_session(&m->sink, u->session);
    sink_raw(&m->sink, span_from(bytes, cut));
    write_rest(m, unit + 1);
    return true;
}

bool session_repeat(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t unit = units_data(m, m->units);
    if (unit == UINT32_MAX)
        return false;
    write_head(m, unit);
    for (uint32_t count = 2 + below(m, below(m, 8) == 0 ? 64 : 8); count > 0; count--)
        sink_units(&m->sink, m->units, unit, unit + 1);
    write_rest(m, unit + 1);
    return true;
}

bool session_probe(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t place = below(m, 2) == 0 ? m->units->nitems : units_place(m, m->units);
    unsigned here = units_session(m->units, place);
    units_walk(m, place);
    write_head(m, place);
    command_probe(m, here);
    write_rest(m, place);
    return true;
}

/* ---- events ---- */

static const struct {
    enum stream_kind kind;
    uint8_t weight;
} events[] = {
    {STREAM_SEGMENT, 5}, {STREAM_DELIVER, 4},   {STREAM_CLOCK, 2},   {STREAM_BARRIER, 3},
    {STREAM_FAULT, 1},   {STREAM_RECONNECT, 2}, {STREAM_SESSION, 3}, {STREAM_HALFCLOSE, 1},
};

static void write_event(struct mutator *m)
{
    uint32_t pick = below(m, 21);
    size_t i = 0;
    while (pick >= events[i].weight)
        pick -= events[i++].weight;
    if (events[i].kind == STREAM_SESSION)
        sink_session(&m->sink, 1 + below(m, STREAM_NSESSIONS));
    else if (events[i].kind == STREAM_DELIVER)
        event_deliver(m);
    else
        sink_control(&m->sink, events[i].kind, below(m, 256));
}

bool session_event(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t place = units_place(m, m->units);
    bool is_inside =
        place < m->units->nitems && m->units->items[place].kind == STREAM_DATA && below(m, 4) == 0;
    write_head(m, place);
    if (!is_inside) {
        bool replaces = place < m->units->nitems && m->units->items[place].kind != STREAM_DATA &&
                        below(m, 2) == 0;
        write_event(m);
        write_rest(m, place + replaces);
        return true;
    }
    const struct unit *u = &m->units->items[place];
    struct span bytes = span_slice(m->units->stream, u->at, u->nbytes);
    size_t cut = below(m, u->nbytes);
    cut -= cut > 0 && bytes.data[cut - 1] == STREAM_OCTET_ESCAPE;
    sink_raw(&m->sink, span_slice(bytes, 0, cut));
    write_event(m);
    sink_raw(&m->sink, span_from(bytes, cut));
    write_rest(m, place + 1);
    return true;
}
