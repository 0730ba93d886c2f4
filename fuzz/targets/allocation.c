#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "targets/shelf.h"
#include "targets/target.h"

enum { NOPERATIONS_MAX = 24, SAID_NBYTES = 4096 };

/* Out of memory ends the process (base/memory.h), so there is one for that. */
static void run_child(struct shelf_state *state, struct span octets, int said)
{
    struct shelf shelf;
    (void)signal(SIGABRT, SIG_DFL);
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    (void)dup2(said, STDERR_FILENO);
    shelf_open(&shelf, state);
    unsigned nth = (unsigned char)octets.data[0] + 1U;
    for (size_t i = 1; i + 1 < octets.nbytes && i / 2 < NOPERATIONS_MAX; i += 2)
        shelf_act(&shelf, (unsigned char)octets.data[i], (unsigned char)octets.data[i + 1],
                  i + 3 < octets.nbytes ? CUT_NOTHING : CUT_MEMORY, nth);
    _exit(0);
}

/* Engines have timers. */
static bool is_interrupted(ssize_t result)
{
    return result < 0 && errno == EINTR;
}

static size_t read_said(int fd, char *text, size_t capacity)
{
    size_t n = 0;
    ssize_t got;
    while (n < capacity && ((got = read(fd, text + n, capacity - n)) > 0 || is_interrupted(got)))
        n += got > 0 ? (size_t)got : 0;
    (void)close(fd);
    return n;
}

/* It ends well, or it says why it ends and aborts. */
static void check_end(int status, struct span said)
{
    bool is_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    bool is_out = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
                  span_starts_with(said, SPAN_LIT("imapspec: out of memory")) &&
                  span_find_byte(said, '\n') == said.nbytes - 1;
    if (!is_well && !is_out)
        fuzz_fail("allocation.end", "", "another end", "status %d: %.*s", status, SPAN_ARG(said));
}

static void run(struct shelf_state *state, struct span octets)
{
    char said[SAID_NBYTES];
    int ends[2];
    int status = 0;
    ENSURE(pipe(ends) == 0);
    pid_t child = fork();
    ENSURE(child >= 0);
    if (child == 0) {
        (void)close(ends[0]);
        run_child(state, octets, ends[1]);
    }
    (void)close(ends[1]);
    size_t n = read_said(ends[0], said, sizeof said);
    while (is_interrupted(waitpid(child, &status, 0)))
        continue;
    check_end(status, span_make(said, n));
}

/* The first octet says which piece of memory is not to be had in the last operation; then two
 * octets an operation on two Maildir mailboxes. Whatever was done before is still there, and the
 * last operation was done, or was not. */
void fuzz_allocation_one(struct span octets)
{
    if (octets.nbytes < 3)
        return;
    struct shelf_state *state =
        mmap(NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ENSURE(state != MAP_FAILED);
    shelf_make(state);
    run(state, octets);
    shelf_check(state);
    shelf_remove(state);
    (void)munmap(state, sizeof *state);
}
