#include "reference/client_cache.h"

#include <stdlib.h>
#include <string.h>

#include "reference/client_fetch.h"

static void entry_free(struct client_entry *entry)
{
    buffer_free(&entry->flags);
    buffer_free(&entry->date);
    for (size_t i = 0; i < CLIENT_NTEXTS; i++)
        buffer_free(&entry->texts[i]);
    client_envelope_free(entry->envelope);
    free(entry);
}

void client_cache_clear(struct client_cache *cache)
{
    for (size_t i = 0; i < cache->nentries; i++)
        entry_free(cache->entries[i]);
    free(cache->entries);
    buffer_free(&cache->name);
    buffer_free(&cache->listed);
    *cache = (struct client_cache){.stamp = cache->stamp};
}

void client_cache_open(struct client_cache *cache, struct span name, bool is_board)
{
    client_cache_clear(cache);
    cache->is_open = cache->is_pending = true;
    cache->is_board = is_board;
    buffer_append(&cache->name, name);
}

size_t client_cache_place(const struct client_cache *cache, uint32_t number)
{
    size_t low = 0, high = cache->nentries;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (cache->entries[middle]->message.number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct client_entry *client_cache_find(const struct client_cache *cache, uint32_t number)
{
    size_t place = client_cache_place(cache, number);
    if (place == cache->nentries || cache->entries[place]->message.number != number)
        return NULL;
    return cache->entries[place];
}

static struct client_entry *find_or_add(struct client_cache *cache, uint32_t number)
{
    struct client_entry *entry = client_cache_find(cache, number);
    if (entry != NULL)
        return entry;
    size_t place = client_cache_place(cache, number);
    cache->entries = mem_grow(cache->entries, &cache->capacity, cache->nentries + 1,
                              sizeof(struct client_entry *));
    memmove(&cache->entries[place + 1], &cache->entries[place],
            (cache->nentries - place) * sizeof(struct client_entry *));
    cache->nentries++;
    entry = mem_alloc(sizeof *entry);
    entry->message.number = number;
    cache->entries[place] = entry;
    return entry;
}

static void drop_above(struct client_cache *cache, uint32_t number)
{
    while (cache->nentries > 0 && cache->entries[cache->nentries - 1]->message.number > number)
        entry_free(cache->entries[--cache->nentries]);
}

const char *client_cache_exists(struct client_cache *cache, uint32_t count)
{
    if (!cache->is_open)
        return "no mailbox is selected";
    /* While SELECT is under way a count may still be the old mailbox's: the last one counts. */
    if (count < cache->exists && !cache->is_pending)
        return "messages go by EXPUNGE only";
    cache->has_exists = true;
    cache->exists = count;
    drop_above(cache, count);
    return NULL;
}

const char *client_cache_recent(struct client_cache *cache, uint32_t count)
{
    if (!cache->is_open)
        return "no mailbox is selected";
    cache->recent = count;
    return NULL;
}

uint32_t client_cache_recent_count(const struct client_cache *cache)
{
    return cache->recent < cache->exists ? cache->recent : cache->exists;
}

const char *client_cache_expunge(struct client_cache *cache, uint32_t number)
{
    if (!cache->is_open)
        return "no mailbox is selected";
    if (number == 0 || number > cache->exists)
        return "there is no such message";
    size_t place = client_cache_place(cache, number);
    if (place < cache->nentries && cache->entries[place]->message.number == number) {
        entry_free(cache->entries[place]);
        cache->nentries--;
        memmove(&cache->entries[place], &cache->entries[place + 1],
                (cache->nentries - place) * sizeof(struct client_entry *));
    }
    for (size_t i = place; i < cache->nentries; i++)
        cache->entries[i]->message.number--;
    cache->exists--;
    cache->recent = client_cache_recent_count(cache);
    return NULL;
}

const char *client_cache_fetch(struct client_cache *cache, uint32_t number, struct client_cursor *c)
{
    if (!cache->is_open)
        return "no mailbox is selected";
    /* Before the first EXISTS of a SELECT no number is known to be too high (B53). */
    if (number == 0 || (number > cache->exists && cache->has_exists))
        return "there is no such message";
    if (!client_fetch_is_well_formed(*c))
        return "the list of properties is malformed";
    return client_fetch_apply(c, find_or_add(cache, number), cache->stamp);
}

const char *client_cache_flags(struct client_cache *cache, struct client_cursor *c)
{
    struct buffer flags = {0};
    if (!cache->is_open)
        return "no mailbox is selected";
    bool is_list = client_parse_is_at(c, '(');
    struct span flag;
    if (is_list ? !client_parse_flags(c, &flags) : !client_parse_word(c, &flag)) {
        buffer_free(&flags);
        return "the list of flags is malformed";
    }
    if (!is_list)
        buffer_append(&flags, flag);
    buffer_free(&cache->listed);
    cache->listed = flags;
    return NULL;
}

void client_entry_set_flags(struct client_entry *entry, struct span flags)
{
    buffer_clear(&entry->flags);
    buffer_append(&entry->flags, flags);
    entry->message.flags = buffer_span(&entry->flags);
    entry->message.known |= CLIENT_FLAGS;
}

void client_entry_forget_flags(struct client_entry *entry)
{
    buffer_clear(&entry->flags);
    entry->message.flags = (struct span){0};
    entry->message.known &= ~(unsigned)CLIENT_FLAGS;
}
