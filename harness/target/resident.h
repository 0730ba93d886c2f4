/*
 * resident: the program of a target file's `hooks` line, which stays while a worker plays and fills
 * mailboxes as it is told, a line for each (docs/targets.md): no process has to be started for
 * every case. Each worker has its own, started when first needed. Private to target/.
 */
#ifndef IMAPSPEC_TARGET_RESIDENT_H
#define IMAPSPEC_TARGET_RESIDENT_H

#include "base/base.h"
#include "run/run.h"

struct target;
struct hook_values;
struct resident;

/* what: "provision" (values: user, mailbox, fixture) or "deliver" (user, mailbox, message). As
 * hook_run(). A program that gives no answer is ended, and started anew for the next request. */
enum run_readiness resident_run(struct target *t, const char *what,
                                const struct hook_values *values, struct buffer *why);

void resident_free(struct resident **resident); /* NULL is fine */

#endif
