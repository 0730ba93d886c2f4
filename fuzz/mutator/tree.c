#include "mutator/inside.h"

/* Operators on the derivation of one command. */

enum { LOADS = 6, LENGTHS_MOST = 24 };

bool tree_load(struct mutator *m)
{
    m->unit = units_data(m, m->units);
    if (m->unit == UINT32_MAX)
        return false;
    m->text = units_text(m->units, m->unit, m->text_room);
    kept_parse(m, &m->tree, m->text);
    return true;
}

static bool holds(const struct parse_node *nodes, uint32_t outer, uint32_t inner)
{
    return outer <= inner && inner < outer + nodes[outer].size;
}

static bool is_tied(const struct parse *p, uint32_t node)
{
    const struct parse_node *n = &p->nodes[node];
    const struct form_rule *rule = &p->form->rules[n->what];
    return n->kind == PARSE_RULE && (rule->is_count || rule->is_counted);
}

/* The node itself, or what holds the outermost number or content of a literal that it is in. */
static uint32_t untied(const struct parse *p, uint32_t node)
{
    bool wants_holder = false;
    uint32_t target = node;
    for (uint32_t i = node + 1; i-- > 0;) {
        if (!holds(p->nodes, i, node))
            continue;
        bool is_free = !is_tied(p, i);
        if (is_free && wants_holder)
            target = i;
        wants_holder = !is_free;
    }
    return target;
}

uint32_t tree_target(struct mutator *m)
{
    const struct parse *p = &m->tree;
    if (p->nnodes < 2)
        return 0;
    return untied(p, 1 + below(m, p->nnodes - 1));
}

uint32_t tree_find(struct mutator *m, bool (*fits)(const struct form_rule *rule))
{
    const struct parse *p = &m->tree;
    uint32_t from = below(m, p->nnodes);
    for (uint32_t i = 0; i < p->nnodes; i++) {
        uint32_t node = from + i < p->nnodes ? from + i : from + i - p->nnodes;
        const struct parse_node *n = &p->nodes[node];
        if (n->kind == PARSE_RULE && fits(&p->form->rules[n->what]) && untied(p, node) == node)
            return node;
    }
    return UINT32_MAX;
}

bool tree_is_string(const struct form_rule *rule)
{
    return rule->is_string;
}

uint32_t tree_load_with(struct mutator *m, bool (*fits)(const struct form_rule *rule))
{
    uint32_t most = m->units->nitems < LOADS ? m->units->nitems : LOADS;
    for (uint32_t loads = 0; loads < most && tree_load(m); loads++) {
        uint32_t node = tree_find(m, fits);
        if (node != UINT32_MAX)
            return node;
    }
    return UINT32_MAX;
}

void tree_replace(struct mutator *m, uint32_t node, struct span replacement)
{
    const struct parse_node *n = &m->tree.nodes[node];
    sink_edit(m, n->at, n->nbytes, replacement);
}

static unsigned session_of(const struct mutator *m)
{
    return m->units->items[m->unit].session;
}

static void produce_node(struct producer *p, const struct parse_node *n)
{
    if (n->kind == PARSE_RULE)
        produce_rule(p, n->what);
    else
        produce_item(p, n->what);
}

bool tree_regenerate(struct mutator *m, unsigned which)
{
    (void)which;
    if (!tree_load(m))
        return false;
    uint32_t node = tree_target(m);
    units_walk(m, m->unit);
    struct producer p = producer_of(m, session_of(m));
    produce_node(&p, &m->tree.nodes[node]);
    tree_replace(m, node, span_make(p.out, p.nbytes));
    return true;
}

static bool same_kind(const struct parse_node *a, const struct parse_node *b)
{
    return a->kind == b->kind && a->what == b->what;
}

/* ---- two subtrees ---- */

bool tree_swap(struct mutator *m, unsigned which)
{
    (void)which;
    if (!tree_load(m))
        return false;
    const struct parse_node *nodes = m->tree.nodes;
    uint32_t a = tree_target(m);
    uint32_t b = a + nodes[a].size;
    while (b < m->tree.nnodes && (!same_kind(&nodes[a], &nodes[b]) || untied(&m->tree, b) != b))
        b++;
    if (a == 0 || b >= m->tree.nnodes)
        return false;
    uint32_t gap = nodes[a].at + (uint32_t)nodes[a].nbytes;
    struct producer p = {.out = m->scratch, .capacity = sizeof m->scratch};
    produce_octets(&p, parse_text(&m->tree, b));
    produce_octets(&p, span_slice(m->text, gap, nodes[b].at - gap));
    produce_octets(&p, parse_text(&m->tree, a));
    uint32_t end = nodes[b].at + (uint32_t)nodes[b].nbytes;
    sink_edit(m, nodes[a].at, end - nodes[a].at, span_make(p.out, p.nbytes));
    return true;
}

