#include "reference/maildir_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CHUNK_NBYTES = 65536 };

static int read_open_file(int fd, struct buffer *out)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return -1;
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    size_t want = (size_t)status.st_size + 1;
    for (;;) {
        char *room = buffer_reserve(out, want);
        ssize_t got = read(fd, room, want);
        if (got < 0 && errno != EINTR)
            return -1;
        if (got == 0)
            return 0;
        if (got > 0)
            buffer_advance(out, (size_t)got);
        want = CHUNK_NBYTES;
    }
}

int maildir_file_read(int directory, const char *name, struct buffer *out)
{
    int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = read_open_file(fd, out);
    int error = errno;
    (void)close(fd);
    errno = error;
    return rc;
}

int maildir_file_write_all(int fd, struct span octets)
{
    while (octets.nbytes > 0) {
        ssize_t done = write(fd, octets.data, octets.nbytes);
        if (done < 0 && errno != EINTR)
            return -1;
        if (done > 0)
            octets = span_from(octets, (size_t)done);
    }
    return 0;
}

int maildir_file_create(int directory, const char *name, const struct maildir_file_spec *spec)
{
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    const struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_sec = (time_t)spec->wall_s}};
    int rc = maildir_file_write_all(fd, spec->octets);
    if (rc == 0)
        rc = futimens(fd, times);
    if (rc == 0 && spec->is_synced)
        rc = fsync(fd);
    int error = errno;
    if (close(fd) != 0 && rc == 0) {
        rc = -1;
        error = errno;
    }
    if (rc != 0)
        (void)unlinkat(directory, name, 0);
    errno = error;
    return rc;
}

int maildir_file_move(int from, const char *old, int to, const char *new)
{
    if (renameat2(from, old, to, new, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    return renameat(from, old, to, new);
}
