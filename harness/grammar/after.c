#include "grammar/syntax.h"

/* Alternatives that begin alike, with a number say, often differ in the word behind it: `5 EXISTS`,
 * `5 EXPUNGE`. The octet behind the first SP tells them apart before any of them is tried. */

enum { AFTER_MOST_DEPTH = 12 };

enum place {
    PLACE_BEFORE,  /* no SP has been derived so far */
    PLACE_BEHIND,  /* the last octet derived is the first SP */
    PLACE_BEYOND,  /* what comes behind the first SP is known */
    PLACE_ANYWHERE /* one or the other */
};

struct walk {
    const struct grammar *grammar;
    enum variant variant;
    struct octets *after;
    unsigned depth;
};

static enum place walk(struct walk *w, const struct element *e, enum place from);

static enum place walk_text(struct walk *w, const struct element *e)
{
    size_t space = span_find_byte(e->text, ' ');
    if (space == SPAN_NPOS)
        return PLACE_BEFORE;
    if (space + 1 == e->text.nbytes)
        return PLACE_BEHIND;
    octets_add_letter(w->after, e->text.data[space + 1], e->any_case);
    return PLACE_BEYOND;
}

static enum place walk_class(const struct element *e)
{
    if (!octets_has(&e->octets, ' '))
        return PLACE_BEFORE;
    return octets_count(&e->octets) == 1 ? PLACE_BEHIND : PLACE_ANYWHERE;
}

static enum place walk_sequence(struct walk *w, const struct element *e)
{
    enum place place = PLACE_BEFORE;
    for (size_t i = 0; i < e->nparts && place < PLACE_BEYOND; i++)
        place = walk(w, e->parts[i], place);
    return place;
}

static enum place walk_choice(struct walk *w, const struct element *e)
{
    bool is_first = true;
    enum place place = PLACE_ANYWHERE;
    for (size_t i = 0; i < e->nparts; i++) {
        if (!element_is_possible(e->parts[i], w->variant))
            continue;
        enum place other = walk(w, e->parts[i], PLACE_BEFORE);
        if (!is_first && other != place)
            return PLACE_ANYWHERE;
        place = other;
        is_first = false;
    }
    return place;
}

static enum place walk_repeat(struct walk *w, const struct element *e)
{
    enum place place = walk(w, e->parts[0], PLACE_BEFORE);
    bool is_sure = place == PLACE_BEFORE || (place == PLACE_BEYOND && e->least > 0) ||
                   (place == PLACE_BEHIND && e->least == 1 && e->most == 1);
    return is_sure ? place : PLACE_ANYWHERE;
}

static enum place walk_rule(struct walk *w, const struct element *e)
{
    const struct rule *rule = &w->grammar->rules[e->rule];
    if (rule->counted_by != GRAMMAR_NO_RULE || w->depth == AFTER_MOST_DEPTH)
        return PLACE_ANYWHERE;
    w->depth++;
    enum place place = walk(w, rule->body, PLACE_BEFORE);
    w->depth--;
    return place;
}

static enum place walk(struct walk *w, const struct element *e, enum place from)
{
    if (from == PLACE_BEHIND) {
        (void)octets_unite(w->after, &e->first[w->variant]);
        return e->is_nullable[w->variant] ? PLACE_BEHIND : PLACE_BEYOND;
    }
    if (e->is_class)
        return walk_class(e);
    switch (e->kind) {
    case ELEMENT_TEXT:
        return walk_text(w, e);
    case ELEMENT_RANGE:
        return PLACE_ANYWHERE;
    case ELEMENT_RULE:
        return walk_rule(w, e);
    case ELEMENT_SEQUENCE:
        return walk_sequence(w, e);
    case ELEMENT_CHOICE:
        return walk_choice(w, e);
    case ELEMENT_REPEAT:
        return walk_repeat(w, e);
    }
    return PLACE_ANYWHERE;
}

bool syntax_find_after(const struct grammar *grammar, const struct element *e, enum variant v,
                       struct octets *after_r)
{
    struct walk w = {.grammar = grammar, .variant = v, .after = after_r};
    *after_r = (struct octets){0};
    return element_is_possible(e, v) && walk(&w, e, PLACE_BEFORE) == PLACE_BEYOND;
}
