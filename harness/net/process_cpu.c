#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "net/process.h"

/* /proc/PID/stat, see proc(5): fields are counted behind the name, which may hold anything but ends
 * at the last ')'. */
enum { STAT_GROUP = 2, STAT_USER_TICKS = 11, STAT_SYSTEM_TICKS = 12 };

/* Reads the file into room; its length, 0 when it cannot be read. */
static size_t read_stat(const char *directory, char *room, size_t nbytes)
{
    char path[300];
    (void)snprintf(path, sizeof path, "/proc/%s/stat", directory);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t n = read(fd, room, nbytes);
    (void)close(fd);
    return n < 0 ? 0 : (size_t)n;
}

static uint64_t field(struct span stat, int wanted)
{
    uint64_t value = 0;
    struct span one = {"", 0};
    for (int i = 0; i <= wanted; i++)
        one = span_cut(&stat, ' ');
    return number_parse_u64(one, &value) == 0 ? value : 0;
}

/* Ticks used by one process if it is of the group. */
static uint64_t ticks_of(const char *directory, uint64_t group)
{
    char room[1024];
    struct span all = span_make(room, read_stat(directory, room, sizeof room));
    size_t name_end = all.nbytes;
    while (name_end > 0 && room[name_end - 1] != ')')
        name_end--;
    struct span stat = span_from(all, name_end + 1);
    if (stat.nbytes == 0 || field(stat, STAT_GROUP) != group)
        return 0;
    return field(stat, STAT_USER_TICKS) + field(stat, STAT_SYSTEM_TICKS);
}

int64_t net_process_cpu_us(const struct net_process *process)
{
    uint64_t ticks = 0;
    long ticks_a_second = sysconf(_SC_CLK_TCK);
    DIR *processes = opendir("/proc");
    if (processes == NULL || ticks_a_second <= 0)
        return -1;
    for (struct dirent *entry = readdir(processes); entry != NULL; entry = readdir(processes))
        if (char_is_digit(entry->d_name[0]))
            ticks += ticks_of(entry->d_name, (uint64_t)net_process_pid(process));
    (void)closedir(processes);
    return (int64_t)(ticks * 1000000 / (uint64_t)ticks_a_second);
}
