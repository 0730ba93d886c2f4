#include "mutator/inside.h"

#include <string.h>

enum { EFFECT_NONE, EFFECT_LOGIN, EFFECT_LOGOUT, EFFECT_SELECT, EFFECT_EXPUNGE, EFFECT_COPY };

/* What commands are worth saying in which state, SCENE_NEW to SCENE_OVER, and what they do. */
static const struct verb {
    struct span name;
    const char *rule;
    uint8_t weight[SCENE_NSTATES];
    uint8_t effect;
} verbs[] = {
    {SPAN_INIT("NOOP"), "noop", {2, 2, 2, 1}, EFFECT_NONE},
    {SPAN_INIT("LOGIN"), "login", {16, 1, 1, 4}, EFFECT_LOGIN},
    {SPAN_INIT("LOGOUT"), "logout", {1, 1, 1, 1}, EFFECT_LOGOUT},
    {SPAN_INIT("SELECT"), "select", {1, 10, 2, 1}, EFFECT_SELECT},
    {SPAN_INIT("BBOARD"), "bboard", {1, 2, 1, 1}, EFFECT_SELECT},
    {SPAN_INIT("FIND"), "find", {1, 4, 1, 1}, EFFECT_NONE},
    {SPAN_INIT("CHECK"), "check", {1, 1, 2, 1}, EFFECT_NONE},
    {SPAN_INIT("EXPUNGE"), "expunge", {1, 1, 4, 1}, EFFECT_EXPUNGE},
    {SPAN_INIT("COPY"), "copy", {1, 1, 6, 1}, EFFECT_COPY},
    {SPAN_INIT("FETCH"), "fetch", {1, 2, 8, 1}, EFFECT_NONE},
    {SPAN_INIT("STORE"), "store", {1, 1, 7, 1}, EFFECT_NONE},
    {SPAN_INIT("SEARCH"), "search", {1, 2, 8, 1}, EFFECT_NONE},
};
enum { NVERBS = sizeof verbs / sizeof verbs[0] };

struct producer producer_of(struct mutator *m, unsigned session)
{
    return (struct producer){.form = m->form,
                             .dice = &m->dice,
                             .scene = &m->scenes[session - 1],
                             .swarm = &m->swarm,
                             .out = m->scratch,
                             .capacity = sizeof m->scratch};
}

/* ---- effects ---- */

static struct span word_behind_tag(struct span text)
{
    size_t blank = 0;
    while (blank < text.nbytes && text.data[blank] != ' ' && text.data[blank] != '\r')
        blank++;
    struct span rest = span_from(text, blank + 1);
    size_t end = 0;
    while (end < rest.nbytes && rest.data[end] > ' ')
        end++;
    return span_slice(rest, 0, end);
}

/* The atom that follows the word. */
static void note_mailbox(struct scene *scene, struct span text, struct span word)
{
    struct span rest = span_from(text, (size_t)(word.data + word.nbytes - text.data) + 1);
    size_t end = 0;
    while (end < rest.nbytes && rest.data[end] > ' ')
        end++;
    bool is_atom =
        end > 0 && end <= sizeof scene->mailbox && rest.data[0] != '"' && rest.data[0] != '{';
    scene->mailbox_nbytes = is_atom ? (uint8_t)end : 0;
    if (is_atom)
        memcpy(scene->mailbox, rest.data, end);
}

/* Into the mailbox that is selected: N or N:M, what else there is counts as one message. */
static void note_copy(struct scene *scene, struct span text, struct span word)
{
    struct span rest = span_from(text, (size_t)(word.data + word.nbytes - text.data) + 1);
    struct span last = span_cut(&rest, ' ');
    struct span first = span_cut(&last, ':');
    struct span mailbox = span_cut(&rest, '\r');
    uint32_t from = 0;
    uint32_t to = 0;
    bool is_here = scene->mailbox_nbytes > 0 &&
                   span_equal_nocase(mailbox, span_make(scene->mailbox, scene->mailbox_nbytes));
    if (!is_here || scene->state != SCENE_SELECTED)
        return;
    bool is_range = number_parse_u32(first, &from) == 0 && number_parse_u32(last, &to) == 0 &&
                    from <= to && to <= scene->exists;
    uint32_t exists = scene->exists + (is_range ? to - from + 1 : 1);
    scene->old = scene->exists;
    scene->exists = exists < UINT16_MAX ? (uint16_t)exists : UINT16_MAX;
}

