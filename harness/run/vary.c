#include "run/vary.h"

#include <string.h>

enum { BYTEWISE_MOST = 512 };   /* octets: each write is a packet */
enum { RANGE_WIDTH_MOST = 12 }; /* of a range that is written out */
enum { LINE_MOST = 65536 };     /* octets of a line that is varied */
enum { TAG_NBYTES_MAX = 32 };

/* ---- what ----------------------------------------------------------------------------------- */

int vary_read(const char *words, unsigned *what_r, struct err *err)
{
    static const struct {
        const char *name;
        unsigned what;
    } names[] = {{"none", 0},
                 {"chunks", RUN_VARY_CHUNKS},
                 {"tags", RUN_VARY_TAGS},
                 {"case", RUN_VARY_CASE},
                 {"forms", RUN_VARY_FORMS},
                 {"all", RUN_VARY_ALL}};
    struct span rest = span_of(words);
    *what_r = 0;
    do {
        struct span word = span_cut(&rest, ',');
        size_t i = 0;
        while (i < sizeof names / sizeof names[0] && !span_is(word, names[i].name))
            i++;
        if (i == sizeof names / sizeof names[0] || span_ends_with(span_of(words), SPAN_LIT(",")))
            return err_set(err, NULL, 0, 0,
                           "--vary wants none, chunks, tags, case, forms or all, several joined by "
                           "commas, not \"%s\"",
                           words);
        *what_r |= names[i].what;
    } while (rest.nbytes > 0);
    return 0;
}

/* ---- tags ----------------------------------------------------------------------------------- */

/* The first letter is the session's, the number makes the tag unique. Letters and digits alone, and
 * few of them: other atoms are for the scenarios about tags, lest a server that does not take them
 * fails all the others too (B41). */
static const struct tag_shape {
    const char *before, *after; /* the letter and the number */
    bool has_letter;
    size_t digits;
} tag_shapes[] = {
    {"", "", true, 1},   /* a1 */
    {"", "", true, 4},   /* a0001 */
    {"", "", false, 5},  /* 10001: digits only */
    {"T", "", true, 1},  /* Ta1 */
    {"", "Zz", true, 1}, /* a1Zz: mixed case */
    {"00", "", true, 1}, /* 00a1 */
    {"", "", true, 7},   /* a0000001 */
};

/* Of the first shape: a1. */
static struct span plain_tag(struct arena *arena, size_t session, unsigned number)
{
    char room[NUMBER_DIGITS_MAX];
    struct span digits = number_write(number, 1, room);
    char *tag = arena_alloc(arena, 1 + digits.nbytes);
    tag[0] = (char)('a' + (int)(session % 26));
    memcpy(tag + 1, digits.data, digits.nbytes);
    return span_make(tag, 1 + digits.nbytes);
}

struct span vary_tag(struct vary *v, size_t session, unsigned number)
{
    if ((v->what & RUN_VARY_TAGS) == 0)
        return plain_tag(v->arena, session, number);
    const struct tag_shape *shape =
        &tag_shapes[rng_below(&v->rng, sizeof tag_shapes / sizeof tag_shapes[0])];
    char first_room[NUMBER_DIGITS_MAX];
    char room[NUMBER_DIGITS_MAX];
    char letter = (char)('a' + (int)(session % 26));
    struct span first =
        shape->has_letter ? span_make(&letter, 1) : number_write(session % 26 + 1, 1, first_room);
    const struct span parts[] = {span_of(shape->before), first,
                                 number_write(number, shape->digits, room), span_of(shape->after)};
    char *tag = arena_alloc(v->arena, TAG_NBYTES_MAX);
    char *end = tag;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        end = mempcpy(end, parts[i].data, parts[i].nbytes);
    return span_make(tag, (size_t)(end - tag));
}

/* ---- the derivation of a line --------------------------------------------------------------- */

static int rule_of(const struct vary *v, const char *name)
{
    return grammar_rule(v->grammar, span_of(name));
}

/* True when the octets are a command by the plain rules alone. */
static bool derive(struct vary *v, struct span octets, struct grammar_match *match_r)
{
    int request = rule_of(v, "request");
    if (request == GRAMMAR_NO_RULE || octets.nbytes > LINE_MOST)
        return false;
    return grammar_match(v->matcher, request, (struct grammar_input){.bytes = octets},
                         GRAMMAR_WHOLE, match_r) == GRAMMAR_STRICT;
}

static struct span text_of(struct span octets, const struct grammar_node *node)
{
    return span_slice(octets, node->at, node->nbytes);
}

static bool keeps(const struct vary_line *line, size_t at, size_t end)
{
    for (size_t i = 0; i < line->nkept; i++)
        if (line->kept[i].at < end && at < line->kept[i].end)
            return true;
    return false;
}

/* ---- case ----------------------------------------------------------------------------------- */

enum {
    FREE_LETTER,    /* the sender's own: no keyword */
    KEYWORD_LETTER, /* of a word of the grammar, customarily in capitals */
    NAME_LETTER     /* of a flag or a month: customarily also capitalized */
};

