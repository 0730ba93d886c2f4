#include "run/match.h"

#include <string.h>

#include "run/value.h"

enum { MATCH_FEW = 16 }; /* elements of a list that need no memory of the case */

struct matching {
    const struct match_scope *scope;
    const struct wire_unit *unit;
    size_t end; /* of the unit's content */
};

static bool match_list(struct matching *m, const struct pattern_node *list, size_t at,
                       size_t *end_r, enum pattern_order mode);

static struct span unit_slice(const struct matching *m, size_t at, size_t end)
{
    return span_slice(m->unit->bytes, at, end - at);
}

/* ---- single pieces: each returns the offset behind what it took, or SPAN_NPOS ---- */

static size_t match_octets(const struct matching *m, struct span octets, size_t at, bool fold)
{
    if (octets.nbytes > m->end - at)
        return SPAN_NPOS;
    struct span here = span_make(m->unit->bytes.data + at, octets.nbytes);
    bool same = span_equal(here, octets) || (fold && span_equal_nocase(here, octets));
    return same ? at + octets.nbytes : SPAN_NPOS;
}

/* The value at `at`, in whatever form, equals `value`. A bare NIL in data is no string; a command
 * has no place for one. */
static size_t match_value(const struct matching *m, struct span value, size_t at)
{
    size_t end = value_end(m->unit, at);
    if (end == SPAN_NPOS || m->unit->bytes.data[at] == '(')
        return SPAN_NPOS;
    struct span raw = unit_slice(m, at, end);
    if (m->unit->kind != WIRE_TAGGED && span_is_nocase(raw, "NIL"))
        return SPAN_NPOS;
    return span_equal(capture_value(raw), value) ? end : SPAN_NPOS;
}

static size_t match_content(const struct matching *m, const struct script_piece *piece, size_t at)
{
    struct span content;
    struct err err;
    if (piece->kind == PIECE_LITERAL && (at >= m->end || m->unit->bytes.data[at] != '{'))
        return SPAN_NPOS;
    if (resolve_content(m->scope->resolve, piece, &content, &err) != 0)
        return SPAN_NPOS;
    return match_value(m, content, at);
}

static size_t match_bare(const struct matching *m, const struct script_piece *piece, size_t at)
{
    uint64_t count;
    size_t brace;
    struct span rest = unit_slice(m, at, m->end);
    if (!wire_announcement(rest, &count, &brace) || brace != 0)
        return SPAN_NPOS;
    struct span digits = span_slice(rest, 1, rest.nbytes - 2);
    if (piece->has_count && piece->count != count)
        return SPAN_NPOS;
    if (piece->has_range && (count < piece->low || count > piece->high))
        return SPAN_NPOS;
    if (!piece->has_count && piece->type == NULL) {
        struct span wanted;
        struct err err;
        if (resolve_reference(m->scope->resolve, &piece->reference, &wanted, &err) != 0 ||
            !span_equal(wanted, digits))
            return SPAN_NPOS;
    }
    if (piece->name != NULL)
        capture_put(m->scope->captures, piece->name, digits);
    return m->end;
}

/* The longest text at `at` that the rule derives. */
static size_t match_rule(const struct matching *m, const char *type, size_t at)
{
    struct wire_literal shifted[16];
    size_t nshifted = 0;
    for (size_t i = 0; i < m->unit->nliterals && nshifted < 16; i++) {
        if (m->unit->literals[i].at < at)
            continue;
        shifted[nshifted] = m->unit->literals[i];
        shifted[nshifted++].at -= at;
    }
    struct grammar_input input = {unit_slice(m, at, m->end), shifted, nshifted};
    int rule = grammar_rule(m->scope->grammar, span_of(type));
    ENSURE(rule != GRAMMAR_NO_RULE);
    struct grammar_match match;
    if (grammar_match(m->scope->matcher, rule, input, GRAMMAR_PREFIX, &match) == GRAMMAR_REJECTED)
        return SPAN_NPOS;
    return at + match.nbytes;
}

static size_t end_of_type(const struct matching *m, const struct script_piece *piece, size_t at)
{
    size_t ndigits;
    switch (piece->type_kind) {
    case TYPE_TEXT_LINE:
        return m->end;
    case TYPE_ANY:
        return value_end(m->unit, at);
    case TYPE_NUMBER: /* as the grammar has it, leading zeros and all (B38) */
        ndigits = number_digits(unit_slice(m, at, m->end));
        return ndigits == 0 ? SPAN_NPOS : at + ndigits;
    case TYPE_OF_RULE:
        return match_rule(m, piece->type, at);
    }
    NEVER("a type of no kind");
}

