#include "grammar/flat.h"

#include <stdlib.h>
#include <string.h>

/* Beyond these a rule is left to the machine. */
enum { FLAT_MOST_CODE = 40000, FLAT_MOST_DEPTH = 100, FLAT_MOST_WAYS = 64 };

struct maker {
    struct flat *flat;
    const struct grammar *grammar;
    enum variant variant;
    const bool *wants;
    bool *is_entered; /* by rule: being written out */
    int rule;         /* innermost one */
    bool has_node;    /* and whether it has a node */
    unsigned depth;
    size_t barrier; /* an address that is jumped to: nothing is joined across it */
    bool is_limited;
    bool is_impossible;
};

static void make_element(struct maker *c, const struct element *e);

static uint32_t emit(struct maker *c, enum flat_op op, uint32_t a)
{
    struct flat *f = c->flat;
    f->code = arena_grow(&f->arena, f->code, &f->code_capacity, f->ncode + 1, sizeof *f->code);
    f->code[f->ncode] =
        (struct flat_instruction){.op = (uint8_t)op, .rule = (uint16_t)c->rule, .a = a};
    return (uint32_t)f->ncode++;
}

/* The next address, to which something will jump. */
static uint32_t label(struct maker *c)
{
    c->barrier = c->flat->ncode;
    return (uint32_t)c->flat->ncode;
}

/* ---- octets ---- */

static uint32_t add_class(struct flat *f, const struct octets *octets)
{
    for (uint32_t i = 0; i < f->nclasses; i++)
        if (memcmp(&f->classes[i].octets, octets, sizeof *octets) == 0)
            return i;
    f->classes = arena_grow(&f->arena, f->classes, &f->classes_capacity, f->nclasses + 1,
                            sizeof *f->classes);
    struct flat_class *made = &f->classes[f->nclasses];
    made->octets = *octets;
    for (unsigned octet = 0; octet < OCTETS_END; octet++)
        made->has[octet] = octets_has(octets, octet);
    return (uint32_t)f->nclasses++;
}

/* The text that takes one more octet: the last instruction's, or a new one's. */
static struct flat_text *text_with_room(struct maker *c)
{
    struct flat *f = c->flat;
    if (f->ncode > c->barrier && f->code[f->ncode - 1].op == FLAT_TEXT &&
        f->texts[f->code[f->ncode - 1].a].nbytes < sizeof(uint64_t))
        return &f->texts[f->code[f->ncode - 1].a];
    f->texts = arena_grow(&f->arena, f->texts, &f->texts_capacity, f->ntexts + 1, sizeof *f->texts);
    f->texts[f->ntexts] = (struct flat_text){0};
    emit(c, FLAT_TEXT, (uint32_t)f->ntexts);
    return &f->texts[f->ntexts++];
}

static void make_octet(struct maker *c, char octet, bool any_case)
{
    struct flat_text *text = text_with_room(c);
    unsigned char fold = any_case && char_is_alpha(octet) ? 0x20 : 0;
    unsigned char folded = (unsigned char)octet | fold;
    memcpy((char *)&text->octets + text->nbytes, &folded, 1);
    memcpy((char *)&text->fold + text->nbytes, &fold, 1);
    memset((char *)&text->keep + text->nbytes, 0xff, 1);
    text->nbytes++;
}

static void make_text(struct maker *c, const struct element *e)
{
    for (size_t i = 0; i < e->text.nbytes; i++)
        make_octet(c, e->text.data[i], e->any_case);
}

static void make_class(struct maker *c, const struct element *e)
{
    if (e->kind == ELEMENT_TEXT)
        make_text(c, e);
    else if (octets_count(&e->octets) == 1)
        make_octet(c, (char)e->members[0], false);
    else
        emit(c, FLAT_OCTET, add_class(c->flat, &e->octets));
}

static void make_span(struct maker *c, const struct element *repeat)
{
    struct flat *f = c->flat;
    const struct octets *octets = &repeat->parts[0]->octets;
    f->spans = arena_grow(&f->arena, f->spans, &f->spans_capacity, f->nspans + 1, sizeof *f->spans);
    f->spans[f->nspans] =
        (struct flat_span){.class_ = add_class(f, octets),
                           .is_everything = octets_count(octets) == OCTETS_END,
                           .least = repeat->least,
                           .most = repeat->most == ELEMENT_UNBOUNDED ? SIZE_MAX : repeat->most};
    emit(c, FLAT_SPAN, (uint32_t)f->nspans++);
}

/* ---- choices ---- */