static void paint(char *paper, const struct grammar_node *node, int color)
{
    memset(paper + node->at, color, node->nbytes);
}

/* What of the line is free text and what a word of the grammar: a parent is painted before its
 * children. */
static char *paint_letters(struct vary *v, struct span octets, const struct grammar_match *match)
{
    static const char *const free_rules[] = {"tag", "atom", "quoted", "literal-data"};
    static const char *const name_rules[] = {"system-flag", "month"};
    char *paper = arena_alloc(v->arena, octets.nbytes);
    memset(paper, KEYWORD_LETTER, octets.nbytes);
    for (size_t i = 0; i < match->nnodes; i++) {
        const struct grammar_node *node = &match->nodes[i];
        for (size_t k = 0; k < sizeof free_rules / sizeof free_rules[0]; k++)
            if (node->rule == rule_of(v, free_rules[k]))
                paint(paper, node, FREE_LETTER);
        for (size_t k = 0; k < sizeof name_rules / sizeof name_rules[0]; k++)
            if (node->rule == rule_of(v, name_rules[k]))
                paint(paper, node, NAME_LETTER);
    }
    return paper;
}

/* INBOX is the one name whose case does not count (B40). */
static void paint_inbox(struct vary *v, struct span octets, const struct grammar_match *match,
                        char *paper)
{
    for (size_t i = 0; i < match->nnodes; i++) {
        struct span text = text_of(octets, &match->nodes[i]);
        if (match->nodes[i].rule == rule_of(v, "mailbox") &&
            (span_is(text, "INBOX") || span_is(text, "\"INBOX\"")))
            paint(paper, &match->nodes[i], KEYWORD_LETTER);
    }
}

static bool is_customary(struct span word, int color)
{
    bool is_capital = true;
    bool is_capitalized = color == NAME_LETTER && char_is_upper(word.data[0]);
    for (size_t i = 0; i < word.nbytes; i++) {
        is_capital = is_capital && char_is_upper(word.data[i]);
        is_capitalized = is_capitalized && (i == 0 || char_is_lower(word.data[i]));
    }
    return is_capital || is_capitalized;
}

static void change_word(struct vary *v, char *word, size_t nbytes)
{
    uint64_t how = rng_below(&v->rng, 4);
    for (size_t i = 0; i < nbytes; i++) {
        bool is_upper = how == 0 || (how == 2 && i == 0) || (how == 3 && rng_below(&v->rng, 2));
        if (is_upper)
            word[i] = char_upper(word[i]);
        else
            word[i] = char_lower(word[i]);
    }
}

static void change_case(struct vary *v, struct vary_line *line, const struct grammar_match *match)
{
    char *paper = paint_letters(v, line->octets, match);
    char *text = arena_text(v->arena, line->octets);
    paint_inbox(v, line->octets, match, paper);
    for (size_t at = 0, end; at < line->octets.nbytes; at = end) {
        end = at + 1;
        if (!char_is_alpha(text[at]))
            continue;
        while (end < line->octets.nbytes && char_is_alpha(text[end]) && paper[end] == paper[at])
            end++;
        struct span word = span_slice(line->octets, at, end - at);
        if (paper[at] != FREE_LETTER && !keeps(line, at, end) && is_customary(word, paper[at]))
            change_word(v, text + at, word.nbytes);
    }
    line->octets = span_make(text, line->octets.nbytes);
}

/* ---- forms ---------------------------------------------------------------------------------- */

/* The line with other octets in the place of a node. */
static struct span put(struct vary *v, struct span octets, const struct grammar_node *node,
                       struct span instead)
{
    struct buffer out = {0};
    buffer_append(&out, span_slice(octets, 0, node->at));
    buffer_append(&out, instead);
    buffer_append(&out, span_from(octets, node->at + node->nbytes));
    struct span copy = arena_copy(v->arena, buffer_span(&out));
    buffer_free(&out);
    return copy;
}

static struct span unquoted(struct span text)
{
    if (text.nbytes >= 2 && text.data[0] == '"')
        return span_slice(text, 1, text.nbytes - 2);
    return text;
}

/* A string or a date in one of its forms. */
static struct span form_of(struct vary *v, struct span value, bool may_be_literal)
{
    switch (rng_below(&v->rng, may_be_literal ? 3 : 2)) {
    case 0:
        return value;
    case 1:
        return span_of(arena_printf(v->arena, "\"%.*s\"", SPAN_ARG(value)));
    default:
        return span_of(arena_printf(v->arena, "{%zu}\r\n%.*s", value.nbytes, SPAN_ARG(value)));
    }
}

/* One part of a sequence, "4:7", in equal words: "4:5,6:7", "4,5,6,7". */
static void append_part(struct vary *v, struct span part, struct buffer *out)
{
    uint32_t low;
    uint32_t high;
    struct span last = part;
    struct span first = span_cut(&last, ':');
    bool is_range = number_parse_u32(first, &low) == 0 && number_parse_u32(last, &high) == 0 &&
                    low < high && high - low < RANGE_WIDTH_MOST;
    uint64_t how = is_range ? rng_below(&v->rng, 3) : 0;
    if (how == 0) {
        buffer_append(out, part);
    } else if (how == 1) {
        uint32_t middle = low + (uint32_t)rng_below(&v->rng, high - low);
        buffer_printf(out, low == middle ? "%u," : "%u:%u,", low, middle);
        buffer_printf(out, middle + 1 == high ? "%u" : "%u:%u", middle + 1, high);
    } else {
        for (uint32_t n = low; n <= high; n++)
            buffer_printf(out, n == low ? "%u" : ",%u", n);
    }
}

