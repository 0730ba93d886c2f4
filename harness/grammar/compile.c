#include <stdlib.h>
#include <string.h>

#include "grammar/syntax.h"

/* From elements to instructions. Where the alternatives of a choice begin differently, given what
 * may follow, the next octet alone decides and nothing has to be remembered. */

struct compiler {
    struct grammar *grammar;
    struct program *program;
    enum variant variant;
    uint16_t rule; /* being compiled */
};

static void emit_element(struct compiler *c, const struct element *e, struct octets follow);

static uint32_t emit(struct compiler *c, enum opcode op, uint32_t a, uint32_t b)
{
    struct program *p = c->program;
    p->code =
        arena_grow(&c->grammar->arena, p->code, &p->code_capacity, p->ncode + 1, sizeof *p->code);
    p->code[p->ncode] = (struct instruction){.op = (uint8_t)op, .rule = c->rule, .a = a, .b = b};
    return (uint32_t)p->ncode++;
}

static uint32_t here(const struct compiler *c)
{
    return (uint32_t)c->program->ncode;
}

static uint32_t add_want(struct compiler *c, const char *text)
{
    struct program *p = c->program;
    p->wants = arena_grow(&c->grammar->arena, p->wants, &p->wants_capacity, p->nwants + 1,
                          sizeof *p->wants);
    p->wants[p->nwants] = text;
    return (uint32_t)p->nwants++;
}

/* ---- octets ---- */

static uint32_t add_set(struct compiler *c, const struct octets *set)
{
    struct program *p = c->program;
    for (uint32_t i = 0; i < p->nsets; i++)
        if (memcmp(&p->sets[i], set, sizeof *set) == 0)
            return i;
    p->sets =
        arena_grow(&c->grammar->arena, p->sets, &p->sets_capacity, p->nsets + 1, sizeof *p->sets);
    p->sets[p->nsets] = *set;
    return (uint32_t)p->nsets++;
}

static void emit_span(struct compiler *c, const struct element *repeat, const struct octets *follow)
{
    struct program *p = c->program;
    const struct element *part = repeat->parts[0];
    p->spans = arena_grow(&c->grammar->arena, p->spans, &p->spans_capacity, p->nspans + 1,
                          sizeof *p->spans);
    p->spans[p->nspans] =
        (struct span_bounds){.least = repeat->least,
                             .most = repeat->most == ELEMENT_UNBOUNDED ? SIZE_MAX : repeat->most,
                             .is_everything = octets_count(&part->octets) == OCTETS_END};
    for (unsigned symbol = 0; symbol < OCTETS_NSYMBOLS; symbol++)
        p->spans[p->nspans].has[symbol] = octets_has(&part->octets, symbol);
    bool may_release = repeat->least != repeat->most && octets_meet(&part->octets, follow);
    uint32_t at = emit(c, may_release ? OP_SPAN_RELEASE : OP_SPAN, (uint32_t)p->nspans++, 0);
    p->code[at].want = add_want(c, element_show(c->grammar, part));
}

static char text_octet(const struct element *e, size_t i)
{
    if (!e->any_case)
        return e->text.data[i];
    return char_lower(e->text.data[i]);
}

static void emit_text(struct compiler *c, const struct element *e, const char *want)
{
    struct program *p = c->program;
    if (e->text.nbytes == 0)
        return;
    p->texts =
        arena_grow(&c->grammar->arena, p->texts, &p->texts_capacity, p->ntexts + e->text.nbytes, 1);
    for (size_t i = 0; i < e->text.nbytes; i++)
        p->texts[p->ntexts + i] = text_octet(e, i);
    uint32_t at = emit(c, e->any_case ? OP_TEXT_NOCASE : OP_TEXT, (uint32_t)p->ntexts,
                       (uint32_t)e->text.nbytes);
    p->ntexts += e->text.nbytes;
    p->code[at].want = add_want(c, want);
}

