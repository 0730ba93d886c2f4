#include "target/proc.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROC_MOST = 256, PROC_NLOOKS = 500 };

/* Whoever has something left to do at the end of a case is done with it in less. */
enum { PROC_SPUN_US = 300000 };

/* Fields of /proc/PID/stat behind the name, which may hold anything but ends at the last ')':
 * proc(5) counts them from 3. */
enum { PROC_STATE = 0, PROC_GROUP = 2, PROC_USER = 11, PROC_SYSTEM = 12, PROC_EXIT_CODE = 49 };

struct proc_entry {
    long pid;
    int64_t us; /* processor time */
};

struct proc_list {
    struct proc_entry entries[PROC_MOST];
    size_t n;
};

/* The fields behind the name, in room; empty when there is no such process. */
static struct span read_stat(const char *pid, char *room, size_t nbytes)
{
    char path[300];
    (void)snprintf(path, sizeof path, "/proc/%s/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return SPAN_LIT("");
    ssize_t n = read(fd, room, nbytes);
    (void)close(fd);
    size_t end = n < 0 ? 0 : (size_t)n;
    size_t at = end;
    while (at > 0 && room[at - 1] != ')')
        at--;
    return at + 1 >= end ? SPAN_LIT("") : span_trim(span_make(room + at + 1, end - at - 1));
}

static struct span field(struct span stat, int number)
{
    struct span value = SPAN_LIT("");
    for (int i = 0; i <= number; i++)
        value = span_cut(&stat, ' ');
    return value;
}

static uint64_t number_field(struct span stat, int number)
{
    uint64_t value = 0;
    return number_parse_u64(field(stat, number), &value) == 0 ? value : 0;
}

bool proc_is_alive(long pid, struct buffer *how)
{
    char name[32];
    char room[1024];
    (void)snprintf(name, sizeof name, "%ld", pid);
    struct span stat = read_stat(name, room, sizeof room);
    if (stat.nbytes == 0) {
        buffer_append_text(how, "has ended");
        return false;
    }
    struct span state = field(stat, PROC_STATE);
    if (!span_is(state, "Z") && !span_is(state, "X"))
        return true;
    int status = (int)number_field(stat, PROC_EXIT_CODE);
    if (WIFSIGNALED(status))
        buffer_printf(how, "was killed by signal %d (%s)", WTERMSIG(status),
                      strsignal(WTERMSIG(status)));
    else
        buffer_printf(how, "exited with status %d", WEXITSTATUS(status));
    return false;
}

/* The processes of the group that compute or wait for a processor. */
static void list_running(long group, struct proc_list *list)
{
    int64_t us_a_tick = 1000000 / sysconf(_SC_CLK_TCK);
    DIR *processes = opendir("/proc");
    list->n = 0;
    if (processes == NULL)
        return;
    for (struct dirent *entry = readdir(processes); entry != NULL && list->n < PROC_MOST;
         entry = readdir(processes)) {
        uint64_t pid;
        char room[1024];
        if (number_parse_u64(span_of(entry->d_name), &pid) != 0)
            continue;
        struct span stat = read_stat(entry->d_name, room, sizeof room);
        if (stat.nbytes == 0 || number_field(stat, PROC_GROUP) != (uint64_t)group ||
            !span_is(field(stat, PROC_STATE), "R"))
            continue;
        uint64_t ticks = number_field(stat, PROC_USER) + number_field(stat, PROC_SYSTEM);
        list->entries[list->n++] =
            (struct proc_entry){.pid = (long)pid, .us = (int64_t)ticks * us_a_tick};
    }
    (void)closedir(processes);
}

/* Keeps those of *first that are in *now too. The most time one of them used since is returned. */
static int64_t keep_common(struct proc_list *first, const struct proc_list *now)
{
    int64_t most = 0;
    size_t kept = 0;
    for (size_t i = 0; i < first->n; i++)
        for (size_t k = 0; k < now->n; k++) {
            if (now->entries[k].pid != first->entries[i].pid)
                continue;
            if (now->entries[k].us - first->entries[i].us > most)
                most = now->entries[k].us - first->entries[i].us;
            first->entries[kept++] = first->entries[i];
            break;
        }
    first->n = kept;
    return most;
}

int64_t proc_spinning_us(long group, void (*pause)(void *context), void *context)
{
    struct proc_list first;
    struct proc_list now;
    int64_t us = 0;
    list_running(group, &first);
    for (int i = 1; i < PROC_NLOOKS && first.n > 0 && us < PROC_SPUN_US; i++) {
        pause(context);
        list_running(group, &now);
        us = keep_common(&first, &now);
    }
    return first.n > 0 ? us : 0;
}
