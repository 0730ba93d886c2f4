#include <stdlib.h>
#include <string.h>

#include "grammar/flat.h"

enum { FLAT_OCTETS_PER_STEP = 16, FLAT_NEAR_NBYTES = 16 };

/* What changes while a program runs. Kept in registers: nothing here may have its address taken by
 * a function that is not made part of flat_run(). */
struct walk {
    const struct flat *flat;
    const char *data;
    uint32_t pc;
    uint32_t node;  /* the one begun last and not ended */
    size_t at, end; /* a count may make the end earlier */
};

#define INLINE static inline __attribute__((always_inline))

void flat_scratch_free(struct flat_scratch *scratch)
{
    free(scratch->nodes);
    free(scratch->parents);
    free(scratch->points);
    *scratch = (struct flat_scratch){0};
}

/* ---- octets ---- */

INLINE unsigned symbol_at(const struct walk *w, size_t at)
{
    return at < w->end ? (unsigned char)w->data[at] : OCTETS_END;
}

INLINE bool do_octet(struct walk *w, uint32_t class_)
{
    if (w->at == w->end || !w->flat->classes[class_].has[(unsigned char)w->data[w->at]])
        return false;
    w->at++;
    return true;
}

static bool text_ends_here(const struct flat_text *text, const char *data)
{
    const char *octets = (const char *)&text->octets, *fold = (const char *)&text->fold;
    for (uint32_t i = 0; i < text->nbytes; i++)
        if ((char)(data[i] | fold[i]) != octets[i])
            return false;
    return true;
}

/* `readable`: octets that there are to read, whatever the end. */
INLINE bool do_text(struct walk *w, const struct flat_text *text, size_t readable)
{
    uint64_t octets;
    if (w->end - w->at < text->nbytes)
        return false;
    const char *data = w->data + w->at;
    bool is_near_end = readable - w->at < sizeof octets;
    w->at += text->nbytes;
    if (is_near_end)
        return text_ends_here(text, data);
    memcpy(&octets, data, sizeof octets);
    return ((octets | text->fold) & text->keep) == text->octets;
}

static void push_point(struct flat_scratch *s, struct flat_point point)
{
    if (s->npoints == s->points_capacity)
        s->points = mem_grow(s->points, &s->points_capacity, s->npoints + 1, sizeof *s->points);
    s->points[s->npoints++] = point;
}

INLINE bool do_span(struct walk *w, struct flat_scratch *s, const struct flat_instruction *i)
{
    const struct flat_span *span = &w->flat->spans[i->a];
    const bool *has = span->has;
    size_t room = w->end - w->at;
    size_t most = room < span->most ? room : span->most;
    size_t count = span->is_everything ? most : 0;
    const char *data = w->data + w->at;
    while (count < most && has[(unsigned char)data[count]])
        count++;
    if (count >= FLAT_OCTETS_PER_STEP && !span->is_everything)
        s->steps += count / FLAT_OCTETS_PER_STEP;
    if (count < span->least)
        return false;
    if (i->op == FLAT_SPAN_RELEASE && count > span->least)
        push_point(s, (struct flat_point){.candidate = PROGRAM_NOWHERE,
                                          .pc = w->pc,
                                          .at = (uint32_t)(w->at + count),
                                          .least = (uint32_t)(w->at + span->least),
                                          .end = (uint32_t)w->end,
                                          .node = w->node,
                                          .nnodes = (uint32_t)s->nnodes});
    w->at += count;
    return true;
}

/* ---- nodes ---- */

static void grow_nodes(struct flat_scratch *s)
{
    size_t capacity = s->nodes_capacity;
    s->nodes = mem_grow(s->nodes, &s->nodes_capacity, s->nnodes + 1, sizeof *s->nodes);
    s->parents = mem_grow(s->parents, &capacity, s->nnodes + 1, sizeof *s->parents);
    ENSURE(capacity == s->nodes_capacity);
}