/* A choice between `count` ways, the addresses of which are set afterwards. Returns the first. */
static uint32_t make_fork(struct maker *c, size_t count)
{
    struct flat *f = c->flat;
    c->is_impossible = c->is_impossible || count > FLAT_MOST_WAYS;
    f->forks = arena_grow(&f->arena, f->forks, &f->forks_capacity, f->nforks + 1, sizeof *f->forks);
    f->ways = arena_grow(&f->arena, f->ways, &f->ways_capacity, f->nways + count, sizeof *f->ways);
    uint32_t first = (uint32_t)f->nways;
    uint32_t at = emit(c, FLAT_CHOICE, (uint32_t)f->nforks);
    f->forks[f->nforks++] = (struct flat_fork){.at = at, .first = first, .count = (uint32_t)count};
    f->nways += count;
    return first;
}

static void make_alternative(struct maker *c, const struct element *choice, size_t i)
{
    bool is_top = choice == c->grammar->rules[c->rule].body;
    if (is_top && c->has_node && i > 0)
        emit(c, FLAT_ALTERNATIVE, (uint32_t)i);
    make_element(c, choice->parts[i]);
}

static size_t count_possible(const struct maker *c, const struct element *choice)
{
    size_t count = 0;
    for (size_t i = 0; i < choice->nparts; i++)
        count += element_is_possible(choice->parts[i], c->variant);
    return count;
}

static void make_choice(struct maker *c, const struct element *choice)
{
    size_t count = count_possible(c, choice);
    uint32_t *leave = mem_alloc((count + 1) * sizeof *leave);
    uint32_t way = count > 1 ? make_fork(c, count) : 0;
    size_t nleave = 0;
    for (size_t i = 0; i < choice->nparts; i++) {
        if (!element_is_possible(choice->parts[i], c->variant))
            continue;
        if (count > 1) {
            uint32_t here = label(c);
            c->flat->ways[way++] = here;
        }
        make_alternative(c, choice, i);
        if (nleave + 1 < count)
            leave[nleave++] = emit(c, FLAT_JUMP, 0);
    }
    for (size_t i = 0; i < nleave; i++)
        c->flat->code[leave[i]].a = label(c);
    free(leave);
}

/* ---- repetitions ---- */

static void make_loop(struct maker *c, const struct element *repeat)
{
    uint32_t again = label(c);
    uint32_t way = 0;
    if (repeat->least > 0) {
        make_element(c, repeat->parts[0]);
        way = make_fork(c, 2);
        c->flat->ways[way] = again;
    } else {
        way = make_fork(c, 2);
        uint32_t in = label(c);
        c->flat->ways[way] = in;
        make_element(c, repeat->parts[0]);
        emit(c, FLAT_JUMP, again);
    }
    uint32_t behind = label(c);
    c->flat->ways[way + 1] = behind;
}

static void make_bounded(struct maker *c, const struct element *repeat)
{
    size_t nforks = repeat->most - repeat->least;
    uint32_t *way = mem_alloc((nforks + 1) * sizeof *way);
    for (size_t i = 0; i < nforks && !c->is_impossible; i++) {
        way[i] = make_fork(c, 2);
        uint32_t in = label(c);
        c->flat->ways[way[i]] = in;
        make_element(c, repeat->parts[0]);
    }
    uint32_t behind = label(c);
    for (size_t i = 0; i < nforks && !c->is_impossible; i++)
        c->flat->ways[way[i] + 1] = behind;
    free(way);
}

static void make_repeat(struct maker *c, const struct element *repeat)
{
    const struct element *part = repeat->parts[0];
    if (part->is_class) {
        make_span(c, repeat);
        return;
    }
    if (!element_is_possible(part, c->variant))
        return;
    c->is_impossible = c->is_impossible || part->is_nullable[c->variant];
    bool is_open = repeat->most == ELEMENT_UNBOUNDED;
    size_t ncopies = is_open && repeat->least > 0 ? repeat->least - 1 : repeat->least;
    for (size_t i = 0; i < ncopies && !c->is_impossible; i++)
        make_element(c, part);
    if (is_open)
        make_loop(c, repeat);
    else
        make_bounded(c, repeat);
}

/* ---- rules ---- */

static bool has_node(const struct maker *c, int rule)
{
    const struct rule *r = &c->grammar->rules[rule];
    return c->depth == 0 || c->wants[rule] || r->is_obsolete || r->is_count || r->nunlike > 0;
}

/* What stands between the beginning and the end of a rule's node. */
static void make_body(struct maker *c, int rule, bool is_limited)
{
    const struct rule *r = &c->grammar->rules[rule];
    if (c->has_node)
        emit(c, FLAT_OPEN, 0);
    make_element(c, r->body);
    if (is_limited)
        emit(c, FLAT_LIMIT_END, 0);
    if (r->nunlike > 0)
        emit(c, FLAT_UNLIKE, 0);
    if (c->depth > 0 && c->has_node)
        emit(c, FLAT_CLOSE, 0);
}

