/*
 * address_token: the lexical symbols of a structured RFC 822 field (3.3): atoms, quoted strings,
 * comments, domain literals and specials. Private to address.c.
 */
#ifndef IMAPSPEC_REFERENCE_ADDRESS_TOKEN_H
#define IMAPSPEC_REFERENCE_ADDRESS_TOKEN_H

#include "base/base.h"

enum address_token_kind {
    ADDRESS_END,
    ADDRESS_ATOM,    /* any octets but specials and blanks; controls and 8-bit octets included */
    ADDRESS_QUOTED,  /* text: between the quotation marks, quoted pairs as they stand */
    ADDRESS_COMMENT, /* text: between the outer parentheses, likewise */
    ADDRESS_LITERAL, /* text: with the brackets, likewise */
    ADDRESS_SPECIAL, /* text: one of < > @ , ; : . */
};

struct address_token {
    enum address_token_kind kind;
    struct span text;
    bool after_blank; /* blanks or a comment stand before it */
};

struct address_lexer {
    struct span text;
    size_t at;
    bool after_blank;
    /* Set once a search for the end of such a symbol reached the end of the text in vain: no later
     * one is searched for, which keeps the time linear. */
    bool has_no_quoted, has_no_comment, has_no_literal;
};

/* Specials without meaning where they stand (a lone backslash, parenthesis, bracket or quotation
 * mark) are skipped. At the end ADDRESS_END is returned again and again. */
struct address_token address_lexer_next(struct address_lexer *lexer);

/* Appends the text with its quoted pairs decoded. */
void address_unquote(struct buffer *out, struct span text);

#endif
