#include <string.h>

#include "grammar/syntax.h"

enum { READ_NESTING = 64, READ_MOST_RULES = 4096, READ_MOST_REPEAT = 1000, READ_NAME_NBYTES = 64 };

struct reader {
    struct grammar *grammar;
    struct span text;
    size_t at;
    unsigned line;
    size_t line_at; /* offset of the line's first octet */
    unsigned nesting;
    const char *file;
    struct err *err;
};

static struct element *read_alternation(struct reader *r);

static unsigned column(const struct reader *r)
{
    return (unsigned)(r->at - r->line_at) + 1;
}

static int peek(const struct reader *r)
{
    return r->at < r->text.nbytes ? (unsigned char)r->text.data[r->at] : -1;
}

static struct span source_line(const struct reader *r)
{
    struct span rest = span_from(r->text, r->line_at);
    struct span line = span_cut(&rest, '\n');
    return line.nbytes > 0 && line.data[line.nbytes - 1] == '\r'
               ? span_slice(line, 0, line.nbytes - 1)
               : line;
}

/* Complains about what stands `back` octets before the place of reading. */
static int complain(struct reader *r, size_t back, const char *what)
{
    (void)err_set(r->err, r->file, r->line, column(r) - (unsigned)back, "%s", what);
    err_set_source(r->err, source_line(r));
    return -1;
}

static struct element *complain_null(struct reader *r, size_t back, const char *what)
{
    (void)complain(r, back, what);
    return NULL;
}

static bool is_name_char(int c)
{
    return c >= 0 && (char_is_alnum((char)c) || c == '-');
}

static bool is_digit(int c)
{
    return c >= 0 && char_is_digit((char)c);
}

/* ---- blanks, comments, lines ---- */

static size_t newline_nbytes(struct span text, size_t at)
{
    if (at < text.nbytes && text.data[at] == '\n')
        return 1;
    return at + 1 < text.nbytes && text.data[at] == '\r' && text.data[at + 1] == '\n' ? 2 : 0;
}

static size_t comment_end(struct span text, size_t at)
{
    if (at < text.nbytes && text.data[at] == ';')
        while (at < text.nbytes && newline_nbytes(text, at) == 0)
            at++;
    return at;
}

static bool is_blank_at(struct span text, size_t at)
{
    return at < text.nbytes && (text.data[at] == ' ' || text.data[at] == '\t');
}

/* Blanks, and comments and line ends that an indented line follows. */
static void skip_blanks(struct reader *r)
{
    for (;;) {
        while (is_blank_at(r->text, r->at))
            r->at++;
        size_t end = comment_end(r->text, r->at);
        size_t newline = newline_nbytes(r->text, end);
        if (newline == 0 || !is_blank_at(r->text, end + newline))
            return;
        r->at = end + newline;
        r->line++;
        r->line_at = r->at;
    }
}

/* The rest of a line, blanks and a comment at most, and its end. */
static int read_line_end(struct reader *r, const char *complaint)
{
    while (is_blank_at(r->text, r->at))
        r->at++;
    size_t end = comment_end(r->text, r->at);
    size_t newline = newline_nbytes(r->text, end);
    if (newline == 0 && end < r->text.nbytes)
        return complain(r, 0, complaint);
    r->at = end + newline;
    r->line++;
    r->line_at = r->at;
    return 0;
}

/* ---- elements ---- */

static struct element *element_new(struct reader *r, enum element_kind kind, size_t at)
{
    struct element *e = arena_alloc(&r->grammar->arena, sizeof *e);
    e->kind = kind;
    e->rule = GRAMMAR_NO_RULE;
    e->production = -1;
    e->least = e->most = 1;
    e->line = r->line;
    e->col = (unsigned)(at - r->line_at) + 1;
    e->source = span_slice(r->text, at, 0);
    return e;
}

static void element_end(struct reader *r, struct element *e)
{
    e->source.nbytes = (size_t)(r->text.data + r->at - e->source.data);
}

