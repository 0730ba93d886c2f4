/*
 * table: a map from octets to pointers that remembers the order of insertion. Keys are copied.
 * A table of all zeros is empty and ready for use. Values are borrowed.
 */
#ifndef IMAPSPEC_BASE_TABLE_H
#define IMAPSPEC_BASE_TABLE_H

#include <stdint.h>

#include "base/span.h"

struct table_entry {
    struct span key; /* owned by the table */
    uint64_t hash;
    void *value;
};

struct table {
    struct table_entry *entries; /* 0..nentries-1 in order of insertion */
    size_t nentries, capacity;
    uint32_t *slots; /* entry index + 1, 0 when free */
    size_t nslots;   /* a power of two, or 0 */
};

void table_free(struct table *t);
void *table_get(const struct table *t, struct span key); /* NULL when absent */
/* Adds or replaces; returns the value that was there before, or NULL. */
void *table_put(struct table *t, struct span key, void *value);

#endif
