#include "mutator/parse.h"

#include <string.h>

enum { FAIL = UINT32_MAX };

/* These are called for every octet or so: the compiler must not save registers for what is rare. */
#define RARELY __attribute__((noinline))

#define DIRECTLY __attribute__((always_inline)) inline

static uint32_t match_rule(struct parse *p, const struct form_item *it, uint32_t at);
static uint32_t match_sequence(struct parse *p, const struct form_item *it, uint32_t at);
static uint32_t match_repeat(struct parse *p, const struct form_item *it, uint32_t at);
static uint32_t match_choice(struct parse *p, const struct form_item *it, uint32_t at, int node);

/* At the furthest place reached, a failure is the end of what can be derived when cutting. */
static uint32_t fail(struct parse *p, uint32_t at)
{
    if (p->is_cutting && at >= p->reach) {
        p->is_cut = true;
        return at;
    }
    if (!p->is_cutting && at > p->reach)
        p->reach = at;
    return FAIL;
}

static uint32_t match_text(struct parse *p, const struct form_item *it, uint32_t at)
{
    const char *text = (it->any_case ? p->form->folded : p->form->texts) + it->text_at;
    const char *bytes = p->bytes + at;
    uint32_t count = it->text_nbytes;
    uint32_t same = 0;
    if (p->end - at < count)
        return fail(p, at);
    if (it->any_case)
        while (same < count && char_lower(bytes[same]) == text[same])
            same++;
    else
        while (same < count && bytes[same] == text[same])
            same++;
    return same < count ? fail(p, at) : at + count;
}

static uint32_t match_run(struct parse *p, const struct form_item *it, uint32_t at)
{
    const bool *has = p->form->sets[it->set].has;
    uint32_t to = at;
    uint32_t most = p->end - at;
    if (it->most != FORM_UNBOUNDED && it->most < most)
        most = it->most;
    while (to - at < most && has[(unsigned char)p->bytes[to]])
        to++;
    return to - at < it->least ? fail(p, to) : to;
}

/* ---- items ---- */

DIRECTLY static uint32_t match(struct parse *p, unsigned item, uint32_t at)
{
    const struct form_item *it = &p->form->items[item];
    if (p->is_cut)
        return at;
    switch ((enum form_kind)it->kind) {
    case FORM_TEXT:
        return match_text(p, it, at);
    case FORM_CLASS:
    case FORM_RUN:
        return match_run(p, it, at);
    case FORM_RULE:
        return match_rule(p, it, at);
    case FORM_SEQUENCE:
        return match_sequence(p, it, at);
    case FORM_CHOICE:
        return match_choice(p, it, at, -1);
    case FORM_REPEAT:
        return match_repeat(p, it, at);
    }
    return FAIL;
}

/* ---- nodes ---- */

static uint32_t open_node(struct parse *p, enum parse_kind kind, unsigned what, uint32_t at)
{
    if (p->nnodes == PARSE_MOST_NODES) {
        p->is_out_of_nodes = true;
        return FAIL;
    }
    struct parse_node *node = &p->nodes[p->nnodes];
    node->what = (uint16_t)what;
    node->kind = (uint8_t)kind;
    node->alternative = 0;
    node->at = (uint16_t)at;
    return p->nnodes++;
}

static uint32_t close_node(struct parse *p, uint32_t node, uint32_t to)
{
    if (to == FAIL) {
        p->nnodes = node;
        return FAIL;
    }
    p->nodes[node].nbytes = (uint16_t)(to - p->nodes[node].at);
    p->nodes[node].size = (uint16_t)(p->nnodes - node);
    return to;
}

RARELY static bool is_excluded(const struct parse *p, const struct form_rule *rule, uint32_t at,
                               uint32_t to)
{
    for (unsigned i = 0; i < rule->nunlike; i++)
        if (rule->unlike[i].nbytes == to - at &&
            span_equal_nocase(rule->unlike[i], span_make(p->bytes + at, to - at)))
            return true;
    return false;
}

RARELY static uint32_t match_counted(struct parse *p, const struct form_rule *rule, uint32_t at)
{
    uint32_t end = p->end;
    if (!p->has_count)
        return match(p, rule->body, at);
    if (p->count > end - at)
        return fail(p, at);
    p->end = at + p->count;
    uint32_t want = p->end;
    uint32_t to = match(p, rule->body, at);
    p->end = end;
    return to == FAIL || to == want || p->is_cut ? to : fail(p, to);
}

RARELY static void note_count(struct parse *p, uint32_t at, uint32_t to)
{
    uint32_t count = 0;
    for (uint32_t i = at; i < to && count <= PARSE_MOST_NBYTES; i++)
        count = count * 10 + (uint32_t)(p->bytes[i] - '0');
    p->count = count;
    p->has_count = true;
}

static uint32_t match_body(struct parse *p, const struct form_rule *rule, uint32_t node,
                           uint32_t at)
{
    const struct form_item *body = &p->form->items[rule->body];
    if (rule->is_counted)
        return match_counted(p, rule, at);
    if (body->kind == FORM_CHOICE)
        return match_choice(p, body, at, (int)node);
    return match(p, rule->body, at);
}

