#include "base/arena.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct arena_block {
    struct arena_block *next;
    size_t used, capacity; /* octets of room[] */
    max_align_t room[];
};

/* Many arenas never hold more than a few words; the first block, its head included, is of a size
 * that malloc() hands out fastest. */
enum { ARENA_BLOCK_NBYTES = 16 * 1024, ARENA_FIRST_NBYTES = 1024 - sizeof(struct arena_block) };

void arena_free(struct arena *a)
{
    struct arena_block *next;
    for (struct arena_block *block = a->first; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    *a = (struct arena){0};
}

void arena_reset(struct arena *a)
{
    for (struct arena_block *block = a->first; block != NULL; block = block->next)
        block->used = 0;
    a->now = a->first;
}

static struct arena_block *block_new(size_t nbytes, size_t least_nbytes)
{
    size_t capacity = nbytes > least_nbytes ? nbytes : least_nbytes;
    struct arena_block *block = mem_resize(NULL, sizeof *block + capacity);
    *block = (struct arena_block){.capacity = capacity};
    return block;
}

static struct arena_block *block_with_room(struct arena *a, size_t nbytes)
{
    if (a->now == NULL) {
        a->first = a->now = block_new(nbytes, ARENA_FIRST_NBYTES);
        return a->now;
    }
    while (a->now->capacity - a->now->used < nbytes) {
        if (a->now->next == NULL || a->now->next->capacity < nbytes) {
            struct arena_block *block = block_new(nbytes, ARENA_BLOCK_NBYTES);
            block->next = a->now->next;
            a->now->next = block;
        }
        a->now = a->now->next;
    }
    return a->now;
}

void *arena_alloc(struct arena *a, size_t nbytes)
{
    const size_t align = _Alignof(max_align_t);
    ENSURE(nbytes < SIZE_MAX - align);
    nbytes = (nbytes + align - 1) / align * align;
    struct arena_block *block = block_with_room(a, nbytes);
    void *place = (char *)block->room + block->used;
    block->used += nbytes;
    return memset(place, 0, nbytes);
}

void *arena_array(struct arena *a, size_t count, size_t element_nbytes)
{
    ENSURE(element_nbytes == 0 || count <= SIZE_MAX / element_nbytes);
    return arena_alloc(a, count * element_nbytes);
}

char *arena_text(struct arena *a, struct span s)
{
    char *copy = arena_alloc(a, s.nbytes + 1);
    if (s.nbytes > 0)
        memcpy(copy, s.data, s.nbytes);
    return copy;
}

struct span arena_copy(struct arena *a, struct span s)
{
    return span_make(arena_text(a, s), s.nbytes);
}

char *arena_vprintf(struct arena *a, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    char usual[256];
    int length = vsnprintf(usual, sizeof usual, format, again);
    va_end(again);
    ENSURE(length >= 0);
    char *text = arena_alloc(a, (size_t)length + 1);
    if ((size_t)length < sizeof usual)
        memcpy(text, usual, (size_t)length);
    else
        (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_vprintf(a, format, arguments);
    va_end(arguments);
    return text;
}

void *arena_grow(struct arena *a, void *old, size_t *capacity, size_t need, size_t element_nbytes)
{
    if (need <= *capacity)
        return old;
    size_t wanted = *capacity < 4 ? 4 : *capacity * 2;
    if (wanted < need)
        wanted = need;
    void *grown = arena_array(a, wanted, element_nbytes);
    if (*capacity > 0)
        memcpy(grown, old, *capacity * element_nbytes);
    *capacity = wanted;
    return grown;
}
