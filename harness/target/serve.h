/*
 * serve: the bundled reference server behind a port, for any number of connections: what `imapspec
 * serve` is made of.
 *
 *     struct serve *serve = serve_open(loop, &options, &err);
 *     net_loop_catch_signals(loop);
 *     while (net_loop_signal(loop) == 0)
 *         (void)net_wait(loop, -1);
 *     serve_close(&serve);
 */
#ifndef IMAPSPEC_TARGET_SERVE_H
#define IMAPSPEC_TARGET_SERVE_H

#include "base/base.h"
#include "net/net.h"

struct serve;

struct serve_options {
    const char *host; /* NULL: 127.0.0.1 */
    unsigned port;    /* 0: any free one */
    /* Folder of Maildirs: DIR/%u (a "%u" is added when there is none), created when missing.
     * NULL: mail is kept in memory, and the INBOX of each user holds three messages. */
    const char *maildir;
    const char *boards; /* folder of the boards' Maildirs; NULL: none (in memory: one, NEWS) */
    bool no_sync;       /* do not wait for the disk: only for mail nobody would miss */
    const char *user, *password; /* one user; NULL: those of users_file alone */
    const char *users_file;      /* further users, one "name:password" a line; NULL: none */
    int64_t idle_timeout_ms;     /* 0: 30 minutes */
    size_t max_connections;      /* 0: no limit */
};

/* NULL and *err when the port is not to be had or the users file is wrong. Texts are copied.
 * Returns new. */
struct serve *serve_open(struct net_loop *loop, const struct serve_options *options,
                         struct err *err);
unsigned serve_port(const struct serve *serve);
size_t serve_nconnections(const struct serve *serve);
void serve_close(struct serve **serve); /* NULL is fine */

/* The command line of `imapspec serve` as reference-tcp uses it (others are up to the caller):
 *     serve --port N --maildir DIR --boards DIR --users FILE --no-sync */

#endif