/* ---- choices ---- */

struct alternatives {
    size_t count;
    const struct octets *select; /* with which symbols each is worth trying */
    const uint32_t *address;
    const uint32_t *after; /* indices of sets; NULL: nothing is known */
};

static uint32_t add_candidates(struct compiler *c, const struct alternatives *all, unsigned symbol)
{
    struct program *p = c->program;
    uint32_t from = (uint32_t)p->ncandidates;
    p->candidates = arena_grow(&c->grammar->arena, p->candidates, &p->candidates_capacity,
                               p->ncandidates + all->count + 1, sizeof *p->candidates);
    p->afters = arena_grow(&c->grammar->arena, p->afters, &p->afters_capacity,
                           p->ncandidates + all->count + 1, sizeof *p->afters);
    for (size_t i = 0; i < all->count; i++) {
        if (symbol != OCTETS_NSYMBOLS && !octets_has(&all->select[i], symbol))
            continue;
        p->afters[p->ncandidates] = all->after == NULL ? PROGRAM_AFTER_ANY : all->after[i];
        p->candidates[p->ncandidates++] = all->address[i];
    }
    p->candidates[p->ncandidates++] = PROGRAM_NOWHERE;
    return from;
}

static bool same_candidates(const struct program *p, uint32_t a, uint32_t b)
{
    while (p->candidates[a] == p->candidates[b] && p->candidates[a] != PROGRAM_NOWHERE) {
        a++;
        b++;
    }
    return p->candidates[a] == p->candidates[b];
}

static void fill_choice(struct compiler *c, uint32_t index, const struct alternatives *all)
{
    struct program *p = c->program;
    p->choices[index].all = add_candidates(c, all, OCTETS_NSYMBOLS);
    for (unsigned symbol = 0; symbol < OCTETS_NSYMBOLS; symbol++) {
        size_t before = p->ncandidates;
        uint32_t run = add_candidates(c, all, symbol);
        uint32_t *by_symbol = p->choices[index].by_symbol;
        if (p->candidates[run] == PROGRAM_NOWHERE)
            run = 0;
        for (unsigned other = 0; other < symbol && run >= before; other++)
            if (same_candidates(p, by_symbol[other], run))
                run = by_symbol[other];
        if (run < before)
            p->ncandidates = before;
        by_symbol[symbol] = run;
    }
}

static uint32_t emit_choice(struct compiler *c)
{
    struct program *p = c->program;
    p->choices = arena_grow(&c->grammar->arena, p->choices, &p->choices_capacity, p->nchoices + 1,
                            sizeof *p->choices);
    return emit(c, OP_CHOICE, (uint32_t)p->nchoices++, 0);
}

static struct octets select_of(const struct compiler *c, const struct element *e,
                               const struct octets *follow)
{
    struct octets select = e->first[c->variant];
    if (e->is_nullable[c->variant])
        octets_unite(&select, follow);
    return select;
}

static void emit_alternative(struct compiler *c, const struct element *choice, size_t i,
                             struct octets follow)
{
    bool is_top = choice == c->grammar->rules[c->rule].body;
    uint32_t production = (uint32_t)choice->production + (uint32_t)i;
    emit(c, is_top ? OP_ALTERNATIVE : OP_PRODUCTION, is_top ? (uint32_t)i : production, 0);
    emit_element(c, choice->parts[i], follow);
}

static uint32_t after_of(struct compiler *c, const struct element *alternative)
{
    struct octets after;
    if (!syntax_find_after(c->grammar, alternative, c->variant, &after))
        return PROGRAM_AFTER_ANY;
    return add_set(c, &after);
}

