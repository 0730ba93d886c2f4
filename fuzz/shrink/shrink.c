#include <stdlib.h>
#include <string.h>

#include "shrink/inside.h"

static void split(struct shrinker *s)
{
    struct stream_splitter splitter = stream_splitter_of(buffer_span(&s->best));
    struct stream_unit unit;
    s->nunits = 0;
    while (stream_splitter_next(&splitter, &unit)) {
        s->units = mem_grow(s->units, &s->units_capacity, s->nunits + 1, sizeof *s->units);
        s->units[s->nunits++] = unit;
    }
}

static void enter(struct shrinker *s, enum phase phase)
{
    s->phase = phase;
    s->cursor = 0;
    s->unit = 0;
    s->is_loaded = false;
    s->chunk = s->nunits / 2 > 0 ? s->nunits / 2 : 1;
    if (phase == PHASE_WORDS)
        s->chunk = SIZE_MAX; /* of each command: all its words */
}

struct shrinker *shrink_new(enum mutator_side side, struct span stream, size_t budget)
{
    struct shrinker *s = mem_alloc(sizeof *s);
    s->side = side;
    s->form = form_new(grammar_of_dialect(SPAN_LIT("imap2")));
    s->start = form_rule(s->form, side == MUTATOR_REQUESTS ? "request" : "server-unit");
    s->pools = pools_standard();
    s->budget = budget;
    s->tree = mem_alloc(sizeof *s->tree);
    s->other = mem_alloc(sizeof *s->other);
    buffer_append(&s->best, stream);
    split(s);
    s->statistics.units_before = s->nunits;
    enter(s, PHASE_SESSIONS);
    return s;
}

void shrink_free(struct shrinker **shrinker)
{
    struct shrinker *s = *shrinker;
    if (s == NULL)
        return;
    form_free(&s->form);
    buffer_free(&s->best);
    buffer_free(&s->candidate);
    buffer_free(&s->text);
    table_free(&s->asked);
    free(s->units);
    free(s->tree);
    free(s->other);
    free(s);
    *shrinker = NULL;
}

void shrink_keep_values(struct shrinker *s)
{
    s->keeps_values = true;
}

/* ---- candidates ---- */

void shrink_keep(struct shrinker *s, size_t from, size_t to)
{
    if (from >= to)
        return;
    size_t at = s->units[from].at;
    size_t end = s->units[to - 1].at + s->units[to - 1].bytes.nbytes;
    buffer_append(&s->candidate, span_slice(buffer_span(&s->best), at, end - at));
}

void shrink_replace(struct shrinker *s, size_t at, size_t nbytes, struct span with)
{
    struct span text = buffer_span(&s->text);
    struct stream_writer writer = stream_writer_to(&s->candidate);
    shrink_keep(s, 0, s->unit);
    stream_write_data(&writer, span_slice(text, 0, at));
    stream_write_data(&writer, with);
    stream_write_data(&writer, span_from(text, at + nbytes));
    shrink_keep(s, s->unit + 1, s->nunits);
}

void shrink_data(const struct stream_unit *unit, struct buffer *out)
{
    size_t nbytes = stream_data(unit->bytes, NULL, 0);
    buffer_clear(out);
    if (nbytes == 0)
        return;
    (void)stream_data(unit->bytes, buffer_reserve(out, nbytes), nbytes);
    buffer_advance(out, nbytes);
}

/* All that is said and done by one session. */
bool shrink_sessions(struct shrinker *s)
{
    if (s->cursor == STREAM_NSESSIONS)
        return false;
    unsigned session = STREAM_NSESSIONS - (unsigned)s->cursor++;
    for (size_t i = 0; i < s->nunits; i++)
        if (s->units[i].session != session)
            shrink_keep(s, i, i + 1);
    return true;
}

/* Runs of `chunk` units from the end on: what a session ends with matters least. */
bool shrink_units(struct shrinker *s)
{
    if (s->cursor >= s->nunits) {
        if (s->chunk <= 1)
            return false;
        s->chunk /= 2;
        s->cursor = 0;
    }
    size_t to = s->nunits - s->cursor;
    size_t from = to > s->chunk ? to - s->chunk : 0;
    s->cursor += s->chunk;
    shrink_keep(s, 0, from);
    shrink_keep(s, to, s->nunits);
    return true;
}

