/*
 * cursor: a place in the text of a line, from which words, strings, numbers and durations are read.
 * A text may be joined from several lines (`&`), so that every octet knows its own place.
 *
 * Readers return 0, or report a fault and return -1. Those that take `what` use it in the message:
 * "expected WHAT".
 */
#ifndef IMAPSPEC_SCRIPT_CURSOR_H
#define IMAPSPEC_SCRIPT_CURSOR_H

#include "base/base.h"
#include "script/fault.h"

/* From offset `at` of the text on, octets stand at `place` and behind it in one line. */
struct script_segment {
    size_t at;
    struct script_place place;
};

struct script_cursor {
    struct script_faults *faults;
    struct span text;
    size_t at;
    const struct script_segment *segments; /* ascending, the first at 0 */
    size_t nsegments;
    struct script_segment only; /* room for the only one of a text from a single line */
};

/* Over text, which stands at `place`. The cursor points into itself: do not copy it. */
void script_cursor_init(struct script_cursor *c, struct script_faults *faults, struct span text,
                        struct script_place place);
/* As the cursor `of`, but ending at offset `end`. */
void script_cursor_part(struct script_cursor *c, const struct script_cursor *of, size_t end);

struct script_place script_cursor_place(const struct script_cursor *c, size_t at);
int script_cursor_fault(const struct script_cursor *c, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void script_cursor_skip(struct script_cursor *c);   /* blanks */
bool script_cursor_is_end(struct script_cursor *c); /* nothing but blanks is left */
char script_cursor_peek(struct script_cursor *c);   /* next octet behind blanks, 0 at the end */
bool script_cursor_take(struct script_cursor *c, const char *word); /* if it is the next word */

/* A run of octets up to a blank; empty at the end. */
struct span script_cursor_word(struct script_cursor *c);

__attribute__((warn_unused_result)) int script_cursor_end(struct script_cursor *c);
/* A letter, then letters, digits, `-`, `_` and `.`. */
__attribute__((warn_unused_result)) int script_cursor_name(struct script_cursor *c,
                                                           const char *what, const char **name_r);
/* As above without `-` and `.`: what ${} can refer to. */
__attribute__((warn_unused_result)) int
script_cursor_variable(struct script_cursor *c, const char *what, const char **name_r);
/* A quoted string without references. */
__attribute__((warn_unused_result)) int script_cursor_string(struct script_cursor *c,
                                                             const char *what, const char **text_r);
/* A quoted string, or a word. */
__attribute__((warn_unused_result)) int script_cursor_text(struct script_cursor *c,
                                                           const char *what, const char **text_r);
__attribute__((warn_unused_result)) int
script_cursor_number(struct script_cursor *c, const char *what, uint64_t most, uint64_t *number_r);
__attribute__((warn_unused_result)) int script_cursor_unsigned(struct script_cursor *c,
                                                               const char *what, unsigned most,
                                                               unsigned *number_r);
/* 400ms, 5s, 2m; more than zero and at most a day. */
__attribute__((warn_unused_result)) int script_cursor_duration(struct script_cursor *c,
                                                               int64_t *ms_r);

/* Room for one more behind the n elements of a list in the arena that was only ever grown so. */
void *script_grow(struct arena *arena, void *items, size_t n, size_t element_nbytes);

/* Appends to a list in the arena. */
void script_names_add(struct arena *arena, struct script_names *names, const char *name);
bool script_names_have(const struct script_names *names, const char *name);

char script_char_at(struct span s, size_t i); /* 0 behind the end */
bool script_is_name(struct span s, const char *also);

#endif