static size_t match_type(const struct matching *m, const struct script_piece *piece, size_t at)
{
    size_t end = end_of_type(m, piece, at);
    if (end == SPAN_NPOS)
        return SPAN_NPOS;
    struct span taken = unit_slice(m, at, end);
    uint64_t value;
    if (piece->has_range &&
        (number_parse_u64(taken, &value) != 0 || value < piece->low || value > piece->high))
        return SPAN_NPOS;
    if (piece->name != NULL)
        capture_put(m->scope->captures, piece->name, taken);
    return end;
}

static size_t match_reference(const struct matching *m, const struct script_piece *piece, size_t at,
                              bool is_alone)
{
    const struct resolve_scope *resolve = m->scope->resolve;
    struct span octets;
    struct err err;
    bool is_string = is_alone && resolve_is_string(resolve, &piece->reference);
    if (resolve_value(resolve, &piece->reference, &octets, &err) != 0)
        return SPAN_NPOS;
    return is_string ? match_value(m, octets, at) : match_octets(m, octets, at, false);
}

static size_t match_piece(const struct matching *m, const struct script_piece *piece, size_t at,
                          bool is_alone)
{
    switch (piece->kind) {
    case PIECE_TAG:
        return match_octets(m, m->scope->resolve->tags[piece->number], at, false);
    case PIECE_WORD:
        return match_octets(m, piece->text, at, true);
    case PIECE_BYTES:
        return match_octets(m, piece->text, at, false);
    case PIECE_QUOTED:
        return is_alone ? match_content(m, piece, at) : SPAN_NPOS;
    case PIECE_TYPE:
        return match_type(m, piece, at);
    case PIECE_REFERENCE:
        return match_reference(m, piece, at, is_alone);
    case PIECE_LITERAL:
        return match_content(m, piece, at);
    case PIECE_BARE:
        return match_bare(m, piece, at);
    case PIECE_SPACE:
    case PIECE_OPEN:
    case PIECE_CLOSE:
    case PIECE_REST:
        break;
    }
    NEVER("a piece that is part of no item");
}

static bool is_delimiter(const struct matching *m, size_t at)
{
    if (at >= m->end)
        return true;
    char c = m->unit->bytes.data[at];
    return c == ' ' || c == '(' || c == ')' || c == '\r' || c == '\0';
}

static size_t match_item(const struct matching *m, const struct pattern_node *node, size_t at)
{
    for (size_t i = 0; i < node->npieces && at != SPAN_NPOS; i++)
        at = match_piece(m, &node->pieces[i], at, node->npieces == 1);
    return at != SPAN_NPOS && is_delimiter(m, at) ? at : SPAN_NPOS;
}

/* ---- elements of lists ---- */

static bool match_element(struct matching *m, const struct pattern_node *node,
                          const struct value_element *element, enum pattern_order mode)
{
    size_t end;
    if (node->kind == PATTERN_LIST)
        return match_list(m, node, element->at, &end, mode) && end == element->end;
    return match_item(m, node, element->at) == element->end;
}

static bool match_ordered(struct matching *m, const struct pattern_node *nodes, size_t nnodes,
                          const struct value_element *elements, size_t nelements)
{
    if (nnodes == 0)
        return nelements == 0;
    size_t mark = m->scope->captures->nitems;
    if (nodes[0].kind == PATTERN_REST) {
        for (size_t skip = 0; skip <= nelements; skip++) {
            if (match_ordered(m, nodes + 1, nnodes - 1, elements + skip, nelements - skip))
                return true;
            m->scope->captures->nitems = mark;
        }
        return false;
    }
    return nelements > 0 && match_element(m, &nodes[0], &elements[0], PATTERN_ORDERED) &&
           match_ordered(m, nodes + 1, nnodes - 1, elements + 1, nelements - 1);
}

struct assignment {
    const struct pattern_node *nodes;
    size_t nnodes;
    const struct value_element *elements;
    size_t nelements;
    size_t stride; /* elements and nodes that go together: 1 in a set, 2 in a property list */
    bool *taken;
    bool has_rest, names_recent;
};

