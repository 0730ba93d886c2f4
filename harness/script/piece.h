/*
 * piece: a text read into pieces, and written back.
 */
#ifndef IMAPSPEC_SCRIPT_PIECE_H
#define IMAPSPEC_SCRIPT_PIECE_H

#include "script/cursor.h"
#include "script/quote.h"

/* `|` lines below a wire line: each content line is a cursor over what stands behind `| `. */
struct script_content {
    const struct script_line **lines;
    size_t nlines;
    const char *path;
    bool is_used; /* by a {|} */
};

/* Reads all that is left of c. has_tag: `@` may stand first. content may be NULL: no {|}. */
__attribute__((warn_unused_result)) int script_text_read(struct script_cursor *c, bool has_tag,
                                                         struct script_content *content,
                                                         struct script_text *text_r);

/* Reads one argument: up to the next blank outside strings and parentheses. */
__attribute__((warn_unused_result)) int
script_text_read_one(struct script_cursor *c, const char *what, struct script_text *text_r);

/* Offset of the first octet from `at` on, outside strings, braces and parentheses, that is one of
 * `stops`; the end of the text when there is none. */
size_t script_text_end(struct span text, size_t at, const char *stops);

/* Appends the notation of a text. {|} literals are written as {|}; their lines are written by
 * script_content_write(), each behind `indent` blanks. */
void script_text_write(const struct script_text *text, struct buffer *out);
void script_content_write(const struct script_text *text, unsigned indent, struct buffer *out);
/* The inside of a string that holds references. */
void script_parts_write(const struct script_text *parts, struct buffer *out);

#endif
