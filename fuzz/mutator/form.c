#include "mutator/form.h"

#include <stdlib.h>
#include <string.h>

#include "grammar/syntax.h"

enum { WALKS_MOST = 1 << 20, WALKS_ROUNDS = 24 };

#define GROW(form, array, count, capacity)                                                         \
    ((form)->array =                                                                               \
         mem_grow((form)->array, &(form)->capacity, (form)->count + 1, sizeof *(form)->array))

static const char *const date_rules[] = {"date-text", "day-fixed", "time"};
static const char *const string_rules[] = {"string", "nstring", "name", "text-value"};

static uint16_t short_of(size_t number)
{
    ENSURE(number < FORM_NONE);
    return (uint16_t)number;
}

static uint16_t bound_of(size_t number)
{
    return number >= FORM_UNBOUNDED ? FORM_UNBOUNDED : (uint16_t)number;
}

/* ---- items ---- */

static uint16_t new_item(struct form *form, enum form_kind kind)
{
    GROW(form, items, nitems, items_capacity);
    form->items[form->nitems] = (struct form_item){.kind = (uint8_t)kind,
                                                   .rule = FORM_NONE,
                                                   .set = FORM_NONE,
                                                   .choice = FORM_NONE,
                                                   .depth = FORM_DEPTH_UNKNOWN};
    return short_of(form->nitems++);
}

static uint16_t new_set(struct form *form, const struct element *e)
{
    struct form_set set = {.nmembers = (uint16_t)e->nmembers,
                           .nprintable = (uint16_t)e->nprintable};
    for (unsigned i = 0; i < e->nmembers; i++) {
        set.members[i] = e->members[i];
        set.has[e->members[i]] = true;
    }
    for (size_t i = 0; i < form->nsets; i++)
        if (memcmp(form->sets[i].has, set.has, sizeof set.has) == 0)
            return (uint16_t)i;
    GROW(form, sets, nsets, sets_capacity);
    form->sets[form->nsets] = set;
    return short_of(form->nsets++);
}

static uint16_t new_text(struct form *form, const struct element *e)
{
    uint16_t item = new_item(form, FORM_TEXT);
    form->items[item].any_case = e->any_case;
    form->items[item].text_at = short_of(form->ntexts);
    form->items[item].text_nbytes = short_of(e->text.nbytes);
    for (size_t i = 0; i < e->text.nbytes; i++) {
        GROW(form, texts, ntexts, texts_capacity);
        form->texts[form->ntexts++] = e->text.data[i];
    }
    return item;
}

static uint16_t convert(struct form *form, const struct element *e);

static void convert_parts(struct form *form, uint16_t item, const struct element *e)
{
    size_t first = form->nparts;
    for (size_t i = 0; i < e->nparts; i++) {
        GROW(form, parts, nparts, parts_capacity);
        form->parts[form->nparts++] = FORM_NONE;
    }
    form->items[item].parts = short_of(first);
    form->items[item].nparts = short_of(e->nparts);
    for (size_t i = 0; i < e->nparts; i++) {
        uint16_t part = convert(form, e->parts[i]);
        form->parts[first + i] = part;
    }
}

/* One octet of a class: a range, a choice of them, or a rule that stands for either. */
static uint16_t convert_class(struct form *form, const struct element *e)
{
    uint16_t item = new_item(form, FORM_CLASS);
    form->items[item].set = new_set(form, e);
    form->items[item].least = form->items[item].most = 1;
    return item;
}

static uint16_t convert_repeat(struct form *form, const struct element *e)
{
    bool is_run = e->parts[0]->is_class;
    uint16_t item = new_item(form, is_run ? FORM_RUN : FORM_REPEAT);
    form->items[item].least = bound_of(e->least);
    form->items[item].most = bound_of(e->most);
    if (is_run)
        form->items[item].set = new_set(form, e->parts[0]);
    else
        convert_parts(form, item, e);
    return item;
}

static uint16_t convert(struct form *form, const struct element *e)
{
    uint16_t item = 0;
    if (e->kind == ELEMENT_RULE && form->grammar->rules[e->rule].is_terminal)
        return convert(form, form->grammar->rules[e->rule].body);
    if (e->is_class && e->kind != ELEMENT_RULE && e->kind != ELEMENT_TEXT)
        return convert_class(form, e);
    switch (e->kind) {
    case ELEMENT_TEXT:
        return new_text(form, e);
    case ELEMENT_RANGE:
        return convert_class(form, e);
    case ELEMENT_RULE:
        item = new_item(form, FORM_RULE);
        form->items[item].rule = (uint16_t)e->rule;
        return item;
    case ELEMENT_SEQUENCE:
    case ELEMENT_CHOICE:
        item = new_item(form, e->kind == ELEMENT_CHOICE ? FORM_CHOICE : FORM_SEQUENCE);
        convert_parts(form, item, e);
        return item;
    case ELEMENT_REPEAT:
        return convert_repeat(form, e);
    }
    return item;
}

