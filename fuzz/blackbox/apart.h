/*
 * apart: doing something in a process of its own, which may end by it. Private to blackbox.
 */
#ifndef IMAPSPEC_BLACKBOX_APART_H
#define IMAPSPEC_BLACKBOX_APART_H

#include <sys/types.h>

#include "blackbox/play.h"

/* Memory that forked processes share; zeroed. */
void *apart_memory(size_t nbytes);
void apart_memory_free(void *memory, size_t nbytes);

/* Forks: 0 in the child, which dies with its parent; -1 and *err. */
__attribute__((warn_unused_result)) pid_t apart_fork(struct err *err);

enum apart_end { APART_EXITED, APART_DIED, APART_STUCK };

/* Waits for the child's end. When *beat does not change for limit_ms it is stuck, and killed.
 * `attend` is called now and then. *status_r: the exit status, or the signal. */
enum apart_end apart_wait(pid_t pid, const volatile uint64_t *beat, int64_t limit_ms,
                          void (*attend)(void *context), void *context, int *status_r);

/* Plays in a child. When it dies, that is a finding, told by what it wrote to its stderr. */
void apart_play(const char *who, void (*play)(void *context, struct play_result *result_r),
                void *context, const volatile unsigned *verb, struct play_result *result_r);

/* The finding that the process has ended so, at a command of that verb. who: "server"; status: of
 * apart_wait(). */
void apart_finding(const char *who, enum apart_end end, int status, unsigned verb,
                   struct play_finding *finding_r);

#endif
