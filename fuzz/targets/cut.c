#include "targets/cut.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
    enum cut_kind kind;
    unsigned left;
    bool has_cut;
} cut;

void cut_set(enum cut_kind kind, unsigned nth)
{
    cut.kind = kind;
    cut.left = nth;
    cut.has_cut = false;
}

bool cut_end(void)
{
    cut.kind = CUT_NOTHING;
    return cut.has_cut;
}

static bool fails(bool is_memory)
{
    if (cut.kind == CUT_NOTHING || is_memory != (cut.kind == CUT_MEMORY))
        return false;
    if (cut.has_cut)
        return cut.kind == CUT_ALL_CALLS;
    cut.has_cut = --cut.left == 0;
    return cut.has_cut;
}

static int refuse(void)
{
    errno = EIO;
    return -1;
}

/* The linker's names: what is called NAME calls __wrap_NAME, and __real_NAME is the system's.
 * NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __real_openat(int directory, const char *name, int flags, ...);
ssize_t __real_write(int fd, const void *octets, size_t nbytes);
int __real_linkat(int from, const char *old, int to, const char *new, int flags);
int __real_unlinkat(int directory, const char *name, int flags);
int __real_renameat(int from, const char *old, int to, const char *new);
int __real_renameat2(int from, const char *old, int to, const char *new, unsigned flags);
int __real_futimens(int fd, const struct timespec times[2]);
int __real_mkdirat(int directory, const char *name, mode_t mode);
void *__real_malloc(size_t nbytes);
void *__real_calloc(size_t count, size_t nbytes);
void *__real_realloc(void *old, size_t nbytes);

int __wrap_openat(int directory, const char *name, int flags, ...);
ssize_t __wrap_write(int fd, const void *octets, size_t nbytes);
int __wrap_linkat(int from, const char *old, int to, const char *new, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags);
int __wrap_futimens(int fd, const struct timespec times[2]);
int __wrap_mkdirat(int directory, const char *name, mode_t mode);
void *__wrap_malloc(size_t nbytes);
void *__wrap_calloc(size_t count, size_t nbytes);
void *__wrap_realloc(void *old, size_t nbytes);

int __wrap_openat(int directory, const char *name, int flags, ...)
{
    mode_t mode = 0;
    if ((flags & O_CREAT) != 0) {
        va_list arguments;
        va_start(arguments, flags);
        mode = va_arg(arguments, mode_t);
        va_end(arguments);
        if (fails(false))
            return refuse();
    }
    return __real_openat(directory, name, flags, mode);
}

ssize_t __wrap_write(int fd, const void *octets, size_t nbytes)
{
    if (!fails(false))
        return __real_write(fd, octets, nbytes);
    if (nbytes > 1)
        (void)!__real_write(fd, octets, nbytes / 2);
    return refuse();
}

int __wrap_linkat(int from, const char *old, int to, const char *new, int flags)
{
    return fails(false) ? refuse() : __real_linkat(from, old, to, new, flags);
}

int __wrap_unlinkat(int directory, const char *name, int flags)
{
    return fails(false) ? refuse() : __real_unlinkat(directory, name, flags);
}

int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    return fails(false) ? refuse() : __real_renameat(from, old, to, new);
}

int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    return fails(false) ? refuse() : __real_renameat2(from, old, to, new, flags);
}

int __wrap_futimens(int fd, const struct timespec times[2])
{
    return fails(false) ? refuse() : __real_futimens(fd, times);
}

int __wrap_mkdirat(int directory, const char *name, mode_t mode)
{
    return fails(false) ? refuse() : __real_mkdirat(directory, name, mode);
}

void *__wrap_malloc(size_t nbytes)
{
    return fails(true) ? NULL : __real_malloc(nbytes);
}

void *__wrap_calloc(size_t count, size_t nbytes)
{
    return fails(true) ? NULL : __real_calloc(count, nbytes);
}

void *__wrap_realloc(void *old, size_t nbytes)
{
    return fails(true) ? NULL : __real_realloc(old, nbytes);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
