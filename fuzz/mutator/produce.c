#include "mutator/produce.h"

#include <string.h>

enum { MOST_DEPTH = 24, MOST_RUN = 12, TRIES = 8, PART_TRIES = 4 };
enum { LONG_ONE_IN = 20, MORE_LONG = 236 }; /* lists: one in 20 has a dozen elements */
enum { LENGTHY_ONE_IN = 12 };               /* literals: as long as a room may be */
enum { SAME_ONE_IN = 4 };                   /* words: the one before again */

/* Called for every word or so: the compiler must not save registers for what others need. */
#define ALONE __attribute__((noinline))

/* Most are words: two copies that overlap are quicker than a call. */
static inline void copy_octets(char *to, const char *from, size_t nbytes)
{
    if (nbytes >= 8 && nbytes <= 16) {
        memcpy(to, from, 8);
        memcpy(to + nbytes - 8, from + nbytes - 8, 8);
    } else if (nbytes >= 4 && nbytes < 8) {
        memcpy(to, from, 4);
        memcpy(to + nbytes - 4, from + nbytes - 4, 4);
    } else if (nbytes > 16) {
        memcpy(to, from, nbytes);
    } else if (nbytes > 0) {
        to[0] = from[0];
        to[nbytes / 2] = from[nbytes / 2];
        to[nbytes - 1] = from[nbytes - 1];
    }
}

void produce_octets(struct producer *p, struct span octets)
{
    size_t room = p->capacity - p->nbytes;
    if (octets.nbytes > room) {
        p->is_full = true;
        octets.nbytes = room;
    }
    copy_octets(p->out + p->nbytes, octets.data, octets.nbytes);
    p->nbytes += (uint32_t)octets.nbytes;
}

static void produce_octet(struct producer *p, unsigned octet)
{
    if (p->nbytes < p->capacity)
        p->out[p->nbytes++] = (char)octet;
    else
        p->is_full = true;
}

void produce_number(struct producer *p, uint32_t number)
{
    char digits[10];
    uint32_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    produce_octets(p, span_make(digits + at, sizeof digits - at));
}

void produce_announcement(struct producer *p, uint32_t count)
{
    produce_octet(p, '{');
    produce_number(p, count);
    produce_octets(p, SPAN_LIT("}\r\n"));
}

static bool happens(struct producer *p, unsigned in_256)
{
    return pool_below(p->dice, 256) < in_256;
}

/* ---- strings ---- */

static bool is_atom_char(char c)
{
    return c > ' ' && c < 0x7f && c != '"' && c != '(' && c != ')' && c != '\\' && c != '{' &&
           c != '%';
}

static bool is_quotable(char c)
{
    return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '{' && c != '%';
}

bool produce_can_spell(enum produce_spelling spelling, struct span value)
{
    if (spelling == PRODUCE_LITERAL)
        return true;
    for (size_t i = 0; i < value.nbytes; i++)
        if (spelling == PRODUCE_ATOM ? !is_atom_char(value.data[i]) : !is_quotable(value.data[i]))
            return false;
    return value.nbytes > 0;
}

void produce_repeated(struct producer *p, enum produce_spelling spelling, struct span value,
                      uint32_t count)
{
    if (value.nbytes == 0)
        value = SPAN_LIT("a");
    if (spelling == PRODUCE_LITERAL)
        produce_announcement(p, count);
    else if (spelling == PRODUCE_QUOTED)
        produce_octet(p, '"');
    for (uint32_t done = 0; done < count; done += (uint32_t)value.nbytes)
        produce_octets(p, span_slice(value, 0, count - done));
    if (spelling == PRODUCE_QUOTED)
        produce_octet(p, '"');
}

void produce_string(struct producer *p, enum produce_spelling spelling, struct span value)
{
    produce_repeated(p, spelling, value, (uint32_t)value.nbytes);
}

struct span produce_string_value(struct span spelled, enum produce_spelling *spelling_r)
{
    *spelling_r = PRODUCE_ATOM;
    if (spelled.nbytes >= 2 && spelled.data[0] == '"') {
        *spelling_r = PRODUCE_QUOTED;
        return span_slice(spelled, 1, spelled.nbytes - 2);
    }
    size_t line_end =
        spelled.nbytes > 0 && spelled.data[0] == '{' ? span_find_byte(spelled, '\n') : SPAN_NPOS;
    if (line_end == SPAN_NPOS)
        return spelled;
    *spelling_r = PRODUCE_LITERAL;
    return span_from(spelled, line_end + 1);
}

/* ---- values ---- */

static void spell(struct producer *p, enum pool pool, struct span value)
{
    enum produce_spelling spelling = PRODUCE_ATOM;
    if (happens(p, p->swarm->literal))
        spelling = PRODUCE_LITERAL;
    else if (pool_below(p->dice, 4) == 0)
        spelling = PRODUCE_QUOTED;
    bool is_pattern = pool == POOL_PATTERN && spelling != PRODUCE_LITERAL;
    if (!is_pattern && !produce_can_spell(spelling, value))
        spelling = produce_can_spell(PRODUCE_QUOTED, value) ? PRODUCE_QUOTED : PRODUCE_LITERAL;
    if (spelling == PRODUCE_LITERAL && pool_chance(p->dice, LENGTHY_ONE_IN))
        produce_repeated(p, spelling, value, pool_edge_length(p->dice));
    else
        produce_string(p, spelling, value);
}

