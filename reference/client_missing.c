#include "reference/client_missing.h"

unsigned client_items_spelt_out(unsigned items)
{
    const unsigned fast = CLIENT_FLAGS | CLIENT_INTERNALDATE | CLIENT_SIZE;
    if (items & CLIENT_ALL)
        items |= fast | CLIENT_ENVELOPE;
    if (items & CLIENT_FAST)
        items |= fast;
    return items & ~(unsigned)(CLIENT_ALL | CLIENT_FAST);
}

static unsigned missing_of_range(const struct client_cache *cache, struct client_range range,
                                 unsigned items, struct client_set *missing_r)
{
    unsigned lacking = 0;
    uint64_t wanted_from = range.first; /* from here to `seen` something is lacking */
    uint64_t seen = range.first;
    for (size_t i = client_cache_place(cache, range.first); i < cache->nentries; i++) {
        const struct client_message *message = &cache->entries[i]->message;
        if (message->number > range.last)
            break;
        unsigned lacks = items & ~message->known;
        lacking |= message->number > seen ? items : lacks;
        seen = (uint64_t)message->number + 1;
        if (lacks != 0)
            continue;
        if (message->number > wanted_from)
            client_set_add(missing_r, (uint32_t)wanted_from, message->number - 1);
        wanted_from = seen;
    }
    if (wanted_from <= range.last)
        client_set_add(missing_r, (uint32_t)wanted_from, range.last);
    return seen <= range.last ? items : lacking;
}

unsigned client_missing(const struct client_cache *cache, const struct client_set *wanted,
                        unsigned items, struct client_set *missing_r)
{
    unsigned lacking = 0;
    items = client_items_spelt_out(items);
    for (size_t i = 0; i < wanted->nranges; i++)
        lacking |= missing_of_range(cache, wanted->ranges[i], items, missing_r);
    return lacking;
}
