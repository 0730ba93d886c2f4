/*
 * peak: runs a program and tells how much memory the largest of its processes took.
 *
 *     peak FILE PROGRAM [ARGUMENT...]
 *
 * Writes the peak resident size in KiB to FILE: of the program and of all descendants that it has
 * waited for. Ends as the program did; 128 and the signal's number when that was killed.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    int status;
    if (argc < 3)
        return 2;
    pid_t pid = fork();
    if (pid == 0) {
        (void)execvp(argv[2], argv + 2);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 2;
    FILE *file = fopen(argv[1], "w");
    if (file == NULL || getrusage(RUSAGE_CHILDREN, &usage) != 0)
        return 2;
    (void)fprintf(file, "%ld\n", usage.ru_maxrss);
    if (fclose(file) != 0)
        return 2;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
