/*
 * bucket: findings told apart. One fault is noticed by several oracles, at several commands: what
 * belongs together is one bucket, known by the key of what was seen first and by all keys that its
 * smallest stream shows. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_BUCKET_H
#define IMAPSPEC_BLACKBOX_BUCKET_H

#include "blackbox/play.h"

enum { BUCKET_KEY_NBYTES = 64 };

struct bucket {
    char key[BUCKET_KEY_NBYTES]; /* name of its folder */
};

/* Zeroed is empty. */
struct bucket_list {
    struct arena arena;
    struct table known; /* key -> struct bucket: that of its own, and what it is known by */
    struct bucket **items;
    size_t nitems, capacity;
};

void bucket_list_free(struct bucket_list *list);

/* "model-1234abcd": the same for the same oracle, requirement and signature. */
void bucket_key(const struct play_finding *finding, char *key_r);
bool bucket_is_same(const struct play_finding *a, const struct play_finding *b);

/* The one that is known by the key, or NULL. */
struct bucket *bucket_find(const struct bucket_list *list, const char *key);
bool bucket_is_known(const struct bucket_list *list, const struct play_finding *finding);
struct bucket *bucket_add(struct bucket_list *list, const char *key);
/* From now on the bucket is known by this key, too, unless another one is. */
void bucket_know(struct bucket_list *list, struct bucket *bucket, const char *key);

/* Copies a signature with the names of commands left out: two that are the same then may differ in
 * the command alone at which the fault was seen. */
void bucket_family(const struct play_finding *finding, char *family_r, size_t capacity);

#endif
