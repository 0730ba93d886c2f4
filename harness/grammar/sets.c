#include "grammar/syntax.h"

/* FIRST sets say with which octets an element can begin, FOLLOW sets what can come after a rule. */

static bool sequence_first(struct element *e, enum variant v)
{
    bool changed = false;
    bool is_open = true;
    for (size_t i = 0; i < e->nparts && is_open; i++) {
        changed = octets_unite(&e->first[v], &e->parts[i]->first[v]) || changed;
        is_open = e->parts[i]->is_nullable[v];
    }
    changed = changed || is_open != e->is_nullable[v];
    e->is_nullable[v] = is_open;
    return changed;
}

static bool choice_first(struct element *e, enum variant v)
{
    bool changed = false;
    bool is_nullable = false;
    for (size_t i = 0; i < e->nparts; i++) {
        changed = octets_unite(&e->first[v], &e->parts[i]->first[v]) || changed;
        is_nullable = is_nullable || e->parts[i]->is_nullable[v];
    }
    changed = changed || is_nullable != e->is_nullable[v];
    e->is_nullable[v] = is_nullable;
    return changed;
}

static bool text_first(struct element *e, enum variant v)
{
    if (e->text.nbytes == 0) {
        bool changed = !e->is_nullable[v];
        e->is_nullable[v] = true;
        return changed;
    }
    struct octets first = {0};
    octets_add_letter(&first, e->text.data[0], e->any_case);
    return octets_unite(&e->first[v], &first);
}

static bool repeat_first(struct element *e, enum variant v)
{
    const struct element *part = e->parts[0];
    bool is_nullable = e->least == 0 || part->is_nullable[v];
    bool changed = is_nullable != e->is_nullable[v];
    e->is_nullable[v] = is_nullable;
    return octets_unite(&e->first[v], &part->first[v]) || changed;
}

static bool find_first(const struct grammar *g, struct element *e, enum variant v)
{
    bool changed = false;
    for (size_t i = 0; i < e->nparts; i++)
        changed = find_first(g, e->parts[i], v) || changed;
    if (!element_is_possible(e, v))
        return changed;
    if (e->is_class)
        return octets_unite(&e->first[v], &e->octets) || changed;
    switch (e->kind) {
    case ELEMENT_TEXT:
        return text_first(e, v) || changed;
    case ELEMENT_RANGE:
        return changed;
    case ELEMENT_RULE: {
        const struct element *body = g->rules[e->rule].body;
        changed = changed || body->is_nullable[v] != e->is_nullable[v];
        e->is_nullable[v] = body->is_nullable[v];
        return octets_unite(&e->first[v], &body->first[v]) || changed;
    }
    case ELEMENT_SEQUENCE:
        return sequence_first(e, v) || changed;
    case ELEMENT_CHOICE:
        return choice_first(e, v) || changed;
    case ELEMENT_REPEAT:
        return repeat_first(e, v) || changed;
    }
    return changed;
}

static bool find_follow(struct grammar *g, const struct element *e, struct octets follow,
                        enum variant v)
{
    if (!element_is_possible(e, v))
        return false;
    bool changed = false;
    switch (e->kind) {
    case ELEMENT_TEXT:
    case ELEMENT_RANGE:
        return false;
    case ELEMENT_RULE: {
        /* What a count delimits is followed by its own end alone. */
        struct rule *rule = &g->rules[e->rule];
        return rule->counted_by == GRAMMAR_NO_RULE && octets_unite(&rule->follow[v], &follow);
    }
    case ELEMENT_SEQUENCE:
        for (size_t i = e->nparts; i-- > 0;) {
            changed = find_follow(g, e->parts[i], follow, v) || changed;
            if (!e->parts[i]->is_nullable[v])
                follow = (struct octets){0};
            octets_unite(&follow, &e->parts[i]->first[v]);
        }
        return changed;
    case ELEMENT_CHOICE:
        for (size_t i = 0; i < e->nparts; i++)
            changed = find_follow(g, e->parts[i], follow, v) || changed;
        return changed;
    case ELEMENT_REPEAT:
        octets_unite(&follow, &e->parts[0]->first[v]);
        return find_follow(g, e->parts[0], follow, v);
    }
    return false;
}

void syntax_find_sets(struct grammar *g)
{
    for (int v = 0; v < VARIANTS; v++)
        for (bool changed = true; changed;) {
            changed = false;
            for (size_t i = 0; i < g->nrules; i++)
                changed = find_first(g, g->rules[i].body, (enum variant)v) || changed;
        }
    /* Any rule may be asked for by itself, so the end can follow all of them. */
    for (size_t i = 0; i < g->nrules; i++)
        for (int v = 0; v < VARIANTS; v++)
            octets_add(&g->rules[i].follow[v], OCTETS_END);
    for (int v = 0; v < VARIANTS; v++)
        for (bool changed = true; changed;) {
            changed = false;
            for (size_t i = 0; i < g->nrules; i++)
                changed =
                    find_follow(g, g->rules[i].body, g->rules[i].follow[v], (enum variant)v) ||
                    changed;
        }
}
