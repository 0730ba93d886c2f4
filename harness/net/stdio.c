#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/carrier.h"

/* What can be waited for: files and /dev/null cannot. */
static bool can_wait(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return false;
    return S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode) || isatty(fd);
}

struct carrier *carrier_open_stdio(struct net_loop *loop, struct err *err)
{
    if (loop_refuses(loop, "stdio", err))
        return NULL;
    if (!can_wait(STDIN_FILENO) || !can_wait(STDOUT_FILENO)) {
        (void)err_set(err, NULL, 0, 0,
                      "standard input and output have to be pipes, sockets or a terminal");
        return NULL;
    }
    int read_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    int write_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    ENSURE(read_fd >= 0 && write_fd >= 0);
    return carrier_open_fds(loop, read_fd, write_fd, "stdio");
}
