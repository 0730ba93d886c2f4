/*
 * arena: memory that lives and dies together. Parsed files and one run's data are allocated here
 * and go at once with arena_free(). An arena of all zeros is empty and ready for use.
 */
#ifndef IMAPSPEC_BASE_ARENA_H
#define IMAPSPEC_BASE_ARENA_H

#include <stdarg.h>

#include "base/span.h"

struct arena_block;

struct arena {
    struct arena_block *first; /* all blocks, in order of use */
    struct arena_block *now;   /* the one being filled */
};

void arena_free(struct arena *a);
void arena_reset(struct arena *a); /* forgets all that was allocated, keeps the memory */

void *arena_alloc(struct arena *a, size_t nbytes); /* zeroed, aligned for any type */
void *arena_array(struct arena *a, size_t count, size_t element_nbytes); /* zeroed */
struct span arena_copy(struct arena *a, struct span s); /* the copy is NUL-terminated too */
char *arena_text(struct arena *a, struct span s);       /* NUL-terminated copy */
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/* As mem_grow(), but in the arena: the old array stays behind unused. */
void *arena_grow(struct arena *a, void *old, size_t *capacity, size_t need, size_t element_nbytes);

#endif
