#include <string.h>

#include "run/player.h"

enum { ASSIGN_EXACT_MAX = 200 }; /* units up to which every assignment is tried */
enum { ASSIGN_TRIES_MAX = 200000 };

struct assigning {
    struct player *p;
    struct player_session *s;
    struct assign_slot *slots;
    size_t nslots;
    struct player_unit **units;
    size_t nunits;
    size_t tries;
};

/* What was found out when the unit was looked at first is not found out again. */
static bool takes(struct assigning *a, const struct assign_slot *slot,
                  const struct player_unit *unit)
{
    size_t number = (size_t)(slot - a->slots);
    if (slot->pattern->is_constant && !a->p->is_server && number <= unit->slot)
        return number == unit->slot;
    return player_takes(a->p, a->s, slot->pattern, unit);
}

/* ---- extras ---- */

/* The word that says what an untagged unit is: EXISTS of `* 5 EXISTS`, FLAGS of `* FLAGS (...)`. */
static struct span kind_of(const struct player_unit *unit)
{
    struct span rest = span_trim(unit->unit.bytes);
    (void)span_cut(&rest, ' ');
    struct span word = span_cut(&rest, ' ');
    if (word.nbytes > 0 && number_digits(word) == word.nbytes)
        word = span_cut(&rest, ' ');
    return span_trim(word);
}

static bool is_lawful_extra(const struct player *p, const struct player_unit *unit)
{
    const struct script_scenario *scenario = p->script->scenario;
    if (unit->unit.kind != WIRE_UNTAGGED)
        return false;
    if (scenario->extras != EXTRAS_LISTED)
        return scenario->extras == EXTRAS_ANY;
    struct span kind = kind_of(unit);
    for (size_t i = 0; i < scenario->extras_kinds.nitems; i++)
        if (span_is_nocase(kind, scenario->extras_kinds.items[i]))
            return true;
    return false;
}

/* A unit that no slot took: lawful when it is an allowed extra and no `S!:` forbids it. */
static bool may_be_left(struct assigning *a, const struct player_unit *unit)
{
    size_t mark = a->p->captures.nitems;
    bool forbidden = !is_lawful_extra(a->p, unit);
    for (size_t s = 0; s < a->nslots && !forbidden; s++)
        forbidden = a->slots[s].most == 0 && takes(a, &a->slots[s], unit);
    a->p->captures.nitems = mark;
    return !forbidden;
}

/* ---- assignment ---- */

static bool bounds_hold(const struct assigning *a)
{
    for (size_t s = 0; s < a->nslots; s++)
        if (a->slots[s].count < a->slots[s].least)
            return false;
    return true;
}

/* Every unit from `from` on finds its place; each choice is taken back when it leads nowhere. */
static bool assign_exactly(struct assigning *a, size_t from)
{
    if (from == a->nunits)
        return bounds_hold(a);
    if (a->tries++ > ASSIGN_TRIES_MAX)
        return false;
    struct player_unit *unit = a->units[from];
    size_t mark = a->p->captures.nitems;
    for (size_t s = 0; s < a->nslots; s++) {
        struct assign_slot *slot = &a->slots[s];
        if (slot->count >= slot->most || !takes(a, slot, unit))
            continue;
        slot->count++;
        unit->taken_by = slot->step;
        if (assign_exactly(a, from + 1))
            return true;
        slot->count--;
        a->p->captures.nitems = mark;
    }
    unit->taken_by = NULL;
    return may_be_left(a, unit) && assign_exactly(a, from + 1);
}

/* First come, first served in the written order; *left_r is the first unit that may not be left. */
static bool assign_greedily(struct assigning *a, const struct player_unit **left_r)
{
    *left_r = NULL;
    for (size_t i = 0; i < a->nunits; i++) {
        size_t s = 0;
        while (s < a->nslots &&
               (a->slots[s].count >= a->slots[s].most || !takes(a, &a->slots[s], a->units[i])))
            s++;
        a->units[i]->taken_by = s < a->nslots ? a->slots[s].step : NULL;
        if (s < a->nslots)
            a->slots[s].count++;
        else if (*left_r == NULL && !may_be_left(a, a->units[i]))
            *left_r = a->units[i];
    }
    return *left_r == NULL && bounds_hold(a);
}

static void clear_counts(struct assigning *a)
{
    for (size_t s = 0; s < a->nslots; s++)
        a->slots[s].count = 0;
}

/* ---- what went wrong ---- */

static const struct assign_slot *forbidding_slot(struct assigning *a,
                                                 const struct player_unit *unit)
{
    for (size_t s = 0; s < a->nslots; s++)
        if (a->slots[s].most == 0 && takes(a, &a->slots[s], unit))
            return &a->slots[s];
    return NULL;
}

static void describe_left(struct assigning *a, const struct player_unit *unit,
                          struct player_failure *f)
{
    const struct assign_slot *slot = forbidding_slot(a, unit);
    f->got = player_unit_text(a->p, unit);
    f->log_line = unit->log_line;
    if (slot == NULL) {
        f->text = "unsolicited data that the scenario does not allow";
        f->wanted = "no other data";
        return;
    }
    f->place = slot->step->place;
    f->check = slot->check;
    f->text = "what must not arrive has arrived";
    f->wanted = arena_printf(a->p->arena, "no \"%s\"", player_line_text(slot->step));
}

static void describe_bounds(struct assigning *a, struct player_failure *f)
{
    for (size_t s = 0; s < a->nslots; s++) {
        const struct assign_slot *slot = &a->slots[s];
        if (slot->count >= slot->least)
            continue;
        f->place = slot->step->place;
        f->check = slot->check;
        f->text = "too few lines of a kind";
        f->wanted =
            arena_printf(a->p->arena, "%u x \"%s\"", slot->least, player_line_text(slot->step));
        f->got = arena_printf(a->p->arena, "%u", slot->count);
        return;
    }
}

bool player_assign(struct player *p, struct player_session *s, struct assign_slot *slots,
                   size_t nslots, struct player_unit **units, size_t nunits,
                   struct player_failure *failure_r)
{
    struct assigning a = {p, s, slots, nslots, units, nunits, 0};
    const struct player_unit *left;
    size_t mark = p->captures.nitems;
    clear_counts(&a);
    if (assign_greedily(&a, &left))
        return true;
    p->captures.nitems = mark;
    if (nunits <= ASSIGN_EXACT_MAX) {
        clear_counts(&a);
        if (assign_exactly(&a, 0))
            return true;
        p->captures.nitems = mark;
        clear_counts(&a);
        (void)assign_greedily(&a, &left); /* its counts are what is reported */
        p->captures.nitems = mark;
    }
    if (left != NULL)
        describe_left(&a, left, failure_r);
    else
        describe_bounds(&a, failure_r);
    p->captures.nitems = mark;
    return false;
}