bool tree_graft(struct mutator *m, unsigned which)
{
    (void)which;
    if (!tree_load(m))
        return false;
    const struct units *donor = units_donor(m);
    uint32_t unit = units_data(m, donor);
    if (unit == UINT32_MAX)
        return false;
    kept_parse(m, &m->other, units_text(donor, unit, m->other_room));
    uint32_t node = tree_target(m);
    uint32_t from = below(m, m->other.nnodes);
    for (uint32_t i = 0; i < m->other.nnodes; i++) {
        uint32_t found = from + i < m->other.nnodes ? from + i : from + i - m->other.nnodes;
        if (!same_kind(&m->tree.nodes[node], &m->other.nodes[found]))
            continue;
        tree_replace(m, node, parse_text(&m->other, found));
        return true;
    }
    return false;
}

/* ---- lists ---- */

static uint32_t find_list(struct mutator *m, bool wants_elements)
{
    const struct parse *p = &m->tree;
    uint32_t from = below(m, p->nnodes);
    for (uint32_t i = 0; i < p->nnodes; i++) {
        uint32_t node = from + i < p->nnodes ? from + i : from + i - p->nnodes;
        bool fits =
            p->nodes[node].kind == PARSE_LIST && (!wants_elements || p->nodes[node].size > 1);
        if (fits && untied(p, node) == node)
            return node;
    }
    return UINT32_MAX;
}

/* A random element of a list that has some. */
static uint32_t find_element(struct mutator *m, uint32_t list)
{
    const struct parse_node *nodes = m->tree.nodes;
    uint32_t count = 0;
    for (uint32_t i = list + 1; i < list + nodes[list].size; i += nodes[i].size)
        count++;
    uint32_t skip = below(m, count);
    uint32_t element = list + 1;
    while (skip-- > 0)
        element += nodes[element].size;
    return element;
}

/* An element more, or many: copies of one that is there, or of all, or fresh ones. */
bool tree_lengthen(struct mutator *m, unsigned which)
{
    (void)which;
    if (!tree_load(m))
        return false;
    uint32_t list = find_list(m, false);
    if (list == UINT32_MAX)
        return false;
    const struct parse_node *nodes = m->tree.nodes;
    units_walk(m, m->unit);
    struct producer p = producer_of(m, session_of(m));
    bool is_copy = nodes[list].size > 1 && below(m, 2) == 0;
    uint32_t element = is_copy && below(m, 3) != 0 ? find_element(m, list) : list;
    uint32_t count = below(m, 3) == 0 ? 1 + below(m, LENGTHS_MOST) : 1;
    unsigned part = m->form->parts[m->form->items[nodes[list].what].parts];
    for (uint32_t i = 0; i < count && !p.is_full; i++) {
        if (is_copy)
            produce_octets(&p, parse_text(&m->tree, element));
        else
            produce_item(&p, part);
    }
    uint32_t at = is_copy ? nodes[element].at : nodes[list].at + (uint32_t)nodes[list].nbytes;
    sink_edit(m, at, 0, span_make(p.out, p.nbytes));
    return true;
}

bool tree_shorten(struct mutator *m, unsigned which)
{
    (void)which;
    if (!tree_load(m))
        return false;
    uint32_t list = below(m, 2) == 0 ? find_list(m, true) : UINT32_MAX;
    if (list != UINT32_MAX) {
        tree_replace(m, find_element(m, list), SPAN_LIT(""));
        return true;
    }
    uint32_t node = tree_target(m);
    units_walk(m, m->unit);
    struct producer p = producer_of(m, session_of(m));
    p.is_brief = true;
    produce_node(&p, &m->tree.nodes[node]);
    tree_replace(m, node, span_make(p.out, p.nbytes));
    return true;
}

/* ---- spellings ---- */

bool tree_respell(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t node = tree_load_with(m, tree_is_string);
    if (node == UINT32_MAX)
        return false;
    enum produce_spelling spelling;
    struct span value = produce_string_value(parse_text(&m->tree, node), &spelling);
    enum produce_spelling other =
        (enum produce_spelling)(((unsigned)spelling + 1 + below(m, 2)) % PRODUCE_NSPELLINGS);
    if (!produce_can_spell(other, value))
        other = spelling == PRODUCE_LITERAL ? PRODUCE_QUOTED : PRODUCE_LITERAL;
    struct producer p = {.out = m->scratch, .capacity = sizeof m->scratch};
    produce_string(&p, other, value);
    tree_replace(m, node, span_make(p.out, p.nbytes));
    return !p.is_full;
}
