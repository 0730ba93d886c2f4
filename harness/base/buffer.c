#include "base/buffer.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/chars.h"
#include "base/memory.h"

enum { BUFFER_USUAL_NBYTES = 64 }; /* most lines are shorter */

void buffer_free(struct buffer *b)
{
    free(b->bytes);
    *b = (struct buffer){0};
}

char *buffer_reserve(struct buffer *b, size_t nbytes)
{
    size_t end = b->head + b->nbytes;
    if (b->nbytes > 0 && nbytes <= b->capacity - end)
        return b->bytes + end;
    if (b->bytes != NULL && b->head > 0)
        memmove(b->bytes, b->bytes + b->head, b->nbytes);
    b->head = 0;
    ENSURE(nbytes <= SIZE_MAX - b->nbytes);
    size_t need = b->nbytes + nbytes;
    b->bytes = mem_grow(b->bytes, &b->capacity,
                        need < BUFFER_USUAL_NBYTES ? BUFFER_USUAL_NBYTES : need, 1);
    return b->bytes + b->nbytes;
}

void buffer_advance(struct buffer *b, size_t nbytes)
{
    ENSURE(nbytes <= b->capacity - b->head - b->nbytes);
    b->nbytes += nbytes;
}

void buffer_append_grow(struct buffer *b, struct span s)
{
    if (s.nbytes == 0)
        return;
    memcpy(buffer_reserve(b, s.nbytes), s.data, s.nbytes);
    b->nbytes += s.nbytes;
}

void buffer_append_repeat(struct buffer *b, char byte, size_t count)
{
    if (count == 0)
        return;
    memset(buffer_reserve(b, count), byte, count);
    b->nbytes += count;
}

void buffer_vprintf(struct buffer *b, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    char *room = buffer_reserve(b, BUFFER_USUAL_NBYTES);
    size_t nbytes = b->capacity - b->head - b->nbytes;
    int length = vsnprintf(room, nbytes, format, again);
    va_end(again);
    ENSURE(length >= 0);
    if ((size_t)length >= nbytes) {
        room = buffer_reserve(b, (size_t)length + 1);
        (void)vsnprintf(room, (size_t)length + 1, format, arguments);
    }
    b->nbytes += (size_t)length;
}

void buffer_printf(struct buffer *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    buffer_vprintf(b, format, arguments);
    va_end(arguments);
}

void buffer_truncate(struct buffer *b, size_t nbytes)
{
    ENSURE(nbytes <= b->nbytes);
    b->nbytes = nbytes;
}

char *buffer_take_text(struct buffer *b)
{
    struct span all = buffer_span(b);
    char *text = mem_copy_text(all.data, all.nbytes);
    buffer_free(b);
    return text;
}

static void append_escaped_byte(struct buffer *b, char c)
{
    switch (c) {
    case '\r':
        buffer_append_text(b, "\\r");
        break;
    case '\n':
        buffer_append_text(b, "\\n");
        break;
    case '\t':
        buffer_append_text(b, "\\t");
        break;
    case '"':
    case '\\':
        buffer_append_byte(b, '\\');
        buffer_append_byte(b, c);
        break;
    default:
        if (char_is_print(c))
            buffer_append_byte(b, c);
        else
            buffer_printf(b, "\\x%02x", (unsigned)(unsigned char)c);
    }
}

void buffer_append_escaped(struct buffer *b, struct span s, size_t limit)
{
    for (size_t i = 0; i < s.nbytes && i < limit; i++)
        append_escaped_byte(b, s.data[i]);
    if (s.nbytes > limit)
        buffer_append_text(b, "...");
}
