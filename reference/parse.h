/*
 * parse: the lexical elements of a command (RFC 1176 p.9-10, p.27-28). A parser stands in the text
 * of one command: its lines from the tag on, without the last line end; literals that have been
 * taken stand in it with their count, CR LF and octets. The rules are those for what a client may
 * send: one space between elements, no escapes in quoted strings, none of the excluded characters.
 *
 * Spans handed out lie in the text.
 */
#ifndef IMAPSPEC_REFERENCE_PARSE_H
#define IMAPSPEC_REFERENCE_PARSE_H

#include "base/base.h"

enum parse_result {
    PARSE_OK,
    PARSE_BAD,     /* parser.fault says what is wrong */
    PARSE_LITERAL, /* the text ends in the count of a literal that stands where a string may stand:
                      parser.literal_nbytes; parse again when the octets and the next line are there
                    */
};

struct parser {
    struct span text;
    size_t at;
    const char *fault; /* a sentence without a full stop */
    uint64_t literal_nbytes;
};

bool parse_char_is_atom(char c); /* printable, none of SP ( ) { " % \ (B12, B13) */

bool parse_at_end(const struct parser *parser);
struct span parse_rest(const struct parser *parser);
enum parse_result parse_bad(struct parser *parser, const char *fault); /* PARSE_BAD */

/* Each takes one element from the place where the parser stands. */
enum parse_result parse_space(struct parser *parser);
enum parse_result parse_end(struct parser *parser);
enum parse_result parse_atom(struct parser *parser, struct span *atom_r);
enum parse_result parse_flag(struct parser *parser, struct span *flag_r); /* `\` allowed in front */
enum parse_result parse_string(struct parser *parser, struct span *string_r);
enum parse_result parse_pattern(struct parser *parser, struct span *pattern_r); /* `%` too (B14) */

/* Everything up to the next space, parenthesis or end: for elements with a form of their own. */
struct span parse_word(struct parser *parser);

#endif