static void element_add(struct reader *r, struct element *e, struct element *part)
{
    e->parts = arena_grow(&r->grammar->arena, e->parts, &e->parts_capacity, e->nparts + 1,
                          sizeof(struct element *));
    e->parts[e->nparts++] = part;
}

static struct span read_name(struct reader *r)
{
    size_t from = r->at;
    if (r->at < r->text.nbytes && char_is_alpha(r->text.data[r->at]))
        while (is_name_char(peek(r)))
            r->at++;
    return span_slice(r->text, from, r->at - from);
}

static struct element *read_quoted(struct reader *r, size_t from, bool any_case)
{
    size_t open = r->at++;
    while (peek(r) >= 0x20 && peek(r) <= 0x7e && peek(r) != '"')
        r->at++;
    if (peek(r) != '"')
        return complain_null(r, 0, "a quoted text holds printable ASCII and ends with \"");
    struct element *e = element_new(r, ELEMENT_TEXT, from);
    e->any_case = any_case;
    e->text = span_slice(r->text, open + 1, r->at - open - 1);
    r->at++;
    element_end(r, e);
    return e;
}

static int digit_value(int c)
{
    return c < 0 ? -1 : char_hex_value((char)c);
}

/* One octet's value in the given base, or -1. */
static int read_value(struct reader *r, int base)
{
    unsigned value = 0;
    size_t from = r->at;
    for (int digit = digit_value(peek(r)); digit >= 0 && digit < base;
         digit = digit_value(peek(r))) {
        value = value * (unsigned)base + (unsigned)digit;
        r->at++;
        if (value > 255)
            return complain(r, r->at - from, "a value is an octet, at most 255");
    }
    if (r->at == from)
        return complain(r, 0, "a digit of the base is missing");
    return (int)value;
}

static struct element *read_range(struct reader *r, struct element *e, int low, int base)
{
    size_t from = ++r->at;
    int high = read_value(r, base);
    if (high < 0)
        return NULL;
    if (high < low)
        return complain_null(r, r->at - from, "a range ends before it begins");
    e->kind = ELEMENT_RANGE;
    e->low = (unsigned)low;
    e->high = (unsigned)high;
    element_end(r, e);
    return e;
}

static struct element *read_numeric(struct reader *r, size_t from, int base)
{
    r->at++;
    struct element *e = element_new(r, ELEMENT_TEXT, from);
    struct buffer octets = {0};
    int value = read_value(r, base);
    if (value >= 0 && peek(r) == '-')
        return read_range(r, e, value, base);
    while (value >= 0) {
        buffer_append_byte(&octets, (char)value);
        if (peek(r) != '.')
            break;
        r->at++;
        value = read_value(r, base);
    }
    e->is_numeric = true;
    e->text = arena_copy(&r->grammar->arena, buffer_span(&octets));
    buffer_free(&octets);
    element_end(r, e);
    return value < 0 ? NULL : e;
}

static struct element *read_percent(struct reader *r)
{
    size_t from = r->at++;
    int letter = peek(r) < 0 ? 0 : char_lower((char)peek(r));
    bool has_quote = r->at + 1 < r->text.nbytes && r->text.data[r->at + 1] == '"';
    switch (letter) {
    case 'x':
        return read_numeric(r, from, 16);
    case 'd':
        return read_numeric(r, from, 10);
    case 'b':
        return read_numeric(r, from, 2);
    case 's':
    case 'i':
        r->at++;
        if (!has_quote)
            return complain_null(r, 0, "%s and %i are followed by a quoted text");
        return read_quoted(r, from, letter == 'i');
    default:
        return complain_null(r, 0, "after % comes x, d, b, s or i");
    }
}

