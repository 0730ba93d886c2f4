/*
 * guard (private to cli/): ends of this process that it did not choose. Whatever they are, programs
 * that were started end with it (net/process.h) and its temporary folder goes.
 */
#ifndef IMAPSPEC_CLI_GUARD_H
#define IMAPSPEC_CLI_GUARD_H

#include "base/base.h"

/* From here on abort(), which is how a bug of ours ends, gives exit code 5 in this process; in
 * processes forked from it it stays a signal. */
void guard_catch_abort(void);

/* From here on the first SIGINT or SIGTERM is only noted; a second one kills. */
void guard_catch_signals(void);
int guard_signal(void); /* the one noted, or 0 */
/* Ends this process by that signal, as if it had never been caught. */
void guard_die_by(int signal_number);

/* Starts a process that does nothing until this one has ended without guard_folder_gone(), and then
 * removes the folder with all in it. NULL when there is none to be had, or folder is NULL: the
 * folder is then left behind should this process be killed. */
struct guard *guard_folder(const char *folder);
/* There is nothing to remove any more. NULL is fine. */
void guard_folder_gone(struct guard **guard);

#endif
