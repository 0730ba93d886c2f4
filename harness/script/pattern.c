#include "script/pattern.h"

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

static enum pattern_order order_after(struct span word)
{
    if (span_is_nocase(word, "FETCH") || span_is_nocase(word, "STORE"))
        return PATTERN_PROPERTIES;
    if (span_is_nocase(word, "FLAGS") || span_is_nocase(word, "+FLAGS") ||
        span_is_nocase(word, "-FLAGS"))
        return PATTERN_SET;
    return PATTERN_ORDERED;
}

/* What follows from the pieces of an item. */
static void look_at_item(struct pattern_node *node)
{
    if (node->npieces != 1)
        return;
    const struct script_piece *only = &node->pieces[0];
    if (only->kind == PIECE_WORD)
        node->word = only->text;
    node->after = order_after(node->word);
    node->is_text_line = only->kind == PIECE_TYPE && only->type_kind == TYPE_TEXT_LINE;
}

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
        if (m->at < m->text->npieces) /* else a bare announcement ends the line inside the list */
            m->at++;
        return node;
    }
    while (m->at < m->text->npieces && !ends_item(m->text->pieces[m->at].kind)) {
        node.npieces++;
        m->at++;
    }
    look_at_item(&node);
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

const struct script_piece *pattern_unbalanced(const struct script_text *text)
{
    size_t depth = 0;
    for (size_t i = 0; i < text->npieces; i++) {
        if (text->pieces[i].kind == PIECE_CLOSE && depth-- == 0)
            return &text->pieces[i];
        depth += text->pieces[i].kind == PIECE_OPEN;
    }
    if (depth == 0 || text->pieces[text->npieces - 1].kind == PIECE_BARE)
        return NULL;
    size_t nclosed = 0;
    size_t i = text->npieces;
    while (text->pieces[--i].kind != PIECE_OPEN || nclosed > 0) {
        if (text->pieces[i].kind == PIECE_CLOSE)
            nclosed++;
        else if (text->pieces[i].kind == PIECE_OPEN)
            nclosed--;
    }
    return &text->pieces[i];
}

static bool is_constant(const struct script_piece *piece)
{
    bool is_message = piece->reference.kind == REFERENCE_MESSAGE;
    switch (piece->kind) {
    case PIECE_TYPE:
        return piece->name == NULL;
    case PIECE_REFERENCE:
        return is_message;
    case PIECE_LITERAL:
        return piece->parts == NULL && (!piece->is_message || is_message);
    case PIECE_BARE:
        return piece->has_count;
    case PIECE_QUOTED:
        return piece->parts == NULL;
    case PIECE_TAG:
    case PIECE_WORD:
    case PIECE_SPACE:
    case PIECE_OPEN:
    case PIECE_CLOSE:
    case PIECE_REST:
    case PIECE_BYTES:
        return true;
    }
    NEVER("a piece of no kind");
}

struct pattern pattern_make(const struct script_wire *line, struct arena *arena)
{
    struct maker m = {&line->text, 0, arena};
    struct pattern pattern = {.raw = line->is_raw ? line : NULL};
    if (line->is_raw)
        return pattern;
    pattern.nnodes = make_nodes(&m, &pattern.nodes);
    ENSURE(m.at == line->text.npieces);
    pattern.is_constant = true;
    for (size_t i = 0; i < line->text.npieces; i++)
        pattern.is_constant = pattern.is_constant && is_constant(&line->text.pieces[i]);
    if (pattern.nnodes > 0 && pattern.nodes[0].kind == PATTERN_ITEM &&
        pattern.nodes[0].pieces[0].kind == PIECE_TAG)
        pattern.tag = &pattern.nodes[0].pieces[0];
    pattern.is_search = pattern.nnodes >= 2 && span_is(pattern.nodes[0].word, "*") &&
                        span_is_nocase(pattern.nodes[1].word, "SEARCH");
    return pattern;
}
