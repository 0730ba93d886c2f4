#include "mutator/inside.h"

#include <string.h>

/* Operators on one value of a command. */

static bool replace_value(struct mutator *m, uint32_t node, struct span value)
{
    if (span_equal(parse_text(&m->tree, node), value))
        return false;
    tree_replace(m, node, value);
    return true;
}

static bool is_number(const struct form_rule *rule)
{
    return rule->pool == POOL_MESSAGE || rule->pool == POOL_COUNT;
}

bool value_number(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t node = tree_load_with(m, is_number);
    if (node == UINT32_MAX)
        return false;
    units_walk(m, m->unit);
    const struct scene *scene = &m->scenes[m->units->items[m->unit].session - 1];
    char room[POOL_MOST_NBYTES];
    struct span value = below(m, 2) == 0 ? pool_value(POOL_MESSAGE, &m->dice, scene, room)
                                         : pool_edge_number(&m->dice, scene, room);
    return replace_value(m, node, value);
}

static bool is_name(const struct form_rule *rule)
{
    return rule->pool == POOL_USER || rule->pool == POOL_PASSWORD || rule->pool == POOL_MAILBOX ||
           rule->pool == POOL_BBOARD || rule->pool == POOL_PATTERN || rule->pool == POOL_KEYWORD ||
           rule->pool == POOL_WORD || rule->pool == POOL_ATOM;
}

bool value_name(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t node = tree_load_with(m, is_name);
    if (node == UINT32_MAX)
        return false;
    units_walk(m, m->unit);
    struct producer p = producer_of(m, m->units->items[m->unit].session);
    produce_rule(&p, m->tree.nodes[node].what);
    return replace_value(m, node, span_make(p.out, p.nbytes));
}

static bool is_tag(const struct form_rule *rule)
{
    return rule->pool == POOL_TAG;
}

/* The tag of another command, or what no tag may be. */
bool value_tag(struct mutator *m, unsigned which)
{
    (void)which;
    static const char *const odd[] = {"*", "+", "", "0", "NOOP", "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"};
    uint32_t node = tree_load_with(m, is_tag);
    uint32_t other = units_data(m, m->units);
    if (node == UINT32_MAX || other == UINT32_MAX)
        return false;
    const struct unit *u = &m->units->items[other];
    struct span bytes = span_slice(m->units->stream, u->at, u->nbytes);
    struct span tag = span_cut(&bytes, ' ');
    bool is_odd = below(m, 8) == 0 || tag.nbytes > 40 || span_find_byte(tag, '\n') != SPAN_NPOS;
    return replace_value(m, node, is_odd ? span_of(odd[below(m, 6)]) : tag);
}

static bool is_lengthy(const struct form_rule *rule)
{
    return is_tag(rule) || is_name(rule) || rule->pool == POOL_TEXT;
}

/* The octets of a value again and again, up to where rooms end. */
bool value_long(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t node = tree_load_with(m, is_lengthy);
    if (node == UINT32_MAX)
        return false;
    enum produce_spelling spelling;
    struct span value = produce_string_value(parse_text(&m->tree, node), &spelling);
    struct producer p = {.out = m->scratch, .capacity = sizeof m->scratch};
    if (pool_is_string(m->form->rules[m->tree.nodes[node].what].pool) && below(m, 2) == 0)
        spelling = PRODUCE_LITERAL;
    produce_repeated(&p, spelling, value, pool_edge_length(&m->dice));
    return !p.is_full && replace_value(m, node, span_make(p.out, p.nbytes));
}

static bool is_date(const struct form_rule *rule)
{
    return rule->is_date;
}

bool value_date(struct mutator *m, unsigned which)
{
    (void)which;
    uint32_t node = tree_load_with(m, is_date);
    if (node == UINT32_MAX)
        return false;
    char room[POOL_MOST_NBYTES];
    const char *name = m->form->rules[m->tree.nodes[node].what].name;
    if (strcmp(name, "day-fixed") == 0)
        return replace_value(m, node, span_of(below(m, 2) == 0 ? "31" : "00"));
    if (strcmp(name, "time") == 0)
        return replace_value(m, node, span_of(below(m, 2) == 0 ? "24:60:61" : "00:00:00"));
    return replace_value(m, node, pool_edge_date(&m->dice, room));
}
