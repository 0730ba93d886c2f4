#include "maildir_helper.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *maildir_temporary(void)
{
    const char *parent = getenv("TMPDIR");
    char *path = maildir_join(parent != NULL ? parent : "/tmp", "imapspec-maildir-XXXXXX");
    ENSURE(mkdtemp(path) != NULL);
    return path;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void maildir_remove_tree(const char *path)
{
    ENSURE(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0);
}

char *maildir_join(const char *root, const char *name)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", root, name);
    return buffer_take_text(&path);
}

static void make_one(const char *root, const char *name)
{
    char *path = maildir_join(root, name);
    ENSURE(mkdir(path, 0700) == 0);
    free(path);
}

void maildir_make(const char *path)
{
    ENSURE(mkdir(path, 0700) == 0);
    make_one(path, "tmp");
    make_one(path, "new");
    make_one(path, "cur");
}

void maildir_put(const char *path, const char *name, const char *text, int64_t wall_s)
{
    char *full = maildir_join(path, name);
    int fd = open(full, O_WRONLY | O_CREAT | O_EXCL, 0600);
    const struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = (time_t)wall_s}};
    ENSURE(fd >= 0);
    ENSURE(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    ENSURE(futimens(fd, times) == 0);
    ENSURE(close(fd) == 0);
    free(full);
}

void maildir_rename(const char *path, const char *old, const char *new)
{
    char *from = maildir_join(path, old), *to = maildir_join(path, new);
    ENSURE(rename(from, to) == 0);
    free(from);
    free(to);
}

void maildir_delete(const char *path, const char *name)
{
    char *full = maildir_join(path, name);
    ENSURE(unlink(full) == 0);
    free(full);
}

static int is_visible(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

char *maildir_listing(const char *path, const char *name)
{
    char *full = maildir_join(path, name);
    struct dirent **entries;
    struct buffer text = {0};
    int n = scandir(full, &entries, is_visible, compare_names);
    ENSURE(n >= 0);
    for (int i = 0; i < n; i++) {
        buffer_printf(&text, "%s\n", entries[i]->d_name);
        free(entries[i]);
    }
    free((void *)entries);
    free(full);
    return buffer_take_text(&text);
}

size_t maildir_count(const char *path, const char *name)
{
    char *names = maildir_listing(path, name);
    size_t count = 0;
    for (const char *c = names; *c != '\0'; c++)
        count += *c == '\n';
    free(names);
    return count;
}

char *maildir_content(const char *path, const char *name)
{
    char *full = maildir_join(path, name);
    FILE *file = fopen(full, "rbe");
    free(full);
    if (file == NULL)
        return NULL;
    struct buffer text = {0};
    size_t got;
    do {
        got = fread(buffer_reserve(&text, 65536), 1, 65536, file);
        buffer_advance(&text, got);
    } while (got > 0);
    (void)fclose(file);
    return buffer_take_text(&text);
}
