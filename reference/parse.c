#include "reference/parse.h"

bool parse_char_is_atom(char c)
{
    if (c <= 0x20 || c > 0x7e)
        return false;
    return c != '(' && c != ')' && c != '{' && c != '"' && c != '%' && c != '\\';
}

bool parse_at_end(const struct parser *parser)
{
    return parser->at == parser->text.nbytes;
}

struct span parse_rest(const struct parser *parser)
{
    return span_from(parser->text, parser->at);
}

enum parse_result parse_bad(struct parser *parser, const char *fault)
{
    parser->fault = fault;
    return PARSE_BAD;
}

static bool parse_looking_at(const struct parser *parser, char c)
{
    return !parse_at_end(parser) && parser->text.data[parser->at] == c;
}

enum parse_result parse_space(struct parser *parser)
{
    if (parse_at_end(parser))
        return parse_bad(parser, "Missing argument");
    if (!parse_looking_at(parser, ' '))
        return parse_bad(parser, "Malformed argument");
    parser->at++;
    return PARSE_OK;
}

enum parse_result parse_end(struct parser *parser)
{
    return parse_at_end(parser) ? PARSE_OK : parse_bad(parser, "Unexpected text after the command");
}

enum parse_result parse_atom(struct parser *parser, struct span *atom_r)
{
    size_t from = parser->at;
    while (!parse_at_end(parser) && parse_char_is_atom(parser->text.data[parser->at]))
        parser->at++;
    *atom_r = span_slice(parser->text, from, parser->at - from);
    return parser->at > from ? PARSE_OK : parse_bad(parser, "Missing or malformed argument");
}

enum parse_result parse_flag(struct parser *parser, struct span *flag_r)
{
    size_t from = parser->at;
    if (parse_looking_at(parser, '\\'))
        parser->at++;
    struct span name;
    if (parse_atom(parser, &name) != PARSE_OK)
        return parse_bad(parser, "Missing or malformed flag");
    *flag_r = span_slice(parser->text, from, parser->at - from);
    return PARSE_OK;
}

struct span parse_word(struct parser *parser)
{
    size_t from = parser->at;
    while (!parse_at_end(parser)) {
        char c = parser->text.data[parser->at];
        if (c == ' ' || c == '(' || c == ')')
            break;
        parser->at++;
    }
    return span_slice(parser->text, from, parser->at - from);
}

static enum parse_result parse_quoted(struct parser *parser, bool is_pattern, struct span *string_r)
{
    size_t from = ++parser->at;
    while (!parse_at_end(parser) && parser->text.data[parser->at] != '"') {
        char c = parser->text.data[parser->at];
        if (!char_is_print(c) || c == '\\' || c == '{' || (c == '%' && !is_pattern))
            return parse_bad(parser, "Character not allowed in a quoted string");
        parser->at++;
    }
    if (parse_at_end(parser))
        return parse_bad(parser, "Quoted string without an end");
    if (parser->at == from)
        return parse_bad(parser, "Empty quoted string");
    *string_r = span_slice(parser->text, from, parser->at - from);
    parser->at++;
    return PARSE_OK;
}

static enum parse_result parse_literal(struct parser *parser, struct span *string_r)
{
    struct span count = span_from(parser->text, parser->at + 1);
    count = span_slice(count, 0, number_digits(count));
    size_t after = parser->at + 1 + count.nbytes;
    bool has_leading_zero = count.nbytes > 1 && count.data[0] == '0';
    if (has_leading_zero || number_parse_u64(count, &parser->literal_nbytes) != 0 ||
        after == parser->text.nbytes || parser->text.data[after] != '}')
        return parse_bad(parser, "Malformed literal count");
    struct span rest = span_from(parser->text, after + 1);
    if (rest.nbytes == 0)
        return PARSE_LITERAL;
    if (!span_starts_with(rest, SPAN_LIT("\r\n")))
        return parse_bad(parser, "A literal count must end its line");
    ENSURE(parser->literal_nbytes <= rest.nbytes - 2);
    size_t nbytes = (size_t)parser->literal_nbytes;
    *string_r = span_slice(rest, 2, nbytes);
    parser->at = after + 1 + 2 + nbytes;
    return PARSE_OK;
}

enum parse_result parse_string(struct parser *parser, struct span *string_r)
{
    if (parse_looking_at(parser, '"'))
        return parse_quoted(parser, false, string_r);
    if (parse_looking_at(parser, '{'))
        return parse_literal(parser, string_r);
    return parse_atom(parser, string_r);
}

enum parse_result parse_pattern(struct parser *parser, struct span *pattern_r)
{
    if (parse_looking_at(parser, '"'))
        return parse_quoted(parser, true, pattern_r);
    if (parse_looking_at(parser, '{'))
        return parse_literal(parser, pattern_r);
    size_t from = parser->at;
    while (!parse_at_end(parser) && (parse_char_is_atom(parser->text.data[parser->at]) ||
                                     parser->text.data[parser->at] == '%'))
        parser->at++;
    *pattern_r = span_slice(parser->text, from, parser->at - from);
    return parser->at > from ? PARSE_OK : parse_bad(parser, "Missing or malformed pattern");
}
