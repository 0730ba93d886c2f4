#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void table_free(struct table *t)
{
    for (size_t i = 0; i < t->nentries; i++)
        free((char *)t->entries[i].key.data);
    free(t->entries);
    free(t->slots);
    *t = (struct table){0};
}

/* The slot that holds key, or the free one where it belongs. The table is never full. */
static size_t find_slot(const struct table *t, struct span key, uint64_t hash)
{
    size_t at = (size_t)hash & (t->nslots - 1);
    while (t->slots[at] != 0) {
        const struct table_entry *entry = &t->entries[t->slots[at] - 1];
        if (entry->hash == hash && span_equal(entry->key, key))
            break;
        at = (at + 1) & (t->nslots - 1);
    }
    return at;
}

void *table_get(const struct table *t, struct span key)
{
    if (t->nslots == 0)
        return NULL;
    size_t at = find_slot(t, key, span_hash(key));
    return t->slots[at] == 0 ? NULL : t->entries[t->slots[at] - 1].value;
}

static void rebuild_slots(struct table *t, size_t nslots)
{
    free(t->slots);
    t->slots = mem_alloc(nslots * sizeof *t->slots);
    t->nslots = nslots;
    for (size_t i = 0; i < t->nentries; i++)
        t->slots[find_slot(t, t->entries[i].key, t->entries[i].hash)] = (uint32_t)(i + 1);
}

void *table_put(struct table *t, struct span key, void *value)
{
    uint64_t hash = span_hash(key);
    if (t->nentries * 2 >= t->nslots)
        rebuild_slots(t, t->nslots == 0 ? 16 : t->nslots * 2);
    size_t at = find_slot(t, key, hash);
    if (t->slots[at] != 0) {
        struct table_entry *entry = &t->entries[t->slots[at] - 1];
        void *old = entry->value;
        entry->value = value;
        return old;
    }
    t->entries = mem_grow(t->entries, &t->capacity, t->nentries + 1, sizeof *t->entries);
    struct span copy = span_make(mem_copy_text(key.data, key.nbytes), key.nbytes);
    t->entries[t->nentries++] = (struct table_entry){copy, hash, value};
    t->slots[at] = (uint32_t)t->nentries;
    return NULL;
}
