#include "blackbox/corpus.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blackbox/file.h"

enum { PATH_NBYTES = 4096, FILE_MOST_NBYTES = 65536 };

void corpus_free(struct corpus *corpus)
{
    table_free(&corpus->known);
    arena_free(&corpus->arena);
    free(corpus->items);
    *corpus = (struct corpus){.nitems = 0};
}

void corpus_add(struct corpus *corpus, struct span stream, size_t nnew)
{
    if (corpus->nitems == CORPUS_MOST || table_get(&corpus->known, stream) != NULL)
        return;
    (void)table_put(&corpus->known, stream, corpus);
    corpus->items =
        mem_grow(corpus->items, &corpus->capacity, corpus->nitems + 1, sizeof *corpus->items);
    corpus->items[corpus->nitems++] =
        (struct corpus_entry){arena_copy(&corpus->arena, stream), 0, (uint32_t)nnew};
}

struct span corpus_choose(struct corpus *corpus, struct rng *rng)
{
    ENSURE(corpus->nitems > 0);
    size_t from = rng_below(rng, 2) == 0 ? corpus->nitems / 2 : 0;
    struct corpus_entry *best = &corpus->items[from + rng_below(rng, corpus->nitems - from)];
    struct corpus_entry *other = &corpus->items[from + rng_below(rng, corpus->nitems - from)];
    if (other->nchosen < best->nchosen)
        best = other;
    best->nchosen++;
    return best->stream;
}

/* ---- files ---- */

int corpus_save(struct corpus *corpus, const char *folder, struct err *err)
{
    char path[PATH_NBYTES];
    if (corpus->nsaved == corpus->nitems)
        return 0;
    (void)snprintf(path, sizeof path, "%s/corpus", folder);
    if (file_make_folder(path, err) != 0)
        return -1;
    for (; corpus->nsaved < corpus->nitems; corpus->nsaved++) {
        struct span stream = corpus->items[corpus->nsaved].stream;
        /* numbered, so that a run that is resumed has them in their order */
        (void)snprintf(path, sizeof path, "%s/corpus/%05zu-%016" PRIx64, folder, corpus->nsaved,
                       rng_hash(stream));
        if (file_write(path, stream, err) != 0)
            return -1;
    }
    return 0;
}

static int load_file(struct corpus *corpus, const char *path, struct err *err)
{
    static char room[FILE_MOST_NBYTES];
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return err_set(err, path, 0, 0, "%s", strerror(errno));
    size_t nbytes = fread(room, 1, sizeof room, file);
    bool is_bad = ferror(file) != 0;
    (void)fclose(file);
    if (is_bad)
        return err_set(err, path, 0, 0, "cannot be read");
    corpus_add(corpus, span_make(room, nbytes), 1);
    return 0;
}

static int is_file(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int corpus_load(struct corpus *corpus, const char *folder, struct err *err)
{
    char path[PATH_NBYTES];
    struct dirent **entries;
    int status = 0;
    (void)snprintf(path, sizeof path, "%s/corpus", folder);
    int n = scandir(path, &entries, is_file, alphasort);
    for (int i = 0; i < n; i++) {
        (void)snprintf(path, sizeof path, "%s/corpus/%s", folder, entries[i]->d_name);
        if (status == 0)
            status = load_file(corpus, path, err);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    corpus->nsaved = corpus->nitems;
    return status;
}