static void request_effect(struct scene *scene, struct span text, struct span word)
{
    unsigned effect = EFFECT_NONE;
    for (size_t i = 0; i < NVERBS && effect == EFFECT_NONE; i++)
        if (verbs[i].effect != EFFECT_NONE && verbs[i].name.nbytes == word.nbytes &&
            span_equal_nocase(verbs[i].name, word))
            effect = verbs[i].effect;
    if (effect == EFFECT_LOGOUT)
        scene->state = SCENE_OVER;
    else if (effect == EFFECT_LOGIN && scene->state == SCENE_NEW)
        scene->state = SCENE_AUTHENTICATED;
    else if (effect == EFFECT_SELECT && scene->state != SCENE_NEW)
        scene->state = SCENE_SELECTED;
    if (effect == EFFECT_SELECT) {
        note_mailbox(scene, text, word);
        scene->old = scene->exists = pool_exists(span_make(scene->mailbox, scene->mailbox_nbytes));
    }
    if (effect == EFFECT_EXPUNGE && scene->exists > 1) {
        scene->old = scene->exists;
        scene->exists--;
    }
    if (effect == EFFECT_COPY)
        note_copy(scene, text, word);
}

static void response_effect(struct scene *scene, struct span text, struct span word)
{
    uint32_t number = 0;
    char room[POOL_MOST_NBYTES];
    if (text.nbytes > 0 && text.data[0] == 'A' &&
        span_starts_with(text, pool_canonical(POOL_TAG, scene, room)))
        scene->commands++;
    if (scene->state == SCENE_NEW)
        scene->state = SCENE_SELECTED;
    if (number_parse_u32(word, &number) != 0 || number >= UINT16_MAX)
        return;
    struct span what = word_behind_tag(span_from(text, 2));
    if (span_equal_nocase(what, SPAN_LIT("EXISTS"))) {
        scene->old = scene->exists;
        scene->exists = (uint16_t)number;
    } else if (span_equal_nocase(what, SPAN_LIT("EXPUNGE")) && scene->exists > 0) {
        scene->old = scene->exists;
        scene->exists--;
    }
}

void command_effect(struct mutator *m, struct scene *scene, struct span text)
{
    struct span word = word_behind_tag(text);
    if (m->side == MUTATOR_RESPONSES) {
        response_effect(scene, text, word);
        return;
    }
    scene->commands++;
    request_effect(scene, text, word);
}

/* ---- fresh ones ---- */

static const struct verb *choose_verb(struct mutator *m, unsigned state)
{
    uint32_t total = 0;
    for (size_t i = 0; i < NVERBS; i++)
        total += m->verbs_off >> i & 1 ? 0 : verbs[i].weight[state];
    uint32_t skip = total > 0 ? below(m, total) : 0;
    for (size_t i = 0; i < NVERBS; i++) {
        uint32_t weight = m->verbs_off >> i & 1 ? 0 : verbs[i].weight[state];
        if (skip < weight)
            return &verbs[i];
        skip -= weight;
    }
    return &verbs[below(m, NVERBS)];
}

void command_prepare(struct mutator *m)
{
    ENSURE((int)NVERBS <= (int)VERBS_MOST);
    for (size_t i = 0; i < NVERBS; i++)
        m->verb_rules[i] = form_rule(m->form, verbs[i].rule);
}

void command_swarm(struct mutator *m)
{
    m->verbs_off = 0;
    for (size_t i = 0; i < NVERBS; i++) {
        bool is_way_in = verbs[i].effect == EFFECT_LOGIN || verbs[i].effect == EFFECT_SELECT;
        if (!is_way_in && below(m, 4) == 0)
            m->verbs_off |= 1U << i;
    }
}

struct producer command_start(struct mutator *m, unsigned session, struct span verb)
{
    struct producer p = producer_of(m, session);
    produce_rule(&p, m->tag);
    produce_octets(&p, verb);
    return p;
}

void command_all(struct producer *p)
{
    produce_octets(p, SPAN_LIT("1:"));
    produce_number(p, p->scene->exists > 0 ? p->scene->exists : 1);
}

struct producer command_start_all(struct mutator *m, unsigned session, struct span verb)
{
    struct producer p = command_start(m, session, verb);
    command_all(&p);
    return p;
}

void command_end(struct mutator *m, struct producer *p, unsigned session)
{
    struct span text = span_make(p->out, p->nbytes);
    sink_data(&m->sink, text);
    command_effect(m, &m->scenes[session - 1], text);
}

void command_fresh(struct mutator *m, unsigned session)
{
    struct producer p = producer_of(m, session);
    unsigned state = m->scenes[session - 1].state;
    if (m->side == MUTATOR_RESPONSES) {
        produce_rule(&p, state == SCENE_NEW && below(m, 2) == 0 ? m->greeting : m->start);
    } else {
        const struct verb *verb = choose_verb(m, state);
        produce_rule(&p, m->tag);
        produce_octets(&p, SPAN_LIT(" "));
        produce_rule(&p, m->verb_rules[verb - verbs]);
        produce_rule(&p, m->eol);
    }
    command_end(m, &p, session);
}
