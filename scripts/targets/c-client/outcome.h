/*
 * outcome: what the library says by its callbacks while it does something, and what that amounts
 * to. Most functions of the library return nothing: how a command ended is told to mm_log() alone.
 */
#ifndef SHIM_OUTCOME_H
#define SHIM_OUTCOME_H

#include <stdbool.h>
#include <stdlib.h>

#include <c-client/c-client.h>

/* Asked for when the library wants a user's name and password, inside mail_open(); the trial counts
 * from 0. Texts of MAILTMPLEN octets; an empty password gives up. */
typedef void outcome_login(char *user, char *password, unsigned long trial);

/* Told once the connection is there, before the library has read anything. */
typedef void outcome_connected(void);

void outcome_listen(outcome_login *login, outcome_connected *connected);

void outcome_begin(void); /* something new is being done */

/* Something went wrong, as far as the library has said. */
bool outcome_has_complained(void);

/* The status line for what has been done since. has_failed: the function of the library said so or,
 * when it says nothing, has complained. was_sent: the server has been asked. */
void outcome_answer(bool has_failed, bool was_sent);

/* Data lines: what the library wanted shown to people since the last time. */
void outcome_write_notes(void);

#endif
