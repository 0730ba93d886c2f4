/*
 * err: what was wrong with a user's input. Functions that read user input return 0, or -1 with the
 * caller's struct err filled in. A peer's misbehaviour is never an err (it is a finding), and a bug
 * of ours is an ENSURE().
 */
#ifndef IMAPSPEC_BASE_ERR_H
#define IMAPSPEC_BASE_ERR_H

#include "base/span.h"

struct err {
    char file[256];   /* empty when the input was no file */
    unsigned line;    /* from 1; 0 when there is no such place */
    unsigned col;     /* octets from 1; 0 when there is no such place */
    char text[768];   /* one sentence without a full stop; control octets in it became `?` */
    char source[256]; /* the offending line, for the caret; empty when not known */
};

/* Fills *err and returns -1, so that callers can write `return err_set(...)`. */
int err_set(struct err *err, const char *file, unsigned line, unsigned col, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Remembers the line of source text the error points into (cut to what fits). */
void err_set_source(struct err *err, struct span line);

struct buffer;
/* Appends "file:line:col: text\n", and the source line with a caret under col when known. */
void err_print(const struct err *err, struct buffer *out);

#endif
