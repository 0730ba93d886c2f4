/*
 * ill: makes a server ill that reads with read(2), when it is preloaded (LD_PRELOAD). What makes it
 * so is in the environment:
 *
 *   ILL_WORD      when this is read it happens, once for each read
 *   ILL_SLOW_MS   so long nothing is done
 *   ILL_LEAK      so many octets are lost
 *   ILL_ONCE      a file: it is made, and the process is killed, unless it is there already
 *   ILL_NOT       the first octet of this word becomes X wherever it is read: no such command
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int number_of(const char *name)
{
    const char *value = getenv(name);
    return value == NULL ? 0 : (int)strtol(value, NULL, 10);
}

static void fall_ill(void)
{
    int slow_ms = number_of("ILL_SLOW_MS");
    int nbytes = number_of("ILL_LEAK");
    const char *once = getenv("ILL_ONCE");
    if (slow_ms > 0)
        (void)poll(NULL, 0, slow_ms);
    if (nbytes > 0) {
        char *lost = malloc((size_t)nbytes);
        if (lost != NULL)
            memset(lost, 1, (size_t)nbytes);
        __asm__ volatile("" : : "r"(lost) : "memory");
    }
    if (once != NULL && open(once, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) >= 0)
        (void)raise(SIGKILL);
}

static void spoil(char *octets, size_t nbytes, const char *word)
{
    size_t length = strlen(word);
    char *at;
    while (length > 0 && (at = memmem(octets, nbytes, word, length)) != NULL)
        *at = 'X';
}

ssize_t read(int fd, void *room, size_t nbytes)
{
    static ssize_t (*next)(int, void *, size_t);
    const char *word = getenv("ILL_WORD");
    const char *spoilt = getenv("ILL_NOT");
    if (next == NULL) {
        void *symbol = dlsym(RTLD_NEXT, "read");
        memcpy(&next, &symbol, sizeof next);
    }
    ssize_t n = next(fd, room, nbytes);
    if (n > 0 && spoilt != NULL)
        spoil(room, (size_t)n, spoilt);
    if (n > 0 && word != NULL && memmem(room, (size_t)n, word, strlen(word)) != NULL)
        fall_ill();
    return n;
}
