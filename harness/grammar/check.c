#include <stdlib.h>

#include "grammar/syntax.h"

/* ---- references ---- */

static int resolve(struct grammar *g, struct element *e, const char *file, struct err *err)
{
    if (e->kind == ELEMENT_RULE) {
        e->rule = grammar_rule(g, e->text);
        if (e->rule == GRAMMAR_NO_RULE)
            return err_set(err, file, e->line, e->col, "rule %.*s is not defined",
                           SPAN_ARG(e->text));
    }
    for (size_t i = 0; i < e->nparts; i++)
        if (resolve(g, e->parts[i], file, err) < 0)
            return -1;
    return 0;
}

/* ---- single octets ---- */

static bool text_becomes_class(struct element *e)
{
    if (e->text.nbytes != 1)
        return false;
    octets_add_letter(&e->octets, e->text.data[0], e->any_case);
    return true;
}

static bool choice_becomes_class(struct element *e)
{
    for (size_t i = 0; i < e->nparts; i++)
        if (!e->parts[i]->is_class)
            return false;
    for (size_t i = 0; i < e->nparts; i++)
        octets_unite(&e->octets, &e->parts[i]->octets);
    return true;
}

static bool becomes_class(const struct grammar *g, struct element *e)
{
    switch (e->kind) {
    case ELEMENT_TEXT:
        return text_becomes_class(e);
    case ELEMENT_RANGE:
        for (unsigned octet = e->low; octet <= e->high; octet++)
            octets_add(&e->octets, octet);
        return true;
    case ELEMENT_RULE:
        if (!g->rules[e->rule].is_terminal || !g->rules[e->rule].body->is_class)
            return false;
        e->octets = g->rules[e->rule].body->octets;
        return true;
    case ELEMENT_CHOICE:
        return choice_becomes_class(e);
    case ELEMENT_SEQUENCE:
    case ELEMENT_REPEAT:
        return false;
    }
    return false;
}

/* True when something new was found. */
static bool find_classes(const struct grammar *g, struct element *e)
{
    bool found = false;
    for (size_t i = 0; i < e->nparts; i++)
        found = find_classes(g, e->parts[i]) || found;
    if (!e->is_class && becomes_class(g, e))
        found = e->is_class = true;
    return found;
}

static void list_members(struct grammar *g, struct element *e)
{
    for (size_t i = 0; i < e->nparts; i++)
        list_members(g, e->parts[i]);
    if (!e->is_class)
        return;
    e->members = arena_array(&g->arena, octets_count(&e->octets), 1);
    for (unsigned octet = 0x20; octet <= 0x7e; octet++)
        if (octets_has(&e->octets, octet))
            e->members[e->nmembers++] = (unsigned char)octet;
    e->nprintable = e->nmembers;
    for (unsigned octet = 0; octet < OCTETS_END; octet++)
        if ((octet < 0x20 || octet > 0x7e) && octets_has(&e->octets, octet))
            e->members[e->nmembers++] = (unsigned char)octet;
}

/* A rule that notes or grades speak of is never a mere terminal. */
static bool may_be_terminal(const struct rule *rule)
{
    return !rule->is_obsolete && !rule->is_count && rule->counted_by == GRAMMAR_NO_RULE &&
           rule->nunlike == 0;
}

static void find_terminals(struct grammar *g)
{
    bool found = true;
    while (found) {
        found = false;
        for (size_t i = 0; i < g->nrules; i++) {
            struct rule *rule = &g->rules[i];
            found = find_classes(g, rule->body) || found;
            bool is_octets = rule->body->is_class ||
                             (rule->body->kind == ELEMENT_TEXT && rule->body->is_numeric);
            rule->is_terminal = is_octets && may_be_terminal(rule);
        }
    }
    for (size_t i = 0; i < g->nrules; i++)
        list_members(g, g->rules[i].body);
}

/* ---- depth ---- */

static unsigned depth_of_parts(const struct element *e, enum variant v)
{
    unsigned depth = e->parts[0]->depth[v];
    for (size_t i = 1; i < e->nparts; i++) {
        unsigned other = e->parts[i]->depth[v];
        bool is_better = e->kind == ELEMENT_CHOICE ? other < depth : other > depth;
        depth = is_better ? other : depth;
    }
    return depth;
}

