#include "grammar/syntax.h"

/* Productions are what coverage counts: each alternative of a rule or a group, and of each option
 * or open repetition the shortest use and all others. Classes of octets have none. */

const char *element_show(struct grammar *g, const struct element *e)
{
    struct buffer shown = {0};
    bool is_blank = false;
    for (size_t i = 0; i < e->source.nbytes; i++) {
        char c = e->source.data[i];
        if (c == ';')
            while (i < e->source.nbytes && e->source.data[i] != '\n')
                i++;
        if (c == '"')
            while (i + 1 < e->source.nbytes && e->source.data[i + 1] != '"')
                buffer_append_byte(&shown, e->source.data[i++]);
        is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ';';
        if (is_blank && shown.nbytes > 0 && !span_ends_with(buffer_span(&shown), SPAN_LIT(" ")))
            buffer_append_byte(&shown, ' ');
        if (is_blank)
            continue;
        buffer_append_byte(&shown, e->source.data[i]);
        if (c == '"' && i + 1 < e->source.nbytes)
            buffer_append_byte(&shown, e->source.data[++i]);
    }
    const char *text = arena_text(&g->arena, buffer_span(&shown));
    buffer_free(&shown);
    return text;
}

static int production_new(struct grammar *g, int rule, const char *name)
{
    g->productions = arena_grow(&g->arena, g->productions, &g->productions_capacity,
                                g->nproductions + 1, sizeof *g->productions);
    g->productions[g->nproductions] = (struct production){rule, name};
    return (int)g->nproductions++;
}

static void number_alternatives(struct grammar *g, int rule, struct element *choice)
{
    choice->production = (int)g->nproductions;
    for (size_t i = 0; i < choice->nparts; i++)
        production_new(g, rule,
                       arena_printf(&g->arena, "%s / %s", g->rules[rule].name,
                                    element_show(g, choice->parts[i])));
}

static void number_repeat(struct grammar *g, int rule, struct element *repeat)
{
    const char *name = g->rules[rule].name;
    const char *shown = element_show(g, repeat);
    repeat->production =
        production_new(g, rule, arena_printf(&g->arena, "%s / %s at its least", name, shown));
    production_new(g, rule, arena_printf(&g->arena, "%s / %s with more", name, shown));
}

static void number_inside(struct grammar *g, int rule, struct element *e)
{
    if (e->is_class)
        return;
    bool is_run = e->kind == ELEMENT_REPEAT && e->parts[0]->is_class;
    if (e->kind == ELEMENT_CHOICE)
        number_alternatives(g, rule, e);
    else if (e->kind == ELEMENT_REPEAT && e->least != e->most && !is_run)
        number_repeat(g, rule, e);
    for (size_t i = 0; i < e->nparts; i++)
        number_inside(g, rule, e->parts[i]);
}

void syntax_number_productions(struct grammar *g)
{
    for (size_t i = 0; i < g->nrules; i++) {
        struct rule *rule = &g->rules[i];
        if (rule->is_terminal)
            continue;
        bool has_alternatives = rule->body->kind == ELEMENT_CHOICE && !rule->body->is_class;
        rule->production = (int)g->nproductions;
        if (!has_alternatives)
            production_new(g, (int)i, rule->name);
        number_inside(g, (int)i, rule->body);
    }
}
