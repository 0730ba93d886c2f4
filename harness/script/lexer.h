/*
 * lexer: a file cut into lines. The language is line-oriented: what a line is can be told from the
 * line alone, so there is no lexer state.
 *
 * A comment is a line whose first character is `#`, or what follows two blanks and `#` outside a
 * string. Blanks at the end of a line have no meaning. `|` lines are content to their end: no
 * comment, trailing blanks kept. Tabs may indent; elsewhere they are refused, as are other control
 * characters. CR LF line ends and a UTF-8 byte order mark are accepted.
 */
#ifndef IMAPSPEC_SCRIPT_LEXER_H
#define IMAPSPEC_SCRIPT_LEXER_H

#include "base/base.h"

struct script_faults;

enum { SCRIPT_LINE_MOST = 64 * 1024 }; /* octets of a line */

enum script_line_kind {
    LINE_BLANK,    /* nothing, or a comment only */
    LINE_WIRE,     /* [session] C: S: C= S=, any mark */
    LINE_APPENDED, /* & ... */
    LINE_CONTENT,  /* | ... */
    LINE_OPEN,     /* ends with `{` */
    LINE_OR,       /* } or ... { */
    LINE_CLOSE,    /* } */
    LINE_PLAIN
};

struct script_line {
    enum script_line_kind kind;
    unsigned number;     /* from 1 */
    unsigned col;        /* of the first octet of text, from 1 */
    struct span source;  /* all of it without its end */
    struct span text;    /* without indentation, comment and trailing blanks; LINE_OPEN and
                            LINE_OR: without the final `{` as well */
    struct span comment; /* from `#` on, empty when there is none */
};

/* The lines of a text, in the arena of faults; returns how many. A line at fault is blank. */
size_t script_lines_read(struct span text, const char *path, struct script_faults *faults,
                         struct script_line **lines_r);

/* Where C or S stands in a wire line's text; SPAN_NPOS when it is no wire line. */
size_t script_line_wire_at(struct span text);

/* Offset behind the string that starts with `"` at `at`; SPAN_NPOS when it does not end. */
size_t script_line_string_end(struct span text, size_t at);

#endif
