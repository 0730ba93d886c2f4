#include "shrink/inside.h"

/* Candidates that change one command by its derivation. */

enum { REPLACEMENT_NBYTES = 4096 };

bool shrink_load(struct shrinker *s)
{
    const struct stream_unit *unit = &s->units[s->unit];
    if (unit->kind != STREAM_DATA)
        return false;
    shrink_data(unit, &s->text);
    if (s->text.nbytes > PARSE_MOST_NBYTES)
        return false;
    parse(s->tree, s->form, s->start, buffer_span(&s->text));
    return true;
}

static void write_candidate(struct shrinker *s, const struct parse_node *node, struct span with)
{
    shrink_replace(s, node->at, node->nbytes, with);
}

static const struct form_rule *rule_of(const struct shrinker *s, const struct parse_node *node)
{
    return node->kind == PARSE_RULE ? &s->form->rules[node->what] : NULL;
}

/* A node that something above it speaks for: the content or the count of a literal, or a part of a
 * value that has a canonical form as a whole. */
static bool is_part_of_value(const struct shrinker *s, size_t index)
{
    for (size_t i = 0; i <= index; i++) {
        const struct parse_node *outer = &s->tree->nodes[i];
        const struct form_rule *rule = rule_of(s, outer);
        if (i + outer->size <= index || rule == NULL)
            continue;
        if (rule->is_counted || rule->is_count || (i < index && rule->pool != POOL_NONE))
            return true;
    }
    return false;
}

/* Tags are numbered as the commands are. */
static struct scene scene_of(const struct shrinker *s)
{
    struct scene scene = {.pools = &s->pools, .exists = 1, .old = 1};
    unsigned count = 0;
    for (size_t i = 0; i <= s->unit; i++)
        count += s->units[i].kind == STREAM_DATA && s->units[i].begins;
    scene.commands = (uint16_t)count;
    return scene;
}

static bool try_element(struct shrinker *s, const struct parse_node *node)
{
    if (node->kind != PARSE_ELEMENT)
        return false;
    write_candidate(s, node, SPAN_LIT(""));
    return true;
}

/* What stands before a list of its kind, as in `key *(SP key)`: it goes, and the list's first
 * element takes its place. */
static bool try_first(struct shrinker *s, size_t list)
{
    const struct parse_node *nodes = s->tree->nodes;
    if (nodes[list].kind != PARSE_LIST || nodes[list].size < 3 ||
        nodes[list + 2].kind != PARSE_RULE)
        return false;
    const struct parse_node *next = &nodes[list + 2];
    for (size_t i = list; i-- > 0;) {
        const struct parse_node *first = &nodes[i];
        if (first->kind != PARSE_RULE || first->what != next->what ||
            first->at + first->nbytes != nodes[list].at)
            continue;
        struct parse_node both = {.at = first->at, .nbytes = (uint16_t)(next->at - first->at)};
        write_candidate(s, &both, SPAN_LIT(""));
        return true;
    }
    return false;
}

/* Whether the command could still be derived. */
static bool still_parses(struct shrinker *s, const struct parse_node *node, struct span with)
{
    struct span text = buffer_span(&s->text);
    struct buffer changed = {0};
    buffer_append(&changed, span_slice(text, 0, node->at));
    buffer_append(&changed, with);
    buffer_append(&changed, span_from(text, (size_t)node->at + node->nbytes));
    parse(s->other, s->form, s->start, buffer_span(&changed));
    buffer_free(&changed);
    return s->other->is_whole;
}

/* A node takes the place of the one around it, as in `(FLAGS)` and `FLAGS`. */
static bool try_lift(struct shrinker *s, size_t index)
{
    const struct parse_node *nodes = s->tree->nodes;
    size_t outer = index;
    while (outer > 0 && (outer == index || outer + nodes[outer].size <= index))
        outer--;
    struct span text = span_slice(buffer_span(&s->text), nodes[index].at, nodes[index].nbytes);
    if (outer == 0 || nodes[outer].kind != PARSE_RULE || text.nbytes == 0 ||
        text.nbytes >= nodes[outer].nbytes || is_part_of_value(s, outer) ||
        !still_parses(s, &nodes[outer], text))
        return false;
    write_candidate(s, &nodes[outer], text);
    return true;
}

