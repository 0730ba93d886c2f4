#include "reference/maildir_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reference/maildir_name.h"

enum { TMP_AGE_S = 36 * 3600 }; /* the age at which Maildir calls a file in tmp abandoned */

enum mail_error maildir_error(int error)
{
    return error == EACCES || error == EPERM || error == EROFS ? MAIL_NO_WRITE : MAIL_FAILED;
}

bool maildir_path_expand(struct buffer *out, const char *pattern, struct span user)
{
    for (const char *c = pattern; *c != '\0'; c++) {
        if (c[0] != '%' || c[1] != 'u') {
            buffer_append_byte(out, *c);
            continue;
        }
        if (!maildir_name_is_valid_box(user))
            return false;
        buffer_append(out, user);
        c++;
    }
    return true;
}

static int open_directory(int parent, const char *name)
{
    return openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_missing(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == ELOOP;
}

enum mail_error maildir_dir_open(const char *path, struct maildir_dir *dir_r)
{
    *dir_r = (struct maildir_dir){.top = -1, .cur = -1, .new = -1, .tmp = -1};
    dir_r->top = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir_r->top < 0)
        return is_missing(errno) ? MAIL_NONEXISTENT : MAIL_FAILED;
    struct stat status;
    dir_r->cur = open_directory(dir_r->top, "cur");
    if (dir_r->cur < 0 || fstat(dir_r->top, &status) != 0) {
        enum mail_error error = is_missing(errno) ? MAIL_NONEXISTENT
                                : errno == EACCES ? MAIL_NO_READ
                                                  : MAIL_FAILED;
        maildir_dir_close(dir_r);
        return error;
    }
    dir_r->new = open_directory(dir_r->top, "new");
    dir_r->tmp = open_directory(dir_r->top, "tmp");
    dir_r->device = status.st_dev;
    dir_r->inode = status.st_ino;
    return MAIL_OK;
}

static void close_one(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

void maildir_dir_close(struct maildir_dir *dir)
{
    close_one(&dir->top);
    close_one(&dir->cur);
    close_one(&dir->new);
    close_one(&dir->tmp);
}

static int make_directory(int parent, const char *name)
{
    return mkdirat(parent, name, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

enum mail_error maildir_dir_create(const char *path, bool is_folder)
{
    if (make_directory(AT_FDCWD, path) != 0)
        return maildir_error(errno);
    int top = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (top < 0)
        return maildir_error(errno);
    int marker =
        is_folder ? openat(top, "maildirfolder", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    bool is_made = (!is_folder || marker >= 0) && make_directory(top, "tmp") == 0 &&
                   make_directory(top, "new") == 0 && make_directory(top, "cur") == 0;
    enum mail_error error = is_made ? MAIL_OK : maildir_error(errno);
    close_one(&marker);
    close_one(&top);
    return error;
}

void maildir_dir_remove(const char *path)
{
    int top = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (top < 0)
        return;
    if (unlinkat(top, "cur", AT_REMOVEDIR) == 0 && unlinkat(top, "new", AT_REMOVEDIR) == 0 &&
        unlinkat(top, "tmp", AT_REMOVEDIR) == 0) {
        (void)unlinkat(top, "maildirfolder", 0);
        (void)unlinkat(top, "dovecot-keywords", 0);
        (void)rmdir(path);
    }
    close_one(&top);
}

static bool is_writable_directory(int top, const char *name)
{
    return faccessat(top, name, W_OK | X_OK, AT_EACCESS) == 0;
}

unsigned maildir_dir_rights(const char *path)
{
    struct stat status;
    unsigned rights = 0;
    int top = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (top < 0)
        return 0;
    if (fstat(top, &status) == 0) {
        if ((status.st_mode & 0444) != 0 && faccessat(top, "cur", R_OK | X_OK, AT_EACCESS) == 0)
            rights |= MAILDIR_READ;
        if ((status.st_mode & 0222) != 0 && is_writable_directory(top, "cur") &&
            is_writable_directory(top, "new") && is_writable_directory(top, "tmp"))
            rights |= MAILDIR_WRITE;
    }
    close_one(&top);
    return rights;
}

enum mail_error maildir_dir_set_rights(const char *path, unsigned rights)
{
    mode_t mode = 0100;
    if ((rights & MAILDIR_READ) != 0)
        mode |= 0400;
    if ((rights & MAILDIR_WRITE) != 0)
        mode |= 0200;
    return chmod(path, mode) == 0 ? MAIL_OK : maildir_error(errno);
}

static bool is_maildir_in(int parent, const char *name)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/cur", name);
    char *text = buffer_take_text(&path);
    struct stat status;
    bool is_directory = fstatat(parent, text, &status, 0) == 0 && S_ISDIR(status.st_mode);
    free(text);
    return is_directory;
}

enum mail_error maildir_dir_list(const char *path, bool is_folders, struct arena *arena,
                                 struct mail_names *names)
{
    DIR *stream = opendir(path);
    if (stream == NULL)
        return is_missing(errno) ? MAIL_OK : MAIL_FAILED;
    const struct dirent *entry;
    while ((entry = readdir(stream)) != NULL) {
        struct span name = span_of(entry->d_name);
        if (is_folders) {
            if (name.data[0] != '.')
                continue;
            name = span_from(name, 1);
        }
        if (!maildir_name_is_valid_box(name) || (is_folders && span_is_nocase(name, "INBOX")) ||
            !is_maildir_in(dirfd(stream), entry->d_name))
            continue;
        names->names = arena_grow(arena, names->names, &names->capacity, names->nnames + 1,
                                  sizeof *names->names);
        names->names[names->nnames++] = arena_copy(arena, name);
    }
    (void)closedir(stream);
    return MAIL_OK;
}

void maildir_dir_clean(const struct maildir_dir *dir, int64_t now_s)
{
    int fd = dir->tmp < 0 ? -1 : open_directory(dir->tmp, ".");
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (stream == NULL) {
        close_one(&fd);
        return;
    }
    const struct dirent *entry;
    while ((entry = readdir(stream)) != NULL) {
        struct stat status;
        if (entry->d_name[0] == '.' ||
            fstatat(fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        /* The last change of the inode counts: a copy has the modification time of the original,
         * which may be years old. */
        if (S_ISREG(status.st_mode) && now_s - status.st_ctim.tv_sec > TMP_AGE_S)
            (void)unlinkat(fd, entry->d_name, 0);
    }
    (void)closedir(stream);
}
