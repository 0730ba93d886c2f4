#include "run/pattern.h"

struct maker {
    const struct script_text *text;
    size_t at;
    struct arena *arena;
};

static bool ends_item(enum script_piece_kind kind)
{
    return kind == PIECE_SPACE || kind == PIECE_OPEN || kind == PIECE_CLOSE || kind == PIECE_REST;
}

static size_t make_nodes(struct maker *m, struct pattern_node **nodes_r);

static struct pattern_node make_node(struct maker *m)
{
    const struct script_piece *piece = &m->text->pieces[m->at];
    struct pattern_node node = {.kind = PATTERN_ITEM, .pieces = piece};
    if (piece->kind == PIECE_REST) {
        node.kind = PATTERN_REST;
        m->at++;
        return node;
    }
    if (piece->kind == PIECE_OPEN) {
        node.kind = PATTERN_LIST;
        m->at++;
        node.nchildren = make_nodes(m, &node.children);
        ENSURE(m->at < m->text->npieces && m->text->pieces[m->at].kind == PIECE_CLOSE);
        m->at++;
        return node;
    }
    while (m->at < m->text->npieces && !ends_item(m->text->pieces[m->at].kind)) {
        node.npieces++;
        m->at++;
    }
    return node;
}

/* Nodes up to the closing parenthesis of this level, or the end. */
static size_t make_nodes(struct maker *m, struct pattern_node **nodes_r)
{
    size_t nnodes = 0;
    size_t capacity = 0;
    bool space = false;
    *nodes_r = NULL;
    while (m->at < m->text->npieces) {
        enum script_piece_kind kind = m->text->pieces[m->at].kind;
        if (kind == PIECE_CLOSE)
            break;
        if (kind == PIECE_SPACE) {
            space = true;
            m->at++;
            continue;
        }
        *nodes_r = arena_grow(m->arena, *nodes_r, &capacity, nnodes + 1, sizeof **nodes_r);
        struct pattern_node node = make_node(m);
        node.has_space_before = space;
        space = false;
        (*nodes_r)[nnodes++] = node;
    }
    return nnodes;
}

struct pattern pattern_make(const struct script_wire *line, struct arena *arena)
{
    struct maker m = {&line->text, 0, arena};
    struct pattern pattern = {.raw = line->is_raw ? line : NULL};
    if (line->is_raw)
        return pattern;
    pattern.nnodes = make_nodes(&m, &pattern.nodes);
    ENSURE(m.at == line->text.npieces);
    return pattern;
}

struct span pattern_word(const struct pattern_node *node)
{
    if (node->kind != PATTERN_ITEM || node->npieces != 1 || node->pieces[0].kind != PIECE_WORD)
        return span_of(NULL);
    return node->pieces[0].text;
}

const struct script_piece *pattern_tag(const struct pattern *pattern)
{
    if (pattern->nnodes == 0 || pattern->nodes[0].kind != PATTERN_ITEM)
        return NULL;
    const struct script_piece *first = &pattern->nodes[0].pieces[0];
    return first->kind == PIECE_TAG ? first : NULL;
}
