/*
 * quote: the notation of strings in a line: "..." with \r \n \t \" \\ and \xHH, and, where they are
 * allowed, ${references}.
 */
#ifndef IMAPSPEC_SCRIPT_QUOTE_H
#define IMAPSPEC_SCRIPT_QUOTE_H

#include "script/cursor.h"

/* Reads the string that starts with `"` at the cursor and moves behind it. */
__attribute__((warn_unused_result)) int script_quote_read(struct script_cursor *c,
                                                          struct span *value_r);

/* The same with references: WORD and REFERENCE pieces, none when the string is empty. */
__attribute__((warn_unused_result)) int script_quote_read_parts(struct script_cursor *c,
                                                                struct script_text *parts_r);

/* Text taken as it stands, no escapes, up to `end`, with references: `|` lines. */
__attribute__((warn_unused_result)) int script_quote_read_plain(struct script_cursor *c, size_t end,
                                                                struct script_text *parts_r);

/* Reads ${...} at the cursor and moves behind it. */
__attribute__((warn_unused_result)) int script_reference_read(struct script_cursor *c,
                                                              struct script_reference *r);
/* What may stand behind msg:n, as in ${msg:16.size}: "size, header, ...". */
bool script_reference_has_part(struct span part);

/* Reads `msg:` [mailbox `:`] number [`.` part], the whole of s, found at offset `at`. */
__attribute__((warn_unused_result)) int script_reference_read_message(const struct script_cursor *c,
                                                                      size_t at, struct span s,
                                                                      struct script_reference *r);

/* Appends a string in its notation, quotes included. */
void script_quote_write(struct span value, struct buffer *out);
/* Without quotes; `${` is written so that it is no reference. */
void script_quote_write_escaped(struct span value, struct buffer *out);
void script_reference_write(const struct script_reference *r, struct buffer *out);

/* Appends octets to a list of pieces, to the last one if that is a WORD. */
void script_text_add_word(struct arena *arena, struct script_text *text, struct span octets,
                          struct script_place place);
struct script_piece *script_text_add(struct arena *arena, struct script_text *text,
                                     struct script_piece piece);

#endif