static struct element *read_bracketed(struct reader *r, char close)
{
    size_t from = r->at++;
    struct element *option = element_new(r, ELEMENT_REPEAT, from);
    if (++r->nesting > READ_NESTING)
        return complain_null(r, 1, "groups are nested too deeply");
    skip_blanks(r);
    struct element *inner = read_alternation(r);
    if (inner == NULL)
        return NULL;
    skip_blanks(r);
    if (peek(r) != close)
        return complain_null(r, 0,
                             close == ')' ? "\")\" or an element is missing here"
                                          : "\"]\" or an element is missing here");
    r->at++;
    r->nesting--;
    if (close == ')')
        return inner;
    option->least = 0;
    element_add(r, option, inner);
    element_end(r, option);
    return option;
}

static struct element *read_reference(struct reader *r)
{
    struct element *e = element_new(r, ELEMENT_RULE, r->at);
    e->text = read_name(r);
    element_end(r, e);
    return e;
}

static struct element *read_element(struct reader *r)
{
    int c = peek(r);
    if (c == '"')
        return read_quoted(r, r->at, true);
    if (c == '%')
        return read_percent(r);
    if (c == '(')
        return read_bracketed(r, ')');
    if (c == '[')
        return read_bracketed(r, ']');
    if (c == '<')
        return complain_null(r, 0, "prose between < and > cannot be compiled");
    if (c >= 0 && char_is_alpha((char)c))
        return read_reference(r);
    return complain_null(r, 0, "an element is missing here");
}

static int read_count(struct reader *r, size_t *count)
{
    size_t from = r->at;
    while (is_digit(peek(r)))
        r->at++;
    uint32_t value = 0;
    if (r->at == from)
        return 0;
    if (number_parse_u32(span_slice(r->text, from, r->at - from), &value) < 0 ||
        value > READ_MOST_REPEAT)
        return complain(r, r->at - from, "a repetition is counted to 1000 at most");
    *count = value;
    return 0;
}

/* [n] ["*" [m]] before an element. */
static int read_bounds(struct reader *r, size_t *least, size_t *most)
{
    size_t from = r->at;
    *least = 0;
    if (read_count(r, least) < 0)
        return -1;
    *most = *least;
    if (peek(r) == '*') {
        r->at++;
        *most = ELEMENT_UNBOUNDED;
        if (read_count(r, most) < 0)
            return -1;
    }
    if (r->at == from)
        *least = *most = 1;
    if (*most < *least)
        return complain(r, r->at - from, "a repetition ends before it begins");
    return 0;
}

static struct element *read_repetition(struct reader *r)
{
    struct element *repeat = element_new(r, ELEMENT_REPEAT, r->at);
    size_t from = r->at;
    if (read_bounds(r, &repeat->least, &repeat->most) < 0)
        return NULL;
    bool is_plain = r->at == from;
    struct element *inner = read_element(r);
    if (inner == NULL || is_plain)
        return inner;
    element_add(r, repeat, inner);
    element_end(r, repeat);
    return repeat;
}

static bool starts_element(int c)
{
    return c == '"' || c == '%' || c == '(' || c == '[' || c == '<' || c == '*' || is_digit(c) ||
           (c >= 0 && char_is_alpha((char)c));
}

static struct element *read_concatenation(struct reader *r)
{
    struct element *sequence = element_new(r, ELEMENT_SEQUENCE, r->at);
    for (;;) {
        struct element *part = read_repetition(r);
        if (part == NULL)
            return NULL;
        element_add(r, sequence, part);
        element_end(r, sequence);
        size_t end = r->at;
        skip_blanks(r);
        if (!starts_element(peek(r)))
            return sequence->nparts == 1 ? part : sequence;
        if (r->at == end)
            return complain_null(r, 0, "a blank is missing between two elements");
    }
}

static struct element *read_alternation(struct reader *r)
{
    struct element *choice = element_new(r, ELEMENT_CHOICE, r->at);
    for (;;) {
        struct element *part = read_concatenation(r);
        if (part == NULL)
            return NULL;
        element_add(r, choice, part);
        choice->source.nbytes =
            (size_t)(part->source.data + part->source.nbytes - choice->source.data);
        skip_blanks(r);
        if (peek(r) != '/')
            return choice->nparts == 1 ? part : choice;
        r->at++;
        skip_blanks(r);
    }
}

