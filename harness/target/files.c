#include "target/files.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_READ_LIMIT = 64 * 1024 * 1024 };

static int fail(struct err *err, const char *path, const char *what)
{
    return err_set(err, "", 0, 0, "%s: cannot be %s: %s", path, what, strerror(errno));
}

int files_read(const char *path, struct arena *arena, struct span *octets_r, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0)
        return fail(err, path, "read");
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > FILES_READ_LIMIT) {
        (void)close(fd);
        return err_set(err, "", 0, 0, "%s: is no file that can be read", path);
    }
    size_t size = (size_t)status.st_size;
    char *bytes = arena_alloc(arena, size + 1);
    size_t at = 0;
    ssize_t n = 1;
    while (at < size && n > 0) {
        n = read(fd, bytes + at, size - at);
        if (n > 0)
            at += (size_t)n;
    }
    (void)close(fd);
    *octets_r = span_make(bytes, at);
    return n < 0 ? fail(err, path, "read") : 0;
}

static int write_all(int fd, struct span octets)
{
    while (octets.nbytes > 0) {
        ssize_t n = write(fd, octets.data, octets.nbytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        octets = span_from(octets, (size_t)n);
    }
    return 0;
}

/* wall_s: modification time to be set, -1: as it is. */
static int write_file(const char *path, struct span octets, int64_t wall_s, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return fail(err, path, "made");
    int result = write_all(fd, octets);
    struct timespec times[2] = {{.tv_sec = wall_s}, {.tv_sec = wall_s}};
    if (result == 0 && wall_s >= 0)
        result = futimens(fd, times);
    if (close(fd) != 0)
        result = -1;
    return result == 0 ? 0 : fail(err, path, "written");
}

int files_write(const char *path, struct span octets, struct err *err)
{
    return write_file(path, octets, -1, err);
}

bool files_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

int files_make_folder(const char *path, struct err *err)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST ? 0 : fail(err, path, "made");
}

void files_remove_tree(const char *path)
{
    char *paths[] = {(char *)path, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    if (tree == NULL)
        return;
    for (FTSENT *entry = fts_read(tree); entry != NULL; entry = fts_read(tree)) {
        if (entry->fts_info == FTS_D || entry->fts_info == FTS_DNR)
            (void)chmod(entry->fts_accpath, 0700); /* a folder made unwritable by a fixture */
        else if (entry->fts_info == FTS_DP)
            (void)rmdir(entry->fts_accpath);
        else
            (void)unlink(entry->fts_accpath);
    }
    (void)fts_close(tree);
}

/* ---- fixtures ---------------------------------------------------------------------------------
 */

int files_write_message(const char *path, const struct fixture_message *message, struct err *err)
{
    return write_file(path, message->octets, message->internal_date_s, err);
}

static void append_index(struct buffer *out, size_t number, const struct fixture_message *message)
{
    int minutes = abs(message->zone_minutes);
    buffer_printf(out, "%04zu.eml %lld %c%02d%02d", number, (long long)message->internal_date_s,
                  message->zone_minutes < 0 ? '-' : '+', minutes / 60, minutes % 60);
    for (size_t i = 0; i < message->nflags; i++)
        buffer_printf(out, " %s", message->flags[i]);
    buffer_append_text(out, message->is_recent ? " \\Recent\n" : "\n");
}

static void append_keywords(struct buffer *out, const struct fixture_mailbox *mailbox)
{
    struct table seen = {0};
    for (size_t i = 0; i < mailbox->nmessages; i++)
        for (size_t k = 0; k < mailbox->messages[i].nflags; k++) {
            const char *flag = mailbox->messages[i].flags[k];
            if (flag[0] != '\\')
                (void)table_put(&seen, span_of(flag), (void *)flag);
        }
    if (seen.nentries > 0)
        buffer_append_text(out, "keywords");
    for (size_t i = 0; i < seen.nentries; i++)
        buffer_printf(out, " %.*s", SPAN_ARG(seen.entries[i].key));
    if (seen.nentries > 0)
        buffer_append_byte(out, '\n');
    table_free(&seen);
}

static int write_meta(const char *folder, const struct fixture_mailbox *mailbox,
                      struct buffer *text, struct err *err)
{
    struct arena arena = {0};
    int result = files_write(arena_printf(&arena, "%s/index", folder), buffer_span(text), err);
    buffer_clear(text);
    buffer_printf(text, "name %s\nmessages %zu\n", mailbox->name, mailbox->nmessages);
    append_keywords(text, mailbox);
    if (mailbox->is_readonly)
        buffer_append_text(text, "read-only\n");
    if (mailbox->is_unreadable)
        buffer_append_text(text, "unreadable\n");
    if (mailbox->is_board)
        buffer_append_text(text, "board\n");
    if (result == 0)
        result =
            files_write(arena_printf(&arena, "%s/mailbox.meta", folder), buffer_span(text), err);
    arena_free(&arena);
    return result;
}

int files_write_fixture(const char *folder, const struct fixture_mailbox *mailbox, struct err *err)
{
    struct buffer text = {0};
    struct arena arena = {0};
    int result = files_make_folder(folder, err);
    for (size_t i = 0; result == 0 && i < mailbox->nmessages; i++) {
        append_index(&text, i + 1, &mailbox->messages[i]);
        result = files_write_message(arena_printf(&arena, "%s/%04zu.eml", folder, i + 1),
                                     &mailbox->messages[i], err);
        arena_reset(&arena);
    }
    if (result == 0)
        result = write_meta(folder, mailbox, &text, err);
    buffer_free(&text);
    arena_free(&arena);
    return result;
}
