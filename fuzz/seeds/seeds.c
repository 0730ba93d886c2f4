#include "seeds/seeds.h"

#include "seeds/path.h"
#include "seeds/rfc.h"
#include "stream/stream.h"

enum {
    SESSION_COMMANDS = 16, /* derivations in one file */
    MOST_BELOW = 64,
    ROOM_NBYTES = 4096,
    GENERATED_NBYTES = 8192, /* a session made up, at most: some grow by chance */
    NLONG = 8,
    NSEVERAL = 8
};

/* ---- derivations ---- */

struct derivations {
    struct seeds_sentences *sentences;
    struct table known;
    struct path_maker maker;
};

/* Tags would make all of them different: what they say behind the first blank counts. */
static void take(struct derivations *d, struct path_place first, struct path_place second)
{
    char room[ROOM_NBYTES];
    unsigned number = (unsigned)(3 + d->sentences->nitems % SESSION_COMMANDS);
    struct span made = path_derive(&d->maker, first, second, number, room, sizeof room);
    size_t blank = span_find_byte(made, ' ');
    bool has_tag = made.nbytes > 1 && made.data[0] == 'a' && char_is_digit(made.data[1]);
    struct span key = has_tag && blank != SPAN_NPOS ? span_from(made, blank) : made;
    if (table_get(&d->known, key) != NULL)
        return;
    (void)table_put(&d->known, key, d);
    struct seeds_sentences *list = d->sentences;
    list->items = arena_grow(&list->arena, list->items, &list->capacity, list->nitems + 1,
                             sizeof *list->items);
    list->items[list->nitems++] = arena_copy(&list->arena, made);
}

static void take_pairs(struct derivations *d, struct path_place first)
{
    const struct form *form = d->maker.form;
    unsigned below[MOST_BELOW];
    size_t count = path_below(&d->maker, first, below, MOST_BELOW);
    for (size_t i = 0; i < count; i++)
        for (unsigned pick = 0; pick < path_npicks(form, below[i]); pick++)
            take(d, first, (struct path_place){below[i], pick});
}

/* Single places first, then pairs. */
static void derive_all(struct derivations *d, const struct form *form, int start)
{
    const struct path_place none = {.item = FORM_NONE};
    path_open(&d->maker, form, start);
    for (int pairs = 0; pairs < 2; pairs++)
        for (unsigned item = 0; item < form->nitems; item++) {
            if (!path_reaches(&d->maker, item))
                continue;
            for (unsigned pick = 0; pick < path_npicks(form, item); pick++) {
                struct path_place place = {item, pick};
                if (pairs == 0)
                    take(d, place, none);
                else
                    take_pairs(d, place);
            }
        }
    path_close(&d->maker);
}

void seeds_derive(struct seeds_sentences *sentences, enum mutator_side side)
{
    static const char *const starts[][2] = {
        [MUTATOR_REQUESTS] = {"request", NULL},
        [MUTATOR_RESPONSES] = {"server-unit", "greeting"},
    };
    struct form *form = form_new(grammar_of_dialect(SPAN_LIT("imap2")));
    struct derivations d = {.sentences = sentences};
    *sentences = (struct seeds_sentences){0};
    for (size_t i = 0; i < 2 && starts[side][i] != NULL; i++)
        derive_all(&d, form, form_rule(form, starts[side][i]));
    table_free(&d.known);
    form_free(&form);
}

void seeds_sentences_free(struct seeds_sentences *sentences)
{
    arena_free(&sentences->arena);
    *sentences = (struct seeds_sentences){0};
}

/* ---- files ---- */

void seeds_add(struct seeds *seeds, const char *name, struct span stream)
{
    seeds->items = arena_grow(&seeds->arena, seeds->items, &seeds->capacity, seeds->nitems + 1,
                              sizeof *seeds->items);
    seeds->items[seeds->nitems++] =
        (struct seed){arena_text(&seeds->arena, span_of(name)), arena_copy(&seeds->arena, stream)};
}

void seeds_free(struct seeds *seeds)
{
    arena_free(&seeds->arena);
    *seeds = (struct seeds){0};
}

static bool ends_session(struct span command)
{
    return span_find_nocase(command, SPAN_LIT(" LOGOUT")) != SPAN_NPOS;
}

/* Sessions of several derivations each; after a LOGOUT the next one connects anew. */
static void add_derivations(struct seeds *seeds, enum mutator_side side)
{
    const char *prefix = side == MUTATOR_REQUESTS
                             ? "a1 LOGIN fred secret\r\na2 SELECT INBOX\r\n"
                             : "* OK ready\r\na1 OK in\r\n* 5 EXISTS\r\na2 OK selected\r\n";
    struct seeds_sentences d;
    struct buffer stream = {0};
    seeds_derive(&d, side);
    seeds->nderivations = d.nitems;
    for (size_t i = 0; i < d.nitems; i += SESSION_COMMANDS) {
        struct stream_writer writer = stream_writer_to(&stream);
        buffer_clear(&stream);
        stream_write_data(&writer, span_of(prefix));
        for (size_t k = i; k < i + SESSION_COMMANDS && k < d.nitems; k++) {
            stream_write_data(&writer, d.items[k]);
            if (side == MUTATOR_RESPONSES || !ends_session(d.items[k]))
                continue;
            stream_write_control(&writer, STREAM_RECONNECT, 0);
            stream_write_data(&writer, span_of(prefix));
        }
        seeds_add(seeds,
                  arena_printf(&seeds->arena, "grammar-%03u", (unsigned)(i / SESSION_COMMANDS)),
                  buffer_span(&stream));
    }
    buffer_free(&stream);
    seeds_sentences_free(&d);
}

static void add_generated(struct seeds *seeds, enum mutator_side side)
{
    static char room[GENERATED_NBYTES];
    struct mutator *m = mutator_new(side);
    for (unsigned i = 0; i < NLONG + NSEVERAL; i++) {
        bool is_long = i < NLONG;
        unsigned ncommands = is_long ? 30 + 4 * i : 16 + 2 * i;
        mutator_reset(m);
        size_t nbytes =
            mutator_generate(m, ncommands, is_long ? 1 : 2, room, sizeof room, 1000 + i);
        seeds_add(seeds,
                  arena_printf(&seeds->arena, is_long ? "long-%u" : "two-sessions-%u",
                               is_long ? i : i - NLONG),
                  span_make(room, nbytes));
    }
    mutator_free(&m);
}

void seeds_make(struct seeds *seeds, enum mutator_side side)
{
    add_derivations(seeds, side);
    for (size_t i = 0; i < seeds_nrfc(); i++) {
        struct seeds_rfc example = seeds_rfc(i);
        if (example.side == side)
            seeds_add(seeds, arena_printf(&seeds->arena, "rfc1176-%s", example.name),
                      span_of(example.text));
    }
    add_generated(seeds, side);
}
