#include "mutator/inside.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 12, REMEMBERED_ONE_IN = 16, WEIGHT_UNIT = 64 };

static const struct {
    const char *name;
    uint8_t weight; /* of 100 */
} tiers[MUTATOR_NTIERS] = {
    [MUTATOR_SESSION] = {"session", 45},    [MUTATOR_TREE] = {"tree", 30},
    [MUTATOR_VALUE] = {"value", 10},        [MUTATOR_LITERAL] = {"literal", 5},
    [MUTATOR_NEAR_MISS] = {"near-miss", 5}, [MUTATOR_OCTETS] = {"octets", 5},
};

#define OPERATOR(name, tier, weight, function, which, text)                                        \
    {name, MUTATOR_##tier, weight, which, function, text},
static const struct {
    const char *name;
    enum mutator_tier tier;
    uint8_t weight;
    uint8_t which;
    bool (*apply)(struct mutator *m, unsigned which);
    const char *text;
} operators[] = {
#include "mutator/operators.def"
};
enum { NOPERATORS = sizeof operators / sizeof operators[0] };

/* ---- the table ---- */

const char *mutator_tier_name(enum mutator_tier tier)
{
    return tiers[tier].name;
}

unsigned mutator_tier_weight(enum mutator_tier tier)
{
    return tiers[tier].weight;
}

size_t mutator_noperators(void)
{
    return NOPERATORS;
}

struct mutator_operator mutator_operator(size_t index)
{
    ENSURE(index < NOPERATORS);
    return (struct mutator_operator){operators[index].name, operators[index].tier,
                                     operators[index].text};
}

struct mutator_last mutator_last(const struct mutator *m)
{
    return m->last;
}

/* ---- swarm ---- */

static uint32_t tier_total(enum mutator_tier tier)
{
    uint32_t total = 0;
    for (size_t i = 0; i < NOPERATORS; i++)
        total += operators[i].tier == tier ? operators[i].weight : 0;
    return total;
}

/* Each operator is out of favour, as usual, or in favour; each alternative of the grammar is off
 * one time in eight. */
static void draw_swarm(struct mutator *m)
{
    static const uint8_t favours[] = {0, 1, 1, 1, 2, 4};
    uint32_t total = 0;
    for (size_t i = 0; i < NOPERATORS; i++) {
        total += m->shares[i] * favours[below(m, 6)] / 2U;
        m->upto[i] = total;
    }
    const size_t nitems = m->form->nitems;
    for (size_t from = 0; from < nitems; from += 21) {
        uint64_t dice = dice_next(&m->dice);
        for (size_t i = from; i < nitems && i < from + 21; i++, dice >>= 3)
            m->is_off[i] = (dice & 7) == 0;
    }
    m->swarm = (struct produce_swarm){.is_off = m->is_off,
                                      .fresh = (uint8_t)(10 + below(m, 40)),
                                      .obsolete = (uint8_t)below(m, 64),
                                      .literal = (uint8_t)below(m, 96),
                                      .more = (uint8_t)(64 + below(m, 144))};
    command_swarm(m);
}

/* ---- life ---- */

struct mutator *mutator_new(enum mutator_side side)
{
    struct mutator *m = mem_alloc(sizeof *m);
    const struct grammar *grammar = grammar_of_dialect(SPAN_LIT("imap2"));
    m->side = side;
    m->form = form_new(grammar);
    m->start = form_rule(m->form, side == MUTATOR_REQUESTS ? "request" : "server-unit");
    m->greeting = form_rule(m->form, "greeting");
    m->tag = form_rule(m->form, "tag");
    m->eol = form_rule(m->form, "eol");
    ENSURE(m->start >= 0 && m->greeting >= 0 && m->tag >= 0 && m->eol >= 0);
    for (size_t i = 0; i < NOPERATORS; i++)
        m->shares[i] = (uint16_t)(tiers[operators[i].tier].weight * (uint32_t)operators[i].weight *
                                  WEIGHT_UNIT / tier_total(operators[i].tier));
    m->is_off = mem_alloc(m->form->nitems * sizeof *m->is_off);
    m->pools = pools_standard();
    command_prepare(m);
    piece_prepare(m);
    answer_prepare(m);
    return m;
}

void mutator_free(struct mutator **mutator)
{
    struct mutator *m = *mutator;
    if (m == NULL)
        return;
    form_free(&m->form);
    free(m->is_off);
    free(m);
    *mutator = NULL;
}

void mutator_reset(struct mutator *m)
{
    m->calls = 0;
    m->ndonors = m->next_donor = 0;
}

void mutator_set_words(struct mutator *m, enum mutator_words which, const struct span *items,
                       size_t nitems)
{
    static const enum pool pools[] = {
        [MUTATOR_USERS] = POOL_USER,
        [MUTATOR_PASSWORDS] = POOL_PASSWORD,
        [MUTATOR_MAILBOXES] = POOL_MAILBOX,
        [MUTATOR_BBOARDS] = POOL_BBOARD,
    };
    ENSURE(nitems > 0);
    m->pools.of[pools[which]] = (struct pool_words){items, (uint32_t)nitems};
}

void mutator_set_octets_hook(struct mutator *m,
                             size_t (*hook)(void *context, char *bytes, size_t nbytes, size_t max,
                                            uint64_t seed),
                             void *context)
{
    m->hook = hook;
    m->hook_context = context;
}

void mutator_remember(struct mutator *m, struct span stream)
{
    if (stream.nbytes == 0 || stream.nbytes > DONOR_NBYTES)
        return;
    struct kept_units *donor = &m->donors[m->next_donor];
    kept_split(donor, stream);
    donor->units.stream = span_make(donor->stream, donor->nbytes);
    m->next_donor = (m->next_donor + 1) % DONORS_NITEMS;
    m->ndonors += m->ndonors < DONORS_NITEMS;
}

/* ---- calls ---- */

static void begin(struct mutator *m, struct span in, struct sink sink, uint64_t seed)
{
    m->dice = (struct dice){seed};
    if (m->calls++ % SWARM_CALLS == 0)
        draw_swarm(m);
    m->sink = sink;
    m->last = (struct mutator_last){SIZE_MAX, SIZE_MAX};
    kept_split(&m->kept, in.data == NULL ? SPAN_LIT("") : in);
    m->units = &m->kept.units;
}

static bool try_operator(struct mutator *m, size_t index)
{
    m->sink.nbytes = 0;
    m->sink.is_full = false;
    m->unit = UINT32_MAX;
    if (!operators[index].apply(m, operators[index].which))
        return false;
    m->last.operator= index;
    m->last.unit = m->unit == UINT32_MAX ? SIZE_MAX : m->unit;
    return true;
}

static size_t choose_operator(struct mutator *m)
{
    uint32_t total = m->upto[NOPERATORS - 1];
    uint32_t skip = total > 0 ? below(m, total) : 0;
    size_t low = 0;
    for (size_t high = total > 0 ? NOPERATORS - 1 : 0; low < high;) {
        size_t middle = (low + high) / 2;
        if (skip < m->upto[middle])
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static bool is_changed(const struct mutator *m)
{
    const struct span *in = &m->units->stream;
    return m->sink.nbytes != in->nbytes || memcmp(m->sink.bytes, in->data, in->nbytes) != 0;
}

size_t mutator_mutate(struct mutator *m, struct span in, char *out, size_t max, uint64_t seed)
{
    if (max == 0)
        return 0;
    begin(m, in, (struct sink){.bytes = out, .max = max}, seed);
    if (below(m, REMEMBERED_ONE_IN) == 0)
        mutator_remember(m, in);
    bool is_done = false;
    for (int tries = 0; tries < TRIES && !is_done; tries++)
        is_done = try_operator(m, choose_operator(m)) && m->sink.nbytes > 0 && is_changed(m);
    if (!is_done)
        (void)try_operator(m, 0);
    return m->sink.nbytes;
}

size_t mutator_apply(struct mutator *m, size_t operator, struct span in, char *out, size_t max,
                     uint64_t seed)
{
    ENSURE(operator<NOPERATORS);
    if (max == 0)
        return 0;
    begin(m, in, (struct sink){.bytes = out, .max = max}, seed);
    return try_operator(m, operator) ? m->sink.nbytes : 0;
}

size_t mutator_cross(struct mutator *m, struct span a, struct span b, char *out, size_t max,
                     uint64_t seed)
{
    if (max == 0)
        return 0;
    begin(m, a, (struct sink){.bytes = out, .max = max}, seed);
    units_split(&m->other_units, b.data == NULL ? SPAN_LIT("") : b);
    const struct units *other = &m->other_units;
    uint32_t first = units_place(m, m->units);
    uint32_t second = units_place(m, m->units);
    uint32_t from = first < second ? first : second;
    uint32_t to = first < second ? second : first;
    uint32_t begins = units_place(m, other);
    uint32_t ends = units_place(m, other);
    uint32_t other_from = begins < ends ? begins : ends;
    uint32_t other_to = begins < ends ? ends : begins;
    sink_units(&m->sink, m->units, 0, from);
    if (units_session(m->units, from) != units_session(other, other_from))
        sink_session(&m->sink, units_session(other, other_from));
    sink_units(&m->sink, other, other_from, other_to);
    if (units_session(other, other_to) != units_session(m->units, to))
        sink_session(&m->sink, units_session(m->units, to));
    sink_units(&m->sink, m->units, to, m->units->nitems);
    if (m->sink.nbytes == 0)
        (void)try_operator(m, 0);
    return m->sink.nbytes;
}

size_t mutator_generate(struct mutator *m, unsigned ncommands, unsigned nsessions, char *out,
                        size_t max, uint64_t seed)
{
    ENSURE(nsessions >= 1 && nsessions <= STREAM_NSESSIONS);
    if (max == 0)
        return 0;
    begin(m, SPAN_LIT(""), (struct sink){.bytes = out, .max = max}, seed);
    units_walk(m, 0);
    piece_session(m, ncommands, nsessions);
    return m->sink.nbytes;
}