/* Content that a count delimits; not inside other such content. */
static void make_limited(struct maker *c, int rule)
{
    c->is_impossible = c->is_impossible || c->is_limited;
    c->is_limited = true;
    uint32_t limit = emit(c, FLAT_LIMIT, 0);
    c->flat->code[limit].is_wanted = c->has_node;
    make_body(c, rule, true);
    c->is_limited = false;
    uint32_t behind = label(c);
    c->flat->code[limit].a = behind;
}

static void make_rule(struct maker *c, int rule)
{
    const struct rule *r = &c->grammar->rules[rule];
    int outer = c->rule;
    bool outer_has_node = c->has_node;
    if (c->is_entered[rule] || c->depth > FLAT_MOST_DEPTH || c->flat->ncode > FLAT_MOST_CODE)
        c->is_impossible = true;
    if (c->is_impossible)
        return;
    c->is_entered[rule] = true;
    c->rule = rule;
    c->has_node = has_node(c, rule);
    if (c->depth > 0 && r->counted_by != GRAMMAR_NO_RULE)
        make_limited(c, rule);
    else
        make_body(c, rule, false);
    c->is_entered[rule] = false;
    c->rule = outer;
    c->has_node = outer_has_node;
}

static void make_reference(struct maker *c, const struct element *e)
{
    const struct rule *rule = &c->grammar->rules[e->rule];
    if (rule->is_terminal) {
        make_text(c, rule->body);
        return;
    }
    c->depth++;
    make_rule(c, e->rule);
    c->depth--;
}

static void make_element(struct maker *c, const struct element *e)
{
    if (c->is_impossible)
        return;
    if (e->is_class) {
        make_class(c, e);
        return;
    }
    switch (e->kind) {
    case ELEMENT_TEXT:
        make_text(c, e);
        return;
    case ELEMENT_RANGE:
        return;
    case ELEMENT_RULE:
        make_reference(c, e);
        return;
    case ELEMENT_SEQUENCE:
        for (size_t i = 0; i < e->nparts; i++)
            make_element(c, e->parts[i]);
        return;
    case ELEMENT_CHOICE:
        make_choice(c, e);
        return;
    case ELEMENT_REPEAT:
        make_repeat(c, e);
        return;
    }
}

/* ---- all ---- */

/* Only where what follows a run may begin like it can giving octets back be of use. */
static void find_releases(struct flat *f)
{
    struct flat_states states;
    flat_states_init(&states, f);
    for (uint32_t at = 0; at < f->ncode; at++) {
        if (f->code[at].op != FLAT_SPAN)
            continue;
        const struct flat_span *span = &f->spans[f->code[at].a];
        flat_states_start(&states, at + 1);
        struct octets next = flat_states_symbols(&states);
        if (octets_meet(&f->classes[span->class_].octets, &next) && span->least != span->most)
            f->code[at].op = FLAT_SPAN_RELEASE;
    }
    flat_states_free(&states);
}

/* Tables move while they grow; now they stay. */
static void settle(struct flat *f)
{
    for (size_t i = 0; i < f->ncode; i++)
        if (f->code[i].op == FLAT_JUMP)
            f->code[i].a = flat_skip_jumps(f, f->code[i].a);
    for (size_t i = 0; i < f->nspans; i++)
        f->spans[i].has = f->classes[f->spans[i].class_].has;
    for (size_t i = 0; i < f->nlooks; i++) {
        f->looks[i].index = f->indices + f->looks[i].index_at;
        f->looks[i].children = f->children + f->looks[i].children_at;
    }
}

struct flat *flat_compile(const struct grammar *grammar, enum variant variant, int rule,
                          const bool *wants)
{
    struct flat *flat = mem_alloc(sizeof *flat);
    struct maker c = {.flat = flat,
                      .grammar = grammar,
                      .variant = variant,
                      .wants = wants,
                      .is_entered = mem_alloc(grammar->nrules * sizeof(bool))};
    flat->grammar = grammar;
    if (element_is_possible(grammar->rules[rule].body, variant))
        make_rule(&c, rule);
    else
        emit(&c, FLAT_FAIL, 0);
    emit(&c, FLAT_END, 0);
    free(c.is_entered);
    if (c.is_impossible) {
        arena_free(&flat->arena);
        *flat = (struct flat){.grammar = grammar};
        return flat;
    }
    find_releases(flat);
    /* What needs obs- rules is rare, and the program for it large. */
    flat_decide(flat, variant == VARIANT_STRICT);
    settle(flat);
    return flat;
}

void flat_free(struct flat **flat)
{
    if (*flat == NULL)
        return;
    arena_free(&(*flat)->arena);
    free(*flat);
    *flat = NULL;
}