static bool try_node(struct shrinker *s, const struct parse_node *node)
{
    char room[REPLACEMENT_NBYTES];
    const struct form_rule *rule = rule_of(s, node);
    struct dice dice = {0};
    struct scene scene = scene_of(s);
    struct produce_swarm swarm = {0};
    if (rule != NULL && rule->pool != POOL_NONE)
        return false;
    struct producer p = {.form = s->form,
                         .dice = &dice,
                         .scene = &scene,
                         .swarm = &swarm,
                         .out = room,
                         .capacity = sizeof room,
                         .is_brief = true};
    if (rule != NULL)
        produce_rule(&p, node->what);
    else
        produce_item(&p, node->what);
    if (p.is_full || p.nbytes >= node->nbytes)
        return false;
    write_candidate(s, node, span_make(room, p.nbytes));
    return true;
}

/* ---- values ---- */

static bool is_string_pool(enum pool pool)
{
    return pool == POOL_USER || pool == POOL_PASSWORD || pool == POOL_MAILBOX ||
           pool == POOL_BBOARD || pool == POOL_PATTERN || pool == POOL_WORD || pool == POOL_ATOM;
}

/* The same value, plainly spelled. */
static bool try_plain(struct shrinker *s, const struct parse_node *node, struct span spelled)
{
    enum produce_spelling spelling;
    struct span value = produce_string_value(spelled, &spelling);
    if (spelling == PRODUCE_ATOM || !produce_can_spell(PRODUCE_QUOTED, value))
        return false;
    if (produce_can_spell(PRODUCE_ATOM, value)) {
        write_candidate(s, node, value);
        return true;
    }
    struct buffer quoted = {0};
    buffer_printf(&quoted, "\"%.*s\"", SPAN_ARG(value));
    bool is_change = !span_equal(buffer_span(&quoted), spelled);
    if (is_change)
        write_candidate(s, node, buffer_span(&quoted));
    buffer_free(&quoted);
    return is_change;
}

/* The canonical value, in a literal as the one before. */
static bool try_literal(struct shrinker *s, const struct parse_node *node, struct span spelled,
                        struct span canonical)
{
    enum produce_spelling spelling;
    struct span value = produce_string_value(spelled, &spelling);
    bool is_change = spelling == PRODUCE_LITERAL && value.nbytes >= canonical.nbytes &&
                     !span_equal(value, canonical);
    struct buffer literal = {0};
    buffer_printf(&literal, "{%zu}\r\n%.*s", canonical.nbytes, SPAN_ARG(canonical));
    if (is_change)
        write_candidate(s, node, buffer_span(&literal));
    buffer_free(&literal);
    return is_change;
}

/* First the canonical value, then the same value in the plainest spelling, then the canonical one
 * spelled as it was. */
static bool try_value(struct shrinker *s, const struct parse_node *node, unsigned turn)
{
    char room[POOL_MOST_NBYTES];
    const struct form_rule *rule = rule_of(s, node);
    struct span spelled = span_slice(buffer_span(&s->text), node->at, node->nbytes);
    if (rule == NULL || rule->pool == POOL_NONE || node->nbytes == 0 ||
        (turn > 0 && !is_string_pool(rule->pool)))
        return false;
    if (turn == 1)
        return try_plain(s, node, spelled);
    struct scene scene = scene_of(s);
    struct span value = pool_canonical(rule->pool, &scene, room);
    if (turn == 2)
        return try_literal(s, node, spelled, value);
    if (span_equal(value, spelled))
        return false;
    write_candidate(s, node, value);
    return true;
}

static bool try_shape(struct shrinker *s, size_t index, unsigned turn)
{
    if (turn == 0)
        return try_node(s, &s->tree->nodes[index]);
    return turn == 1 && try_lift(s, index);
}

static bool try_list(struct shrinker *s, size_t index, unsigned turn)
{
    if (turn == 0)
        return try_element(s, &s->tree->nodes[index]);
    return turn == 1 && try_first(s, index);
}

enum { TURNS = 3 };

static bool try_cursor(struct shrinker *s)
{
    size_t index = s->cursor / TURNS;
    unsigned turn = (unsigned)(s->cursor++ % TURNS);
    if (s->phase == PHASE_LISTS)
        index = s->tree->nnodes - 1 - index;
    if (is_part_of_value(s, index))
        return false;
    if (s->phase == PHASE_LISTS)
        return try_list(s, index, turn);
    if (s->phase == PHASE_VALUES)
        return try_value(s, &s->tree->nodes[index], turn);
    return try_shape(s, index, turn);
}

bool shrink_trees(struct shrinker *s)
{
    for (; s->unit < s->nunits; s->unit++, s->cursor = 0, s->is_loaded = false) {
        if (!s->is_loaded && !shrink_load(s))
            continue;
        s->is_loaded = true;
        while (s->cursor < s->tree->nnodes * (size_t)TURNS)
            if (try_cursor(s))
                return true;
    }
    return false;
}
