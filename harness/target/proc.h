/* proc: processes that are not ours to wait for, as the system shows them. Private to target/. */
#ifndef IMAPSPEC_TARGET_PROC_H
#define IMAPSPEC_TARGET_PROC_H

#include "base/base.h"

/* False when the process has ended; then appends to *how "exited with status 1" or "killed by
 * signal 11", as far as the system tells. */
bool proc_is_alive(long pid, struct buffer *how);

/* Measures a process group while sleep(context) waits: processor time, in microseconds, that the
 * busiest one of its processes used meanwhile. */
int64_t proc_busiest_us(long group, void (*sleep)(void *context), void *context);

#endif
