#include "blackbox/bucket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void bucket_list_free(struct bucket_list *list)
{
    table_free(&list->known);
    free(list->items);
    arena_free(&list->arena);
    *list = (struct bucket_list){.nitems = 0};
}

void bucket_key(const struct play_finding *finding, char *key_r)
{
    struct buffer text = {0};
    buffer_printf(&text, "%s|%s|%s", finding->oracle, finding->requirement, finding->signature);
    (void)snprintf(key_r, BUCKET_KEY_NBYTES, "%s-%08x", finding->oracle,
                   (unsigned)(rng_hash(buffer_span(&text)) >> 32));
    buffer_free(&text);
}

bool bucket_is_same(const struct play_finding *a, const struct play_finding *b)
{
    return strcmp(a->oracle, b->oracle) == 0 && strcmp(a->requirement, b->requirement) == 0 &&
           strcmp(a->signature, b->signature) == 0;
}

struct bucket *bucket_find(const struct bucket_list *list, const char *key)
{
    return table_get(&list->known, span_of(key));
}

bool bucket_is_known(const struct bucket_list *list, const struct play_finding *finding)
{
    char key[BUCKET_KEY_NBYTES];
    bucket_key(finding, key);
    return bucket_find(list, key) != NULL;
}

void bucket_know(struct bucket_list *list, struct bucket *bucket, const char *key)
{
    if (bucket_find(list, key) == NULL)
        (void)table_put(&list->known, span_of(key), bucket);
}

struct bucket *bucket_add(struct bucket_list *list, const char *key)
{
    struct bucket *bucket = arena_alloc(&list->arena, sizeof *bucket);
    (void)snprintf(bucket->key, sizeof bucket->key, "%s", key);
    list->items = mem_grow(list->items, &list->capacity, list->nitems + 1, sizeof(struct bucket *));
    list->items[list->nitems++] = bucket;
    bucket_know(list, bucket, key);
    return bucket;
}

static bool is_verb(struct span word)
{
    word = span_ends_with(word, SPAN_LIT(",")) ? span_slice(word, 0, word.nbytes - 1) : word;
    for (unsigned i = 0; i < FEEDBACK_NVERBS; i++)
        if (span_is(word, feedback_verb_name(i)))
            return true;
    return span_is(word, "-");
}

void bucket_family(const struct play_finding *finding, char *family_r, size_t capacity)
{
    struct span rest = span_of(finding->signature);
    size_t n = 0;
    family_r[0] = '\0';
    while (rest.nbytes > 0 && n < capacity) {
        struct span word = span_cut(&rest, ' ');
        if (!is_verb(word))
            n += (size_t)snprintf(family_r + n, capacity - n, " %.*s", SPAN_ARG(word));
    }
}
