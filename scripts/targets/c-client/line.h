/*
 * line: the lines of the shim protocol, docs/shim.md: a request comes on standard input, its answer
 * goes to standard output.
 */
#ifndef SHIM_LINE_H
#define SHIM_LINE_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_WORDS = 256 };

struct line_word {
    char *text; /* without quotes and escapes; NUL behind it */
    size_t size;
    bool is_quoted;
};

/* One request, cut into words; parentheses are words. The texts are replaced by the next. */
struct line_request {
    char *line, *texts;
    size_t capacity;
    struct line_word words[LINE_WORDS]; /* the first is the verb */
    size_t nwords;
};

/* Reads the next request; blank lines are passed over. False at the end of the input. */
bool line_read(struct line_request *request);
void line_free(struct line_request *request);

/* The status line of an answer: "no Mailbox not found". The text may be empty. */
void line_status(const char *status, const char *text);

/* A data line is put together from a noun and values. */
void line_begin(const char *noun);
void line_number(unsigned long number);
void line_string(const char *at, size_t size);
void line_nstring(const char *text); /* NULL: NIL */
void line_word(const char *text);    /* bare, if it can stand bare */
void line_end(void);

#endif
