#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* glibc's calloc() does not look at what was given back last, so that small pieces are several
 * times as quick by malloc(); large ones are fresh from the system, and empty already. */
enum { SMALL_NBYTES = 1024 };

static void *checked(void *block, size_t nbytes)
{
    if (block != NULL)
        return block;
    (void)fprintf(stderr, "imapspec: out of memory (%zu bytes asked for)\n", nbytes);
    abort();
}

void *mem_alloc(size_t nbytes)
{
    if (nbytes > SMALL_NBYTES)
        return checked(calloc(1, nbytes), nbytes);
    void *block = checked(malloc(nbytes == 0 ? 1 : nbytes), nbytes);
    return memset(block, 0, nbytes);
}

void *mem_resize(void *old, size_t nbytes)
{
    return checked(realloc(old, nbytes == 0 ? 1 : nbytes), nbytes);
}

char *mem_copy_text(const char *text, size_t nbytes)
{
    ENSURE(nbytes < SIZE_MAX);
    char *copy = checked(malloc(nbytes + 1), nbytes + 1);
    if (nbytes > 0)
        memcpy(copy, text, nbytes);
    copy[nbytes] = '\0';
    return copy;
}

void *mem_grow_now(void *old, size_t *capacity, size_t need, size_t element_nbytes)
{
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < need) {
        ENSURE(wanted <= SIZE_MAX / 2);
        wanted *= 2;
    }
    ENSURE(wanted <= SIZE_MAX / element_nbytes);
    *capacity = wanted;
    return mem_resize(old, wanted * element_nbytes);
}

void mem_ensure_failed(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "imapspec: internal error: %s does not hold (%s:%d)\n", condition, file,
                  line);
    abort();
}