static void emit_alternatives(struct compiler *c, const struct element *choice,
                              struct octets follow)
{
    struct octets *select = mem_alloc(choice->nparts * sizeof *select);
    uint32_t *address = mem_alloc(choice->nparts * sizeof *address);
    uint32_t *after = mem_alloc(choice->nparts * sizeof *after);
    uint32_t *leave = mem_alloc(choice->nparts * sizeof *leave);
    size_t count = 0;
    uint32_t at = emit_choice(c);
    for (size_t i = 0; i < choice->nparts; i++) {
        if (!element_is_possible(choice->parts[i], c->variant))
            continue;
        select[count] = select_of(c, choice->parts[i], &follow);
        address[count] = here(c);
        after[count] = after_of(c, choice->parts[i]);
        emit_alternative(c, choice, i, follow);
        leave[count++] = emit(c, OP_JUMP, 0, 0);
    }
    for (size_t i = 0; i < count; i++)
        c->program->code[leave[i]].a = here(c);
    struct alternatives all = {count, select, address, after};
    fill_choice(c, c->program->code[at].a, &all);
    free(select);
    free(address);
    free(after);
    free(leave);
}

/* ---- repetitions ---- */

/* A choice between going into `e` at `in` and going on at `out`. */
static void fill_fork(struct compiler *c, uint32_t at, const struct element *e, uint32_t in,
                      uint32_t out, const struct octets *follow)
{
    struct octets select[2] = {select_of(c, e, follow), *follow};
    uint32_t address[2] = {in, out};
    struct alternatives all = {2, select, address, NULL};
    fill_choice(c, c->program->code[at].a, &all);
}

static void emit_iteration(struct compiler *c, const struct element *part, struct octets follow)
{
    bool may_be_empty = part->is_nullable[c->variant];
    if (may_be_empty)
        emit(c, OP_LOOP_OPEN, 0, 0);
    emit_element(c, part, follow);
    if (may_be_empty)
        emit(c, OP_LOOP_CLOSE, 0, 0);
}

/* Iterations beyond the least number, the first of which has been chosen already. */
static void emit_loop(struct compiler *c, const struct element *repeat, const struct octets *follow)
{
    const struct element *part = repeat->parts[0];
    struct octets inner = *follow;
    octets_unite(&inner, &part->first[c->variant]);
    uint32_t again = here(c);
    emit_iteration(c, part, inner);
    uint32_t fork = emit_choice(c);
    fill_fork(c, fork, part, again, here(c), follow);
}

static void emit_bounded(struct compiler *c, const struct element *repeat,
                         const struct octets *follow)
{
    const struct element *part = repeat->parts[0];
    struct octets inner = *follow;
    octets_unite(&inner, &part->first[c->variant]);
    size_t nforks = repeat->most - repeat->least - 1;
    uint32_t *forks = mem_alloc((nforks + 1) * sizeof *forks);
    emit_iteration(c, part, inner);
    for (size_t i = 0; i < nforks; i++) {
        forks[i] = emit_choice(c);
        emit_iteration(c, part, inner);
    }
    for (size_t i = 0; i < nforks; i++)
        fill_fork(c, forks[i], part, forks[i] + 1, here(c), follow);
    free(forks);
}

static void emit_repeat(struct compiler *c, const struct element *repeat, struct octets follow)
{
    const struct element *part = repeat->parts[0];
    if (part->is_class) {
        emit_span(c, repeat, &follow);
        return;
    }
    if (!element_is_possible(part, c->variant))
        return;
    struct octets inner = follow;
    octets_unite(&inner, &part->first[c->variant]);
    for (size_t i = 0; i < repeat->least; i++)
        emit_element(c, part, i + 1 < repeat->least ? part->first[c->variant] : inner);
    if (repeat->least == repeat->most)
        return;
    uint32_t fork = emit_choice(c);
    uint32_t in = emit(c, OP_PRODUCTION, (uint32_t)repeat->production + 1, 0);
    if (repeat->most == ELEMENT_UNBOUNDED)
        emit_loop(c, repeat, &follow);
    else
        emit_bounded(c, repeat, &follow);
    uint32_t leave = emit(c, OP_JUMP, 0, 0);
    uint32_t out = emit(c, OP_PRODUCTION, (uint32_t)repeat->production, 0);
    c->program->code[leave].a = here(c);
    fill_fork(c, fork, part, in, out, &follow);
}

