#include "reference/maildir_batch.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "reference/maildir_file.h"

struct maildir_batch_file {
    char *tmp_name;
    char *name;
    bool is_old;
};

/* The names of the next file. It counts only after accept(). */
static struct maildir_batch_file *prepare(struct maildir_batch *batch,
                                          struct maildir_batch_place place)
{
    batch->files =
        mem_grow(batch->files, &batch->capacity, batch->nfiles + 1, sizeof *batch->files);
    struct maildir_batch_file *file = &batch->files[batch->nfiles];
    struct buffer base = {0}, name = {0};
    maildir_name_unique(&base, batch->last_us);
    if (place.is_old || place.flags.system != 0 || place.flags.keyword_letters != 0)
        maildir_name_write(&name, buffer_span(&base), place.flags);
    else
        buffer_append(&name, buffer_span(&base));
    *file =
        (struct maildir_batch_file){buffer_take_text(&base), buffer_take_text(&name), place.is_old};
    return file;
}

static int accept_file(struct maildir_batch *batch, struct maildir_batch_file *file, int rc)
{
    int error = errno;
    if (rc == 0) {
        batch->nfiles++;
    } else {
        free(file->tmp_name);
        free(file->name);
    }
    errno = error;
    return rc;
}

int maildir_batch_add_octets(struct maildir_batch *batch, struct span octets, int64_t wall_s,
                             struct maildir_batch_place place)
{
    struct maildir_batch_file *file = prepare(batch, place);
    const struct maildir_file_spec spec = {octets, wall_s, batch->is_synced};
    return accept_file(batch, file, maildir_file_create(batch->dir->tmp, file->tmp_name, &spec));
}

int maildir_batch_add_link(struct maildir_batch *batch, int directory, const char *name,
                           struct maildir_batch_place place)
{
    struct maildir_batch_file *file = prepare(batch, place);
    return accept_file(batch, file, linkat(directory, name, batch->dir->tmp, file->tmp_name, 0));
}

static int destination(const struct maildir_batch *batch, const struct maildir_batch_file *file)
{
    return file->is_old ? batch->dir->cur : batch->dir->new;
}

static void take_back(struct maildir_batch *batch)
{
    while (batch->nmoved > 0) {
        const struct maildir_batch_file *file = &batch->files[--batch->nmoved];
        if (maildir_file_move(destination(batch, file), file->name, batch->dir->tmp,
                              file->tmp_name) != 0)
            (void)unlinkat(destination(batch, file), file->name, 0);
    }
}

static int sync_directories(const struct maildir_batch *batch)
{
    if (!batch->is_synced)
        return 0;
    bool is_old = false, is_new = false;
    for (size_t i = 0; i < batch->nfiles; i++)
        *(batch->files[i].is_old ? &is_old : &is_new) = true;
    int rc = is_new ? fsync(batch->dir->new) : 0;
    return is_old && rc == 0 ? fsync(batch->dir->cur) : rc;
}

int maildir_batch_commit(struct maildir_batch *batch)
{
    int rc = 0;
    for (; batch->nmoved < batch->nfiles && rc == 0; batch->nmoved += rc == 0) {
        const struct maildir_batch_file *file = &batch->files[batch->nmoved];
        rc = maildir_file_move(batch->dir->tmp, file->tmp_name, destination(batch, file),
                               file->name);
    }
    if (rc == 0)
        rc = sync_directories(batch);
    if (rc != 0) {
        int error = errno;
        take_back(batch);
        errno = error;
    }
    return rc;
}

void maildir_batch_free(struct maildir_batch *batch)
{
    for (size_t i = 0; i < batch->nfiles; i++) {
        if (i >= batch->nmoved)
            (void)unlinkat(batch->dir->tmp, batch->files[i].tmp_name, 0);
        free(batch->files[i].tmp_name);
        free(batch->files[i].name);
    }
    free(batch->files);
    batch->files = NULL;
    batch->nfiles = batch->capacity = batch->nmoved = 0;
}
