#include "blackbox/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_NBYTES = 4096 };

int file_make_folder(const char *path, struct err *err)
{
    char part[PATH_NBYTES];
    size_t nbytes = strlen(path);
    if (nbytes == 0 || nbytes >= sizeof part)
        return err_set(err, path, 0, 0, "no name of a folder");
    for (size_t i = 1; i <= nbytes; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            return err_set(err, part, 0, 0, "%s", strerror(errno));
    }
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return err_set(err, path, 0, 0, "this is no folder");
    return 0;
}

int file_write(const char *path, struct span octets, struct err *err)
{
    char fresh[PATH_NBYTES];
    (void)snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
    FILE *file = fopen(fresh, "wb");
    if (file == NULL)
        return err_set(err, path, 0, 0, "%s", strerror(errno));
    bool is_bad = octets.nbytes > 0 && fwrite(octets.data, 1, octets.nbytes, file) != octets.nbytes;
    is_bad = fclose(file) != 0 || is_bad;
    if (is_bad || rename(fresh, path) != 0) {
        int number = errno;
        (void)unlink(fresh);
        return err_set(err, path, 0, 0, "%s", strerror(number));
    }
    return 0;
}