bool shrink_events(struct shrinker *s)
{
    while (s->cursor < s->nunits) {
        size_t index = s->cursor++;
        const struct stream_unit *unit = &s->units[index];
        if (unit->kind != STREAM_DATA || unit->is_plain)
            continue;
        shrink_data(unit, &s->text);
        shrink_keep(s, 0, index);
        struct stream_writer writer = stream_writer_to(&s->candidate);
        stream_write_data(&writer, buffer_span(&s->text));
        shrink_keep(s, index + 1, s->nunits);
        return true;
    }
    return false;
}

static bool propose(struct shrinker *s)
{
    buffer_clear(&s->candidate);
    switch (s->phase) {
    case PHASE_SESSIONS:
        return shrink_sessions(s);
    case PHASE_UNITS:
        return shrink_units(s);
    case PHASE_EVENTS:
        return shrink_events(s);
    case PHASE_LISTS:
    case PHASE_NODES:
    case PHASE_VALUES:
        return shrink_trees(s);
    case PHASE_WORDS:
        return shrink_words(s);
    case PHASE_NPHASES:
        break;
    }
    return false;
}

/* ---- rounds ---- */

static void next_phase(struct shrinker *s)
{
    enum phase last = s->keeps_values ? PHASE_NODES : PHASE_WORDS;
    if (s->phase < last) {
        enter(s, (enum phase)(s->phase + 1));
        return;
    }
    s->is_done = !s->has_changed;
    s->statistics.is_minimal = s->is_done;
    s->has_changed = false;
    enter(s, PHASE_SESSIONS);
}

static struct span key_of(struct span candidate, uint64_t *hash)
{
    *hash = rng_hash(candidate) ^ candidate.nbytes * 0x9e3779b97f4a7c15u;
    return span_make((const char *)hash, sizeof *hash);
}

static bool is_asked(struct shrinker *s)
{
    uint64_t hash = 0;
    struct span candidate = buffer_span(&s->candidate);
    return span_equal(candidate, buffer_span(&s->best)) ||
           table_get(&s->asked, key_of(candidate, &hash)) != NULL;
}

bool shrink_next(struct shrinker *s, struct span *candidate_r)
{
    while (!s->is_done) {
        if (s->budget > 0 && s->statistics.asked >= s->budget)
            break;
        if (!propose(s)) {
            next_phase(s);
            continue;
        }
        if (is_asked(s))
            continue;
        s->statistics.asked++;
        *candidate_r = buffer_span(&s->candidate);
        return true;
    }
    s->is_done = true;
    return false;
}

void shrink_answer(struct shrinker *s, bool is_same)
{
    uint64_t hash = 0;
    if (!is_same) {
        (void)table_put(&s->asked, key_of(buffer_span(&s->candidate), &hash), s);
        return;
    }
    struct buffer old = s->best;
    s->best = s->candidate;
    s->candidate = old;
    s->has_changed = true;
    s->statistics.accepted++;
    size_t nunits = s->nunits;
    split(s);
    s->is_loaded = false;
    /* What stood at the cursor is gone: the next of its kind stands there now. */
    if (s->phase == PHASE_WORDS || (s->phase == PHASE_UNITS && nunits > s->nunits))
        s->cursor -= s->cursor >= s->chunk ? s->chunk : s->cursor;
    else if (s->phase == PHASE_LISTS)
        s->cursor--;
}

struct span shrink_result(const struct shrinker *s)
{
    return buffer_span(&s->best);
}

struct shrink_statistics shrink_statistics(const struct shrinker *s)
{
    struct shrink_statistics statistics = s->statistics;
    statistics.units_after = s->nunits;
    return statistics;
}

struct shrink_statistics shrink_run(enum mutator_side side, struct span stream, size_t budget,
                                    bool (*is_same)(void *context, struct span candidate),
                                    void *context, struct buffer *out)
{
    struct shrinker *s = shrink_new(side, stream, budget);
    struct span candidate;
    while (shrink_next(s, &candidate))
        shrink_answer(s, is_same(context, candidate));
    struct shrink_statistics statistics = shrink_statistics(s);
    buffer_clear(out);
    buffer_append(out, shrink_result(s));
    shrink_free(&s);
    return statistics;
}
