/*
 * buffer: a growable run of octets that is appended to at the end and consumed from the front. A
 * buffer of all zeros is empty and ready for use; buffer_free() returns it to that state.
 */
#ifndef IMAPSPEC_BASE_BUFFER_H
#define IMAPSPEC_BASE_BUFFER_H

#include <stdarg.h>
#include <string.h>

#include "base/memory.h"
#include "base/span.h"

struct buffer {
    char *bytes;
    size_t head;   /* offset of the first octet not yet consumed */
    size_t nbytes; /* octets held, from head on */
    size_t capacity;
};

void buffer_free(struct buffer *b);

static inline void buffer_clear(struct buffer *b) /* empty, memory kept */
{
    b->head = 0;
    b->nbytes = 0;
}

/* Borrowed view of what is held; valid until the next change of the buffer. */
static inline struct span buffer_span(const struct buffer *b)
{
    return b->nbytes == 0 ? (struct span){"", 0} : span_make(b->bytes + b->head, b->nbytes);
}

void buffer_append_grow(struct buffer *b,
                        struct span s); /* buffer_append() when there is no room */

static inline void buffer_append(struct buffer *b, struct span s) /* s must not lie inside b */
{
    if (b->bytes == NULL || s.nbytes > b->capacity - b->head - b->nbytes) {
        buffer_append_grow(b, s);
        return;
    }
    if (s.nbytes > 0)
        memcpy(b->bytes + b->head + b->nbytes, s.data, s.nbytes);
    b->nbytes += s.nbytes;
}

static inline void buffer_append_text(struct buffer *b, const char *text)
{
    buffer_append(b, span_of(text));
}

static inline void buffer_append_byte(struct buffer *b, char byte)
{
    buffer_append(b, span_make(&byte, 1));
}

void buffer_append_repeat(struct buffer *b, char byte, size_t count);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_vprintf(struct buffer *b, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* Room for `nbytes` more octets, to be written at the returned place; then buffer_advance(). */
char *buffer_reserve(struct buffer *b, size_t nbytes);
void buffer_advance(struct buffer *b, size_t nbytes);

/* Drops that many from the front. */
static inline void buffer_consume(struct buffer *b, size_t nbytes)
{
    ENSURE(nbytes <= b->nbytes);
    b->nbytes -= nbytes;
    b->head = b->nbytes == 0 ? 0 : b->head + nbytes;
}

void buffer_truncate(struct buffer *b, size_t nbytes); /* keeps the first nbytes */

/* Takes the content out as a NUL-terminated string (returns new) and leaves the buffer empty. */
char *buffer_take_text(struct buffer *b);

/* Appends s readably: printable ASCII as it is, `\\ \" \r \n \t`, everything else as \xHH. At most
 * `limit` octets of s are shown, then "...". */
void buffer_append_escaped(struct buffer *b, struct span s, size_t limit);

#endif