static bool from_pool(struct producer *p, enum pool pool)
{
    char room[POOL_MOST_NBYTES];
    if (p->is_brief) {
        produce_octets(p, pool_canonical(pool, p->scene, room));
        return true;
    }
    if (happens(p, p->swarm->fresh))
        return false;
    struct span value = pool_value(pool, p->dice, p->scene, room);
    if (pool == POOL_WORD) {
        if (p->word.nbytes > 0 && pool_chance(p->dice, SAME_ONE_IN))
            value = p->word;
        p->word = value;
    }
    if (pool_is_string(pool))
        spell(p, pool, value);
    else
        produce_octets(p, value);
    return true;
}

ALONE static void produce_class(struct producer *p, const struct form_item *it)
{
    const struct form_set *set = &p->form->sets[it->set];
    bool is_plain = set->nprintable > 0 && (p->is_brief || pool_below(p->dice, 8) != 0);
    uint32_t count = is_plain ? set->nprintable : set->nmembers;
    unsigned octet = 0;
    if (!p->is_brief)
        octet = set->members[pool_below(p->dice, count)];
    else if (set->has['a'])
        octet = 'a';
    else
        octet = set->has['1'] ? '1' : set->members[0];
    produce_octet(p, octet);
}

ALONE static void produce_run(struct producer *p, const struct form_item *it)
{
    uint32_t count = it->least;
    if (!p->is_brief && it->most > it->least) {
        uint32_t room = (uint32_t)it->most - it->least;
        count += pool_below(p->dice, (room < MOST_RUN ? room : MOST_RUN) + 1);
    }
    for (uint32_t i = 0; i < count; i++)
        produce_class(p, it);
}

ALONE static void produce_other_case(struct producer *p, struct span text, bool is_all)
{
    for (size_t i = 0; i < text.nbytes; i++) {
        bool is_lower = is_all || pool_below(p->dice, 2) == 0;
        produce_octet(p, (unsigned char)(is_lower ? char_lower(text.data[i]) : text.data[i]));
    }
}

ALONE static void produce_text(struct producer *p, const struct form_item *it)
{
    struct span text = span_make(p->form->texts + it->text_at, it->text_nbytes);
    uint32_t style = it->any_case && !p->is_brief ? pool_below(p->dice, 16) : 2;
    if (style <= 1)
        produce_other_case(p, text, style == 0);
    else
        produce_octets(p, text);
}

/* ---- choices ---- */

static bool is_open(const struct producer *p, unsigned part, unsigned depth, bool allows_obsolete)
{
    const struct form_item *it = &p->form->items[part];
    if (it->depth > depth || (p->swarm->is_off != NULL && p->swarm->is_off[part]))
        return false;
    return allows_obsolete || it->kind != FORM_RULE || !p->form->rules[it->rule].is_obsolete;
}

ALONE static unsigned shortest_part(const struct producer *p, const struct form_item *it)
{
    const uint16_t *parts = p->form->parts + it->parts;
    unsigned best = parts[0];
    for (unsigned i = 1; i < it->nparts; i++) {
        bool is_obsolete = p->form->items[parts[i]].kind == FORM_RULE &&
                           p->form->rules[p->form->items[parts[i]].rule].is_obsolete;
        if (!is_obsolete && p->form->items[parts[i]].brief < p->form->items[best].brief)
            best = parts[i];
    }
    return best;
}

/* Weighs the alternatives that are open. */
ALONE static unsigned weigh_part(struct producer *p, const struct form_item *it,
                                 bool allows_obsolete)
{
    const uint16_t *parts = p->form->parts + it->parts;
    uint32_t total = 0;
    for (unsigned i = 0; i < it->nparts; i++)
        if (is_open(p, parts[i], MOST_DEPTH, allows_obsolete))
            total += p->form->items[parts[i]].weight;
    uint32_t skip = total > 0 ? pool_below(p->dice, total) : 0;
    for (unsigned i = 0; i < it->nparts; i++) {
        if (!is_open(p, parts[i], MOST_DEPTH, allows_obsolete))
            continue;
        uint32_t weight = p->form->items[parts[i]].weight;
        if (skip < weight)
            return parts[i];
        skip -= weight;
    }
    return parts[pool_below(p->dice, it->nparts)];
}

