#include "reference/block.h"

#include <stdlib.h>

#if __has_include(<sanitizer/asan_interface.h>)
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, nbytes) ((void)(start), (void)(nbytes))
#define ASAN_UNPOISON_MEMORY_REGION(start, nbytes) ((void)(start), (void)(nbytes))
#endif

enum { BLOCK_LEAST = 8, BLOCK_MOST = 256 }; /* messages */

struct mail_block {
    unsigned references; /* messages in use, and one while it is being filled */
    unsigned ntaken, capacity;
    struct mail_message messages[];
};

static void block_drop(struct mail_block *block)
{
    ENSURE(block->references > 0);
    if (--block->references == 0)
        free(block);
}

void mail_block_end(struct mail_block **filling)
{
    if (*filling != NULL)
        block_drop(*filling);
    *filling = NULL;
}

static struct mail_block *block_new(size_t nmessages)
{
    unsigned capacity = BLOCK_LEAST;
    while (capacity < BLOCK_MOST && capacity < nmessages)
        capacity *= 2;
    size_t nbytes = capacity * sizeof(struct mail_message);
    struct mail_block *block = mem_resize(NULL, sizeof *block + nbytes);
    *block = (struct mail_block){.references = 1, .capacity = capacity};
    ASAN_POISON_MEMORY_REGION(block->messages, nbytes);
    return block;
}

struct mail_message *mail_block_take(struct mail_block **filling, size_t nmessages)
{
    if (*filling == NULL || (*filling)->ntaken == (*filling)->capacity) {
        mail_block_end(filling);
        *filling = block_new(nmessages);
    }
    struct mail_block *block = *filling;
    struct mail_message *message = &block->messages[block->ntaken];
    ASAN_UNPOISON_MEMORY_REGION(message, sizeof *message);
    *message = (struct mail_message){.place = (uint8_t)block->ntaken++};
    block->references++;
    return message;
}

void mail_block_give(struct mail_message *message)
{
    struct mail_message *first = message - message->place;
    ASAN_POISON_MEMORY_REGION(message, sizeof *message);
    block_drop(
        (struct mail_block *)(void *)((char *)first - offsetof(struct mail_block, messages)));
}
