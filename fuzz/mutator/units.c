#include <string.h>

#include "mutator/inside.h"

void units_split(struct units *units, struct span stream)
{
    struct stream_splitter splitter = stream_splitter_of(stream);
    struct stream_unit unit;
    units->stream = stream;
    units->nitems = 0;
    while (units->nitems < UNITS_MOST - 1 && stream_splitter_next(&splitter, &unit)) {
        struct unit *u = &units->items[units->nitems++];
        u->at = (uint32_t)unit.at;
        u->nbytes = (uint32_t)unit.bytes.nbytes;
        u->kind = (uint8_t)unit.kind;
        u->session = (uint8_t)unit.session;
        u->begins = unit.kind == STREAM_DATA && unit.begins;
        u->ends = unit.kind == STREAM_DATA && unit.ends;
        u->is_plain = unit.kind == STREAM_DATA && unit.is_plain;
    }
    const struct unit *last = units->nitems > 0 ? &units->items[units->nitems - 1] : NULL;
    uint32_t end = last == NULL ? 0 : last->at + last->nbytes;
    if (end < stream.nbytes)
        units->items[units->nitems++] = (struct unit){.at = end,
                                                      .nbytes = (uint32_t)(stream.nbytes - end),
                                                      .kind = STREAM_DATA,
                                                      .session = last == NULL ? 1 : last->session};
}

unsigned units_session(const struct units *units, uint32_t unit)
{
    return unit == 0 ? 1 : units->items[unit - 1].session;
}

uint32_t units_place(struct mutator *m, const struct units *units)
{
    uint32_t place = 0;
    for (int tries = 0; tries < 4; tries++) {
        place = below(m, units->nitems + 1);
        bool is_inside = place < units->nitems && units->items[place].kind == STREAM_DATA &&
                         !units->items[place].begins;
        if (!is_inside)
            break;
    }
    return place;
}

static bool is_usable(const struct unit *u)
{
    return u->kind == STREAM_DATA && u->nbytes <= PARSE_MOST_NBYTES;
}

uint32_t units_data(struct mutator *m, const struct units *units)
{
    uint32_t found = UINT32_MAX;
    for (int tries = 0; tries < 8 && units->nitems > 0; tries++) {
        uint32_t unit = below(m, units->nitems);
        const struct unit *u = &units->items[unit];
        if (!is_usable(u))
            continue;
        found = unit;
        if (u->begins && u->ends)
            break;
    }
    for (uint32_t i = 0; i < units->nitems && found == UINT32_MAX; i++)
        if (is_usable(&units->items[i]))
            found = i;
    return found;
}

struct span units_text(const struct units *units, uint32_t unit, char *room)
{
    const struct unit *u = &units->items[unit];
    struct span bytes = span_make(units->stream.data + u->at, u->nbytes);
    if (u->is_plain)
        return bytes;
    size_t count = stream_data(bytes, room, PARSE_MOST_NBYTES);
    return span_make(room, count < PARSE_MOST_NBYTES ? count : PARSE_MOST_NBYTES);
}

const struct units *units_donor(struct mutator *m)
{
    if (m->ndonors == 0 || below(m, 4) == 0)
        return m->units;
    return &m->donors[below(m, m->ndonors)].units;
}

/* ---- what sessions have come to ---- */

static void note_event(struct mutator *m, const struct unit *u)
{
    struct scene *scene = &m->scenes[u->session - 1];
    switch ((enum stream_kind)u->kind) {
    case STREAM_RECONNECT:
        scene->state = SCENE_NEW;
        scene->mailbox_nbytes = 0;
        break;
    case STREAM_HALFCLOSE:
        scene->state = SCENE_OVER;
        break;
    case STREAM_DELIVER:
        scene->old = scene->exists;
        scene->exists++;
        break;
    case STREAM_DATA:
    case STREAM_SESSION:
    case STREAM_SEGMENT:
    case STREAM_CLOCK:
    case STREAM_FAULT:
    case STREAM_BARRIER:
        break;
    }
}

void units_walk(struct mutator *m, uint32_t upto)
{
    for (size_t i = 0; i < STREAM_NSESSIONS; i++)
        m->scenes[i] = (struct scene){.pools = &m->pools,
                                      .exists = POOL_EXISTS_GUESS,
                                      .old = POOL_EXISTS_GUESS,
                                      .is_server = m->side == MUTATOR_RESPONSES};
    for (uint32_t i = 0; i < upto; i++) {
        const struct unit *u = &m->units->items[i];
        if (u->kind != STREAM_DATA)
            note_event(m, u);
        else if (u->begins)
            command_effect(m, &m->scenes[u->session - 1],
                           span_make(m->units->stream.data + u->at, u->nbytes));
    }
}
