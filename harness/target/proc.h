/* proc: processes that are not ours to wait for, as the system shows them. Private to target/. */
#ifndef IMAPSPEC_TARGET_PROC_H
#define IMAPSPEC_TARGET_PROC_H

#include "base/base.h"

/* False when the process has ended; then appends to *how "exited with status 1" or "killed by
 * signal 11", as far as the system tells. */
bool proc_is_alive(long pid, struct buffer *how);

/* Whether some process of the group computes, or waits for a processor, at each look, with
 * pause(context) between them, until it has got 0.3 s of processor time or there were 500 looks:
 * returns how much it got, in microseconds, or 0. At the first look that finds none it returns
 * without a pause. It is the processor's time that counts: on a busy machine a process that is
 * merely at work wants a processor for long, and gets little. */
int64_t proc_spinning_us(long group, void (*pause)(void *context), void *context);

#endif