static bool is_recent(const struct matching *m, const struct value_element *element)
{
    return span_is_nocase(unit_slice(m, element->at, element->end), "\\Recent");
}

static bool rest_is_allowed(const struct matching *m, const struct assignment *a)
{
    for (size_t e = 0; e < a->nelements; e += a->stride)
        if (!a->taken[e] && !a->has_rest &&
            !(a->stride == 1 && !a->names_recent && is_recent(m, &a->elements[e])))
            return false;
    return true;
}

static bool match_group(struct matching *m, const struct assignment *a, size_t node, size_t element)
{
    if (!match_element(m, &a->nodes[node], &a->elements[element], PATTERN_ORDERED))
        return false;
    if (a->stride == 1)
        return true;
    enum pattern_order mode = a->nodes[node].after;
    return match_element(m, &a->nodes[node + 1], &a->elements[element + 1],
                         mode == PATTERN_PROPERTIES ? PATTERN_ORDERED : mode);
}

/* Each node from `node` on gets an element of its own, whatever the order. */
static bool assign(struct matching *m, struct assignment *a, size_t node)
{
    while (node < a->nnodes && a->nodes[node].kind == PATTERN_REST)
        node++;
    if (node >= a->nnodes)
        return rest_is_allowed(m, a);
    if (node + a->stride > a->nnodes)
        return false;
    for (size_t e = 0; e + a->stride <= a->nelements; e += a->stride) {
        size_t mark = m->scope->captures->nitems;
        if (a->taken[e] || !match_group(m, a, node, e))
            continue;
        a->taken[e] = true;
        if (assign(m, a, node + a->stride))
            return true;
        a->taken[e] = false;
        m->scope->captures->nitems = mark;
    }
    return false;
}

static bool match_unordered(struct matching *m, const struct pattern_node *list,
                            const struct value_element *elements, size_t nelements, size_t stride)
{
    struct assignment a = {.nodes = list->children,
                           .nnodes = list->nchildren,
                           .elements = elements,
                           .nelements = nelements,
                           .stride = stride};
    bool few[MATCH_FEW] = {false};
    if (nelements % stride != 0)
        return false;
    a.taken = nelements <= MATCH_FEW
                  ? few
                  : arena_array(m->scope->resolve->arena, nelements, sizeof *a.taken);
    for (size_t i = 0; i < list->nchildren; i++) {
        a.has_rest = a.has_rest || list->children[i].kind == PATTERN_REST;
        a.names_recent = a.names_recent || span_is_nocase(list->children[i].word, "\\Recent");
    }
    return assign(m, &a, 0);
}

static bool match_list(struct matching *m, const struct pattern_node *list, size_t at,
                       size_t *end_r, enum pattern_order mode)
{
    struct value_element few[MATCH_FEW];
    struct value_list found = {.items = few, .capacity = MATCH_FEW};
    if (!value_list(m->unit, at, m->scope->resolve->arena, &found, end_r))
        return false;
    switch (mode) {
    case PATTERN_ORDERED:
        return match_ordered(m, list->children, list->nchildren, found.items, found.nitems);
    case PATTERN_PROPERTIES:
        return match_unordered(m, list, found.items, found.nitems, 2);
    case PATTERN_SET:
        return match_unordered(m, list, found.items, found.nitems, 1);
    }
    return false;
}

/* ---- the line ---- */

static size_t match_node(struct matching *m, const struct pattern_node *node, size_t at,
                         enum pattern_order mode)
{
    if (node->kind == PATTERN_ITEM)
        return match_item(m, node, at);
    ENSURE(node->kind == PATTERN_LIST);
    size_t end;
    return match_list(m, node, at, &end, mode) ? end : SPAN_NPOS;
}

/* ---- SEARCH results ---------------------------------------------------------------------------
 */

enum { SEARCH_REPEATED_MAX = 1000 }; /* more repeated numbers than that match nothing */

/* Words from `at` on, each behind one SP; SPAN_NPOS when there is anything else. */
static size_t split_words(struct matching *m, size_t at, struct value_element **words_r)
{
    size_t nwords = 0;
    size_t capacity = 0;
    *words_r = NULL;
    while (at < m->end) {
        size_t end = m->unit->bytes.data[at] == ' ' ? value_end(m->unit, at + 1) : SPAN_NPOS;
        if (end == SPAN_NPOS)
            return SPAN_NPOS;
        *words_r =
            arena_grow(m->scope->resolve->arena, *words_r, &capacity, nwords + 1, sizeof **words_r);
        (*words_r)[nwords++] = (struct value_element){at + 1, end};
        at = end;
    }
    return nwords;
}