/* ---- which alternatives an octet may begin ---- */

static struct octets first_of(const struct element *e, bool *is_nullable)
{
    *is_nullable = e->is_nullable[VARIANT_FULL];
    return e->first[VARIANT_FULL];
}

static void index_choice(struct form *form, uint16_t item, const struct element *e)
{
    GROW(form, choices, nchoices, choices_capacity);
    struct form_choice *choice = &form->choices[form->nchoices];
    form->items[item].choice = short_of(form->nchoices++);
    for (unsigned symbol = 0; symbol <= OCTETS_END; symbol++) {
        size_t from = form->ncandidates;
        for (size_t i = 0; i < e->nparts; i++) {
            bool is_nullable = false;
            struct octets first = first_of(e->parts[i], &is_nullable);
            if (!is_nullable && !octets_has(&first, symbol))
                continue;
            GROW(form, candidates, ncandidates, candidates_capacity);
            form->candidates[form->ncandidates++] = (uint16_t)i;
        }
        GROW(form, candidates, ncandidates, candidates_capacity);
        form->candidates[form->ncandidates++] = FORM_NONE;
        size_t length = form->ncandidates - from;
        bool is_same =
            symbol > 0 && memcmp(&form->candidates[choice->by_symbol[symbol - 1]],
                                 &form->candidates[from], length * sizeof(uint16_t)) == 0;
        choice->by_symbol[symbol] = is_same ? choice->by_symbol[symbol - 1] : short_of(from);
        if (is_same)
            form->ncandidates = from;
    }
}

/* Walks the elements in the order in which convert() made their items. */
static void index_choices(struct form *form, uint16_t item, const struct element *e)
{
    while (e->kind == ELEMENT_RULE && form->grammar->rules[e->rule].is_terminal)
        e = form->grammar->rules[e->rule].body;
    const struct form_item *it = &form->items[item];
    form->items[item].is_nullable = e->is_nullable[VARIANT_FULL];
    if (it->kind == FORM_CHOICE)
        index_choice(form, item, e);
    for (size_t i = 0; i < form->items[item].nparts; i++)
        index_choices(form, form->parts[form->items[item].parts + i], e->parts[i]);
}

/* ---- how deep, how short, how much ---- */

static void note_depth(struct form *form, struct form_item *it)
{
    uint32_t depth = it->kind == FORM_CHOICE ? FORM_DEPTH_UNKNOWN : 0;
    uint32_t brief = it->kind == FORM_CHOICE ? FORM_DEPTH_UNKNOWN : 0;
    if (it->kind == FORM_TEXT)
        brief = it->text_nbytes;
    if (it->kind == FORM_CLASS || it->kind == FORM_RUN)
        brief = it->least;
    if (it->kind == FORM_RULE) {
        const struct form_item *body = &form->items[form->rules[it->rule].body];
        depth = body->depth == FORM_DEPTH_UNKNOWN ? FORM_DEPTH_UNKNOWN : body->depth + 1U;
        brief = body->brief;
    }
    for (size_t i = 0; i < it->nparts; i++) {
        const struct form_item *part = &form->items[form->parts[it->parts + i]];
        if (it->kind == FORM_REPEAT && it->least == 0)
            break;
        bool is_better = it->kind == FORM_CHOICE ? part->depth < depth : part->depth > depth;
        depth = is_better ? part->depth : depth;
        if (it->kind == FORM_CHOICE)
            brief = part->brief < brief ? part->brief : brief;
        else
            brief += part->brief * (uint32_t)(it->kind == FORM_REPEAT ? it->least : 1);
    }
    it->depth = bound_of(depth);
    it->brief = bound_of(brief);
}

static uint64_t walks_of(const struct form *form, const struct form_item *it, const uint64_t *walks)
{
    uint64_t count = it->kind == FORM_CHOICE ? 0 : 1;
    if (it->kind == FORM_RUN || it->kind == FORM_CLASS)
        return 4;
    if (it->kind == FORM_RULE)
        return walks[form->rules[it->rule].body];
    for (size_t i = 0; i < it->nparts; i++) {
        uint64_t part = walks[form->parts[it->parts + i]];
        if (it->kind == FORM_CHOICE)
            count += part;
        else if (it->kind == FORM_SEQUENCE)
            count *= part;
        else
            count = it->most > 1 ? part * part + 1 : part + 1;
        count = count > WALKS_MOST ? WALKS_MOST : count;
    }
    return count;
}