/* ---- elements and rules ---- */

static void emit_sequence(struct compiler *c, const struct element *e, const struct octets *follow)
{
    for (size_t i = 0; i < e->nparts; i++) {
        struct octets next = {0};
        size_t j = i + 1;
        for (; j < e->nparts; j++) {
            octets_unite(&next, &e->parts[j]->first[c->variant]);
            if (!e->parts[j]->is_nullable[c->variant])
                break;
        }
        if (j == e->nparts)
            octets_unite(&next, follow);
        emit_element(c, e->parts[i], next);
    }
}

static void emit_reference(struct compiler *c, const struct element *e)
{
    const struct rule *rule = &c->grammar->rules[e->rule];
    if (rule->is_terminal) {
        emit_text(c, rule->body, rule->name);
        return;
    }
    uint32_t at = emit(c, OP_CALL, 0, 0);
    c->program->code[at].rule = (uint16_t)e->rule;
    if (rule->counted_by != GRAMMAR_NO_RULE)
        c->program->code[at].flags = INSTRUCTION_COUNTED;
}

static void emit_element(struct compiler *c, const struct element *e, struct octets follow)
{
    if (e->is_class) {
        uint32_t at = emit(c, OP_OCTET, add_set(c, &e->octets), 0);
        c->program->code[at].want = add_want(c, element_show(c->grammar, e));
        return;
    }
    switch (e->kind) {
    case ELEMENT_TEXT:
        emit_text(c, e, element_show(c->grammar, e));
        return;
    case ELEMENT_RANGE:
        return;
    case ELEMENT_RULE:
        emit_reference(c, e);
        return;
    case ELEMENT_SEQUENCE:
        emit_sequence(c, e, &follow);
        return;
    case ELEMENT_CHOICE:
        emit_alternatives(c, e, follow);
        return;
    case ELEMENT_REPEAT:
        emit_repeat(c, e, follow);
        return;
    }
}

/* A jump to a jump goes where that goes; a jump to a return is one. */
static void shorten_jumps(struct program *p)
{
    for (size_t i = p->ncode; i-- > 0;) {
        struct instruction *jump = &p->code[i];
        if (jump->op != OP_JUMP)
            continue;
        const struct instruction *target = &p->code[jump->a];
        if (target->op == OP_JUMP || target->op == OP_RETURN)
            *jump = *target;
    }
}

void program_compile(struct grammar *grammar, int variant)
{
    struct program *p = &grammar->programs[variant];
    struct compiler c = {.grammar = grammar, .program = p, .variant = (enum variant)variant};
    struct alternatives none = {0};
    (void)add_candidates(&c, &none, 0);
    (void)add_want(&c, "");
    struct octets everything;
    memset(&everything, 0xff, sizeof everything);
    ENSURE(add_set(&c, &everything) == PROGRAM_AFTER_ANY);
    p->entry = arena_array(&grammar->arena, grammar->nrules, sizeof *p->entry);
    for (size_t i = 0; i < grammar->nrules; i++) {
        const struct rule *rule = &grammar->rules[i];
        c.rule = (uint16_t)i;
        p->entry[i] = here(&c);
        if (element_is_possible(rule->body, c.variant))
            emit_element(&c, rule->body, rule->follow[variant]);
        else
            emit(&c, OP_FAIL, 0, 0);
        uint32_t at = emit(&c, OP_RETURN, 0, 0);
        if (rule->nunlike > 0)
            p->code[at].flags = INSTRUCTION_UNLIKE;
        if (rule->counted_by != GRAMMAR_NO_RULE)
            p->code[at].flags |= INSTRUCTION_COUNTED;
    }
    shorten_jumps(p);
}