/* Drops words that stand earlier already. */
static size_t drop_repeated(const struct matching *m, struct value_element *words, size_t nwords)
{
    size_t kept = 0;
    for (size_t i = 0; i < nwords; i++) {
        size_t k = 0;
        while (k < kept && !span_equal(unit_slice(m, words[k].at, words[k].end),
                                       unit_slice(m, words[i].at, words[i].end)))
            k++;
        if (k == kept)
            words[kept++] = words[i];
    }
    return kept;
}

/* `<text-line>` or `<any>` behind SEARCH: all the numbers, however many, but at least one. */
static bool is_all_numbers(const struct pattern_node *node)
{
    return node->is_text_line ||
           (node->kind == PATTERN_ITEM && node->npieces == 1 &&
            node->pieces[0].kind == PIECE_TYPE && node->pieces[0].type_kind == TYPE_ANY);
}

/* The numbers of a SEARCH result are a set: order and repetition are not scored (B88). */
static bool match_search_result(struct matching *m, const struct pattern *pattern)
{
    struct value_element *words;
    size_t at = match_octets(m, SPAN_LIT("* SEARCH"), 0, true);
    size_t nwords = at == SPAN_NPOS ? SPAN_NPOS : split_words(m, at, &words);
    if (nwords == SPAN_NPOS)
        return false;
    if (pattern->nnodes == 3 && is_all_numbers(&pattern->nodes[2])) {
        if (nwords > 0 && pattern->nodes[2].pieces[0].name != NULL)
            capture_put(m->scope->captures, pattern->nodes[2].pieces[0].name,
                        unit_slice(m, at + 1, m->end));
        return nwords > 0;
    }
    if (nwords > pattern->nnodes + SEARCH_REPEATED_MAX)
        return false;
    struct pattern_node numbers = {
        .kind = PATTERN_LIST, .children = pattern->nodes + 2, .nchildren = pattern->nnodes - 2};
    return match_unordered(m, &numbers, words, drop_repeated(m, words, nwords), 1);
}

static bool match_line(struct matching *m, const struct pattern *pattern)
{
    size_t at = 0;
    enum pattern_order mode = PATTERN_ORDERED;
    for (size_t i = 0; i < pattern->nnodes; i++) {
        const struct pattern_node *node = &pattern->nodes[i];
        /* a line without the SP and text it owes is the grammar's finding, not the script's */
        if (at == m->end && node->is_text_line)
            return true;
        if (node->has_space_before && (at >= m->end || m->unit->bytes.data[at++] != ' '))
            return false;
        size_t from = at;
        if ((at = match_node(m, node, at, mode)) == SPAN_NPOS)
            return false;
        /* a tag written out compares to the octet, as every tag does */
        if (i == 0 && node->word.nbytes > 0 &&
            match_octets(m, node->word, from, false) == SPAN_NPOS)
            return false;
        mode = node->after;
    }
    return at == m->end;
}

/* ---- raw octets ----------------------------------------------------------------------------- */

static bool match_raw(const struct matching *m, const struct script_wire *line)
{
    struct span rest = m->unit->bytes;
    struct span octets = {0};
    struct err err;
    for (size_t i = 0; i < line->nraw; i++) {
        const struct script_raw_item *item = &line->raw[i];
        if (item->kind != RAW_TEXT)
            continue;
        if (resolve_text(m->scope->resolve, &item->text, &octets, &err) != 0)
            return false;
        for (uint64_t n = 0; n < item->times; n++) {
            if (!span_starts_with(rest, octets) || (octets.nbytes > 0 && rest.nbytes == 0))
                return false;
            rest = span_from(rest, octets.nbytes);
        }
    }
    return rest.nbytes == 0;
}

bool match_unit(const struct match_scope *scope, const struct pattern *pattern,
                const struct wire_unit *unit)
{
    struct matching m = {scope, unit, value_unit_end(unit)};
    if (pattern->raw != NULL)
        return match_raw(&m, pattern->raw);
    size_t mark = scope->captures->nitems;
    bool matches = pattern->is_search ? match_search_result(&m, pattern) : match_line(&m, pattern);
    if (matches)
        return true;
    scope->captures->nitems = mark;
    return false;
}