/* The text that an item begins with, if there is such a one. */
static void note_lead(struct form *form, struct form_item *it)
{
    const struct form_item *first = NULL;
    if (it->kind == FORM_TEXT) {
        it->lead_at = it->text_at;
        it->lead_nbytes = it->text_nbytes;
    } else if (it->kind == FORM_RULE) {
        first = &form->items[form->rules[it->rule].body];
    } else if (it->kind == FORM_SEQUENCE) {
        first = &form->items[form->parts[it->parts]];
    }
    if (first == NULL || first->is_nullable)
        return;
    it->lead_at = first->lead_at;
    it->lead_nbytes = first->lead_nbytes;
}

static void fold_texts(struct form *form)
{
    form->folded = mem_alloc(form->ntexts + 1);
    for (size_t i = 0; i < form->ntexts; i++)
        form->folded[i] = char_lower(form->texts[i]);
}

/* Weights grow with the logarithm of the number of derivations: chosen evenly, `NOOP` would be said
 * as often as all that SEARCH can say. */
static void measure(struct form *form)
{
    uint64_t *walks = mem_alloc(form->nitems * sizeof *walks);
    for (size_t i = 0; i < form->nitems; i++)
        walks[i] = 1;
    for (int round = 0; round < WALKS_ROUNDS; round++)
        for (size_t i = form->nitems; i-- > 0;) {
            note_depth(form, &form->items[i]);
            note_lead(form, &form->items[i]);
            walks[i] = walks_of(form, &form->items[i], walks);
        }
    for (size_t i = 0; i < form->nitems; i++) {
        uint16_t weight = 1;
        for (uint64_t rest = walks[i]; rest >= 2; rest /= 2)
            weight++;
        bool is_obsolete =
            form->items[i].kind == FORM_RULE && form->rules[form->items[i].rule].is_obsolete;
        form->items[i].weight = is_obsolete ? 2 : (uint16_t)(4 * weight);
    }
    free(walks);
}

static void sum_weights(struct form *form)
{
    form->upto = mem_alloc(form->nparts * sizeof *form->upto);
    for (size_t i = 0; i < form->nitems; i++) {
        const struct form_item *it = &form->items[i];
        uint32_t total = 0;
        for (unsigned k = 0; k < it->nparts; k++) {
            total += form->items[form->parts[it->parts + k]].weight;
            form->upto[it->parts + k] = short_of(total);
        }
    }
}

/* ---- rules ---- */

static void describe_rule(struct form *form, size_t index)
{
    const struct rule *rule = &form->grammar->rules[index];
    struct form_rule *r = &form->rules[index];
    r->name = rule->name;
    r->is_obsolete = rule->is_obsolete;
    r->is_terminal = rule->is_terminal;
    r->is_count = rule->is_count;
    r->is_counted = rule->counted_by != GRAMMAR_NO_RULE;
    r->unlike = rule->unlike;
    r->nunlike = (uint8_t)rule->nunlike;
    r->pool = pool_of_rule(rule->name);
    for (size_t i = 0; i < sizeof date_rules / sizeof date_rules[0]; i++)
        r->is_date = r->is_date || strcmp(rule->name, date_rules[i]) == 0;
    for (size_t i = 0; i < sizeof string_rules / sizeof string_rules[0]; i++)
        r->is_string = r->is_string || strcmp(rule->name, string_rules[i]) == 0;
}

struct form *form_new(const struct grammar *grammar)
{
    struct form *form = mem_alloc(sizeof *form);
    form->grammar = grammar;
    form->nrules = grammar->nrules;
    form->rules = mem_alloc(form->nrules * sizeof *form->rules);
    for (size_t i = 0; i < form->nrules; i++)
        describe_rule(form, i);
    for (size_t i = 0; i < form->nrules; i++) {
        uint16_t body = convert(form, grammar->rules[i].body);
        form->rules[i].body = body;
    }
    for (size_t i = 0; i < form->nrules; i++)
        index_choices(form, form->rules[i].body, grammar->rules[i].body);
    measure(form);
    sum_weights(form);
    fold_texts(form);
    return form;
}

void form_free(struct form **form)
{
    struct form *f = *form;
    if (f == NULL)
        return;
    free(f->items);
    free(f->parts);
    free(f->upto);
    free(f->rules);
    free(f->sets);
    free(f->choices);
    free(f->candidates);
    free(f->texts);
    free(f->folded);
    free(f);
    *form = NULL;
}

int form_rule(const struct form *form, const char *name)
{
    return grammar_rule(form->grammar, span_of(name));
}
