/* awake CPU: keeps a processor busy at the lowest priority, until it is ended or whoever started it
 * has ended.
 *
 * Of two programs that answer each other one always waits. A processor on which nothing else runs
 * goes to sleep meanwhile, and to wake it takes longer than the answer, on a virtual machine above
 * all: what is measured then is the machine's sleep, and it falls on one pair of programs more than
 * on another. SCHED_IDLE gives way at once to whatever else wants to run (sched(7)).
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

/* Leaves the core's other half, where there is one, to others. */
static void rest(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

int main(int argc, char **argv)
{
    char *end = NULL;
    unsigned long cpu = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    cpu_set_t set;
    if (argc != 2 || end == argv[1] || *end != '\0' || cpu >= CPU_SETSIZE) {
        (void)fputs("usage: awake CPU\n", stderr);
        return 2;
    }
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    pid_t parent = getppid();
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || sched_setaffinity(0, sizeof(set), &set) != 0 ||
        sched_setscheduler(0, SCHED_IDLE, &(struct sched_param){0}) != 0) {
        perror("awake");
        return 1;
    }
    (void)printf("awake on %lu\n", cpu);
    (void)fflush(stdout);
    while (getppid() == parent) {
        for (int i = 0; i < 1000000; i++) {
            rest();
        }
    }
    return 0;
}