/* Numbers that follow each other may become ranges: "4,5,6" "4:6". Returns the part behind them. */
static struct span join_parts(struct vary *v, struct span part, struct span *rest)
{
    uint32_t first;
    uint32_t last;
    uint32_t next;
    if (number_parse_u32(part, &first) != 0)
        return part;
    last = first;
    struct span ahead = *rest;
    struct span word = span_cut(&ahead, ',');
    while (last < UINT32_MAX && number_parse_u32(word, &next) == 0 && next == last + 1) {
        last = next;
        *rest = ahead;
        word = span_cut(&ahead, ',');
    }
    if (last == first)
        return part;
    return span_of(arena_printf(v->arena, "%u:%u", first, last));
}

static struct span sequence_form(struct vary *v, struct span text)
{
    struct buffer out = {0};
    struct span rest = text;
    while (rest.nbytes > 0) {
        struct span part = span_cut(&rest, ',');
        part = join_parts(v, part, &rest);
        if (out.nbytes > 0)
            buffer_append_byte(&out, ',');
        append_part(v, part, &out);
    }
    struct span form = arena_copy(v->arena, buffer_span(&out));
    buffer_free(&out);
    return form;
}

/* What to write in the place of a node; as it is when that is no argument with forms. */
static struct span other_form(struct vary *v, const struct vary_line *line,
                              const struct grammar_node *node)
{
    struct span text = text_of(line->octets, node);
    if (keeps(line, node->at, node->at + node->nbytes))
        return text;
    if (node->rule == rule_of(v, "string"))
        return form_of(v, unquoted(text), line->may_wait);
    if (node->rule == rule_of(v, "search-date"))
        return form_of(v, unquoted(text), false);
    if (node->rule == rule_of(v, "sequence"))
        return sequence_form(v, text);
    return text;
}

/* From the last argument to the first, so that places before it stay what they were: nodes stand in
 * the order of the line. */
static void change_forms(struct vary *v, struct vary_line *line, const struct grammar_match *match)
{
    size_t nnodes = match->nnodes;
    struct grammar_node *nodes = arena_array(v->arena, nnodes, sizeof *nodes);
    memcpy(nodes, match->nodes, nnodes * sizeof *nodes);
    for (size_t i = nnodes; i-- > 0;) {
        struct span instead = other_form(v, line, &nodes[i]);
        if (span_equal(instead, text_of(line->octets, &nodes[i])))
            continue;
        struct span octets = put(v, line->octets, &nodes[i], instead);
        struct grammar_match changed;
        if (derive(v, octets, &changed) && i < changed.nnodes &&
            changed.nodes[i].rule == nodes[i].rule && changed.nodes[i].at == nodes[i].at &&
            changed.nodes[i].nbytes == instead.nbytes)
            line->octets = octets;
    }
}

/* A client waits at every literal of the line. */
static void place_waits(struct vary *v, struct vary_line *line)
{
    struct grammar_match match;
    bool is_derived = derive(v, line->octets, &match);
    ENSURE(is_derived);
    size_t *waits = arena_array(v->arena, match.nnodes, sizeof *waits);
    line->nwaits = 0;
    for (size_t i = 0; i < match.nnodes; i++)
        if (match.nodes[i].rule == rule_of(v, "literal-data"))
            waits[line->nwaits++] = match.nodes[i].at;
    line->waits = waits;
}

void vary_line(struct vary *v, struct vary_line *line)
{
    struct grammar_match match;
    if ((v->what & (RUN_VARY_CASE | RUN_VARY_FORMS)) == 0 || !derive(v, line->octets, &match))
        return;
    if ((v->what & RUN_VARY_CASE) != 0)
        change_case(v, line, &match);
    if ((v->what & RUN_VARY_FORMS) == 0 || line->has_literal)
        return;
    change_forms(v, line, &match);
    place_waits(v, line);
}

/* ---- writes --------------------------------------------------------------------------------- */

enum vary_writes vary_writes(struct vary *v, size_t nbytes)
{
    if ((v->what & RUN_VARY_CHUNKS) == 0)
        return VARY_AT_ONCE;
    uint64_t how = rng_below(&v->rng, 4);
    if (how == 0)
        return VARY_AT_ONCE;
    return how == 1 && nbytes <= BYTEWISE_MOST ? VARY_BYTEWISE : VARY_CUT;
}

size_t vary_next_write(struct vary *v, enum vary_writes how, size_t nleft)
{
    switch (how) {
    case VARY_AT_ONCE:
        break;
    case VARY_BYTEWISE:
        return 1;
    case VARY_CUT:
        return 1 + (size_t)rng_below(&v->rng, nleft);
    }
    return nleft;
}