/* ---- rules ---- */

static struct rule *rule_new(struct reader *r, struct span name, unsigned line, unsigned col)
{
    struct grammar *g = r->grammar;
    g->rules = arena_grow(&g->arena, g->rules, &g->rules_capacity, g->nrules + 1, sizeof *g->rules);
    struct rule *rule = &g->rules[g->nrules++];
    *rule = (struct rule){.name = arena_text(&g->arena, name),
                          .line = line,
                          .col = col,
                          .is_obsolete = span_starts_with_nocase(name, SPAN_LIT("obs-")),
                          .counted_by = GRAMMAR_NO_RULE,
                          .requirement = "",
                          .production = -1};
    return rule;
}

/* `=/`: more alternatives for a rule that is there. */
static void rule_extend(struct reader *r, struct rule *rule, struct element *more)
{
    struct element *choice = rule->body;
    if (choice->kind != ELEMENT_CHOICE) {
        choice = element_new(r, ELEMENT_CHOICE, r->at);
        choice->source = rule->body->source;
        element_add(r, choice, rule->body);
        rule->body = choice;
    }
    if (more->kind != ELEMENT_CHOICE) {
        element_add(r, choice, more);
        return;
    }
    for (size_t i = 0; i < more->nparts; i++)
        element_add(r, choice, more->parts[i]);
}

static int read_rule(struct reader *r)
{
    unsigned line = r->line;
    unsigned col = column(r);
    struct span name = read_name(r);
    if (name.nbytes == 0)
        return complain(r, 0, "a rule name is missing here: rules begin in the first column");
    if (name.nbytes > READ_NAME_NBYTES)
        return complain(r, name.nbytes, "a rule name is longer than 64 octets");
    int known = grammar_rule(r->grammar, name);
    skip_blanks(r);
    if (peek(r) != '=')
        return complain(r, 0, "= or =/ is missing after the rule name");
    r->at++;
    bool extends = peek(r) == '/';
    r->at += extends;
    if (known != GRAMMAR_NO_RULE && !extends) {
        (void)err_set(r->err, r->file, line, col, "rule %.*s is already defined on line %u",
                      SPAN_ARG(name), r->grammar->rules[known].line);
        return -1;
    }
    if (known == GRAMMAR_NO_RULE && extends)
        return complain(r, 2, "=/ adds to a rule that is not defined yet");
    skip_blanks(r);
    r->nesting = 0;
    struct element *body = read_alternation(r);
    if (body == NULL)
        return -1;
    if (extends) {
        rule_extend(r, &r->grammar->rules[known], body);
    } else {
        if (r->grammar->nrules >= READ_MOST_RULES)
            return complain(r, 0, "a grammar has 4096 rules at most");
        rule_new(r, name, line, col)->body = body;
        syntax_name_rule(r->grammar, r->grammar->nrules - 1);
    }
    return read_line_end(r, "an element, \"/\" or the end of the line is missing here");
}

int syntax_read(struct grammar *grammar, struct span abnf, const char *file, struct err *err)
{
    struct reader r = {.grammar = grammar, .text = abnf, .line = 1, .file = file, .err = err};
    while (r.at < abnf.nbytes) {
        bool is_rule =
            peek(&r) != ';' && !is_blank_at(abnf, r.at) && newline_nbytes(abnf, r.at) == 0;
        int status = is_rule ? read_rule(&r)
                             : read_line_end(&r, "a rule begins in the first column; an indented "
                                                 "line continues the rule right above it");
        if (status < 0)
            return -1;
    }
    if (grammar->nrules == 0)
        return err_set(err, file, 1, 1, "a grammar has at least one rule");
    return syntax_read_notes(grammar, abnf, file, err);
}
