/*
 * memory: allocation that never returns NULL. Out of memory ends the process in one place, with a
 * message on stderr; so does a size that overflows.
 */
#ifndef IMAPSPEC_BASE_MEMORY_H
#define IMAPSPEC_BASE_MEMORY_H

#include <stddef.h>

void *mem_alloc(size_t nbytes);                       /* zeroed; returns new, release with free() */
void *mem_resize(void *old, size_t nbytes);           /* takes old; the added part is not zeroed */
char *mem_copy_text(const char *text, size_t nbytes); /* returns new, NUL-terminated */

/*
 * Makes room for `need` elements of `element_nbytes` in an array: takes `old`, returns the array
 * (moved or not) and updates *capacity, in elements, at least doubling it.
 *     list->items = mem_grow(list->items, &list->capacity, list->nitems + 1, sizeof *list->items);
 */
void *mem_grow_now(void *old, size_t *capacity, size_t need, size_t element_nbytes);
static inline void *mem_grow(void *old, size_t *capacity, size_t need, size_t element_nbytes)
{
    return need <= *capacity ? old : mem_grow_now(old, capacity, need, element_nbytes);
}

/*
 * An assertion that is always on: for bugs of ours, never for bad input. Prints the condition and
 * the place and aborts.
 */
#define ENSURE(condition)                                                                          \
    ((condition) ? (void)0 : mem_ensure_failed(#condition, __FILE__, __LINE__))
/* A place that the program cannot reach. */
#define NEVER(text) mem_ensure_failed(text, __FILE__, __LINE__)
_Noreturn void mem_ensure_failed(const char *condition, const char *file, int line);

#endif
