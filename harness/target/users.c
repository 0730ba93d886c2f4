#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "target/inside.h"

/* With more users than this, the last two are kept for the probes. */
enum { USERS_FEW = 8, USERS_PROBING = 2 };

unsigned users_count(const struct target *t)
{
    return t->file->user_count > 0 ? t->file->user_count : 1;
}

/* How many users are there for cases. */
static unsigned users_for_cases(const struct target *t)
{
    unsigned n = users_count(t);
    return n > USERS_FEW ? n - USERS_PROBING : n;
}

unsigned target_max_workers(const struct target *t)
{
    enum { USERS_A_CASE = 3 }; /* most cases have one or two */
    if (t->way == TARGET_IN_PROCESS)
        return TARGET_MOST_WORKERS;
    if (t->way ==
        TARGET_CLIENT) /* the model server is each case's own; a port that was named is not */
        return t->file->port == 0 ? TARGET_MOST_WORKERS : 1;
    unsigned most = users_for_cases(t) / USERS_A_CASE;
    if (most > TARGET_MOST_WORKERS)
        most = TARGET_MOST_WORKERS;
    return most > 0 ? most : 1;
}

void users_name(const struct target *t, unsigned number, char *room, size_t nbytes)
{
    const char *pattern = t->file->user_pattern;
    const char *at = strstr(pattern, "{n}");
    if (at == NULL)
        (void)snprintf(room, nbytes, "%s", pattern);
    else
        (void)snprintf(room, nbytes, "%.*s%u%s", (int)(at - pattern), pattern, number + 1, at + 3);
}

bool users_take(struct target *t, const char *const *roles, size_t nroles, struct buffer *why)
{
    struct target_worker *w = &t->worker;
    unsigned all = users_for_cases(t);
    unsigned mine = w->number < all ? (all - w->number - 1) / w->count + 1 : 0;
    w->nroles = 0;
    if (nroles > mine || nroles > TARGET_MOST_ROLES) {
        buffer_printf(why, "needs %zu users, and %s has %u for this worker", nroles, t->file->name,
                      mine);
        return false;
    }
    for (size_t i = 0; i < nroles; i++) {
        unsigned taken = t->shared->ntaken[w->number]++;
        struct target_role *role = &w->roles[w->nroles++];
        role->role = roles[i];
        role->was_used = taken >= mine || all <= USERS_FEW;
        users_name(t, w->number + taken % mine * w->count, role->name, sizeof role->name);
    }
    return true;
}

const struct target_role *users_find(const struct target *t, const char *role)
{
    for (size_t i = 0; i < t->worker.nroles; i++)
        if (strcmp(t->worker.roles[i].role, role) == 0)
            return &t->worker.roles[i];
    return NULL;
}

/* ---- boards -----------------------------------------------------------------------------------
 */

static int open_lock(const struct target *t, const char *name)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", t->folder, name);
    return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
}

static void lock(int fd, int how)
{
    while (fd >= 0 && flock(fd, how) != 0 && errno == EINTR)
        continue;
}

/* A case with boards waits, in its turn, for all others to end, and they for it: without the turn
 * it might wait for ever, as there is always another case that begins. */
void users_lock(struct target *t, bool has_boards)
{
    struct target_worker *w = &t->worker;
    if (w->count <= 1 || t->folder == NULL)
        return;
    if (w->turn_fd < 0) {
        w->turn_fd = open_lock(t, "turn.lock");
        w->boards_fd = open_lock(t, "boards.lock");
    }
    lock(w->turn_fd, LOCK_EX);
    lock(w->boards_fd, has_boards ? LOCK_EX : LOCK_SH);
    lock(w->turn_fd, LOCK_UN);
}

void users_unlock(struct target *t)
{
    lock(t->worker.boards_fd, LOCK_UN);
}
