/* null_server: the server of floor.h. Prints the port it listens on. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "floor.h"

int main(void)
{
    struct rlimit limit;
    unsigned port;
    int listener = floor_listen(&port);
    if (listener < 0) {
        perror("null_server");
        return 1;
    }
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
    (void)signal(SIGPIPE, SIG_IGN);
    (void)printf("listening on 127.0.0.1:%u\n", port);
    (void)fflush(stdout);
    floor_serve(listener);
}