/* Nearly all are open: one of all is taken, as long as it is not. */
ALONE static unsigned choose_part(struct producer *p, const struct form_item *it)
{
    const uint16_t *parts = p->form->parts + it->parts;
    const uint16_t *upto = p->form->upto + it->parts;
    bool is_deep = p->depth >= MOST_DEPTH || p->nbytes + 64U > p->capacity;
    if (p->forced != NULL && p->forced[it - p->form->items] > 0)
        return parts[p->forced[it - p->form->items] - 1];
    if (p->is_brief || is_deep)
        return shortest_part(p, it);
    bool allows_obsolete = happens(p, p->swarm->obsolete);
    for (int tries = 0; tries < PART_TRIES; tries++) {
        uint32_t skip = pool_below(p->dice, upto[it->nparts - 1]);
        unsigned chosen = 0;
        while (skip >= upto[chosen])
            chosen++;
        if (is_open(p, parts[chosen], MOST_DEPTH, allows_obsolete))
            return parts[chosen];
    }
    return weigh_part(p, it, allows_obsolete);
}

ALONE static void produce_repeat(struct producer *p, const struct form_item *it)
{
    unsigned part = p->form->parts[it->parts];
    uint32_t count = it->least;
    bool is_deep = p->depth >= MOST_DEPTH || p->form->items[part].depth == FORM_DEPTH_UNKNOWN;
    uint32_t more = p->swarm->more;
    if (!p->is_brief && !is_deep && pool_below(p->dice, LONG_ONE_IN) == 0)
        more = MORE_LONG;
    while (!p->is_brief && !is_deep && count < it->most && count < it->least + 40U &&
           happens(p, more))
        count++;
    if (p->forced != NULL && p->forced[it - p->form->items] > 0)
        count = p->forced[it - p->form->items] - 1U;
    for (uint32_t i = 0; i < count && !p->is_full; i++)
        produce_item(p, part);
}

/* ---- rules ---- */

/* The content begins at `from`: its size replaces the number that was derived for it. */
static void patch_count(struct producer *p, uint32_t from)
{
    char digits[8];
    uint32_t content = p->nbytes - from;
    uint32_t at = sizeof digits;
    for (uint32_t rest = content; rest > 0 || at == sizeof digits; rest /= 10)
        digits[--at] = (char)('0' + rest % 10);
    uint32_t zeros = 0;
    while (zeros + 1 < p->count_nbytes && p->out[p->count_at + zeros] == '0')
        zeros++;
    uint32_t wide = (uint32_t)(sizeof digits - at);
    uint32_t old_end = p->count_at + p->count_nbytes;
    uint32_t new_end = p->count_at + zeros + wide;
    uint32_t tail = p->nbytes - old_end;
    if (new_end + tail > p->capacity || p->is_full) {
        p->is_full = true;
        return;
    }
    if (new_end > old_end)
        for (uint32_t i = tail; i-- > 0;)
            p->out[new_end + i] = p->out[old_end + i];
    else
        for (uint32_t i = 0; i < tail; i++)
            p->out[new_end + i] = p->out[old_end + i];
    for (uint32_t i = 0; i < wide; i++)
        p->out[p->count_at + zeros + i] = digits[at + i];
    p->nbytes = new_end + tail;
}

static bool is_excluded(const struct producer *p, const struct form_rule *rule, uint32_t from)
{
    for (unsigned i = 0; i < rule->nunlike; i++)
        if (rule->unlike[i].nbytes == p->nbytes - from &&
            span_equal_nocase(rule->unlike[i], span_make(p->out + from, p->nbytes - from)))
            return true;
    return false;
}

void produce_rule(struct producer *p, int index)
{
    const struct form_rule *rule = &p->form->rules[index];
    uint32_t from = p->nbytes;
    bool is_pooled = rule->pool != POOL_NONE && (p->expands == NULL || !p->expands[index]);
    if (is_pooled && from_pool(p, rule->pool) && !is_excluded(p, rule, from))
        return;
    p->depth++;
    for (int tries = 0; tries < TRIES; tries++) {
        p->nbytes = from;
        produce_item(p, rule->body);
        if (rule->nunlike == 0 || !is_excluded(p, rule, from))
            break;
    }
    p->depth--;
    if (rule->is_count) {
        p->count_at = from;
        p->count_nbytes = p->nbytes - from;
    }
    if (rule->is_counted && p->count_nbytes > 0) {
        patch_count(p, from);
        p->count_nbytes = 0;
    }
}

ALONE static void produce_sequence(struct producer *p, const struct form_item *it)
{
    const uint16_t *part = p->form->parts + it->parts;
    for (const uint16_t *end = part + it->nparts; part < end; part++)
        produce_item(p, *part);
}

void produce_item(struct producer *p, unsigned item)
{
    const struct form_item *it = &p->form->items[item];
    switch ((enum form_kind)it->kind) {
    case FORM_TEXT:
        produce_text(p, it);
        return;
    case FORM_CLASS:
        produce_class(p, it);
        return;
    case FORM_RUN:
        produce_run(p, it);
        return;
    case FORM_RULE:
        produce_rule(p, it->rule);
        return;
    case FORM_SEQUENCE:
        produce_sequence(p, it);
        return;
    case FORM_CHOICE:
        produce_item(p, choose_part(p, it));
        return;
    case FORM_REPEAT:
        produce_repeat(p, it);
        return;
    }
}
