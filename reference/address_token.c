#include "reference/address_token.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_special(char c)
{
    return c != '\0' && strchr("()<>@,;:\\\".[]", c) != NULL;
}

/*
 * Length of the symbol at the start of s up to and with its closing octet, 0 when it does not end.
 * With open equal to close it does not nest; a backslash hides the octet after it.
 */
static size_t bracketed_nbytes(struct span s, char open, char close, bool nests)
{
    size_t depth = 1;
    for (size_t i = 1; i < s.nbytes; i++) {
        if (s.data[i] == '\\') {
            i++;
        } else if (s.data[i] == close) {
            if (--depth == 0)
                return i + 1;
        } else if (nests && s.data[i] == open) {
            depth++;
        }
    }
    return 0;
}

/* The rest of the text is searched unless an earlier search has failed. */
static size_t try_bracketed(const struct address_lexer *lexer, bool *has_none)
{
    struct span rest = span_from(lexer->text, lexer->at);
    if (*has_none)
        return 0;
    char open = *rest.data, close = '"';
    if (open == '(')
        close = ')';
    else if (open == '[')
        close = ']';
    size_t nbytes = bracketed_nbytes(rest, open, close, open == '(');
    *has_none = nbytes == 0;
    return nbytes;
}

static struct address_token take(struct address_lexer *lexer, enum address_token_kind kind,
                                 size_t nbytes)
{
    struct address_token token = {
        .kind = kind,
        .text = span_slice(lexer->text, lexer->at, nbytes),
        .after_blank = lexer->after_blank,
    };
    lexer->at += nbytes;
    lexer->after_blank = kind == ADDRESS_COMMENT;
    return token;
}

/* Without its first and last octet. */
static struct address_token strip_ends(struct address_token token)
{
    token.text = span_slice(token.text, 1, token.text.nbytes - 2);
    return token;
}

static size_t atom_nbytes(struct span s)
{
    size_t n = 0;
    while (n < s.nbytes && !is_blank(s.data[n]) && !is_special(s.data[n]))
        n++;
    return n;
}

struct address_token address_lexer_next(struct address_lexer *lexer)
{
    for (; lexer->at < lexer->text.nbytes; lexer->at++) {
        char c = lexer->text.data[lexer->at];
        size_t nbytes;
        if (is_blank(c))
            lexer->after_blank = true;
        else if (c == '"' && (nbytes = try_bracketed(lexer, &lexer->has_no_quoted)) > 0)
            return strip_ends(take(lexer, ADDRESS_QUOTED, nbytes));
        else if (c == '(' && (nbytes = try_bracketed(lexer, &lexer->has_no_comment)) > 0)
            return strip_ends(take(lexer, ADDRESS_COMMENT, nbytes));
        else if (c == '[' && (nbytes = try_bracketed(lexer, &lexer->has_no_literal)) > 0)
            return take(lexer, ADDRESS_LITERAL, nbytes);
        else if (c != '\0' && strchr("<>@,;:.", c) != NULL)
            return take(lexer, ADDRESS_SPECIAL, 1);
        else if (!is_special(c))
            return take(lexer, ADDRESS_ATOM, atom_nbytes(span_from(lexer->text, lexer->at)));
    }
    return (struct address_token){.kind = ADDRESS_END, .after_blank = lexer->after_blank};
}

void address_unquote(struct buffer *out, struct span text)
{
    for (size_t i = 0; i < text.nbytes; i++) {
        if (text.data[i] == '\\' && i + 1 < text.nbytes)
            i++;
        buffer_append_byte(out, text.data[i]);
    }
}
