#include <stdlib.h>

#include "grammar/syntax.h"

enum { GENERATE_DEPTH = 24, GENERATE_REPEAT = 4, GENERATE_TRIES = 64 };

struct generator {
    const struct grammar *grammar;
    const struct grammar_generation *how;
    enum variant variant;
    unsigned depth, max_depth;
    unsigned max_repeat;
    struct buffer *out;
    /* Octets of the number derived last by each count rule that still waits for its content. */
    size_t *count_at, *count_nbytes;
};

static void generate_element(struct generator *g, const struct element *e);

static size_t below(struct generator *g, size_t bound)
{
    return (size_t)rng_below(g->how->rng, bound);
}

/* ---- octets ---- */

/* Seven times in eight a printable octet where there is one. */
static void generate_octet(struct generator *g, const struct element *e)
{
    bool prefers_printable = e->nprintable > 0 && below(g, 8) != 0;
    unsigned count = prefers_printable ? e->nprintable : e->nmembers;
    buffer_append_byte(g->out, (char)e->members[below(g, count)]);
}

/* Words keep the case of the grammar mostly; one in eight comes in lower case, one in a mixture. */
static void generate_text(struct generator *g, const struct element *e)
{
    size_t style = e->any_case ? below(g, 8) : 2;
    for (size_t i = 0; i < e->text.nbytes; i++) {
        char c = e->text.data[i];
        if (style == 0 || (style == 1 && below(g, 2) == 0))
            c = char_lower(c);
        buffer_append_byte(g->out, c);
    }
}

/* ---- choices ---- */

static bool is_deep(const struct generator *g)
{
    return g->depth >= g->max_depth;
}

static void generate_choice(struct generator *g, const struct element *e)
{
    enum variant v = g->variant;
    unsigned limit = is_deep(g) ? e->depth[v] : ELEMENT_NO_DEPTH - 1;
    size_t count = 0;
    for (size_t i = 0; i < e->nparts; i++)
        count += e->parts[i]->depth[v] <= limit;
    size_t skip = below(g, count);
    for (size_t i = 0; i < e->nparts; i++)
        if (e->parts[i]->depth[v] <= limit && skip-- == 0) {
            generate_element(g, e->parts[i]);
            return;
        }
}

static void generate_repeat(struct generator *g, const struct element *e)
{
    const struct element *part = e->parts[0];
    size_t count = e->least;
    if (element_is_possible(part, g->variant) && (!is_deep(g) || part->depth[g->variant] == 0)) {
        size_t most = part->is_class ? g->max_repeat * (size_t)3 : g->max_repeat;
        size_t room = e->most - e->least;
        count += below(g, (room < most ? room : most) + 1);
    }
    for (size_t i = 0; i < count; i++)
        generate_element(g, part);
}

/* ---- rules ---- */

static bool is_unlike(const struct rule *rule, struct span text)
{
    for (size_t i = 0; i < rule->nunlike; i++)
        if (span_equal_nocase(text, rule->unlike[i]))
            return false;
    return true;
}

static size_t leading_zeros(struct span number)
{
    size_t count = 0;
    while (count + 1 < number.nbytes && number.data[count] == '0')
        count++;
    return count;
}

/* Writes the number of octets that stand behind `content_at` over the number generated for it,
 * whose leading zeros are kept: the grammar wanted them. */
static void patch_count(struct generator *g, int count_rule, size_t content_at)
{
    size_t at = g->count_at[count_rule];
    if (at == SIZE_MAX)
        return;
    struct span all = buffer_span(g->out);
    size_t old_nbytes = g->count_nbytes[count_rule];
    size_t nzeros = leading_zeros(span_slice(all, at, old_nbytes));
    size_t content_nbytes = all.nbytes - content_at;
    struct buffer tail = {0};
    buffer_append(&tail, span_from(all, at + old_nbytes));
    buffer_truncate(g->out, at);
    buffer_append_repeat(g->out, '0', nzeros);
    buffer_printf(g->out, "%zu", content_nbytes);
    buffer_append(g->out, buffer_span(&tail));
    buffer_free(&tail);
    g->count_at[count_rule] = SIZE_MAX;
}

static void generate_rule(struct generator *g, int index)
{
    const struct rule *rule = &g->grammar->rules[index];
    size_t from = g->out->nbytes;
    if (g->how->substitute != NULL && g->how->substitute(g->how->context, index, g->out))
        return;
    g->depth++;
    for (int tries = 0; tries < GENERATE_TRIES; tries++) {
        buffer_truncate(g->out, from);
        generate_element(g, rule->body);
        if (is_unlike(rule, span_from(buffer_span(g->out), from)))
            break;
    }
    g->depth--;
    if (rule->is_count) {
        g->count_at[index] = from;
        g->count_nbytes[index] = g->out->nbytes - from;
    }
    if (rule->counted_by != GRAMMAR_NO_RULE)
        patch_count(g, rule->counted_by, from);
}

static void generate_element(struct generator *g, const struct element *e)
{
    if (e->is_class) {
        generate_octet(g, e);
        return;
    }
    switch (e->kind) {
    case ELEMENT_TEXT:
        generate_text(g, e);
        return;
    case ELEMENT_RANGE:
        return;
    case ELEMENT_RULE:
        generate_rule(g, e->rule);
        return;
    case ELEMENT_SEQUENCE:
        for (size_t i = 0; i < e->nparts; i++)
            generate_element(g, e->parts[i]);
        return;
    case ELEMENT_CHOICE:
        generate_choice(g, e);
        return;
    case ELEMENT_REPEAT:
        generate_repeat(g, e);
        return;
    }
}

void grammar_generate(const struct grammar *grammar, int rule, const struct grammar_generation *how,
                      struct buffer *out)
{
    ENSURE(rule >= 0 && (size_t)rule < grammar->nrules);
    const struct element *body = grammar->rules[rule].body;
    bool needs_obsolete = !element_is_possible(body, VARIANT_STRICT);
    struct buffer text = {0};
    struct generator g = {.grammar = grammar,
                          .how = how,
                          .variant =
                              how->allow_obsolete || needs_obsolete ? VARIANT_FULL : VARIANT_STRICT,
                          .max_depth = how->max_depth > 0 ? how->max_depth : GENERATE_DEPTH,
                          .max_repeat = how->max_repeat > 0 ? how->max_repeat : GENERATE_REPEAT,
                          .out = &text};
    size_t *counts = mem_alloc(2 * grammar->nrules * sizeof *counts);
    g.count_at = counts;
    g.count_nbytes = counts + grammar->nrules;
    for (size_t i = 0; i < grammar->nrules; i++)
        g.count_at[i] = SIZE_MAX;
    generate_rule(&g, rule);
    buffer_append(out, buffer_span(&text));
    buffer_free(&text);
    free(counts);
}