RARELY static uint32_t match_rule(struct parse *p, const struct form_item *it, uint32_t at)
{
    const struct form_rule *rule = &p->form->rules[it->rule];
    uint32_t node = open_node(p, PARSE_RULE, it->rule, at);
    if (node == FAIL || p->depth >= PARSE_MOST_DEPTH)
        return FAIL;
    p->depth++;
    uint32_t to = match_body(p, rule, node, at);
    p->depth--;
    if (to != FAIL && rule->nunlike > 0 && is_excluded(p, rule, at, to)) {
        p->nnodes = node + 1;
        to = fail(p, at);
    }
    if (to != FAIL && rule->is_count)
        note_count(p, at, to);
    return close_node(p, node, to);
}

/* ---- structure ---- */

RARELY static uint32_t match_sequence(struct parse *p, const struct form_item *it, uint32_t at)
{
    const uint16_t *parts = p->form->parts + it->parts;
    for (unsigned i = 0; i < it->nparts && at != FAIL && !p->is_cut; i++)
        at = match(p, parts[i], at);
    return at;
}

/* Tries one alternative behind the best so far, whose nodes it replaces when it is longer. */
static uint32_t try_part(struct parse *p, unsigned part, uint32_t at, uint32_t from, uint32_t best)
{
    uint32_t kept = p->nnodes;
    uint32_t to = match(p, part, at);
    bool is_longer = to != FAIL && (best == FAIL || to > best || p->is_cut);
    if (!is_longer) {
        p->nnodes = kept;
        return FAIL;
    }
    if (kept == from)
        return to;
    memmove(&p->nodes[from], &p->nodes[kept], (p->nnodes - kept) * sizeof p->nodes[0]);
    p->nnodes = from + (p->nnodes - kept);
    return to;
}

/* Whether a look at the ends of the text that an alternative begins with rules it out. */
static bool is_out(const struct parse *p, const struct form_item *part, uint32_t at)
{
    uint32_t last = at + part->lead_nbytes - 1;
    if (part->lead_nbytes < 2)
        return false;
    const char *lead = p->form->folded + part->lead_at;
    return last >= p->end || char_lower(p->bytes[at + 1]) != lead[1] ||
           char_lower(p->bytes[last]) != lead[part->lead_nbytes - 1];
}

RARELY static uint32_t match_choice(struct parse *p, const struct form_item *it, uint32_t at,
                                    int node)
{
    unsigned symbol = at < p->end ? (unsigned char)p->bytes[at] : 256;
    const uint16_t *candidate =
        p->form->candidates + p->form->choices[it->choice].by_symbol[symbol];
    const uint16_t *parts = p->form->parts + it->parts;
    uint32_t from = p->nnodes;
    uint32_t best = FAIL;
    unsigned chosen = 0;
    if (candidate[0] != FORM_NONE && candidate[1] == FORM_NONE) {
        chosen = *candidate++;
        best = match(p, parts[chosen], at);
        if (best == FAIL)
            p->nnodes = from;
    }
    for (; *candidate != FORM_NONE && !p->is_cut; candidate++) {
        if (is_out(p, &p->form->items[parts[*candidate]], at))
            continue;
        uint32_t to = try_part(p, parts[*candidate], at, from, best);
        if (to == FAIL)
            continue;
        best = to;
        chosen = *candidate;
    }
    if (best == FAIL)
        return fail(p, at);
    if (node >= 0)
        p->nodes[node].alternative = (uint8_t)chosen;
    return best;
}

RARELY static uint32_t match_repeat(struct parse *p, const struct form_item *it, uint32_t at)
{
    unsigned part = p->form->parts[it->parts];
    uint32_t list = open_node(p, PARSE_LIST, (unsigned)(it - p->form->items), at);
    if (list == FAIL)
        return FAIL;
    uint32_t count = 0;
    while ((it->most == FORM_UNBOUNDED || count < it->most) && !p->is_cut) {
        uint32_t node = open_node(p, PARSE_ELEMENT, part, at);
        uint32_t to = node == FAIL ? FAIL : match(p, part, at);
        if (to == FAIL || to == at)
            to = p->is_cut ? to : FAIL;
        if (node == FAIL || close_node(p, node, to) == FAIL)
            break;
        at = to;
        count++;
    }
    if (count < it->least && !p->is_cut)
        at = FAIL;
    return close_node(p, list, at);
}

/* ---- commands ---- */

static uint32_t match_start(struct parse *p, int rule)
{
    struct form_item start = {.kind = FORM_RULE, .rule = (uint16_t)rule};
    p->nnodes = 0;
    p->end = p->nbytes;
    p->depth = 0;
    p->has_count = p->is_cut = p->is_out_of_nodes = false;
    return match_rule(p, &start, 0);
}

void parse(struct parse *p, const struct form *form, int rule, struct span bytes)
{
    bool is_long = bytes.nbytes > PARSE_MOST_NBYTES;
    p->form = form;
    p->bytes = bytes.data;
    p->nbytes = is_long ? 0 : (uint32_t)bytes.nbytes;
    p->reach = 0;
    p->is_cutting = false;
    uint32_t to = match_start(p, rule);
    p->is_whole = !is_long && to != FAIL && to == p->nbytes;
    if (to == FAIL) {
        p->is_cutting = true;
        to = match_start(p, rule);
    }
    p->derived = to == FAIL ? 0 : to;
    if (to != FAIL)
        return;
    p->nodes[0] = (struct parse_node){.what = (uint16_t)rule, .kind = PARSE_RULE, .size = 1};
    p->nnodes = 1;
}

struct span parse_text(const struct parse *p, uint32_t node)
{
    return span_make(p->bytes + p->nodes[node].at, p->nodes[node].nbytes);
}