INLINE void open_node(struct walk *w, struct flat_scratch *s, uint16_t rule)
{
    if (s->nnodes == s->nodes_capacity)
        grow_nodes(s);
    s->nodes[s->nnodes] = (struct grammar_node){.rule = rule, .size = 1, .at = w->at};
    s->parents[s->nnodes] = w->node;
    w->node = (uint32_t)s->nnodes++;
}

INLINE void close_node(struct walk *w, struct flat_scratch *s)
{
    struct grammar_node *node = &s->nodes[w->node];
    node->size = (uint32_t)s->nnodes - w->node;
    node->nbytes = w->at - node->at;
    w->node = s->parents[w->node];
}

static bool is_unlike(const struct rule *rule, struct span derived)
{
    for (size_t i = 0; i < rule->nunlike; i++)
        if (derived.nbytes == rule->unlike[i].nbytes && span_equal_nocase(derived, rule->unlike[i]))
            return false;
    return true;
}

INLINE bool do_unlike(const struct walk *w, const struct flat_scratch *s, uint16_t rule)
{
    size_t from = s->nodes[w->node].at;
    return is_unlike(&w->flat->grammar->rules[rule], span_make(w->data + from, w->at - from));
}

/* ---- content that is counted ---- */

/* The number that governs rule: what its count rule derived last. False when there is none. */
static bool find_count(const struct flat_scratch *s, int counted_by, const char *data,
                       uint64_t *count)
{
    for (size_t i = s->nnodes; i-- > 0;) {
        const struct grammar_node *node = &s->nodes[i];
        if (node->rule != counted_by)
            continue;
        if (number_parse_u64(span_make(data + node->at, node->nbytes), count) < 0)
            *count = UINT64_MAX;
        return true;
    }
    return false;
}

/* How many octets were kept of the literal whose content begins here; SIZE_MAX: all. */
static size_t cut_to(const struct grammar_input *in, size_t at, uint64_t count)
{
    for (size_t i = 0; i < in->nliterals; i++) {
        const struct wire_literal *literal = &in->literals[i];
        if (literal->at == at)
            return literal->kept < literal->count && !literal->is_bare && literal->count == count
                       ? literal->kept
                       : SIZE_MAX;
    }
    return SIZE_MAX;
}

/* SIZE_MAX: the whole content is there, and ends at *end_r. */
static bool find_limit(const struct flat_scratch *s, const struct grammar *grammar, uint16_t rule,
                       const struct grammar_input *in, size_t at, size_t *end_r, size_t *kept_r)
{
    uint64_t count = 0;
    *kept_r = SIZE_MAX;
    if (!find_count(s, grammar->rules[rule].counted_by, in->bytes.data, &count))
        return true;
    *kept_r = cut_to(in, at, count);
    if (*kept_r <= *end_r - at)
        return true;
    *kept_r = SIZE_MAX;
    if (count > *end_r - at)
        return false;
    *end_r = at + (size_t)count;
    return true;
}

INLINE bool do_limit(struct walk *w, struct flat_scratch *s, const struct flat_instruction *i,
                     const struct grammar_input *in)
{
    size_t end = w->end, kept;
    if (!find_limit(s, w->flat->grammar, i->rule, in, w->at, &end, &kept))
        return false;
    w->end = end;
    if (kept == SIZE_MAX)
        return true;
    if (i->is_wanted)
        open_node(w, s, i->rule);
    w->at += kept;
    if (i->is_wanted)
        close_node(w, s);
    w->pc = i->a;
    return true;
}

/* ---- choices ---- */

INLINE unsigned symbol_behind_space(const struct walk *w, size_t offset)
{
    size_t room = w->end - w->at;
    size_t far = w->at + (room < FLAT_NEAR_NBYTES ? room : FLAT_NEAR_NBYTES);
    for (size_t at = w->at; at < far; at++)
        if (w->data[at] == ' ')
            return symbol_at(w, at + 1 + offset);
    return FLAT_UNSEEN;
}

