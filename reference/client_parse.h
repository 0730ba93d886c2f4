/*
 * client_parse: the values that stand in a server's data (RFC 1176 p.9-10, p.26-28), read from a
 * complete response. All functions return false when there is no such value; the cursor is of no
 * use then. Spans borrow from the cursor's text. Nothing recurses.
 */
#ifndef IMAPSPEC_REFERENCE_CLIENT_PARSE_H
#define IMAPSPEC_REFERENCE_CLIENT_PARSE_H

#include "reference/client.h"

struct client_cursor {
    struct span text;
    size_t at;
};

bool client_parse_is_end(const struct client_cursor *c);
bool client_parse_is_at(const struct client_cursor *c, char byte);
bool client_parse_byte(struct client_cursor *c, char byte); /* skips it */
bool client_parse_blanks(struct client_cursor *c);      /* one or more; extra ones are harmless */
void client_parse_skip_blanks(struct client_cursor *c); /* none is fine, too */

/* An atom in the wide sense: up to a blank, parenthesis, quote, brace or control. */
bool client_parse_word(struct client_cursor *c, struct span *word_r);
bool client_parse_number(struct client_cursor *c, uint32_t *value_r); /* 32 bits */

/* Quoted string or literal. A backslash in quotes is an octet like others (B17). */
bool client_parse_string(struct client_cursor *c, struct span *value_r);
/* The same, an atom (B97), or NIL. */
bool client_parse_nstring(struct client_cursor *c, struct client_string *value_r);

/* Skips one value of any kind: a word, a string, or a list with all that is in it. */
bool client_parse_skip(struct client_cursor *c);

/* "(" flag ... ")"; appends the flags with blanks between. */
bool client_parse_flags(struct client_cursor *c, struct buffer *flags);

#endif
