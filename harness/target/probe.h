/*
 * probe: a client just good enough to ask a server what it can: short sessions in step, completions
 * found by their tag, literals skipped. It judges nothing. Private to target/.
 */
#ifndef IMAPSPEC_TARGET_PROBE_H
#define IMAPSPEC_TARGET_PROBE_H

#include "net/net.h"

struct target;
struct probe;

enum probe_status { PROBE_OK, PROBE_NO, PROBE_BAD, PROBE_LOST };

/* Connects, reads the greeting, and logs in unless the server greets with PREAUTH. NULL and *err.
 * Returns new. */
struct probe *probe_open(struct target *t, struct net_loop *loop, const char *user,
                         struct err *err);
/* Connects, reads the greeting and leaves. -1 and *err when there is none, or another than OK or
 * PREAUTH. */
__attribute__((warn_unused_result)) int probe_reach(struct target *t, struct net_loop *loop,
                                                    const char *user, struct err *err);
void probe_close(struct probe **probe); /* with LOGOUT; NULL is fine */
bool probe_was_preauthenticated(const struct probe *probe);

/* Sends a command (without tag and CR LF) and waits for its completion. PROBE_LOST: the connection
 * ended, or there was no answer in time. */
enum probe_status probe_ask(struct probe *probe, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* All that came with the answer to the last command, completion included. */
struct span probe_answer(const struct probe *probe);
/* Whether one of its lines begins `* ` and then, in any letter case, this text. */
bool probe_has_line(const struct probe *probe, const char *text);

/* The number of messages in a user's INBOX. -1 and *err. */
__attribute__((warn_unused_result)) int probe_count_messages(struct target *t,
                                                             struct net_loop *loop,
                                                             const char *user, size_t *n_r,
                                                             struct err *err);

#endif