static unsigned depth_of(const struct grammar *g, const struct element *e, enum variant v)
{
    switch (e->kind) {
    case ELEMENT_TEXT:
    case ELEMENT_RANGE:
        return 0;
    case ELEMENT_RULE: {
        const struct rule *rule = &g->rules[e->rule];
        unsigned depth = rule->body->depth[v];
        bool is_barred = v == VARIANT_STRICT && rule->is_obsolete;
        return is_barred || depth == ELEMENT_NO_DEPTH ? ELEMENT_NO_DEPTH : depth + 1;
    }
    case ELEMENT_SEQUENCE:
    case ELEMENT_CHOICE:
        return depth_of_parts(e, v);
    case ELEMENT_REPEAT:
        return e->least == 0 ? 0 : e->parts[0]->depth[v];
    }
    return ELEMENT_NO_DEPTH;
}

static bool find_depth(const struct grammar *g, struct element *e, enum variant v)
{
    bool changed = false;
    for (size_t i = 0; i < e->nparts; i++)
        changed = find_depth(g, e->parts[i], v) || changed;
    unsigned depth = depth_of(g, e, v);
    changed = changed || depth != e->depth[v];
    e->depth[v] = depth;
    return changed;
}

static void forget_depth(struct element *e)
{
    for (size_t i = 0; i < e->nparts; i++)
        forget_depth(e->parts[i]);
    e->depth[VARIANT_STRICT] = e->depth[VARIANT_FULL] = ELEMENT_NO_DEPTH;
}

static int find_depths(struct grammar *g, const char *file, struct err *err)
{
    for (size_t i = 0; i < g->nrules; i++)
        forget_depth(g->rules[i].body);
    for (int v = 0; v < VARIANTS; v++)
        for (bool changed = true; changed;) {
            changed = false;
            for (size_t i = 0; i < g->nrules; i++)
                changed = find_depth(g, g->rules[i].body, (enum variant)v) || changed;
        }
    for (size_t i = 0; i < g->nrules; i++)
        if (!element_is_possible(g->rules[i].body, VARIANT_FULL))
            return err_set(err, file, g->rules[i].line, g->rules[i].col,
                           "rule %s derives no text that ever ends", g->rules[i].name);
    return 0;
}

/* ---- left recursion ---- */

struct descent {
    const struct grammar *grammar;
    unsigned char *state; /* by rule: 0 new, 1 being entered, 2 done */
    const char *file;
    struct err *err;
};

static int descend(struct descent *d, const struct element *e)
{
    if (e->kind == ELEMENT_RULE) {
        const struct rule *rule = &d->grammar->rules[e->rule];
        if (d->state[e->rule] == 1)
            return err_set(d->err, d->file, e->line, e->col,
                           "rule %s begins with itself (left recursion)", rule->name);
        if (d->state[e->rule] == 2)
            return 0;
        d->state[e->rule] = 1;
        if (descend(d, rule->body) < 0)
            return -1;
        d->state[e->rule] = 2;
    }
    for (size_t i = 0; i < e->nparts; i++) {
        if (descend(d, e->parts[i]) < 0)
            return -1;
        if (e->kind == ELEMENT_SEQUENCE && !e->parts[i]->is_nullable[VARIANT_FULL])
            break;
    }
    return 0;
}

static int refuse_left_recursion(struct grammar *g, const char *file, struct err *err)
{
    struct descent d = {g, arena_alloc(&g->arena, g->nrules), file, err};
    for (size_t i = 0; i < g->nrules; i++) {
        if (d.state[i] != 0)
            continue;
        d.state[i] = 1;
        if (descend(&d, g->rules[i].body) < 0)
            return -1;
        d.state[i] = 2;
    }
    return 0;
}

int syntax_check(struct grammar *g, const char *file, struct err *err)
{
    for (size_t i = 0; i < g->nrules; i++)
        if (resolve(g, g->rules[i].body, file, err) < 0)
            return -1;
    find_terminals(g);
    if (find_depths(g, file, err) < 0)
        return -1;
    syntax_find_sets(g);
    if (refuse_left_recursion(g, file, err) < 0)
        return -1;
    syntax_number_productions(g);
    return 0;
}