INLINE bool do_choice(struct walk *w, struct flat_scratch *s, uint32_t to)
{
    const struct flat *f = w->flat;
    s->steps++;
    while ((to & FLAT_LEAF) == 0) {
        const struct flat_look *look = &f->looks[to];
        unsigned symbol = look->base == FLAT_HERE ? symbol_at(w, w->at + look->offset)
                                                  : symbol_behind_space(w, look->offset);
        to = look->children[look->index[symbol]];
    }
    if ((to & FLAT_SURE) != 0) {
        w->pc = to & ~(FLAT_LEAF | FLAT_SURE);
        return true;
    }
    to &= ~FLAT_LEAF;
    w->pc = f->candidates[to];
    if (w->pc == PROGRAM_NOWHERE)
        return false;
    if (f->candidates[to + 1] != PROGRAM_NOWHERE)
        push_point(s, (struct flat_point){.candidate = to + 1,
                                          .at = (uint32_t)w->at,
                                          .end = (uint32_t)w->end,
                                          .node = w->node,
                                          .nnodes = (uint32_t)s->nnodes});
    return true;
}

/* Undoes what was done since the last choice point and takes its next way. */
INLINE bool backtrack(struct walk *w, struct flat_scratch *s)
{
    if (s->npoints == 0)
        return false;
    struct flat_point *point = &s->points[s->npoints - 1];
    s->steps++;
    w->node = point->node;
    w->end = point->end;
    s->nnodes = point->nnodes;
    if (point->candidate == PROGRAM_NOWHERE) {
        w->at = --point->at;
        w->pc = point->pc;
        s->npoints -= point->at == point->least;
        return true;
    }
    w->at = point->at;
    w->pc = w->flat->candidates[point->candidate++];
    s->npoints -= w->flat->candidates[point->candidate] == PROGRAM_NOWHERE;
    return true;
}

enum flat_result flat_run(struct flat_scratch *s, const struct flat *flat,
                          const struct grammar_input *input, uint64_t most_steps)
{
    struct walk w = {.flat = flat,
                     .data = input->bytes.nbytes == 0 ? "" : input->bytes.data,
                     .node = PROGRAM_NOWHERE,
                     .end = input->bytes.nbytes};
    const size_t readable = input->bytes.nbytes;
    s->nnodes = s->npoints = 0;
    s->steps = 0;
    if (flat->code == NULL)
        return FLAT_GIVEN_UP;
    for (;;) {
        const struct flat_instruction *i = &flat->code[w.pc++];
        switch ((enum flat_op)i->op) {
        case FLAT_OCTET:
            if (do_octet(&w, i->a))
                continue;
            break;
        case FLAT_SPAN:
        case FLAT_SPAN_RELEASE:
            if (do_span(&w, s, i))
                continue;
            break;
        case FLAT_TEXT:
            if (do_text(&w, &flat->texts[i->a], readable))
                continue;
            break;
        case FLAT_OPEN:
            open_node(&w, s, i->rule);
            continue;
        case FLAT_ALTERNATIVE:
            s->nodes[w.node].alternative = (uint16_t)i->a;
            continue;
        case FLAT_CLOSE:
            close_node(&w, s);
            continue;
        case FLAT_UNLIKE:
            if (do_unlike(&w, s, i->rule))
                continue;
            break;
        case FLAT_CHOICE:
            if (do_choice(&w, s, i->a))
                continue;
            break;
        case FLAT_JUMP:
            w.pc = i->a;
            continue;
        case FLAT_LIMIT:
            if (do_limit(&w, s, i, input))
                continue;
            break;
        case FLAT_LIMIT_END:
            if (w.at != w.end)
                break;
            w.end = readable;
            continue;
        case FLAT_END:
            if (w.at != w.end)
                break;
            close_node(&w, s);
            return FLAT_DERIVED;
        case FLAT_FAIL:
            break;
        }
        if (s->steps > most_steps)
            return FLAT_GIVEN_UP;
        if (!backtrack(&w, s))
            return FLAT_UNDERIVABLE;
    }
}
